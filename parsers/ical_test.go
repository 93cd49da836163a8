package parsers

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lineman/models"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a value as JSON with a file, or writes it.
func golden(t *testing.T, file string, v any) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (run with -update)", err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s: %s", file, diff)
	}
}

// parseAs reads bytes as a mail of the generic provider.
func parseAs(t testing.TB, raw []byte) Result {
	t.Helper()
	m, err := ReadMail(raw)
	if err != nil {
		t.Fatal(err)
	}
	return NewEngine(nil).Parse(m, GenericSlug)
}

// TestCalendars reads the calendars of testdata/ical, each a shape that
// senders use or break.
func TestCalendars(t *testing.T) {
	files, err := filepath.Glob("testdata/ical/*.ics")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ics")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := parseAs(t, raw).File(filepath.Base(file), true)
			if name != "initial" {
				for i := range f.Maintenances {
					f.Maintenances[i].Evidence = nil
				}
			}
			golden(t, strings.TrimSuffix(file, ".ics")+".json", f)
		})
	}
}

// TestCalendarAnywhere finds one calendar under any type, name and encoding.
func TestCalendarAnywhere(t *testing.T) {
	raw, err := os.ReadFile("testdata/ical/initial.ics")
	if err != nil {
		t.Fatal(err)
	}
	want := parseAs(t, raw).Notices
	utf16 := []byte("\xff\xfe")
	for _, c := range raw {
		utf16 = append(utf16, c, 0)
	}
	tests := []struct {
		name, head string
		body       []byte
	}{
		{"text/calendar", "Content-Type: text/calendar", raw},
		{"application/ics", "Content-Type: application/ics; name=x", raw},
		{"octet-stream", "Content-Type: application/octet-stream", raw},
		{"by name only", "Content-Type: application/octet-stream; name=a.ICS", append([]byte("text before\r\n"), raw...)},
		{"plain text", "Content-Type: text/plain", append([]byte("Dear customer,\r\n\r\n"), raw...)},
		{"UTF-16", "Content-Type: text/calendar; charset=utf-8", utf16},
		{"LF", "Content-Type: text/calendar", bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))},
		{"CR", "Content-Type: text/calendar", bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\r"))},
		{"mark", "Content-Type: text/calendar", append([]byte("\xef\xbb\xbf"), raw...)},
		{"no END", "Content-Type: text/calendar", raw[:bytes.Index(raw, []byte("END:VEVENT"))]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mail := append([]byte("From: a@carrier.example\n"+tt.head+"\n\n"), tt.body...)
			got := parseAs(t, mail)
			if diff := cmp.Diff(want, got.Notices); diff != "" || len(want) == 0 {
				t.Errorf("%q: %s", got.Problems(), diff)
			}
		})
	}
	twice := []byte("Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/calendar\n\n" + string(raw) +
		"\n--B\nContent-Type: application/ics\n\n" + string(raw) + "\n--B--\n")
	if diff := cmp.Diff(want, parseAs(t, twice).Notices); diff != "" {
		t.Errorf("the same calendar twice: %s", diff)
	}
}

// TestCalendarHome reads floating times in the provider's zone.
func TestCalendarHome(t *testing.T) {
	raw, err := os.ReadFile("testdata/ical/floating.ics")
	if err != nil {
		t.Fatal(err)
	}
	m, err := ReadMail(raw)
	if err != nil {
		t.Fatal(err)
	}
	e := NewEngine([]Provider{{Slug: "x", Name: "X", Formats: []Format{Calendar("Asia/Singapore")}}})
	r := e.Parse(m, "x")
	if r.Outcome != OutcomeMaintenance {
		t.Fatal(r.Problems())
	}
	n := r.Notices[0]
	if want := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC); !n.Windows[0].Start.Equal(want) {
		t.Errorf("start %s, want %s", n.Windows[0].Start, want)
	}
	if !strings.Contains(strings.Join(n.Warnings, "\n"), "read in Asia/Singapore") {
		t.Errorf("not flagged: %q", n.Warnings)
	}
}

func TestWindowsZones(t *testing.T) {
	for name, iana := range windowsZones {
		if name != strings.ToLower(name) || Place(iana) == nil {
			t.Errorf("%s: no zone %s", name, iana)
		}
	}
}

func event(lines ...string) string {
	base := []string{
		"BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART:20260310T220000Z", "DTEND:20260311T040000Z", "DTSTAMP:20260301T000000Z",
		"X-MAINTNOTE-ACCOUNT:A", "X-MAINTNOTE-MAINTENANCE-ID:M-1", "X-MAINTNOTE-OBJECT-ID:C-1", "X-MAINTNOTE-IMPACT:OUTAGE",
	}
	return strings.Join(append(append(base, lines...), "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}

// TestHostileCalendars: the outcome is explicit and comes soon.
func TestHostileCalendars(t *testing.T) {
	one := strings.TrimSuffix(strings.TrimPrefix(event(), "BEGIN:VCALENDAR\r\n"), "END:VCALENDAR\r\n")
	tests := []struct {
		name string
		raw  string
		want Outcome
	}{
		{"100,000 events", "BEGIN:VCALENDAR\r\n" + strings.Repeat(one, 100_000/2) + "END:VCALENDAR", OutcomeError},
		{"100,000 objects", event(strings.Repeat("X-MAINTNOTE-OBJECT-ID:C\r\n", 100_000)), OutcomeError},
		{"line of 20 MB", event("DESCRIPTION:" + strings.Repeat("x", 20<<20)), OutcomeMaintenance},
		{"1e5 folds", event("DESCRIPTION:x" + strings.Repeat("\r\n y", 100_000)), OutcomeMaintenance},
		{"1e6 lines", event(strings.Repeat("X:y\r\n", 1_000_000)), OutcomeError},
		{"1e5 RDATEs", event("RDATE:" + strings.Repeat("20260401T000000Z,", 100_000)), OutcomeMaintenance},
		{"1e5 parameters", event("X-A" + strings.Repeat(";a=b", 200_000) + ":c"), OutcomeMaintenance},
		{"open quotes", event("X-A" + strings.Repeat(";a=\"", 200_000) + ":c"), OutcomeMaintenance},
		{"yearly for ever", event("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;INTERVAL=1000000000"), OutcomeMaintenance},
		{"big attachment", event("ATTACH;ENCODING=BASE64:" + strings.Repeat("QUJD", 2<<20)), OutcomeMaintenance},
		{"nested components", "BEGIN:VCALENDAR\r\n" + strings.Repeat("BEGIN:VTODO\r\n", 50_000) + one, OutcomeMaintenance},
		{"zone with 1e5 rules", "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Z\r\n" + strings.Repeat("BEGIN:STANDARD\r\nEND:STANDARD\r\n", 50_000) + "END:VTIMEZONE\r\n" + one, OutcomeMaintenance},
		{"sequence of 400 digits", event("SEQUENCE:1" + strings.Repeat("0", 400)), OutcomeMaintenance},
		{"zone name of 1 MB", strings.Replace(event(), "DTSTART:20260310T220000Z", "DTSTART;TZID="+strings.Repeat("a/", 500_000)+":20260310T220000", 1), OutcomeError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := parseAs(t, []byte(tt.raw))
			if r.Outcome != tt.want {
				t.Errorf("%s, want %s: %q", r.Outcome, tt.want, Clip(strings.Join(r.Problems(), " "), 500))
			}
			for _, n := range r.Notices {
				if len(n.Windows) > maxEvents+maxRepeats || n.MaintenanceID != "M-1" || n.Windows[0].Circuits[0].Impact != models.ImpactOutage {
					t.Errorf("state is wrong: %d windows of %s", len(n.Windows), n.MaintenanceID)
				}
			}
		})
	}
}

// TestZoneRules reads times in a zone that only its VTIMEZONE describes.
func TestZoneRules(t *testing.T) {
	zone := func(dayStart, dayRule string) string {
		return strings.Join([]string{"BEGIN:VTIMEZONE", "TZID:Customized Time Zone", "BEGIN:STANDARD", "DTSTART:16011104T020000",
			"RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11", "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "END:STANDARD", "BEGIN:DAYLIGHT",
			"DTSTART:" + dayStart, "RRULE:" + dayRule, "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT", "END:VTIMEZONE", ""}, "\r\n")
	}
	good := zone("16010311T020000", "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3")
	newYork := Place("America/New_York")
	for _, local := range []string{"20260115T120000", "20260307T230000", "20260308T013000", "20260308T033000", "20260701T000000", "20261031T230000", "20261101T030000", "20271225T080000"} {
		want, err := time.ParseInLocation("20060102T150405", local, newYork)
		if err != nil {
			t.Fatal(err)
		}
		ics := strings.Replace(event("X-MAINTNOTE-STATUS:CONFIRMED"), "DTSTART:20260310T220000Z", "DTSTART;TZID=Customized Time Zone:"+local, 1)
		ics = strings.Replace(ics, "DTEND:20260311T040000Z", "DURATION:PT1H", 1)
		ics = strings.Replace(ics, "BEGIN:VEVENT", good+"BEGIN:VEVENT", 1)
		r := parseAs(t, []byte(ics))
		if r.Outcome != OutcomeMaintenance {
			t.Fatalf("%s: %q", local, r.Problems())
		}
		if got := r.Notices[0].Windows[0].Start; !got.Equal(want) {
			t.Errorf("%s: got %s, want %s", local, got, want.UTC())
		}
	}
	for _, bad := range []string{"FREQ=YEARLY", "FREQ=YEARLY;BYMONTHDAY=8;BYMONTH=3", "FREQ=DAILY", "FREQ=YEARLY;BYDAY=2SU;BYMONTH=13"} {
		ics := strings.Replace(event(), "DTSTART:20260310T220000Z", "DTSTART;TZID=Customized Time Zone:20260310T220000", 1)
		ics = strings.Replace(ics, "BEGIN:VEVENT", zone("16010311T020000", bad)+"BEGIN:VEVENT", 1)
		if r := parseAs(t, []byte(ics)); r.Outcome != OutcomeError || len(r.Fields) != 1 || r.Fields[0].Field != "start" {
			t.Errorf("%s: %s %v", bad, r.Outcome, r.Fields)
		}
	}
}
