package provider

import (
	"strings"
	"testing"
)

const (
	verizonFrom  = "NO-REPLY-sched-maint@EMEA.verizonbusiness.com"
	verizonSubj  = "Verizon Maintenance Notification"
	verizonTable = "<table><tr><td>Company Name<td>Circuit ID<td>A End<tr><td>HARBOUR ISP<td>H9001<td>H9999</table>"
	verizonGMT   = "Jun 23 2026 23:01 GMT - Jun 24 2026 05:01 GMT"
	verizonLocal = "Jun 24 2026 00:01 BST - Jun 24 2026 06:01 BST"
)

func verizonHTML(head, local, gmt, downtime, circuits string) string {
	return "<p>" + verizonSubj + "</p><p>Dear Verizon Customer,</p><p>" + head + "</p><table><tr><td><u>Maintenance Date/Time</u> (Local):<td>" + local +
		"<tr><td><u>Maintenance Date/Time (GMT): </u><td>" + gmt + "<tr><td>Description of Maintenance:<td>Cards. Once completed, it is done.<tr><td>Planned Circuit Downtime:<td>" +
		downtime + "<tr><td>Verizon <b>MASTARS Request</b> number:<td>700900101-1</table><p>Circuits Affected:</p>" + circuits
}

// flat writes each cell of a table as a paragraph, as converters do.
func flat(cells ...string) string { return "<p>" + strings.Join(cells, "</p><p>") + "</p>" }

func TestVerizonVariants(t *testing.T) {
	start := []string{"2026-06-23 23:01"}
	plain := verizonHTML("Work.", verizonLocal, verizonGMT, "20 Minute(s)", verizonTable)
	runVariants(t, "verizon", []variant{
		{name: "plain", mail: mail(verizonFrom, verizonSubj, plain), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "cancelled", mail: mail(verizonFrom, verizonSubj, verizonHTML("Attention: This request has been cancelled.", verizonLocal, verizonGMT, "1 Hour(s)", verizonTable)), status: "CANCELLED", windows: start, circuits: 1},
		{name: "cancelled in the subject", mail: mail(verizonFrom, "CANCELLED: "+verizonSubj, plain), status: "CANCELLED", windows: start, circuits: 1},
		{name: "completed", mail: mail(verizonFrom, verizonSubj, verizonHTML("Attention: The maintenance has been completed successfully.", verizonLocal, verizonGMT, "1 Hour(s)", verizonTable)), status: "COMPLETED", windows: start, circuits: 1},
		{name: "not completed", mail: mail(verizonFrom, verizonSubj, verizonHTML("Attention: The maintenance was not completed.", verizonLocal, verizonGMT, "1 Hour(s)", verizonTable)), status: "CANCELLED", windows: start, circuits: 1},
		{name: "moved to another time than the window's", mail: mail(verizonFrom, verizonSubj, verizonHTML("Attention: This request has been rescheduled from Jun 20 2026 23:01 GMT to Jun 25 2026 23:01 GMT", verizonLocal, verizonGMT, "1 Hour(s)", verizonTable)), status: "RE-SCHEDULED", windows: start, circuits: 1, warning: "moved to"},
		{name: "local row labelled GMT", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonGMT, verizonGMT, "1 Hour(s)", verizonTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "rows contradict", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", strings.ReplaceAll(verizonLocal, "24", "26"), verizonGMT, "1 Hour(s)", verizonTable)), fields: []string{"start"}, reason: "apart"},
		{name: "zone only in the label", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", "", "Jun 23 2026 23:01 - Jun 24 2026 05:01", "1 Hour(s)", verizonTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "only local with many meanings", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", "Jun 24 2026 00:01 CST - Jun 24 2026 06:01 CST", "", "1 Hour(s)", verizonTable)), fields: []string{"start"}, reason: "several meanings"},
		{name: "columns change places", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonLocal, verizonGMT, "1 Hour(s)", "<table><tr><th>New<th>Circuit ID<th>Company Name<tr><td>1<td>H9001<td>H<tr><td>2<td>H9002<td>H</table>")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "times that were", mail: mail(verizonFrom, verizonSubj, strings.Replace(plain, "<tr><td>Description of", "<tr><td>Original Maintenance Date/Time (GMT):<td>Jun 20 2026 23:01 GMT - Jun 21 2026 05:01 GMT<tr><td>Description of", 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "dates in numbers", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", "", "06/23/2026 23:01 GMT - 06/24/2026 05:01 GMT", "1 Hour(s)", verizonTable)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "table without rows, and the text goes on", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonLocal, verizonGMT, "1 Hour(s)", "<table><tr><td>Company Name<td>Circuit ID</table><p>In case your circuit 1 remains down, please call us.</p><p>Please see our page 2 for the numbers.</p>")), fields: []string{"circuits"}},
		{name: "flattened table", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonLocal, verizonGMT, "1 Hour(s)", flat("Company Name", "Circuit ID", "HARBOUR ISP", "H9001", "HARBOUR ISP", "H9002", "Kind regards"))), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "flattened table without the last name", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonLocal, verizonGMT, "1 Hour(s)", flat("Company Name", "Circuit ID", "HARBOUR ISP", "H9001", "H9002"))), fields: []string{"circuits"}, reason: `"H9002"`},
		{name: "flattened table without a name", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonLocal, verizonGMT, "1 Hour(s)", flat("Company Name", "Circuit ID", "HARBOUR ISP", "H9001", "H9002", "HARBOUR ISP", "H9003"))), fields: []string{"circuits"}, reason: `"H9002"`},
		{name: "flattened table that is torn, cancelled", mail: mail(verizonFrom, verizonSubj, verizonHTML("This has been cancelled.", verizonLocal, verizonGMT, "1 Hour(s)", flat("Company Name", "Circuit ID", "HARBOUR ISP", "H9001", "H9002"))), fields: []string{"circuits"}, reason: `"H9002"`},
		{name: "unknown downtime", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonLocal, verizonGMT, "Blue", verizonTable)), status: "CONFIRMED", windows: start, circuits: 1, warning: "not known"},
		{name: "no circuits", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonLocal, verizonGMT, "1 Hour(s)", "")), fields: []string{"circuits"}},
		{name: "no id", mail: mail(verizonFrom, verizonSubj, strings.Replace(plain, "700900101-1", "", 1)), fields: []string{"maintenance_id"}},
		{name: "no window", mail: mail(verizonFrom, verizonSubj, verizonHTML("Work.", "", "", "1 Hour(s)", verizonTable)), fields: []string{"start", "end"}},
	})
}
