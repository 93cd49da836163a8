package parsers

import (
	"strings"
	"testing"
	"time"

	"lineman/models"
)

// calendarMail is the mail with the calendar of an event.
func calendarMail(lines ...string) func() []byte {
	return func() []byte { return millMail("Content-Type: text/calendar", event(lines...)) }
}

// swapped is the mail with the calendar of an event, one line of it exchanged.
func swapped(line, by string) func() []byte {
	return func() []byte {
		return millMail("Content-Type: text/calendar", strings.Replace(event("X-MAINTNOTE-STATUS:CONFIRMED"), line, by, 1))
	}
}

const (
	eventParsed = "parsed M-1 NO-CHANGE 10T22:00-11T04:00 C-1=OUTAGE"
	eventSure   = "parsed M-1 CONFIRMED 10T22:00-11T04:00 C-1=OUTAGE"
)

// TestHostileOrder holds that numbers and dates which are made to win every
// comparison do not.
func TestHostileOrder(t *testing.T) {
	const not = "is no number from 0 to 2147483647 and does not count"
	runHostile(t, []hostileMail{
		{"SEQUENCE 2147483648", calendarMail("SEQUENCE:2147483648"), eventParsed, not},
		{"SEQUENCE -5", calendarMail("SEQUENCE:-5"), eventParsed, not},
		{"SEQUENCE 1e9", calendarMail("SEQUENCE:1e9"), eventParsed, not},
		{"SEQUENCE 10^400", calendarMail("SEQUENCE:1" + strings.Repeat("0", 400)), eventParsed, not},
		{"DTSTAMP year 9999", swapped("DTSTAMP:20260301T000000Z", "DTSTAMP:99990101T000000Z"), eventSure, "DTSTAMP is in the year 9999, the mail's date is taken"},
	})
}

// TestReplayedNotices holds that a genuine old mail which is sent again changes
// nothing: neither an old cancellation nor a lower SEQUENCE of the same UID.
func TestReplayedNotices(t *testing.T) {
	received := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	read := func(later time.Duration, stamp string, lines ...string) models.Notice {
		t.Helper()
		ics := strings.Replace(event(lines...), "DTSTAMP:20260301T000000Z", "DTSTAMP:"+stamp, 1)
		r := millEngine().Parse(mustRead(t, millMail("Content-Type: text/calendar", ics)), "")
		if r.Outcome != OutcomeMaintenance {
			t.Fatal(r.Problems())
		}
		n := r.Notices[0]
		n.Received = received.Add(later)
		n.ID = stamp + strings.Join(lines, "")
		return n
	}
	for _, seq := range []string{"2147483648", "-5", "1e9", "1" + strings.Repeat("0", 400)} {
		if n := read(0, "20260301T000000Z", "UID:u-1", "SEQUENCE:"+seq); n.Sequence != -1 {
			t.Errorf("SEQUENCE %s is taken as %d", Clip(seq, 20), n.Sequence)
		}
	}
	confirmed := read(0, "20260301T000000Z", "X-MAINTNOTE-STATUS:CONFIRMED", "UID:u-1", "SEQUENCE:3")
	for name, replay := range map[string]models.Notice{
		"cancellation of last year": read(time.Hour, "20250301T000000Z", "X-MAINTNOTE-STATUS:CANCELLED", "UID:u-0", "SEQUENCE:9"),
		"lower SEQUENCE":            read(time.Hour, "20260301T060000Z", "X-MAINTNOTE-STATUS:CANCELLED", "UID:u-1", "SEQUENCE:2"),
		"negative SEQUENCE, old":    read(time.Hour, "20260228T000000Z", "X-MAINTNOTE-STATUS:CANCELLED", "UID:u-1", "SEQUENCE:-5"),
	} {
		for _, notices := range [][]models.Notice{{confirmed, replay}, {replay, confirmed}} {
			if m, _ := models.Fold(notices, nil); m.Status != models.StatusConfirmed {
				t.Errorf("%s: the maintenance is %s, want %s", name, m.Status, models.StatusConfirmed)
			}
		}
	}
}
