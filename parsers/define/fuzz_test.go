package define

import (
	"os"
	"testing"

	"lineman/parsers"
)

// FuzzDefinition: no definition panics, a bad one is refused in words, and a
// good one gives every mail an explicit end.
func FuzzDefinition(f *testing.F) {
	sample, err := os.ReadFile("testdata/quaynet.eml")
	if err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile("testdata/quaynet.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, sample)
	f.Add([]byte(base), sample)
	head := "From: noc@quaynet.example\nSubject: Maintenance Q-1\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\n"
	f.Add([]byte(base+"patterns: {circuit: 'A-\\d+', account: '[A-Z]'}\ntime_layouts: [DD.MM.YYYY HH:mm, HH:mm]\n"),
		[]byte(head+"Customer: H\nDay: 11.03.2026\nWindow: 01:00 - 05:00\nLines: see A-1 and A-2.\n"))
	f.Add([]byte(base+"headers: {circuit: [Line], account: [Owner], start: [From (UTC)], end: [To (UTC)], impact: [Effect]}\n"),
		[]byte(head+"Line\tOwner\tEffect\tFrom (UTC)\tTo (UTC)\nA-1\tH\tOutage\t11.03.2026 01:00\t11.03.2026 05:00\n"))
	f.Add([]byte("slug: &a [*a]\nslug: b\n"), []byte(nil))
	f.Fuzz(func(t *testing.T, definition, raw []byte) {
		file, problems := decode("x.yaml", definition)
		var p parsers.Provider
		if len(problems) == 0 {
			p, problems = file.compile()
		}
		for _, problem := range problems {
			if problem.Error() == "" {
				t.Error("refused without a reason")
			}
		}
		if len(problems) > 0 {
			return
		}
		m, err := parsers.ReadMail(raw)
		if err != nil {
			return
		}
		engine := parsers.NewEngine([]parsers.Provider{p})
		for _, given := range []string{"", p.Slug} {
			r := engine.Parse(m, given)
			if r.Panic || r.Outcome == "" || r.Outcome != parsers.OutcomeMaintenance && r.Reason == "" {
				t.Errorf("outcome %q, reason %q", r.Outcome, r.Reason)
			}
			for _, n := range r.Notices {
				if n.MaintenanceID == "" || n.Status == "" {
					t.Errorf("half read: %+v", n)
				}
				for _, w := range n.Windows {
					if !w.End.After(w.Start) && r.Format != parsers.FormatBCOP || w.Start.IsZero() {
						t.Errorf("window from %s to %s", w.Start, w.End)
					}
				}
			}
		}
	})
}
