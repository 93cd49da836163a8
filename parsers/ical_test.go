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
