package provider

import (
	"strings"
	"testing"
)

const gttFrom = "<InfraCo.CM@exainfra.net>"

func gttHTML(title, lead, start, end, rows string) string {
	return "<p><i>Planned Work Notification: " + title + "</i></p><p>" + lead + "</p><b>Details:</b><br><table><tr><td>Start<td>" + start + "</tr><tr><td>End<td>" + end +
		"</tr></table><p>Planned work Reason:<br>Cards</p><table><tr><th>Services Affected<th>SLID/CCSD<th>Customer PON<th>Expected Impact to your Service</tr>" + rows + "</table>"
}

func TestGttVariants(t *testing.T) {
	const (
		subj     = "EXA Planned Work Notification TT 90010001 - New"
		from, to = "2026-03-11 22:00:00 GMT", "2026-03-12 04:00:00 GMT"
		row      = "<tr><td>HI/1<td>900100-1<td>PO # 1<td>180 min</tr>"
	)
	start := []string{"2026-03-11 22:00"}
	runVariants(t, "gtt", []variant{
		{name: "plain", mail: mail(gttFrom, subj, gttHTML("90010001 - New", "We work between 2026-03-11 22:00:00 - 2026-03-12 04:00:00 GMT.", from, to, row)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "emergency heading", mail: mail(gttFrom, strings.Replace(subj, "Planned", "Emergency", 1), strings.Replace(gttHTML("90010001 - New", "", from, to, row), "Planned Work", "Emergency Work", 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "cancelled with times", mail: mail(gttFrom, "EXA Planned Work Notification TT 90010001 - Cancelled", gttHTML("90010001 - Cancelled", "", from, to, row)), status: "CANCELLED", windows: start, circuits: 1},
		{name: "cancelled without times", mail: mail(gttFrom, "EXA Planned Work Notification TT 90010001 - Cancelled", "<p>Planned Work Notification: 90010001 - Cancelled</p><p>The work is cancelled.</p>"), fields: []string{"start", "end"}},
		{name: "update without new times", mail: mail(gttFrom, "EXA Planned Work Notification TT 90010001 - Update", gttHTML("90010001 - Update", "More people.", from, to, row)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "sentence contradicts", mail: mail(gttFrom, subj, gttHTML("90010001 - New", "We work between 2026-03-12 22:00:00 - 2026-03-13 04:00:00 GMT.", from, to, row)), fields: []string{"start"}, reason: "apart"},
		{name: "subject names another ticket", mail: mail(gttFrom, subj, gttHTML("90010009 - New", "", from, to, row)), status: "CONFIRMED", windows: start, circuits: 1, warning: "names 90010001"},
		{name: "two purchase orders", mail: mail(gttFrom, subj, gttHTML("90010001 - New", "", from, to, row+strings.NewReplacer("PO # 1", "PO # 2", "900100-1", "900100-2").Replace(row))), status: "CONFIRMED", windows: start, circuits: 2, warning: "purchase order"},
		{name: "no zone", mail: mail(gttFrom, subj, gttHTML("90010001 - New", "", "2026-03-11 22:00:00", "2026-03-12 04:00:00", row)), fields: []string{"start"}, reason: "time zone"},
		{name: "invitation cancels", mail: mail(gttFrom, subj, "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n"+gttHTML("90010001 - New", "", from, to, row)+"\n--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"), status: "CANCELLED", windows: start, circuits: 1},
	})
}
