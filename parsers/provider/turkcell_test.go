package provider

import "testing"

const (
	turkcellFrom = "iNOC <inoc@superonline.net>"
	turkcellSubj = "Planned Work Notification"
	turkcellRows = "<table><tr><td>HARB-1<td>HARBOUR ISP<td>Down<tr><td>HARB-2<td>HARBOUR ISP<td>Down</table>"
)

func turkcellHTML(title, start, end, impact string) string {
	return "<p><b>TURKCELL SUPERONLINE " + title + "</b></p><table><tr><td>Maintenance Number:<td>20000900101<tr><td>Start Tİme:<td>" + start +
		"<tr><td>End Time:<td>" + end + "<tr><td>Impact of the maintenance:<td>" + impact + "<tr><td>Thank you for your cooperation.<tr><td>inoc@superonline.net – 0 000</table>"
}

func TestTurkcellVariants(t *testing.T) {
	const from, to = "05.04.2026 00:00 GMT+3", "05.04.2026 07:00 GMT+3"
	start := []string{"2026-04-04 21:00"}
	runVariants(t, "turkcell", []variant{
		{name: "plain", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, "<p>Cards.</p>"+turkcellRows)), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "emergency", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE EMERGENCY", from, to, turkcellRows)), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "completed", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("MAINTENANCE COMPLETED", from, to, turkcellRows)), status: "COMPLETED", windows: start, circuits: 2},
		{name: "postponed", mail: mail(turkcellFrom, "Postponed: "+turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, turkcellRows)), status: "RE-SCHEDULED", windows: start, circuits: 2},
		{name: "cancelled in Turkish", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("</b>Çalışma iptal edilmiştir.<b>", from, to, turkcellRows)), status: "CANCELLED", windows: start, circuits: 2},
		{name: "cancelled in a Turkish subject", mail: mail(turkcellFrom, "İPTAL: "+turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, turkcellRows)), status: "CANCELLED", windows: start, circuits: 2},
		{name: "circuits of several words", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, "<table><tr><td>IST HARB 10G 001<td>HARBOUR ISP<td>Down<tr><td>IST HARB 10G 002<td>HARBOUR ISP<td>Down</table>")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "no zone", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", "05.04.2026 00:00", "05.04.2026 07:00", turkcellRows)), status: "CONFIRMED", windows: start, circuits: 2, warning: "no time zone"},
		{name: "header in another order", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, "<table><tr><th>Customer<th>Status<th>Circuit ID<tr><td>HARBOUR 1<td>Down<td>HARB-1</table>")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "interfaces on one line", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, "Software.<br>Eth1.1 up up 9001001|01-HARBOUR|ULM|L2 Eth1.2 up up 9001002|01-HARBOUR|ULM|L2")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "unknown impact", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, "<table><tr><td>HARB-1<td>HARBOUR ISP<td>Blue</table>")), status: "CONFIRMED", windows: start, circuits: 1, warning: "not known"},
		{name: "two customers", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, "<table><tr><td>HARB-1<td>HARBOUR<td>Down<tr><td>QUAY-1<td>QUAY<td>Down</table>")), status: "CONFIRMED", windows: start, circuits: 1, warning: "one notice for each"},
		{name: "no circuits", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, to, "Cards.")), fields: []string{"circuits", "account"}},
		{name: "no end", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", from, "", turkcellRows)), fields: []string{"end"}},
		{name: "no date", mail: mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED MAINTENANCE", "32.04.2026 00:00 GMT+3", to, turkcellRows)), fields: []string{"start"}},
	})
}
