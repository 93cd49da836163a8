package parsers

import (
	"strings"
	"testing"
	"time"

	"lineman/models"

	"github.com/google/go-cmp/cmp"
)

// fakeFormat reads a layout of "key: value" lines: enough to test the Engine.
func fakeFormat(name, mark string) Format {
	get := func(m *Message, key string) string {
		for _, p := range m.Parts {
			for _, line := range strings.Split(p.Text(), "\n") {
				if v, ok := strings.CutPrefix(line, key+": "); ok {
					return strings.TrimSpace(v)
				}
			}
		}
		return ""
	}
	return Format{
		Name: name,
		Fits: func(m *Message) (bool, string) {
			return get(m, "layout") == mark, "its layout is not " + mark
		},
		Read: func(m *Message) Reading {
			if get(m, "break") != "" {
				panic("index out of range")
			}
			if get(m, "ignore") != "" {
				return Reading{Ignored: "dry run"}
			}
			n := models.Notice{
				MaintenanceID: get(m, "id"), Account: get(m, "account"), Status: models.Status(get(m, "status")),
				Summary: m.Subject, Synthetic: get(m, "synthetic") != "",
			}
			var r Reading
			for _, window := range strings.Fields(get(m, "windows")) {
				from, to, _ := strings.Cut(window, "/")
				start, err := time.Parse(time.RFC3339, from)
				if err != nil {
					r.Fields = append(r.Fields, FieldError{"start", "no time: " + from})
				}
				end, _ := time.Parse(time.RFC3339, to)
				var circuits []models.NoticeCircuit
				for _, cid := range strings.Fields(get(m, "circuits")) {
					circuits = append(circuits, models.NoticeCircuit{CID: cid})
				}
				n.Windows = append(n.Windows, models.NoticeWindow{Start: start, End: end, Circuits: circuits})
			}
			r.Notices = []models.Notice{n}
			return r
		},
	}
}

func fakeEngine() *Engine {
	return NewEngine([]Provider{
		{Slug: "one", Aliases: []string{"uno"}, Name: "One Net", Organizer: "noc@one.example", Senders: []string{"noc@one.example", "one.example"},
			Subjects: []string{"one net work"}, Body: []string{"one net engineering"},
			Formats: []Format{fakeFormat("one/a", "a"), fakeFormat("one/b", "b")}},
		{Slug: "two", Name: "Two", Senders: []string{"two.example", "*.two.example"}, Filler: "Not Available",
			Body: []string{"two carrier"}, Formats: []Format{fakeFormat("two/a", "a")}},
	})
}

const fullNotice = `Planned maintenance
layout: b
id: W-1
account: A
status: CONFIRMED
windows: 2026-05-06T02:00:00+02:00/2026-05-06T04:00:00+02:00 2026-05-05T02:00:00+02:00/2026-05-05T04:00:00+02:00
circuits: C-1 C-2
`

func mailOf(t testing.TB, header, body string) *Mail {
	t.Helper()
	m, err := ReadMail([]byte(header + "\n\n" + body))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParseFillsDefaults(t *testing.T) {
	m := mailOf(t, "From: noc@one.example\nSubject: Work\nDate: Fri, 1 May 2026 10:00:00 +0200\nReceived: by x; Fri, 1 May 2026 10:00:05 +0200", fullNotice)
	got := fakeEngine().Parse(m, "")
	day := func(d int) models.NoticeWindow {
		start := time.Date(2026, 5, d, 0, 0, 0, 0, time.UTC)
		return models.NoticeWindow{Kind: models.WindowPrimary, Start: start, End: start.Add(2 * time.Hour), Circuits: []models.NoticeCircuit{
			{CID: "C-1", Impact: models.ImpactOutage}, {CID: "C-2", Impact: models.ImpactOutage}}}
	}
	at := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	n := models.Notice{
		Provider: "one", MaintenanceID: "W-1", Account: "A", Organizer: "noc@one.example", Summary: "Work", UID: "0", Sequence: 1,
		Status: models.StatusConfirmed, Stamp: at, Issued: at, Parser: "one/b", ParserVersion: Version,
		Windows: []models.NoticeWindow{day(5), day(6)},
	}
	n.Digest = models.DigestNotice(n)
	want := Result{
		Provider: "one", Detected: "From noc@one.example is an address of One Net (score 100)", Outcome: OutcomeMaintenance,
		Format: "one/b", Notices: []models.Notice{n}, Tried: []string{"one/a: its layout is not a"},
	}
	// Midnight in UTC+2 is the day before in UTC; the windows are sorted.
	want.Notices[0].Windows[0].Start, want.Notices[0].Windows[0].End = day(5).Start, day(5).End
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got, fakeEngine().Parse(m, "uno"), cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Detected" }, cmp.Ignore())); diff != "" {
		t.Errorf("asked for by an alias: %s", diff)
	}
}

func TestOutcomes(t *testing.T) {
	without := func(key string) string {
		var kept []string
		for _, line := range strings.Split(fullNotice, "\n") {
			if !strings.HasPrefix(line, key+":") {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "\n")
	}
	one := "From: noc@one.example"
	tests := []struct {
		name, header, body, given string
		outcome                   Outcome
		provider                  string
		reason                    string // part of Reason
		fields                    string // of the FieldErrors
	}{
		{"no id", one, without("id"), "", OutcomeError, "one", "one/b could not read maintenance_id", "maintenance_id"},
		{"no account", one, without("account"), "", OutcomeError, "one", "", "account"},
		{"account has a filler", "From: a@x.two.example", strings.Replace(without("account"), "layout: b", "layout: a", 1), "", OutcomeMaintenance, "two", "", ""},
		{"no id, derived", "From: a@two.example", strings.Replace(without("id"), "layout: b", "layout: a\nsynthetic: yes", 1), "", OutcomeMaintenance, "two", "", ""},
		{"no window", one, without("windows"), "", OutcomeError, "one", "", "start end"},
		{"no circuits", one, without("circuits"), "", OutcomeError, "one", "", "circuits"},
		{"no circuits, completed", one, strings.Replace(without("circuits"), "CONFIRMED", "COMPLETED", 1), "", OutcomeMaintenance, "one", "", ""},
		{"no status", one, without("status"), "", OutcomeError, "one", "", "status"},
		{"end is start", one, strings.Replace(fullNotice, "04:00:00+02:00 ", "02:00:00+02:00 ", 1), "", OutcomeError, "one", "", "end"},
		{"end before start", one, strings.Replace(fullNotice, "06T04:00", "05T04:00", 1), "", OutcomeError, "one", "", "end"},
		{"unreadable time", one, strings.Replace(fullNotice, "2026-05-06T02", "soon", 1), "", OutcomeError, "one", "", "start start"},
		{"panic", one, "layout: b\nbreak: yes\n", "", OutcomeError, "one", "the format one/b broke on this mail (panic: index out of range)", ""},
		{"ignored by the format", one, "layout: b\nignore: yes\n", "", OutcomeIgnored, "one", "dry run", ""},
		{"no layout fits", one, "Planned maintenance: see our portal", "", OutcomeError, "one", "no layout of one that is known fits this mail", ""},
		{"nothing about maintenance", one, "Our new prices", "", OutcomeIgnored, "one", "nothing in the mail speaks of maintenance", ""},
		{"no content", one, " \r\n", "", OutcomeError, "one", "the mail has no content", ""},
		{"empty", "", "", "", OutcomeError, "", "the file or mail is empty", ""},
		{"empty, of a provider", "", "\n \n", "one", OutcomeError, "one", "the file or mail is empty", ""},
		{"empty calendar", "Content-Type: text/calendar", "", "", OutcomeError, "", "the file or mail is empty", ""},
		{"unknown sender", "From: a@b.example", "Planned maintenance", "", OutcomeError, "", "no provider is known by this mail", ""},
		{"unknown sender, nothing about maintenance", "From: a@b.example", "Hello", "", OutcomeIgnored, "", "no provider is known by this mail", ""},
		{"only a PDF", one + "\nContent-Type: application/pdf; name=work.pdf", "%PDF-1.4", "", OutcomeError, "one", "attachment that cannot be read: work.pdf", ""},
		{"unknown name given", one, fullNotice, "three", OutcomeError, GenericSlug, "no layout of genericprovider", ""},
		{"other provider given", one, fullNotice, "two", OutcomeError, "two", "no layout of two", ""},
		{"automatic reply", one + "\nAuto-Submitted: auto-replied", fullNotice, "", OutcomeIgnored, "one", "Auto-Submitted", ""},
		{"generated is no reply", one + "\nAuto-Submitted: auto-generated", fullNotice, "", OutcomeMaintenance, "one", "", ""},
		{"our own announcement", one + "\nX-Lineman-Announcement: k.lineman@customer.example", fullNotice, "", OutcomeIgnored, "one", "X-Lineman-Announcement", ""},
		{"out of office", one + "\nSubject: [x] Out of Office: Re: Work", fullNotice, "", OutcomeIgnored, "one", "out-of-office", ""},
		{"bounce", "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=B",
			"--B\n\nfailed\n--B\nContent-Type: message/rfc822\n\nFrom: noc@one.example\n\n" + fullNotice, "", OutcomeIgnored, "one", "could not be delivered", ""},
	}
	e := fakeEngine()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := e.Parse(mailOf(t, tt.header, tt.body), tt.given)
			var fields []string
			for _, f := range r.Fields {
				fields = append(fields, f.Field)
			}
			if r.Outcome != tt.outcome || r.Provider != tt.provider || !strings.Contains(r.Reason, tt.reason) || strings.Join(fields, " ") != tt.fields {
				t.Errorf("outcome %s, provider %q, reason %q, fields %q", r.Outcome, r.Provider, r.Reason, fields)
			}
			if r.Panic != (tt.name == "panic") {
				t.Errorf("Panic is %v", r.Panic)
			}
			if r.Outcome != OutcomeMaintenance && len(r.Notices) > 0 {
				t.Error("notices although none was read whole")
			}
		})
	}
}

func TestDerivedValues(t *testing.T) {
	body := strings.NewReplacer("layout: b", "layout: a\nsynthetic: yes", "id: W-1\n", "", "account: A\n", "").Replace(fullNotice)
	r := fakeEngine().Parse(mailOf(t, "From: a@two.example", body), "")
	if r.Outcome != OutcomeMaintenance {
		t.Fatal(r.Problems())
	}
	n := r.Notices[0]
	want := models.SyntheticID("two", "Not Available", []string{"C-1", "C-2"}, n.Windows[0].Start)
	if n.MaintenanceID != want || n.Account != "Not Available" || n.Organizer != "a@two.example" {
		t.Errorf("id %q, account %q, organizer %q", n.MaintenanceID, n.Account, n.Organizer)
	}
}

func TestInnerMessageIsReadFirst(t *testing.T) {
	raw := "From: me@customer.example\nDate: Sun, 3 May 2026 08:00:00 +0000\nSubject: Fwd\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\n" +
		strings.Replace(fullNotice, "W-1", "OUTER", 1) + "--B\nContent-Type: message/rfc822\n\n" +
		"From: noc@one.example\nDate: Fri, 1 May 2026 08:00:00 +0000\nSubject: inner\n\n" + fullNotice + "--B--"
	m, err := ReadMail([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	r := fakeEngine().Parse(m, "")
	if r.Outcome != OutcomeMaintenance || r.Provider != "one" {
		t.Fatalf("%s %q %s", r.Outcome, r.Problems(), r.Detected)
	}
	n := r.Notices[0]
	if n.MaintenanceID != "W-1" || n.Summary != "inner" {
		t.Errorf("read %s with subject %q", n.MaintenanceID, n.Summary)
	}
	if n.Stamp.Day() != 3 || n.Issued.Day() != 1 {
		t.Errorf("stamp %s, issued %s", n.Stamp, n.Issued)
	}
}

func TestDetect(t *testing.T) {
	tests := []struct {
		name, header, body, want string
	}{
		{"address", "From: noc@one.example", "", "one"},
		{"domain", "From: x@one.example", "", "one"},
		{"wildcard", "From: x@mail.two.example", "", "two"},
		{"look-alike", "From: x@one.example.evil.example", "", ""},
		{"display name", "From: \"noc@one.example\" <x@evil.example>", "", ""},
		{"original sender of a list", "From: list@customer.example\nX-Original-Sender: noc@one.example", "", "one"},
		{"reply-to", "From: list@customer.example\nReply-To: noc@one.example", "", "one"},
		{"list alone is too little", "List-Id: Notices <maint.one.example>", "", ""},
		{"subject", "Subject: [ext] One Net WORK tonight", "", "one"},
		{"body", "Subject: hi", "Regards,\nOne  Net\nEngineering", "one"},
		{"body in HTML", "Content-Type: text/html", "<p>One <b>Net</b> Engineering</p>", "one"},
		{"sender beats body", "From: a@two.example", "One Net Engineering", "two"},
		{"calendar", "Content-Type: text/calendar", "BEGIN:VCALENDAR\nX-MAINTNOTE-PROVIDER:one.example\n", "one"},
		{"inner sender", "Subject: Fwd: x", "---------- Forwarded message ---------\nFrom: noc@one.example\nSubject: x\n", "one"},
		{"nothing", "From: a@b.example", "planned work", ""},
	}
	e := fakeEngine()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			c := e.Detect(mailOf(t, tt.header, tt.body))
			if len(c) > 0 {
				got = c[0].Slug
				if !strings.Contains(c[0].Reason(), "score") || len(c[0].Signals) == 0 {
					t.Errorf("no reason: %q", c[0].Reason())
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q (%+v)", got, tt.want, c)
			}
		})
	}
}

func TestUnknownSenderWithCalendar(t *testing.T) {
	r := fakeEngine().Parse(mailOf(t, "From: noc@carrier.example\nContent-Type: text/calendar", event("X-MAINTNOTE-PROVIDER:carrier.example")), "")
	if r.Outcome != OutcomeMaintenance || r.Provider != GenericSlug || r.Notices[0].Provider != "carrier.example" || r.Notices[0].Organizer != "noc@carrier.example" {
		t.Errorf("got %+v", r)
	}
}
