package provider

import (
	"fmt"
	"testing"
)

const invitationFrom = "NOC <noc@us.ntt.net>"

// invitation is a mail with a calendar of the standard; status is a line of
// it, and summary its SUMMARY.
func invitation(subject, text, summary, status, more string) string {
	return "From: " + invitationFrom + "\nSubject: " + subject + "\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n" + text + "\n--b\nContent-Type: text/calendar\n\n" +
		"BEGIN:VCALENDAR\nVERSION:2.0\n" + event("VNOC-1-90010001", "20260311", summary, status) + more + "END:VCALENDAR\n--b--\n"
}

func event(id, day, summary, status string) string {
	return fmt.Sprintf("BEGIN:VEVENT\nUID:%s\nDTSTAMP:20260302T090000Z\nDTSTART:%sT010000Z\nDTEND:%sT050000Z\nSUMMARY:%s\nX-MAINTNOTE-PROVIDER:NTT Communications (AS2914)\n"+
		"X-MAINTNOTE-ACCOUNT:9001\nX-MAINTNOTE-MAINTENANCE-ID:%s\nX-MAINTNOTE-OBJECT-ID:900101\nX-MAINTNOTE-IMPACT:OUTAGE\n%sEND:VEVENT\n", id, day, day, summary, id, status)
}

// TestCalendarAndMail holds that a mail whose words end the work is not read
// as work to come, whatever its calendar says, and that no other words do so.
func TestCalendarAndMail(t *testing.T) {
	const confirmed, plain = "X-MAINTNOTE-STATUS:CONFIRMED\n", "Maintenance Notification"
	start := []string{"2026-03-11 01:00"}
	runVariants(t, "ntt", []variant{
		{name: "plain", mail: invitation(plain, "See the calendar.", "Work", confirmed, ""), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "cancelled in the subject", mail: invitation("CANCELLED: "+plain, "See the calendar.", "Work", confirmed, ""), status: "CANCELLED", windows: start, circuits: 1, warning: "the subject says CANCELLED"},
		{name: "completed in the summary", mail: invitation(plain, "See the calendar.", "Maintenance Notification: Completed [VNOC-1-90010001]", confirmed, ""), status: "COMPLETED", windows: start, circuits: 1, warning: "summary says COMPLETED"},
		{name: "cancelled in the text", mail: invitation(plain, "Dear customer,\n\nThis maintenance has been cancelled.", "Work", confirmed, ""), status: "CANCELLED", windows: start, circuits: 1, warning: "the text says CANCELLED"},
		{name: "completed, and the calendar states nothing", mail: invitation("Maintenance completed", "See the calendar.", "Work", "", ""), status: "COMPLETED", windows: start, circuits: 1},
		{name: "not cancelled", mail: invitation(plain, "This maintenance has not been cancelled.", "Work", confirmed, ""), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "what would be", mail: invitation(plain, "If this work is cancelled or postponed you will receive a cancellation notice.", "Work", confirmed, ""), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "words in the details", mail: invitation(plain, "Work.\n\nDescription: the card of the cancelled order", "Work", confirmed, ""), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "older mail below", mail: invitation(plain, "Work.\n\nOn Mon, 1 Mar 2026 NOC wrote:\n> The work has been cancelled.", "Work", confirmed, ""), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "the text has the same window", mail: invitation(plain, "Work.\n\nStart: 11 Mar 2026 02:00 CET\nEnd: 11 Mar 2026 06:00 CET", "Work", confirmed, ""), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "the text has another window", mail: invitation(plain, "Work.\n\nStart: 12 Mar 2026 01:00 UTC\nEnd: 12 Mar 2026 05:00 UTC", "Work", confirmed, ""), status: "CONFIRMED", windows: start, circuits: 1, warning: "the text has a window from 2026-03-12 01:00"},
		{name: "the text has times without a zone", mail: invitation(plain, "Work.\n\nStart: 12 Mar 2026 01:00\nEnd: 12 Mar 2026 05:00", "Work", confirmed, ""), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "said of the other event", mail: invitation("Maintenance VNOC-1-90010002 cancelled", "See the calendar.", "Work", confirmed, event("VNOC-1-90010002", "20260312", "Work", "X-MAINTNOTE-STATUS:CANCELLED\n")), status: "CONFIRMED", windows: start, circuits: 1},
	})
}
