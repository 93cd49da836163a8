package provider

import (
	"strings"
	"testing"
)

const (
	windstreamFrom = "wci.maintenance.notifications@windstream.com"
	windstreamSubj = "Windstream (Planned Notification WMT#: 900101)"
	windstreamRows = "<table><tr><td>Name<td>Account<td>Circuit ID<td>Rate Code<tr><td>HARBOUR ISP<td>*****9001<td>HB/KJUS/900101/ /WXN /<td>10G</table>"
	windstreamOut  = "<tr><td>Outage<td>60 minute(s)<td>03/11/26 02:00 ET<td>03/11/26 03:00 ET"
)

func windstreamHTML(head, affecting, from, to, impact, circuits string) string {
	return "<h1>" + head + "</h1><p>Text.</p><h2>DESCRIPTION OF MAINTENANCE</h2>Cards, as the last work was cancelled<br><table><tr><td><b>WMT:</b><td>900101<tr><td><b>Service Affecting:</b><td>" + affecting +
		"<tr><td><b>Event Start Date &amp; Time:</b><td>" + from + "<tr><td><b>Event End Date &amp; Time:</b><td>" + to +
		"</table><table><tr><td>Impact Type:<td>Duration<td>Impact Start<td>Impact End" + impact + "<tr><td colspan=4>Note: it varies.</table>" + circuits
}

func TestWindstreamVariants(t *testing.T) {
	const from, to = "03/11/26 02:00 ET", "03/11/26 08:00 ET"
	start := []string{"2026-03-11 06:00"}
	of := func(head string) string { return windstreamHTML(head, "YES", from, to, windstreamOut, windstreamRows) }
	runVariants(t, "windstream", []variant{
		{name: "plain", mail: mail(windstreamFrom, windstreamSubj, of("Planned Maintenance Notification")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "emergency", mail: mail(windstreamFrom, windstreamSubj, of("Emergency Maintenance Notification")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "updated", mail: mail(windstreamFrom, windstreamSubj, of("Updated Demand Maintenance Notification")), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "cancelled", mail: mail(windstreamFrom, strings.Replace(windstreamSubj, "Planned", "Cancelled", 1), of("Cancelled Maintenance Notification")), status: "CANCELLED", windows: start, circuits: 1},
		{name: "cancelled in the heading alone", mail: mail(windstreamFrom, windstreamSubj, of("Cancelled Maintenance Notification")), status: "CANCELLED", windows: start, circuits: 1},
		{name: "postponed to a new time", mail: mail(windstreamFrom, windstreamSubj, of("Postponed Maintenance Notification</h1><p>The event was postponed to the time below.</p><h1>")), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "extension", mail: mail(windstreamFrom, windstreamSubj, of("Maintenance Extension Notification")), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "second line of a header", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", from, to, windstreamOut, strings.Replace(windstreamRows, "<tr><td>HARBOUR", "<tr><td>of account<td>No<td>Z-Loc<td>Code<tr><td>HARBOUR", 1))), status: "CONFIRMED", windows: start, circuits: 1, warning: "is no circuit"},
		{name: "winter", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", "01/11/26 23:00 CT", "01/12/26 05:00 CT", windstreamOut, windstreamRows)), status: "CONFIRMED", windows: []string{"2026-01-12 05:00"}, circuits: 1},
		{name: "hour that does not exist", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", "03/08/26 02:30 ET", "03/08/26 05:00 ET", windstreamOut, windstreamRows)), fields: []string{"start"}, reason: "does not exist"},
		{name: "no zone", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", "03/11/26 02:00", "03/11/26 08:00", windstreamOut, windstreamRows)), fields: []string{"start"}, reason: "no time zone"},
		{name: "several impacts", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", from, to, strings.Replace(windstreamOut, "Outage", "Switch Hit", 1)+windstreamOut, windstreamRows)), status: "CONFIRMED", windows: start, circuits: 1, warning: "several impacts"},
		{name: "not affecting", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "NO", from, to, "", windstreamRows)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "no circuits", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", from, to, windstreamOut, "")), fields: []string{"circuits", "account"}},
		{name: "flattened table", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", from, to, windstreamOut, flat("Name", "Circuit ID", "HARBOUR ISP", "HB/1", "HARBOUR ISP", "HB/2"))), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "flattened table that is torn", mail: mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned Maintenance Notification", "YES", from, to, windstreamOut, flat("Name", "Circuit ID", "HARBOUR ISP", "HB/1", "HB/2", "HARBOUR ISP", "HB/3"))), fields: []string{"circuits"}, reason: `"HB/2"`},
		{name: "number only in the subject", mail: mail(windstreamFrom, windstreamSubj, strings.Replace(of("Planned Maintenance Notification"), "900101<tr>", "<tr>", 1)), status: "CONFIRMED", windows: start, circuits: 1},
	})
}
