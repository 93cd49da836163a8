package define

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/parsers"
)

func TestTimeLayouts(t *testing.T) {
	near := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		layouts string // separated by ;
		text    string
		want    string // UTC; empty: not read
	}{
		{"DD.MM.YYYY HH:mm", "11.03.2026 01:30", "2026-03-11 01:30"},
		{"DD.MM.YYYY HH:mm", "on 11.03.2026, 01:30 or so", "2026-03-11 01:30"},
		{"DD.MM.YYYY HH:mm", "11.13.2026 01:30", ""},
		{"DD.MM.YYYY HH:mm", "11/03/2026 01:30", ""},
		{"DD.MM.YYYY HH:mm", "111.03.2026 01:30", ""},
		{"MM/DD/YY hh:mm a", "03/11/26 01:30 PM", "2026-03-11 13:30"},
		{"M/D/YYYY h:mm a", "3/11/2026 1:30 a.m.", "2026-03-11 01:30"},
		{"YYYY-MM-DD[T]HH:mm:ssZZZ", "2026-03-11T01:30:20+02:00", "2026-03-10 23:30"},
		{"YYYY-MM-DD HH:mm ZZZ", "2026-03-11 01:30 UTC+2", "2026-03-10 23:30"},
		{"YYYY-MM-DD HH:mm ZZZ", "2026-03-11 01:30 EDT", "2026-03-11 05:30"},
		{"dddd, D MMMM YYYY [at] HH:mm", "Wednesday, 11 March 2026 at 01:30", "2026-03-11 01:30"},
		{"dddd, D MMMM YYYY [at] HH:mm", "Monday, 11 March 2026 at 01:30", ""},
		{"D MMM HH:mm", "11 Mar 01:30", "2026-03-11 01:30"},
		{"DD.MM.YYYY HH:mm;YYYY-MM-DD HH:mm", "2026-03-11 01:30", "2026-03-11 01:30"},
		{"DD.MM.YYYY HH:mm;DD.MM.YYYY HH:mm ZZZ", "11.03.2026 01:30 CET", "2026-03-11 00:30"},
		{"D. MMMM YYYY, HH:mm [Uhr]", "11. März 2026, 01:30 Uhr", "2026-03-11 01:30"},
		{"", "11 Mar 2026 01:30", "2026-03-11 01:30"},
	} {
		c := clock{times: parsers.Times{Order: parsers.Undecided, Zones: parsers.Zones{Home: "Etc/UTC"}}}
		for _, l := range strings.FieldsFunc(tt.layouts, func(r rune) bool { return r == ';' }) {
			one, err := newTimeLayout(l)
			if err != nil {
				t.Fatal(err)
			}
			c.layouts = append(c.layouts, one)
		}
		got := ""
		if m, _, ok := c.scan(tt.text); ok {
			if at, err := c.times.Resolve(m, near); err == nil {
				got = at.Format("2006-01-02 15:04")
			}
		}
		if got != tt.want {
			t.Errorf("%q as %q: %q, want %q", tt.text, tt.layouts, got, tt.want)
		}
	}
}

func TestBadTimeLayouts(t *testing.T) {
	for layout, want := range map[string]string{
		"DD.MM.YYYY at HH:mm": "is no part of a time",
		"DD.MM.YYYY [at":      "",
		"DD.YYYY HH:mm":       "lacks DD or MM",
		"YYYY HH:mm":          "lacks DD or MM",
		"DD.MM.YYYY hh:mm":    "24 hours",
		"DD.DD.YYYY HH:mm":    "twice",
		"ZZZ":                 "neither a date",
		"] HH:mm":             "",
	} {
		_, err := newTimeLayout(layout)
		if want == "" {
			continue // must only not panic
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", layout, err, want)
		}
	}
}

// engineOf makes an engine of one definition, without its samples.
func engineOf(t *testing.T, src string) *parsers.Engine {
	t.Helper()
	f, problems := decode("x.yaml", []byte(src))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p, problems := f.compile()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return parsers.NewEngine([]parsers.Provider{p})
}

// told is what a mail came to, in short.
func told(r parsers.Result) []string {
	var all []string
	for _, m := range r.Maintenances(true) {
		line := fmt.Sprint(m.MaintenanceID, " ", m.Account, " ", m.Status, " ", m.Kind, " ", time.Unix(m.Start, 0).UTC().Format("02T15:04"), "-", time.Unix(m.End, 0).UTC().Format("02T15:04"))
		for _, c := range m.Circuits {
			line += " " + c.CircuitID + "=" + c.Impact
		}
		all = append(all, line)
	}
	for _, f := range r.Fields {
		all = append(all, f.Field+": "+f.Reason)
	}
	for _, w := range r.Warnings {
		all = append(all, "warning: "+w)
	}
	if r.Outcome == parsers.OutcomeIgnored {
		all = append(all, "ignored")
	}
	return all
}

const base = `
slug: quaynet
name: Quay Net
senders: [quaynet.example]
subject: {maintenance_id: '\b(Q-\d+)\b'}
labels:
  account: [Customer]
  window: [Window, Night 1, Night 2]
  backup_window: [Reserve]
  circuit: [Lines]
  impact: [Effect]
  status: [State]
  date: [Day]
zone: Europe/Berlin
date_order: day-first
`

func TestRead(t *testing.T) {
	table := strings.NewReplacer("  circuit: [Lines]\n", "", "  account: [Customer]\n", "", "zone:", "headers: {circuit: [Line], account: [Owner], start: [From (UTC)], end: [To (UTC)], impact: [Effect]}\nzone:").Replace(base)
	for name, tt := range map[string]struct {
		def  string
		body string
		want []string
	}{
		"plain":               {base, "Customer: H\nWindow: 11.03.2026 01:00 - 05:00\nLines: A-1, A-2\n", []string{"Q-1 H CONFIRMED primary 11T00:00-11T04:00 A-1=OUTAGE A-2=OUTAGE"}},
		"lines below":         {base, "Customer: H\nWindow: 11.03.2026 01:00 - 05:00\nLines:\nA-1\nA-2\n\nRegards\n", []string{"Q-1 H CONFIRMED primary 11T00:00-11T04:00 A-1=OUTAGE A-2=OUTAGE"}},
		"zone of the label":   {base, "Customer: H\nWindow: 11.03.2026 01:00 - 05:00 UTC\nLines: A-1\n", []string{"Q-1 H CONFIRMED primary 11T01:00-11T05:00 A-1=OUTAGE"}},
		"day of its own":      {base, "Customer: H\nDay: 11.03.2026\nWindow: 01:00 - 05:00\nLines: A-1\n", []string{"Q-1 H CONFIRMED primary 11T00:00-11T04:00 A-1=OUTAGE"}},
		"over midnight":       {base, "Customer: H\nWindow: 11.03.2026 23:00 - 05:00\nLines: A-1\n", []string{"Q-1 H CONFIRMED primary 11T22:00-12T04:00 A-1=OUTAGE"}},
		"nights":              {base, "Customer: H\nNight 1: 11.03.2026 01:00 - 05:00\nNight 2: 12.03.2026 01:00 - 05:00\nReserve: 13.03.2026 01:00 - 05:00\nLines: A-1\n", []string{"Q-1 H CONFIRMED primary 11T00:00-11T04:00 A-1=OUTAGE", "Q-1 H CONFIRMED primary 12T00:00-12T04:00 A-1=OUTAGE", "Q-1 H CONFIRMED backup 13T00:00-13T04:00 A-1=OUTAGE"}},
		"status of the label": {base, "State: Completed\nCustomer: H\nWindow: 11.03.2026 01:00 - 05:00\nLines: none\n", []string{"Q-1 H COMPLETED primary 11T00:00-11T04:00"}},
		"not cancelled":       {base, "This work has not been cancelled.\nCustomer: H\nWindow: 11.03.2026 01:00 - 05:00\nLines: A-1\nEffect: at risk\n", []string{"Q-1 H CONFIRMED primary 11T00:00-11T04:00 A-1=REDUCED-REDUNDANCY"}},
		"unknown impact":      {base, "Customer: H\nWindow: 11.03.2026 01:00 - 05:00\nLines: A-1\nEffect: blue\n", []string{"Q-1 H CONFIRMED primary 11T00:00-11T04:00 A-1=OUTAGE", `warning: the impact "blue" is not known, OUTAGE is assumed`}},
		"account pattern":     {base + "patterns: {account: '[A-Z]'}\n", "Customer: H\nWindow: 11.03.2026 01:00 - 05:00\nLines: A-1\n", []string{"Q-1 H CONFIRMED primary 11T00:00-11T04:00 A-1=OUTAGE"}},
		"nothing":             {base, "Customer:\nWindow: soon\nLines:\n", []string{`start: the value of Window is no time span: "soon"`, "account: the mail names no account or customer", "end: the mail names no window", "circuits: the mail names no circuit"}},
		"skipped hour":        {base, "Customer: H\nWindow: 29.03.2026 02:30 - 05:00\nLines: A-1\n", []string{`start: "29.03.2026 02:30" does not exist in Europe/Berlin: the clocks go forward over it: undecidable time`, "end: the mail names no window"}},
		"circuit pattern":     {base + "patterns: {circuit: 'A-\\d+'}\n", "Customer: H\nWindow: 11.03.2026 01:00 - 05:00\nLines: see A-1 and A-2.\n\nalso A-3\n", []string{"Q-1 H CONFIRMED primary 11T00:00-11T04:00 A-1=OUTAGE A-2=OUTAGE A-3=OUTAGE"}},
		"table of everything": {table, "Line\tOwner\tEffect\tFrom (UTC)\tTo (UTC)\nA-1\tH\tOutage\t11.03.2026 01:00\t11.03.2026 05:00\nA-2\tH\tnone\t11.03.2026 01:00\t11.03.2026 05:00\nB-1\tK\tOutage\t12.03.2026 01:00\t12.03.2026 05:00\n", []string{"Q-1 H CONFIRMED primary 11T01:00-11T05:00 A-1=OUTAGE A-2=NO-IMPACT", "Q-1 K CONFIRMED primary 12T01:00-12T05:00 B-1=OUTAGE", "warning: the mail lists circuits of 2 accounts: one notice for each"}},
	} {
		t.Run(name, func(t *testing.T) {
			mail, err := parsers.ReadMail([]byte("From: noc@quaynet.example\nSubject: Maintenance Q-1\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\n" + tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, told(engineOf(t, tt.def).Parse(mail, ""))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHostileMail(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some large mails; not in -short")
	}
	engine := engineOf(t, base+"headers: {circuit: [Line], account: [Owner], start: [From], end: [To]}\ntime_layouts: [DD.MM.YYYY HH:mm, HH:mm]\n")
	many := func(s string) string { return strings.Repeat(s, 2_000_000/len(s)) }
	for name, body := range map[string]string{
		"windows":  many("Window: 11.03.2026 01:00 - 05:00\n"),
		"labels":   many("Customer: "),
		"circuits": "Lines: " + many("A-1, "),
		"rows":     "Line\tOwner\tFrom\tTo\n" + many("A-1\tH\t11.03.2026 01:00\t11.03.2026 05:00\n"),
		"numbers":  "Window: " + many("1.1.1 "),
		"flat":     many("Line\nOwner\n"),
	} {
		mail, err := parsers.ReadMail([]byte("From: noc@quaynet.example\nSubject: Maintenance Q-1\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\n" + body))
		if err != nil {
			t.Fatal(err)
		}
		r := engine.Parse(mail, "")
		if r.Outcome == "" || r.Panic {
			t.Errorf("%s: %s %q", name, r.Outcome, r.Reason)
		}
	}
}
