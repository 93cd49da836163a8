package provider

import (
	"strings"
	"testing"
)

const (
	tataFrom = "Do-Not-Reply <Do-Not-Reply@tatacommunications.com>"
	tataSubj = `TCL TT: "CHGP0900101" / "Normal" / "Scheduled" / Planned Work Notification`
	tataIST  = "2026-03-11 05:30:00 IST to 2026-03-11 11:30:00 IST"
	tataGMT  = "2026-03-11 00:00:00 GMT to 2026-03-11 06:00:00 GMT"
)

func tataHTML(sentence string, rows ...string) string {
	b := "<p>Dear Customer,</p><p>" + sentence + "</p><table><tr><td><b>Ticket Reference - TCL</b><td>CHGP0900101</tr>"
	for i := 0; i+1 < len(rows); i += 2 {
		b += "<tr><td><b>" + rows[i] + "</b><td>" + rows[i+1] + "</tr>"
	}
	return b + "<tr><td>Mail ID :x@y.example</table>"
}

func tataPlain(sentence, state string) string {
	return tataHTML(sentence, "Service ID", "A9001, B9002", "Activity Status", state, "Activity Window (IST)", tataIST, "Activity Window (GMT)", tataGMT)
}

func TestTataVariants(t *testing.T) {
	start := []string{"2026-03-11 00:00"}
	kind := func(s string) string { return s + " /" + tataSubj }
	runVariants(t, "tata", []variant{
		{name: "plain", mail: mail(tataFrom, tataSubj, tataPlain("Work.", "Scheduled")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "reminder while it is being done", mail: mail(tataFrom, kind("Second Reminder"), tataPlain("Second Reminder.", "Implement")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "being done", mail: mail(tataFrom, strings.Replace(tataSubj, "Scheduled", "Implement", 1), tataPlain("Work.", "Implement")), status: "IN-PROCESS", windows: start, circuits: 2},
		{name: "completed", mail: mail(tataFrom, kind("Completion Notification"), tataPlain("Please note that this activity has been completed.", "Review")), status: "COMPLETED", windows: start, circuits: 2},
		{name: "closed", mail: mail(tataFrom, tataSubj, tataPlain("Work.", "Closed")), status: "COMPLETED", windows: start, circuits: 2},
		{name: "cancelled in the row alone", mail: mail(tataFrom, kind("First Reminder"), tataPlain("Work.", "Canceled")), status: "CANCELLED", windows: start, circuits: 2},
		{name: "contradiction", mail: mail(tataFrom, kind("Completion Notification"), tataPlain("This activity has been cancelled.", "Scheduled")), status: "CANCELLED", windows: start, circuits: 2, warning: "contradicts itself"},
		{name: "will be completed", mail: mail(tataFrom, tataSubj, tataPlain("The work will be completed in two nights and is not cancelled.", "Scheduled")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "only in IST", mail: mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (IST)", "2026-03-11 05:30:00 to 2026-03-11 11:30:00")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "rows contradict", mail: mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (IST)", tataIST, "Activity Window (GMT)", strings.ReplaceAll(tataGMT, "03-11", "03-12"))), fields: []string{"start"}, reason: "apart"},
		{name: "two nights", mail: mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (GMT)", tataGMT+"<br>"+strings.ReplaceAll(tataGMT, "03-11", "03-12"))), status: "CONFIRMED", windows: []string{"2026-03-11 00:00", "2026-03-12 00:00"}, circuits: 1},
		{name: "backup that cannot be read", mail: mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (GMT)", tataGMT, "Activity Description", "x<br>Backup MW: 99:00 UTC")), status: "CONFIRMED", windows: start, circuits: 1, warning: "backup window"},
		{name: "extended to before the start", mail: mail(tataFrom, kind("Extension Notification"), tataHTML("Work.", "Service ID", "A9001", "Activity Window (GMT)", tataGMT, "Extended Up to Time Window (GMT)", "2026-03-10 22:00:00 GMT")), fields: []string{"end"}, reason: "not after the start"},
		{name: "renderings of the extension contradict", mail: mail(tataFrom, kind("Extension Notification"), tataHTML("Work.", "Service ID", "A9001", "Activity Window (GMT)", tataGMT, "Extended Up to Time Window (IST)", "2026-03-11 19:30:00 IST", "Extended Up to Time Window (GMT)", "2026-03-11 10:00:00 GMT")), fields: []string{"end"}, reason: "apart"},
		{name: "wrapped within the window", mail: mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (IST)", strings.Replace(tataIST, "to 2026-03-11 ", "to 2026-03-11<br>", 1), "Activity Window (GMT)", strings.Replace(tataGMT, " to ", " to<br>", 1))), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "unsuccessful, and closed", mail: mail(tataFrom, kind("Activity Unsuccessful Notification"), tataPlain("Work.", "Closed")), status: "CANCELLED", windows: start, circuits: 2, warning: "contradicts itself"},
		{name: "rolled back, and closed", mail: mail(tataFrom, kind("Rollback Notification"), tataPlain("Work.", "Closed")), status: "CANCELLED", windows: start, circuits: 2, warning: "contradicts itself"},
		{name: "postponed", mail: mail(tataFrom, kind("Postponement Notification"), tataPlain("Work.", "Scheduled")), status: "RE-SCHEDULED", windows: start, circuits: 2},
		{name: "no service id", mail: mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "", "NIMS ID", "N9001-1", "Activity Window (GMT)", tataGMT)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "no circuit at all", mail: mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "", "NIMS ID", "", "Activity Window (GMT)", tataGMT)), fields: []string{"circuits"}},
		{name: "no window", mail: mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001")), fields: []string{"start", "end"}},
		{name: "older notice below", mail: mail(tataFrom, kind("Cancellation Notification"), tataPlain("Please note that this activity has been cancelled.", "Canceled")+"<hr>"+tataHTML("Work.", "Service ID", "C9003", "Activity Window (GMT)", strings.ReplaceAll(tataGMT, "03-11", "03-09"))), status: "CANCELLED", windows: start, circuits: 2},
		{name: "other ticket in the subject", mail: mail(tataFrom, strings.Replace(tataSubj, "CHGP0900101", "CHGP0900109", 1), tataPlain("Work.", "Scheduled")), status: "CONFIRMED", windows: start, circuits: 2, warning: "the subject names"},
	})
}
