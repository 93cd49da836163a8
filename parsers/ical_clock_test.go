package parsers

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestClockTime holds RFC 5545, 3.3.5: the offset before the change for a time
// that the clocks skip, the first of two where they repeat it.
func TestClockTime(t *testing.T) {
	tests := []struct{ zone, wall, want, remark string }{
		{"Europe/Berlin", "2026-03-29 01:59", "2026-03-29 00:59", ""},
		{"Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00", "does not exist"},
		{"Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:30", "does not exist"},
		{"Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00", ""},
		{"Europe/Berlin", "2026-10-25 01:59", "2026-10-24 23:59", ""},
		{"Europe/Berlin", "2026-10-25 02:00", "2026-10-25 00:00", "comes twice"},
		{"Europe/Berlin", "2026-10-25 02:59", "2026-10-25 00:59", "comes twice"},
		{"Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00", ""},
		{"America/New_York", "2026-03-08 02:30", "2026-03-08 07:30", "does not exist"}, // the example of the RFC, of another year
		{"America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", "comes twice"},
		{"Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "comes twice"}, // half an hour
		{"Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45", "does not exist"},
		{"Asia/Beirut", "2026-03-29 00:00", "2026-03-28 22:00", "does not exist"},  // at midnight
		{"Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00", "does not exist"}, // a whole day
		{"Etc/UTC", "2026-03-29 02:30", "2026-03-29 02:30", ""},
		{"Asia/Tokyo", "2026-03-29 02:30", "2026-03-28 17:30", ""},
	}
	const layout = "2006-01-02 15:04"
	for _, tt := range tests {
		wall, err := time.Parse(layout, tt.wall)
		if err != nil {
			t.Fatal(err)
		}
		at, remark := clockTime(wall, Place(tt.zone))
		if got := at.UTC().Format(layout); got != tt.want || !strings.Contains(remark, tt.remark) || (tt.remark == "") != (remark == "") {
			t.Errorf("%s in %s: %s %q, want %s %q", tt.wall, tt.zone, got, remark, tt.want, tt.remark)
		}
	}
}

// berlinRules are the times of Berlin under a name that nobody knows.
const berlinRules = "BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:16011028T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n" +
	"TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010325T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n" +
	"TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

// timedEvent is a calendar whose event has these lines for its times.
func timedEvent(lines ...string) string {
	ics := strings.Replace(event(), "DTSTART:20260310T220000Z\r\nDTEND:20260311T040000Z", strings.Join(lines, "\r\n"), 1)
	return strings.Replace(ics, "BEGIN:VEVENT", berlinRules+"BEGIN:VEVENT", 1)
}

// TestCalendarClockChanges reads calendar times that the clocks skip or repeat,
// says so in the evidence of the window and in a warning, and keeps nights as
// long as the clock says.
func TestCalendarClockChanges(t *testing.T) {
	const gap, twice = "does not exist", "comes twice"
	tests := []struct {
		name, home string
		lines      []string
		want       []string // windows, UTC
		evidence   string   // of the start of the last window
		warning    string
	}{
		{"gap by TZID", "", []string{"DTSTART;TZID=Europe/Berlin:20260329T023000", "DTEND;TZID=Europe/Berlin:20260329T050000"},
			[]string{"29T01:30-29T03:00"}, "DTSTART, 2026-03-29 02:30 " + gap + " in Europe/Berlin", "DTSTART: 2026-03-29 02:30 " + gap},
		{"overlap by TZID", "", []string{"DTSTART;TZID=Europe/Berlin:20261025T020000", "DTEND;TZID=Europe/Berlin:20261025T050000"},
			[]string{"25T00:00-25T04:00"}, "DTSTART, 2026-10-25 02:00 " + twice + " in Europe/Berlin", "DTSTART: 2026-10-25 02:00 " + twice},
		{"end in the overlap", "", []string{"DTSTART;TZID=Europe/Berlin:20261024T230000", "DTEND;TZID=Europe/Berlin:20261025T023000"},
			[]string{"24T21:00-25T00:30"}, "DTSTART", "DTEND: 2026-10-25 02:30 " + twice},
		{"gap by Windows name", "", []string{"DTSTART;TZID=W. Europe Standard Time:20260329T023000", "DURATION:PT1H"},
			[]string{"29T01:30-29T02:30"}, gap, "DTSTART: 2026-03-29 02:30 " + gap},
		{"gap by VTIMEZONE alone", "", []string{"DTSTART;TZID=Office:20260329T023000", "DURATION:PT1H"},
			[]string{"29T01:30-29T02:30"}, "in Office", "DTSTART: 2026-03-29 02:30 " + gap},
		{"overlap by VTIMEZONE alone", "", []string{"DTSTART;TZID=Office:20261025T023000", "DURATION:PT1H"},
			[]string{"25T00:30-25T01:30"}, "in Office", "DTSTART: 2026-10-25 02:30 " + twice},
		{"floating gap", "America/New_York", []string{"DTSTART:20260308T023000", "DTEND:20260308T060000"},
			[]string{"08T07:30-08T10:00"}, gap + " in America/New_York", "DTSTART names no time zone and is read in America/New_York"},
		{"floating overlap", "America/New_York", []string{"DTSTART:20261101T013000", "DTEND:20261101T060000"},
			[]string{"01T05:30-01T11:00"}, twice + " in America/New_York", "DTSTART: 2026-11-01 01:30 " + twice},
		{"day without its midnight", "Asia/Beirut", []string{"DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260330"},
			[]string{"28T22:00-29T21:00"}, gap + " in Asia/Beirut", "read as the whole day in Asia/Beirut"},
		{"rule over the gap", "", []string{"DTSTART;TZID=Europe/Berlin:20260328T023000", "DTEND;TZID=Europe/Berlin:20260328T050000", "RRULE:FREQ=DAILY;COUNT=3"},
			[]string{"28T01:30-28T04:00", "29T01:30-29T04:00", "30T00:30-30T03:00"}, "RRULE", "RRULE: 2026-03-29 02:30 " + gap},
		{"rule that begins in the gap", "", []string{"DTSTART;TZID=Europe/Berlin:20260329T023000", "DURATION:PT2H", "RRULE:FREQ=DAILY;COUNT=2"},
			[]string{"29T01:30-29T03:30", "30T00:30-30T02:30"}, "RRULE", "DTSTART: 2026-03-29 02:30 " + gap},
		{"a day of 23 hours", "", []string{"DTSTART;TZID=Europe/Berlin:20260328T220000", "DURATION:P1D"},
			[]string{"28T21:00-29T20:00"}, "DTSTART", ""},
		{"a day of 25 hours and one hour", "", []string{"DTSTART;TZID=Europe/Berlin:20261024T220000", "DURATION:P1DT1H"},
			[]string{"24T20:00-25T22:00"}, "DTSTART", ""},
		{"period of its own length", "", []string{"DTSTART:20260310T220000Z", "DTEND:20260311T040000Z", "RDATE;VALUE=PERIOD:20260312T220000Z/PT1H,20260313T220000Z/20260313T230000Z"},
			[]string{"10T22:00-11T04:00", "12T22:00-12T23:00", "13T22:00-13T23:00"}, "RDATE", ""},
		{"date before the start", "", []string{"DTSTART:20260310T220000Z", "DTEND:20260311T040000Z", "RDATE:20260309T220000Z"},
			[]string{"09T22:00-10T04:00", "10T22:00-11T04:00"}, "DTSTART", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ReadMail([]byte(timedEvent(tt.lines...)))
			if err != nil {
				t.Fatal(err)
			}
			e := NewEngine([]Provider{{Slug: "x", Name: "X", Formats: []Format{Calendar(tt.home)}}})
			r := e.Parse(m, "x")
			if r.Outcome != OutcomeMaintenance {
				t.Fatal(r.Problems())
			}
			var got []string
			for _, w := range r.Notices[0].Windows {
				got = append(got, w.Start.Format("02T15:04")+"-"+w.End.Format("02T15:04"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("windows (-want +got):\n%s", diff)
			}
			if warnings := strings.Join(r.Notices[0].Warnings, "\n"); !strings.Contains(warnings, tt.warning) {
				t.Errorf("warnings %q, want %q", warnings, tt.warning)
			}
			all := r.Maintenances(true)
			starts := 0
			for _, ev := range all[len(all)-1].Evidence {
				if ev.Field == "start" {
					starts++
					if !strings.Contains(ev.Rule, tt.evidence) {
						t.Errorf("evidence %+v, want the rule %q", ev, tt.evidence)
					}
				}
			}
			if starts != 1 {
				t.Errorf("%d pieces of evidence for the start of the last window", starts)
			}
		})
	}
}
