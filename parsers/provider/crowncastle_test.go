package provider

import (
	"strings"
	"testing"
)

const crowncastleFrom = "Change Management <fiberchangemgmt@crowncastle.com>"

func crowncastleHTML(title, rows, circuits string) string {
	return "<p><u>" + title + "</u></p><p>Dear Harbour ISP,<br><br>About the Crown Castle Fiber network.</p><p><b>Ticket Number: </b>CM20260301000</p>" +
		"<table><tr><th colspan=2>Scheduled Start Date &amp; Time<th colspan=2>Scheduled End Date &amp; Time<th>Time Zone</tr>" + rows +
		"</table><p><b>Expected Customer Impact:</b> Potential Service Affecting</p><p><b>Work Description:</b></p><p>Splicing.</p>" + circuits
}

func TestCrowncastleVariants(t *testing.T) {
	const (
		subj    = "Crown Castle Fiber Scheduled Maintenance Notification: CM20260301000"
		eastern = "<tr><td>3/11/2026<td>12:00 AM<td>3/11/2026<td>6:00 AM<td>Eastern</tr>"
		gmt     = "<tr><td>3/11/2026<td>4:00 AM<td>3/11/2026<td>10:00 AM<td>GMT</tr>"
		table   = "<table><tr><th>Circuit ID<th>Active Product<th>Impact<th>Notes</tr><tr><td>900100-ETHN-CCF<td>Ethernet<td>None<td></tr></table>"
	)
	start := []string{"2026-03-11 04:00"}
	runVariants(t, "crowncastle", []variant{
		{name: "plain", mail: mail(crowncastleFrom, subj, crowncastleHTML("Maintenance Notification", eastern+gmt, table)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "only local", mail: mail(crowncastleFrom, subj, crowncastleHTML("Maintenance Notification", eastern, table)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "zones contradict", mail: mail(crowncastleFrom, subj, crowncastleHTML("Maintenance Notification", strings.Replace(eastern, "12:00", "3:00", 1)+gmt, table)), fields: []string{"start"}, reason: "apart"},
		{name: "text with tabs", mail: mail(crowncastleFrom, subj, text("Dear Harbour ISP,\n\nCrown Castle Fiber will work.\n\nTicket Number: CM20260301000\n\nScheduled Start Date & Time\tScheduled End Date & Time\tTime Zone\n3/11/2026\t12:00 AM\t3/11/2026\t6:00 AM\tEastern\n3/11/2026\t4:00 AM\t3/11/2026\t10:00 AM\tGMT\n\nExpected Customer Impact: Potential Service Affecting\n\nCustomer Circuits:\n\nCircuit ID\tActive Product\tImpact\tNotes\n900100-ETHN-CCF\tEthernet\tNone\t\n")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "started", mail: mail(crowncastleFrom, subj, crowncastleHTML("Maintenance Event Status</u></p><p>The work has started.", eastern+gmt, table)), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "emergency", mail: mail(crowncastleFrom, "Crown Castle Fiber Emergency Maintenance Notification: CM20260301000", crowncastleHTML("Emergency Maintenance Notification", gmt, table)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "canceled", mail: mail(crowncastleFrom, subj+" Event Canceled", crowncastleHTML("Maintenance Notification", gmt, "")), status: "CANCELLED", windows: start},
		{name: "subject names another start", mail: mail(crowncastleFrom, subj+" on 3/10/2026 4:00 AM EST", crowncastleHTML("Maintenance Notification", gmt, table)), status: "CONFIRMED", windows: start, circuits: 1, warning: "another start"},
		{name: "unknown impact", mail: mail(crowncastleFrom, subj, crowncastleHTML("Maintenance Notification", gmt, strings.Replace(table, "None", "Blue", 1))), status: "CONFIRMED", windows: start, circuits: 1, warning: "not known"},
		{name: "nobody is addressed", mail: mail(crowncastleFrom, subj, strings.Replace(crowncastleHTML("Maintenance Notification", gmt, table), "Dear Harbour ISP", "Dear Customer", 1)), fields: []string{"account"}},
		{name: "no circuits", mail: mail(crowncastleFrom, subj, crowncastleHTML("Maintenance Notification", gmt, "")), fields: []string{"circuits"}},
		{name: "no window", mail: mail(crowncastleFrom, subj, crowncastleHTML("Maintenance Notification", "", table)), fields: []string{"start", "end"}},
	})
}
