package provider

import (
	"fmt"
	"strings"
	"testing"

	"lineman/models"
	"lineman/parsers"
)

// calendarNotice is a mail of Arelion with a text and its calendar's events,
// each given by its number and status.
func calendarNotice(from, subject, body string, events ...string) string {
	b := "Content-Type: multipart/mixed; boundary=b1\n\n--b1\nContent-Type: text/plain; charset=utf-8\n\n" + body +
		"\n--b1\nContent-Type: text/calendar; charset=utf-8\n\nBEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Harbour//Test\n"
	for _, e := range events {
		number, status, _ := strings.Cut(e, " ")
		b += "BEGIN:VEVENT\nUID:PWIC900100." + number + "@arelion.com\nDTSTAMP:20260302T080000Z\nDTSTART:20260311T040000Z\nDTEND:20260311T120000Z\nSEQUENCE:1\n" +
			"SUMMARY:PWIC900100." + number + ": planned work\nORGANIZER;CN=\"CSC: Arelion\":mailto:support@arelion.com\nX-MAINTNOTE-ACCOUNT:900100\n" +
			"X-MAINTNOTE-MAINTENANCE-ID:PWIC900100." + number + "\nX-MAINTNOTE-OBJECT-ID:IC-900100\nX-MAINTNOTE-IMPACT:OUTAGE\nX-MAINTNOTE-STATUS:" + status + "\nEND:VEVENT\n"
	}
	return mail(from, subject, b+"END:VCALENDAR\n--b1--\n")
}

func TestCalendarContradictions(t *testing.T) {
	const (
		arelion = "Arelion <support@arelion.com>"
		list    = "\"'Arelion' via NOC\" <noc@lists.harbour-isp.example>"
		subj    = "Planned Work PWIC900100"
		see     = "Please see the calendar.\n"
	)
	times := func(start, end string) string {
		return "Planned work reference: PWIC900100\nStart Date and Time: " + start + "\nEnd Date and Time: " + end + "\n"
	}
	for _, tt := range []struct {
		name, from, subject, body string
		events, want              []string
		warning                   string
	}{
		{"plain", arelion, subj, see, []string{"1 CONFIRMED"}, []string{"CONFIRMED"}, ""},
		{"organizer of a list's mail", list, subj, see, []string{"1 CONFIRMED"}, []string{"CONFIRMED"}, ""},
		{"cancelled in the subject", arelion, "CANCELLED: " + subj, see, []string{"1 CONFIRMED"}, []string{"CANCELLED"}, "the subject says CANCELLED"},
		{"completed in the text", arelion, subj, "This work has been completed.\n" + see, []string{"1 CONFIRMED"}, []string{"COMPLETED"}, "the text says COMPLETED"},
		{"not cancelled", arelion, subj, "This work has not been cancelled.\n" + see, []string{"1 CONFIRMED"}, []string{"CONFIRMED"}, ""},
		{"cancelled below the details", arelion, subj, "Planned work reference: PWIC900100\nAction and Reason: the work of May was cancelled.\n", []string{"1 CONFIRMED"}, []string{"CONFIRMED"}, ""},
		{"subject means one of two events", arelion, "CANCELLED: " + subj, see, []string{"1 CONFIRMED", "2 CANCELLED"}, []string{"CONFIRMED", "CANCELLED"}, ""},
		{"same times in the text", arelion, subj, times("2026-03-11 05:00 CET", "2026-03-11 12:00 UTC"), []string{"1 CONFIRMED"}, []string{"CONFIRMED"}, ""},
		{"other times in the text", arelion, subj, times("2026-03-12 04:00 UTC", "2026-03-12 12:00 UTC"), []string{"1 CONFIRMED"}, []string{"CONFIRMED"}, "the calendar does not have"},
		{"times without a zone", arelion, subj, times("2026-03-11 05:00", "2026-03-11 13:00"), []string{"1 CONFIRMED"}, []string{"CONFIRMED"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read, err := parsers.ReadMail([]byte(calendarNotice(tt.from, tt.subject, tt.body, tt.events...)))
			if err != nil {
				t.Fatal(err)
			}
			r := parsers.NewEngine(All()).Parse(read, "")
			if r.Provider != "arelion" || len(r.Notices) != len(tt.want) {
				t.Fatalf("%s %s %s, %d notices", r.Provider, r.Outcome, r.Reason, len(r.Notices))
			}
			for i, n := range r.Notices {
				if n.Status != models.Status(tt.want[i]) {
					t.Errorf("%s is %s, want %s", n.MaintenanceID, n.Status, tt.want[i])
				}
				if all := strings.Join(n.Warnings, "\n"); tt.warning == "" && all != "" || !strings.Contains(all, tt.warning) {
					t.Errorf("warnings %q, want %q", all, tt.warning)
				}
			}
		})
	}
}

func TestCalendarProvidersFaults(t *testing.T) {
	read, err := parsers.ReadMail([]byte(mail("Arelion <support@arelion.com>", "Disturbance Information - fibre cut near Ulm", text("We have a disturbance on circuit IC-900100.\n"))))
	if err != nil {
		t.Fatal(err)
	}
	if r := parsers.NewEngine(All()).Parse(read, ""); r.Outcome != parsers.OutcomeIgnored || r.Reason == "" {
		t.Errorf("%s %s %q", r.Provider, r.Outcome, r.Reason)
	}
	read, err = parsers.ReadMail([]byte(mail("Arelion <support@arelion.com>", "Planned Work PWIC900100", text("Work on circuit IC-900100.\n"))))
	if err != nil {
		t.Fatal(err)
	}
	if r := parsers.NewEngine(All()).Parse(read, ""); r.Outcome != parsers.OutcomeError {
		t.Errorf("%s %s %q", r.Provider, r.Outcome, r.Reason)
	}
}

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
