package provider

import (
	"os"
	"path/filepath"
	"testing"

	"lineman/parsers"
)

// FuzzEngine runs every reader over changed samples of all providers: none
// panics, the outcome is explicit, and what is called a notice is whole.
func FuzzEngine(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*.eml"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, filepath.Base(filepath.Dir(file)))
	}
	engine := parsers.NewEngine(All())
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		m, err := parsers.ReadMail(raw)
		if err != nil {
			return
		}
		for _, given := range []string{"", name} {
			r := engine.Parse(m, given)
			if r.Panic || r.Outcome == "" || r.Outcome != parsers.OutcomeMaintenance && r.Reason == "" {
				t.Errorf("outcome %q, reason %q", r.Outcome, r.Reason)
			}
			if (r.Outcome == parsers.OutcomeMaintenance) != (len(r.Notices) > 0) {
				t.Errorf("outcome %s with %d notices", r.Outcome, len(r.Notices))
			}
			for _, n := range r.Notices {
				if n.MaintenanceID == "" || n.Status == "" {
					t.Errorf("half read: %+v", n)
				}
				for _, w := range n.Windows {
					if w.End.Before(w.Start) || w.Start.IsZero() {
						t.Errorf("window from %s to %s", w.Start, w.End)
					}
				}
			}
		}
	})
}
