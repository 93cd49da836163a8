package parsers

import (
	"fmt"
	"strings"
	"testing"
)

// calendarOf is a mail with a calendar made of what stands before its one event
// and behind it.
func calendarOf(before func() string, after string) func() []byte {
	return func() []byte {
		one := strings.TrimSuffix(strings.TrimPrefix(event(), "BEGIN:VCALENDAR\r\n"), "END:VCALENDAR\r\n")
		return millMail("Content-Type: text/calendar", "BEGIN:VCALENDAR\r\n"+before()+one+after+"END:VCALENDAR\r\n")
	}
}

// eventWith is a mail with an event that has so many of a line.
func eventWith(before, s string, n int, after string) func() []byte {
	return func() []byte {
		return millMail("Content-Type: text/calendar", event(before+strings.Repeat(s, n)+after))
	}
}

// zoned exchanges the start of the event for one in a zone.
func zoned(tzid, rules string) func() []byte {
	return func() []byte {
		ics := strings.Replace(event(), "DTSTART:20260310T220000Z", "DTSTART;TZID="+tzid+":20260310T220000", 1)
		return millMail("Content-Type: text/calendar", strings.Replace(ics, "BEGIN:VEVENT", rules+"BEGIN:VEVENT", 1))
	}
}

// TestHostileCalendars holds the limits of the calendar reader, and that odd
// values are taken for what the standard says or for an error.
func TestHostileCalendars(t *testing.T) {
	const (
		over  = "error bcop/ical could not read calendar; calendar: the calendar is over the limit of "
		start = "error bcop/ical could not read start; start: "
		end   = "error bcop/ical could not read end; end: "
		zone  = "error bcop/ical could not read start; start: the time zone "
	)
	manyRules := func(rule string) string {
		return "BEGIN:VTIMEZONE\r\nTZID:Odd\r\n" + strings.Repeat("BEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"+rule+"END:STANDARD\r\n", 30_000) + "END:VTIMEZONE\r\n"
	}
	runHostile(t, []hostileMail{
		{"1e6 events", calendarOf(func() string { return strings.Repeat("BEGIN:VEVENT\nEND:VEVENT\n", 1_000_000) }, ""), over + "events", ""},
		{"100,000 notices", func() []byte {
			one := strings.TrimSuffix(strings.TrimPrefix(event(), "BEGIN:VCALENDAR\r\n"), "END:VCALENDAR\r\n")
			return millMail("Content-Type: text/calendar", "BEGIN:VCALENDAR\r\n"+strings.Repeat(one, 100_000)+"END:VCALENDAR\r\n")
		}, over + "events", ""},
		{"500 notices with 100 windows each", func() []byte { return millMail("Content-Type: text/calendar", repeatingEvents(500)) }, over + "100000 circuits in all windows together", ""},
		{"100,000 objects", eventWith("", "X-MAINTNOTE-OBJECT-ID:C\r\n", 100_000, "X:y"), over + "properties in one event", ""},
		{"10,000 objects in 100 windows", eventWith("RRULE:FREQ=DAILY\r\n", "X-MAINTNOTE-OBJECT-ID:C\r\n", 10_000, "X:y"), over + "100000 circuits in all windows together", ""},
		{"1e6 properties", eventWith("", "X:y\r\n", 1_000_000, "X:y"), over + "properties in one event", ""},
		{"1e6 lines", calendarOf(func() string { return strings.Repeat("X:y\r\n", 1_000_000) }, ""), over + "lines", ""},

		{"FREQ=SECONDLY", eventWith("RRULE:FREQ=SECONDLY", "", 0, ""), start + "RRULE cannot be read: FREQ=SECONDLY is not supported", ""},
		{"daily for ever", eventWith("RRULE:FREQ=DAILY", "", 0, ""), "parsed M-1 NO-CHANGE 10T22:00-11T04:00 11T22:00-12T04:00 and 98 windows C-1=OUTAGE", "the first 100 windows are taken"},
		{"COUNT of 20 digits", eventWith("RRULE:FREQ=DAILY;COUNT=99999999999999999999", "", 0, ""), start + "RRULE cannot be read: ", ""},
		{"yearly on a day that never is", eventWith("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;INTERVAL=1000000000", "", 0, ""), eventParsed, "the rule of repetition has no end within reach"},
		{"rule of 1 MB", eventWith("RRULE:FREQ=DAILY;BYMONTHDAY=1", ",1", 500_000, ""), start + "RRULE cannot be read: it is longer than 2000 bytes", ""},
		{"1e5 RDATEs", func() []byte { return millMail("Content-Type: text/calendar", event("RDATE:"+manyDates(100_000))) },
			start + "RDATE lists more than 10000 times", ""},
		{"1e5 EXDATEs of one day", eventWith("EXDATE:", "20260401T000000Z,", 100_000, ""), start + "EXDATE lists more than 10000 times", ""},
		{"5,000 RDATEs of one day", eventWith("RDATE:", "20260401T000000Z,", 5000, ""), "parsed M-1 NO-CHANGE 10T22:00-11T04:00 01T00:00-01T06:00 C-1=OUTAGE", ""},
		{"150 RDATEs", func() []byte { return millMail("Content-Type: text/calendar", event("RDATE:"+manyDates(150))) },
			"parsed M-1 NO-CHANGE 10T22:00-11T04:00 01T00:00-01T06:00 and 98 windows C-1=OUTAGE", "of 151 windows the first 100 are taken"},

		{"unfolded line of 50 MB", eventWith("DESCRIPTION:", "x", 50<<20, ""), "error the mail is over the limit of 26214400 bytes", ""},
		{"unfolded line of 20 MB", eventWith("DESCRIPTION:", "x", 20<<20, ""), eventParsed, ""},
		{"1e5 folds", eventWith("DESCRIPTION:x", "\r\n y", 100_000, ""), eventParsed, ""},
		{"1e5 parameters", eventWith("X-A", ";a=b", 200_000, ":c"), eventParsed, ""},
		{"open quotes", eventWith("X-A", `;a="`, 200_000, ":c"), eventParsed, ""},
		{"nested components", calendarOf(func() string { return strings.Repeat("BEGIN:VTODO\r\n", 50_000) }, ""), eventParsed, ""},
		{"events inside each other", calendarOf(func() string { return strings.Repeat("BEGIN:VEVENT\r\n", 400) }, ""), eventParsed, ""},

		{"VTIMEZONE with 30,000 rules", zoned("Odd", manyRules("")), zone + `"Odd" of DTSTART is not known`, ""},
		{"VTIMEZONE with 30,000 rules beside a time in UTC", calendarOf(func() string { return manyRules("RRULE:FREQ=YEARLY\r\n") }, ""), eventParsed, ""},
		{"VTIMEZONE inside itself", zoned("Odd", strings.Repeat("BEGIN:VTIMEZONE\r\nTZID:Odd\r\n", 10_000)+strings.Repeat("END:VTIMEZONE\r\n", 10_000)), zone + `"Odd" of DTSTART is not known`, ""},
		{"zone that is named after itself", zoned("Odd", "BEGIN:VTIMEZONE\r\nTZID:Odd\r\nX-LIC-LOCATION:Odd\r\nEND:VTIMEZONE\r\n"), zone + `"Odd" of DTSTART is not known`, ""},
		{"TZID ../../etc/passwd", zoned("../../etc/passwd", ""), zone + `"../../etc/passwd" of DTSTART is not known`, ""},
		{"TZID /etc/passwd", zoned("/etc/passwd", ""), zone + `"/etc/passwd" of DTSTART is not known`, ""},
		{"TZID of 1 MB", zoned(strings.Repeat("a/", 500_000), ""), zone + `"a/a/a/`, ""},
		{"TZID of the machine", zoned("Local", ""), zone + `"Local" of DTSTART is not known`, ""},

		{"DTSTART in the year 0", swapped("DTSTART:20260310T220000Z", "DTSTART:00000101T000000Z"), start + "DTSTART is ", ""},
		{"DTSTART in the year 9999", swapped("DTSTART:20260310T220000Z", "DTSTART:99991231T235959Z"), start + "DTSTART is in the year 9999", ""},
		{"DTEND before DTSTART", swapped("DTEND:20260311T040000Z", "DTEND:20260310T040000Z"), end + "the event ends before it starts", ""},
		{"DURATION -P1D", swapped("DTEND:20260311T040000Z", "DURATION:-P1D"), end + `DURATION is negative: "-P1D"`, ""},
		{"DURATION P99999999D", swapped("DTEND:20260311T040000Z", "DURATION:P99999999D"), end + `DURATION cannot be read or is too long: "P99999999D"`, ""},
		{"DURATION of 400 digits", swapped("DTEND:20260311T040000Z", "DURATION:P"+strings.Repeat("9", 400)+"D"), end + "DURATION cannot be read or is too long", ""},

		{"attachment of 200 MB", eventWith("ATTACH;ENCODING=BASE64:", "QUJD", 50<<20, ""), "error the mail is over the limit of 26214400 bytes", ""},
		{"attachment of 20 MB", eventWith("ATTACH;ENCODING=BASE64:", "QUJD", 5<<20, ""), eventParsed, ""},
		{"ALTREP to the machine's own services", swapped("X-MAINTNOTE-OBJECT-ID:C-1", `X-MAINTNOTE-OBJECT-ID;ALTREP="http://169.254.169.254/latest/meta-data":C-1`), eventSure, ""},
		{"ALTREP with a script", swapped("X-MAINTNOTE-OBJECT-ID:C-1", "X-MAINTNOTE-OBJECT-ID;ALTREP=javascript:alert(1):C-1"),
			"parsed M-1 CONFIRMED 10T22:00-11T04:00 alert(1):C-1=OUTAGE", ""},
		{"quoted ALTREP with a script", swapped("X-MAINTNOTE-OBJECT-ID:C-1", `X-MAINTNOTE-OBJECT-ID;ALTREP="javascript:alert(1)":C-1`), eventSure, ""},

		{"no impact property", swapped("X-MAINTNOTE-IMPACT:OUTAGE\r\n", ""), eventSure, "the event has no X-MAINTNOTE-IMPACT, which means OUTAGE"},
		{"unknown impact", swapped("X-MAINTNOTE-IMPACT:OUTAGE", "X-MAINTNOTE-IMPACT:X-PERHAPS"), eventSure, `the impact "X-PERHAPS" is not known and taken as OUTAGE`},
		{"one object with OUTAGE in an event with NO-IMPACT", func() []byte {
			ics := strings.Replace(event(), "X-MAINTNOTE-IMPACT:OUTAGE", "X-MAINTNOTE-IMPACT:NO-IMPACT", 1)
			return millMail("Content-Type: text/calendar", strings.Replace(ics, "OBJECT-ID:", "OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=OUTAGE:", 1))
		}, eventParsed, ""},
		{"two PRIMARY", swapped("X-MAINTNOTE-MAINTENANCE-ID:M-1", "X-MAINTNOTE-MAINTENANCE-ID;X-MAINTNOTE-PRECEDENCE=PRIMARY:M-1\r\nX-MAINTNOTE-MAINTENANCE-ID;X-MAINTNOTE-PRECEDENCE=PRIMARY:M-2"),
			eventSure, "several maintenance ids are marked PRIMARY, the first one is taken"},
	})
}

// repeatingEvents is a calendar of so many events of one maintenance, each with
// as many windows as are taken.
func repeatingEvents(n int) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\n")
	for i := range n {
		one := event("RRULE:FREQ=DAILY", "X-MAINTNOTE-OBJECT-ID:C-2")
		one = strings.TrimSuffix(strings.TrimPrefix(one, "BEGIN:VCALENDAR\r\n"), "END:VCALENDAR\r\n")
		b.WriteString(strings.Replace(one, "T220000Z", fmt.Sprintf("T22%02d%02dZ", i/60, i%60), 1))
	}
	return b.String() + "END:VCALENDAR\r\n"
}

// manyDates are so many dates of different days, from April 2026 on.
func manyDates(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "2026%02d%02dT00%02d00Z,", 4+i/28%9, 1+i%28, i/300%60)
	}
	return b.String()
}
