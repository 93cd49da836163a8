package provider

import (
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
