package provider

import (
	"strings"
	"testing"

	"lineman/parsers"
)

const (
	megaportFrom = "Megaport <support@megaport.com>"
	megaportSubj = "Megaport Planned Maintenance"
	momentumFrom = "Momentum <maintenance@momentumtelecom.com>"
	momentumSubj = "Momentum Data Services | Planned Network Maintenance , | Harbour ISP | | 90010001 | [ ref:x ]"
	netflixFrom  = "cdnetops@saasmail.netflix.com"
	netflixSubj  = "Netflix Open Connect - Scheduled Maintenance - Harbour"
	pccwFrom     = "PCCW Global <gsoc-planned-event@pccwglobal.com>"
	pccwSubj     = "Planned Outage Notification of International Service - RPO Reference number R1 - INC000000900101"
	seabornFrom  = "NOC Seaborn <noc@seabornnetworks.com>"
	seabornSubj  = "[## 64500 ##] Emergency Maintenance Notification CID: HAR-PORTO-10G1-00101-00 TT#9001"
	sparkleFrom  = "TIS <TISAmericaNOC@tisparkle.com>"
	sparkleSubj  = "Maintenance Notification | Sparkle TT# 910"
	telstraFrom  = "Telstra <gpen@team.telstra.com>"
	telstraSubj  = "Planned Maintenance Notification"
)

const (
	megaportTable  = "<table><tr><td>Service ID<td>Service Type<tr><td>880011<td>VXC</table>"
	megaportTimes1 = "<p><b>Start Date and Time: Wed, 11 Mar 2026 01:00:00 UTC</b></p><p><b>End Date and Time: Wed, 11 Mar 2026 05:00:00 UTC</b></p>"
)

func megaportHTML(sentence, purpose, rest string) string {
	return "<p>Hi Harbour ISP,</p><p>" + sentence + "</p><p>Purpose of Maintenance: " + purpose + "</p>" + rest
}

func TestMegaportVariants(t *testing.T) {
	start := []string{"2026-03-11 01:00"}
	plain := megaportHTML("Planned maintenance (9001-1) will impact the services listed below.", "Cards.", megaportTable+megaportTimes1)
	runVariants(t, "megaport", []variant{
		{name: "plain", mail: mail(megaportFrom, megaportSubj, plain), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "reminder", mail: mail(megaportFrom, "Reminder: "+megaportSubj, strings.Replace(plain, "Planned maint", "This is a reminder that Planned maint", 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "completed", mail: mail(megaportFrom, megaportSubj, strings.Replace(plain, "will impact", "has been completed, as to", 1)), status: "COMPLETED", windows: start, circuits: 1},
		{name: "started", mail: mail(megaportFrom, megaportSubj, strings.Replace(plain, "will impact", "has commenced:", 1)), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "new dates", mail: mail(megaportFrom, megaportSubj, strings.Replace(plain, "will impact", "has been rescheduled for", 1)), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "not cancelled", mail: mail(megaportFrom, megaportSubj, strings.Replace(plain, "will impact", "has not been cancelled and hits", 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "cancelled below", mail: mail(megaportFrom, megaportSubj, plain+"<p>We regret the wrong heading: this maintenance has been cancelled.</p>"), status: "CANCELLED", windows: start, circuits: 1},
		{name: "contradiction", mail: mail(megaportFrom, "Completed: "+megaportSubj, strings.Replace(plain, "will impact", "has been cancelled:", 1)), status: "CANCELLED", windows: start, circuits: 1, warning: "contradicts itself"},
		{name: "id to be cited", mail: mail(megaportFrom, megaportSubj, strings.Replace(strings.Replace(plain, " (9001-1)", "", 1), "Cards.", "Cards. Write to us citing reference 9001-1.", 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "greets nobody", mail: mail(megaportFrom, megaportSubj, strings.Replace(plain, "Harbour ISP", "there", 1)), fields: []string{"account"}},
		{name: "no services", mail: mail(megaportFrom, megaportSubj, strings.Replace(plain, megaportTable, "", 1)), fields: []string{"circuits"}},
		{name: "no end", mail: mail(megaportFrom, megaportSubj, plain[:strings.Index(plain, "<p><b>End")]), fields: []string{"end"}},
		{name: "wrong weekday", mail: mail(megaportFrom, megaportSubj, strings.Replace(plain, "Wed, 11", "Fri, 11", 1)), fields: []string{"start"}, reason: "is no Fri"},
		{name: "no zone", mail: mail(megaportFrom, megaportSubj, strings.ReplaceAll(plain, " UTC", "")), fields: []string{"start"}, reason: "no time zone"},
		{name: "times that were", mail: mail(megaportFrom, megaportSubj, strings.Replace(plain, megaportTimes1, strings.NewReplacer("Start Date", "Original Start Date", "End Date", "Original End Date", "Wed, 11", "Tue, 10").Replace(megaportTimes1)+megaportTimes1, 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "only times that were", mail: mail(megaportFrom, megaportSubj, strings.Replace(strings.Replace(plain, "will impact", "has been cancelled:", 1), megaportTimes1, strings.NewReplacer("Start Date", "Original Start Date", "End Date", "Original End Date").Replace(megaportTimes1), 1)), status: "CANCELLED", windows: start, circuits: 1},
		{name: "backup night", mail: mail(megaportFrom, megaportSubj, plain+strings.ReplaceAll(strings.ReplaceAll(megaportTimes1, "Start Date", "Backup Start Date"), "End Date", "Backup End Date")), status: "CONFIRMED", windows: []string{"2026-03-11 01:00", "2026-03-11 01:00"}, circuits: 1},
	})
}

func momentumText(sentence, start, end, circuits string) string {
	return text("Dear,\n\nMomentum is committed to you.\n\n" + sentence + "\n\nMaintenance start date/time: " + start + "\n\nMaintenance finish date/time: " + end +
		"\n\nReason for Maintenance: Cards.\n\nExpected Impact: 2 Hours.\n\nAccount: Harbour ISP\nCircuit ID(s) impacted: " + circuits + "\nAddress(s): Quay 1\n\nRegards,\nMomentum\n")
}

func TestMomentumVariants(t *testing.T) {
	start := []string{"2026-03-11 21:30"}
	from, to := "2026-03-11 09:30 PM UTC", "2026-03-12 02:00 AM UTC"
	runVariants(t, "momentum", []variant{
		{name: "plain", mail: mail(momentumFrom, momentumSubj, momentumText("We work.", from, to, "H1, H2")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "American date", mail: mail(momentumFrom, momentumSubj, momentumText("We work.", "03/11/2026 09:30 PM UTC", "03/12/2026 02:00 AM UTC", "H1")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "which order", mail: mail(momentumFrom, momentumSubj, momentumText("We work.", "11/03/2026 09:30 PM UTC", "12/03/2026 02:00 AM UTC", "H1")), fields: []string{"start"}, reason: "can mean"},
		{name: "customer's name is no status", mail: mail(momentumFrom, strings.Replace(momentumSubj, "Harbour ISP", "Cancelled Cheques", 1), strings.Replace(momentumText("We work.", from, to, "H1"), "Harbour ISP", "Cancelled Cheques", 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "cancelled", mail: mail(momentumFrom, strings.Replace(momentumSubj, "Planned", "Cancelled", 1), momentumText("We work.", from, to, "H1")), status: "CANCELLED", windows: start, circuits: 1},
		{name: "no ticket", mail: mail(momentumFrom, "Momentum Data Services | Planned Network Maintenance", momentumText("We work.", from, to, "H1")), fields: []string{"maintenance_id"}},
		{name: "no circuits", mail: mail(momentumFrom, momentumSubj, momentumText("We work.", from, to, "N/A")), fields: []string{"circuits"}},
		{name: "American zone", mail: mail(momentumFrom, momentumSubj, momentumText("We work.", "2026-03-05 03:30 PM CST", "2026-03-05 08:00 PM CST", "H1")), status: "CONFIRMED", windows: []string{"2026-03-05 21:30"}, circuits: 1},
		{name: "day first, as the end shows", mail: mail(momentumFrom, momentumSubj, momentumText("We work.", "12/03/2026 09:30 PM UTC", "13/03/2026 02:00 AM UTC", "H1")), status: "CONFIRMED", windows: []string{"2026-03-12 21:30"}, circuits: 1},
		{name: "last circuit after and", mail: mail(momentumFrom, momentumSubj, momentumText("We work.", from, to, "H1, H2 and H3")), status: "CONFIRMED", windows: start, circuits: 3},
		{name: "complete in the subject", mail: mail(momentumFrom, strings.Replace(momentumSubj, "Planned Network Maintenance", "Planned Network Maintenance Complete", 1), momentumText("We work.", from, to, "H1")), status: "COMPLETED", windows: start, circuits: 1},
		{name: "end before start", mail: mail(momentumFrom, momentumSubj, momentumText("We work.", to, from, "H1")), fields: []string{"end"}},
	})
}

func netflixText(first, rest, ips string) string {
	return text("Harbour ISP (AS64500),\n\n" + first + "\n\n" + rest + "\n\nYour IPs:\n" + ips + "\n\nIf you filter, see RS-NETFLIX.\n\nNetflix Open Connect\n")
}

func TestNetflixVariants(t *testing.T) {
	start := []string{"2026-03-11 01:00"}
	first, down := "Netflix (AS2906) will be performing scheduled maintenance in Harbour, at 2026-03-11 01:00:00+00:00 UTC.", "Expected downtime will be approximately 2 hours."
	runVariants(t, "netflix", []variant{
		{name: "plain", mail: mail(netflixFrom, netflixSubj, netflixText(first, down, "192.0.2.1\n2001:db8::1")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "dry run in the subject", mail: mail(netflixFrom, "Dry Run Notification- "+netflixSubj, netflixText(first, down, "192.0.2.1")), status: "CONFIRMED", windows: start, circuits: 1, warning: "dry run"},
		{name: "completed", mail: mail(netflixFrom, netflixSubj, netflixText("Netflix (AS2906) has completed the maintenance in Harbour, begun at 2026-03-11 01:00:00+00:00 UTC. It has been completed.", down, "192.0.2.1")), status: "COMPLETED", windows: start, circuits: 1},
		{name: "one line", mail: mail(netflixFrom, netflixSubj, netflixText(first, down, "192.0.2.1, 192.0.2.2")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "wrapped", mail: mail(netflixFrom, "Netflix Open Connect", netflixText(strings.Replace(first, ", at ", ", at\n", 1), strings.Replace(down, "approximately ", "approximately\n", 1), "192.0.2.1")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "site with a number like a date", mail: mail(netflixFrom, netflixSubj, netflixText(strings.Replace(first, "Harbour", "Harbour H1 2/3", 1), down, "192.0.2.1")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "time of the west", mail: mail(netflixFrom, "Netflix Open Connect", netflixText(strings.Replace(first, "2026-03-11 01:00:00+00:00 UTC", "2026-03-10 17:00:00-08:00", 1), down, "192.0.2.1")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "moved", mail: mail(netflixFrom, netflixSubj, netflixText("Netflix (AS2906) has rescheduled the maintenance in Harbour from 2026-03-09 01:00:00+00:00 UTC to 2026-03-11 01:00:00+00:00 UTC.", down, "192.0.2.1")), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "no longer done", mail: mail(netflixFrom, netflixSubj, netflixText(strings.Replace(first, "will be", "will no longer be", 1), down, "192.0.2.1")), status: "CANCELLED", windows: start, circuits: 1},
		{name: "length in words", mail: mail(netflixFrom, netflixSubj, netflixText(first, "Expected downtime will be approximately two hours.", "192.0.2.1")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "length of a few hours", mail: mail(netflixFrom, netflixSubj, netflixText(first, "Expected downtime will be approximately several hours.", "192.0.2.1")), fields: []string{"end"}},
		{name: "network with another abbreviation", mail: mail(netflixFrom, netflixSubj, strings.Replace(netflixText(first, down, "192.0.2.1"), "(AS64500)", "(ASN 64500)", 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "no length", mail: mail(netflixFrom, netflixSubj, netflixText(first, "Soon.", "192.0.2.1")), fields: []string{"end"}},
		{name: "no addresses", mail: mail(netflixFrom, netflixSubj, netflixText(first, down, "")), fields: []string{"circuits"}},
		{name: "no network", mail: mail(netflixFrom, netflixSubj, strings.Replace(netflixText(first, down, "192.0.2.1"), " (AS64500)", "", 1)), fields: []string{"account"}},
	})
}

func pccwText(when, circuits, impact string) string {
	return text("Customer Name : Harbour ISP\nFrom : Global Services\nDate : 02/03/2026 10:00:00 GMT (dd/mm/yyyy)\n\nPCCW Global wished to advise you.\n\nRPO Reference Number : R1\nDate Time : " + when +
		"\nDuration : 0 mins\nService/Circuit Affected :\n" + circuits + "\n\nOutage Description : Cables\n\nImpact : " + impact + "\n\nPCCW Global apologies.\n")
}

func TestPCCWVariants(t *testing.T) {
	start := []string{"2026-03-11 18:00"}
	when, circuit := "11/03/2026 18:00:00 to 11/03/2026 22:00:00 GMT (dd/mm/yyyy)", "SR900101 / RTM-OPO EP9001 /"
	runVariants(t, "pccw", []variant{
		{name: "planned", mail: mail(pccwFrom, pccwSubj, pccwText(when, circuit, "Outage")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "the mail names the order", mail: mail(pccwFrom, pccwSubj, pccwText("03/11/2026 18:00:00 to 03/11/2026 22:00:00 GMT (mm/dd/yyyy)", circuit, "Outage")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "circuits on one line", mail: mail(pccwFrom, pccwSubj, pccwText(when, circuit+" SR900102 / RTM-OPO EP9002 /", "Outage")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "without requests", mail: mail(pccwFrom, pccwSubj, pccwText(when, "RTM-OPO EP9001\nRTM-OPO EP9002 /", "Outage")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "cancellation", mail: mail(pccwFrom, "Cancellation - "+pccwSubj, pccwText(when, circuit, "Outage")), status: "CANCELLED", windows: start, circuits: 1},
		{name: "extension", mail: mail(pccwFrom, "Extension - "+pccwSubj, pccwText(when, circuit, "Outage")), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "completed without circuits", mail: mail(pccwFrom, "Completion - "+pccwSubj, pccwText(when, "", "Outage")), status: "COMPLETED", windows: start},
		{name: "reference alone", mail: mail(pccwFrom, "Planned Outage Notification", pccwText(when, circuit, "Outage")), status: "CONFIRMED", windows: start, circuits: 1, warning: "no INC number"},
		{name: "unknown impact", mail: mail(pccwFrom, pccwSubj, pccwText(when, circuit, "Blue")), status: "CONFIRMED", windows: start, circuits: 1, warning: "not known"},
		{name: "no customer", mail: mail(pccwFrom, pccwSubj, strings.Replace(pccwText(when, circuit, "Outage"), "Customer Name : Harbour ISP\n", "", 1)), fields: []string{"account"}},
	})
}

func seabornText(sentence, times, circuits string) string {
	return text("Dear Customer,\n\n" + sentence + "\n\nDescription: Cable.\nSeaborn Ticket number:9001\n" + times + "\nCircuit impacted: " + circuits + "\nService Impact: 5 minutes\n\nRegards,\nSeaborn Networks\n1-000-000-0000 (US)\n")
}

func TestSeabornVariants(t *testing.T) {
	start := []string{"2026-03-09 23:00"}
	times := "Start date/time: 3/9/2026 11:00:00 pm GMT\nFinish date/time: 3/10/2026 4:00:00 am GMT"
	cid := "HAR-PORTO-10G1-00101-00"
	runVariants(t, "seaborn", []variant{
		{name: "scheduled", mail: mail(seabornFrom, seabornSubj, seabornText("This maintenance has been scheduled.", times, cid)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "several circuits", mail: mail(seabornFrom, seabornSubj, seabornText("Work.", times, cid+"\nHAR-PORTO-10G1-00102-00\nHAR-PORTO-10G1-00103-00")), status: "CONFIRMED", windows: start, circuits: 3},
		{name: "circuits parted by slashes", mail: mail(seabornFrom, seabornSubj, seabornText("Work.", times, cid+" / HAR-PORTO-10G1-00102-00")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "a sentence that begins like a label", mail: mail(seabornFrom, seabornSubj, seabornText("This maintenance has started, the details are below:", times, cid)), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "cancelled", mail: mail(seabornFrom, seabornSubj, seabornText("Be advised that this maintenance has been cancelled.", times, cid)), status: "CANCELLED", windows: start, circuits: 1},
		{name: "European date", mail: mail(seabornFrom, seabornSubj, seabornText("Work.", "Start date/time: 09/03/2026 23:00 GMT\nFinish date/time: 10/03/2026 04:00 GMT", cid)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "either order", mail: mail(seabornFrom, seabornSubj, seabornText("Work.", "Start date/time: 03/02/2026 23:00 GMT\nFinish date/time: 03/03/2026 04:00 GMT", cid)), status: "CONFIRMED", windows: []string{"2026-03-02 23:00"}, circuits: 1},
		{name: "no zone", mail: mail(seabornFrom, seabornSubj, seabornText("Work.", strings.ReplaceAll(times, " GMT", ""), cid)), status: "CONFIRMED", windows: start, circuits: 1, warning: "no time zone"},
		{name: "tickets differ", mail: mail(seabornFrom, strings.Replace(seabornSubj, "9001", "9002", 1), seabornText("Work.", times, cid)), status: "CONFIRMED", windows: start, circuits: 1, warning: "names ticket"},
		{name: "circuit in the subject alone", mail: mail(seabornFrom, seabornSubj, strings.Replace(seabornText("Work.", times, cid), "Circuit impacted: "+cid+"\n", "", 1)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "day and hours apart", mail: mail(seabornFrom, seabornSubj, seabornText("Work.", "DATE: March 9, 2026\nSCHEDULE: 23:00 to 04:00 UTC", cid)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "day, start and end apart", mail: mail(seabornFrom, seabornSubj, seabornText("Work.", "DATE: March 9, 2026\nSTART: 11:00 pm GMT\nEND: 11:30 pm GMT", cid)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "no account", mail: mail(seabornFrom, "Emergency Maintenance TT#9001", seabornText("Work.", times, cid)), fields: []string{"account"}},
	})
}

func sparkleHTML(sentence, tickets, circuits string, nights ...string) string {
	b := "<p>Dear Customer:</p><p>" + sentence + "</p><table><tr><td>Sparkle Ticket Number<td>" + tickets
	for i := 0; i+2 < len(nights); i += 3 {
		b += "<tr><td>Start Date/Time (UTC) " + nights[i] + "<td>" + nights[i+1] + "<tr><td>End Date/Time (UTC) " + nights[i] + "<td>" + nights[i+2]
	}
	return b + "<tr><td>Expected Impact Time (minutes)<td>30 minutes<tr><td>Circuits Involved in the Activity<td>" + circuits + "<tr><td>Description of Work<td>Cards.</table><p>TI Sparkle</p>"
}

func TestSparkleVariants(t *testing.T) {
	a, b := []string{"Day 1", "03/10/2026 03:00", "03/10/2026 09:00"}, []string{"Day 2", "03/11/2026 03:00 UTC", "03/11/2026 09:00 UTC"}
	both := append(append([]string{}, a...), b...)
	starts := []string{"2026-03-10 03:00", "2026-03-11 03:00"}
	runVariants(t, "sparkle", []variant{
		{name: "one night", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Please be informed of an activity:", "910", "HARB001", a...)), status: "CONFIRMED", windows: starts[:1], circuits: 1},
		{name: "one ticket for two nights", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910", "HARB001<br>HARB002", both...)), status: "CONFIRMED", windows: starts, circuits: 2},
		{name: "a ticket for each night", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910 / 911", "HARB001", both...)), status: "CONFIRMED", windows: starts[:1], circuits: 1},
		{name: "a night that is not used", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910", "HARB001", append(append([]string{}, a...), "Day 2", "N/A", "N/A")...)), status: "CONFIRMED", windows: starts[:1], circuits: 1},
		{name: "a line for each ticket", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910<br>911", "HARB001", both...)), status: "CONFIRMED", windows: starts[:1], circuits: 1},
		{name: "ticket only in the subject", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "", "HARB001", a...)), status: "CONFIRMED", windows: starts[:1], circuits: 1},
		{name: "day first, as the end shows", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910", "HARB001", "", "12/03/2026 23:00", "13/03/2026 03:00")), status: "CONFIRMED", windows: []string{"2026-03-12 23:00"}, circuits: 1},
		{name: "tickets and nights do not match", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910 / 911 / 912", "HARB001", both...)), fields: []string{"maintenance_id"}, reason: "3 tickets"},
		{name: "completed", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Please be informed that the activity has been completed.", "910", "HARB001", a...)), status: "COMPLETED", windows: starts[:1], circuits: 1},
		{name: "which order", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910", "HARB001", "", "10/03/2026 03:00", "10/03/2026 09:00")), fields: []string{"start"}, reason: "can mean"},
		{name: "zones contradict", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910", "HARB001", "", "03/10/2026 03:00 EST", "03/10/2026 09:00 EST")), fields: []string{"start"}, reason: "zone"},
		{name: "no circuits", mail: mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910", "", a...)), fields: []string{"circuits"}},
	})
}

func telstraHTML(sentence string, rows ...string) string {
	b := "<table><tr><td>Planned Maintenance<tr><td>" + sentence + "</table><table>"
	for i := 0; i+1 < len(rows); i += 2 {
		b += "<tr><td><b>" + rows[i] + "</b><td>" + rows[i+1]
	}
	return b + "</table><p>Click here if you have any questions or telephone +800 0000 0000</p>"
}

func telstraRows(window, circuits string) []string {
	return []string{"To:", "Harbour ISP", "Attention:", "kim, noc", "Change Reference:", "PN9001", "Maintenance Window:", window,
		"Expected Impact:", "1 hour outage", "Maintenance Details:", "Cards", "Service(s) Impacted:", circuits}
}

func TestTelstraVariants(t *testing.T) {
	start := []string{"2026-03-11 13:29"}
	window := "11-Mar-2026 13:29:00(UTC) to 11-Mar-2026 19:30:00(UTC)"
	said := func(sentence string) string {
		return mail(telstraFrom, telstraSubj, telstraHTML(sentence, telstraRows(window, "SNG SYD EPL 1")...))
	}
	runVariants(t, "telstra", []variant{
		{name: "scheduled", mail: said("Planned Maintenance has been scheduled."), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "reminder", mail: said("This is a reminder notification to notify that a planned maintenance will take place."), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "amended", mail: said("Planned Maintenance has been amended."), status: "RE-SCHEDULED", windows: start, circuits: 1},
		{name: "cancelled at the end", mail: strings.Replace(said("Planned Maintenance has been scheduled."), "Click here", "This activity has been cancelled. Click here", 1), status: "CANCELLED", windows: start, circuits: 1},
		{name: "commenced", mail: said("Planned Maintenance has commenced."), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "unsuccessful", mail: said("Planned Maintenance has been completed - Unsuccessful"), status: "CANCELLED", windows: start, circuits: 1},
		{name: "not completed", mail: said("Planned Maintenance could not be completed."), status: "CANCELLED", windows: start, circuits: 1},
		{name: "no zone", mail: mail(telstraFrom, telstraSubj, telstraHTML("Work.", telstraRows(strings.ReplaceAll(window, "(UTC)", ""), "SNG SYD EPL 1")...)), status: "CONFIRMED", windows: start, circuits: 1, warning: "no time zone"},
		{name: "a row for each service", mail: mail(telstraFrom, telstraSubj, telstraHTML("Work.", telstraRows(window, "<p>SNG SYD EPL 1</p><p>SNG SYD EPL 2</p>")...)), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "wrapped within the window", mail: mail(telstraFrom, telstraSubj, telstraHTML("Work.", telstraRows(strings.Replace(window, "to 11-Mar-2026 ", "to 11-Mar-2026<br>", 1), "SNG SYD EPL 1")...)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "old window struck through", mail: mail(telstraFrom, telstraSubj, telstraHTML("Work.", telstraRows("<p><s>"+strings.ReplaceAll(window, "11-Mar", "10-Mar")+"</s></p><p>"+window+"</p>", "SNG SYD EPL 1")...)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "hyphens that do not break", mail: mail(telstraFrom, telstraSubj, telstraHTML("Work.", telstraRows(strings.ReplaceAll(window, "-", "\u2011"), "SNG SYD EPL 1")...)), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "no service, and the text goes on", mail: mail(telstraFrom, telstraSubj, telstraHTML("Work.", telstraRows(window, "")...)), fields: []string{"circuits"}},
		{name: "details speak of a cancellation", mail: mail(telstraFrom, telstraSubj, strings.Replace(telstraHTML("Work.", telstraRows(window, "SNG SYD EPL 1")...), "Cards", "Cards. ** Cancellation : no new date **", 1)), status: "CONFIRMED", windows: start, circuits: 1, warning: "details speak"},
		{name: "no reference", mail: mail(telstraFrom, telstraSubj, strings.Replace(telstraHTML("Work.", telstraRows(window, "SNG SYD EPL 1")...), "PN9001", "", 1)), fields: []string{"maintenance_id"}},
		{name: "older notice quoted below", mail: mail(telstraFrom, telstraSubj, telstraHTML("Planned Maintenance has been scheduled.", telstraRows(window, "SNG SYD EPL 1")...)+"<hr>"+
			telstraHTML("Planned Maintenance has been cancelled.", telstraRows(strings.ReplaceAll(window, "11-Mar", "09-Mar"), "SNG SYD EPL 1")...)), status: "CONFIRMED", windows: start, circuits: 1},
	})
}

// TestEvidenceOfWindows holds that the evidence follows the windows when they
// are put in order.
func TestEvidenceOfWindows(t *testing.T) {
	m, err := parsers.ReadMail([]byte(mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", "910", "HARB001",
		"BACKUP", "03/12/2026 03:00", "03/12/2026 09:00", "Day 1", "03/10/2026 03:00", "03/10/2026 09:00"))))
	if err != nil {
		t.Fatal(err)
	}
	r := parsers.NewEngine(All()).Parse(m, "")
	want := map[string]string{"start": "03/10/2026 03:00", "end": "03/10/2026 09:00", "windows[1].start": "03/12/2026 03:00", "windows[1].end": "03/12/2026 09:00"}
	for _, e := range r.Evidence {
		if text, ok := want[e.Field]; ok && e.Text != text {
			t.Errorf("%s was found in %q, want %q", e.Field, e.Text, text)
		}
		delete(want, e.Field)
	}
	if len(want) > 0 {
		t.Errorf("no evidence for %v", want)
	}
}

func TestIgnoredLetters(t *testing.T) {
	engine := parsers.NewEngine(All())
	layouts := map[string]string{
		megaportFrom: megaportHTML("This is a test, please ignore it: Planned maintenance (9-1)", "Cards.", megaportTable+megaportTimes1),
		momentumFrom: momentumText("This is only a test.", "2026-03-11 09:30 PM UTC", "2026-03-12 02:00 AM UTC", "H1"),
		netflixFrom:  netflixText("This is a dry run. Maintenance in Harbour at 2026-03-11 01:00:00+00:00 UTC.", "Expected downtime will be 2 hours.", "192.0.2.1"),
		pccwFrom:     strings.Replace(pccwText("11/03/2026 18:00:00 to 11/03/2026 22:00:00 GMT", "SR900101 / RTM EP9001 /", "Outage"), "wished", "sends: this is a test. It wished", 1),
		seabornFrom:  seabornText("This is a test.", "Start date/time: 3/9/2026 11:00:00 pm GMT\nFinish date/time: 3/10/2026 4:00:00 am GMT", "X-1"),
		sparkleFrom:  sparkleHTML("This is a test.", "910", "HARB001", "", "03/10/2026 03:00", "03/10/2026 09:00"),
		telstraFrom:  telstraHTML("Test notification.", telstraRows("11-Mar-2026 13:29:00(UTC) to 11-Mar-2026 19:30:00(UTC)", "SNG 1")...),
	}
	for from, layout := range layouts {
		for name, m := range map[string]string{
			"test":       mail(from, "Maintenance Notification", layout),
			"invoice":    mail(from, "Your invoice for March", text("The sum is due. For maintenance of your account see the portal.\n")),
			"newsletter": mail(from, "Network newsletter: maintenance made easy", text("Read what is new.\n")),
			"fault":      mail(from, "Fibre cut between Ulm and Bonn", text("We have an outage on your circuit.\n")),
			"incident":   mail(from, "Incident notification", text("Our network suffers an unplanned outage.\n")),
		} {
			read, err := parsers.ReadMail([]byte(m))
			if err != nil {
				t.Fatal(err)
			}
			if r := engine.Parse(read, ""); r.Outcome != parsers.OutcomeIgnored || r.Reason == "" {
				t.Errorf("%s of %s: %s %q %v %v", name, from, r.Outcome, r.Reason, r.Fields, r.Tried)
			}
		}
	}
}

func TestHostileLetters(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some large mails; not in -short")
	}
	engine := parsers.NewEngine(All())
	many := func(s string) string { return strings.Repeat(s, 2_000_000/len(s)) }
	window := "11-Mar-2026 13:29:00(UTC) to 11-Mar-2026 19:30:00(UTC)"
	for name, m := range map[string]string{
		"megaport services":  mail(megaportFrom, megaportSubj, megaportHTML("Planned maintenance (9-1)", "Cards.", "<table><tr><td>Service ID<td>x"+numbered(60_000)+"</table>"+megaportTimes1)),
		"megaport purposes":  mail(megaportFrom, megaportSubj, megaportHTML("Planned maintenance (9-1)", many("Expected impact: x "), megaportTable+megaportTimes1)),
		"megaport flat":      mail(megaportFrom, megaportSubj, text("Purpose: x\n"+many("Service ID\n"))),
		"megaport starts":    mail(megaportFrom, megaportSubj, megaportHTML("Planned maintenance (9-1)", "x", many(megaportTimes1))),
		"momentum circuits":  mail(momentumFrom, momentumSubj, momentumText("Work.", "2026-03-11 09:30 PM UTC", "2026-03-12 02:00 AM UTC", many("H1,H22,"))),
		"netflix addresses":  mail(netflixFrom, netflixSubj, netflixText("Maintenance at 2026-03-11 01:00:00 UTC.", "Expected downtime will be 2 hours.", many("192.0.2.1\n"))),
		"netflix downtimes":  mail(netflixFrom, netflixSubj, netflixText(many("maintenance downtime "), "x", "192.0.2.1")),
		"pccw circuits":      mail(pccwFrom, pccwSubj, pccwText("11/03/2026 18:00:00 to 11/03/2026 22:00:00 GMT", many("SR900101 / A1 / "), "Outage")),
		"seaborn circuits":   mail(seabornFrom, seabornSubj, seabornText("Work.", "Start date/time: 3/9/2026 11:00 pm GMT\nFinish date/time: 3/10/2026 4:00 am GMT", many("A-1\n"))),
		"seaborn schedules":  mail(seabornFrom, seabornSubj, text("Description: x\n"+many("Schedule: 3/9/2026 11:00 pm\n"))),
		"sparkle tickets":    mail(sparkleFrom, sparkleSubj, sparkleHTML("Work.", many("910 / "), "HARB001", "", "03/10/2026 03:00", "03/10/2026 09:00")),
		"telstra windows":    mail(telstraFrom, telstraSubj, telstraHTML("Work.", telstraRows(many(window+"<br>"), "SNG 1")...)),
		"telstra services":   mail(telstraFrom, telstraSubj, telstraHTML("Work.", telstraRows(strings.Repeat(window+"<br>", 300), many("SNG 1, "))...)),
		"telstra references": mail(telstraFrom, telstraSubj, many("Change Reference:<br>")),
	} {
		t.Run(name, func(t *testing.T) { parseSoon(t, engine, m) })
	}
}

// parseSoon holds that a mail comes to an explicit end within the memory of a
// mail; one that comes to none runs into the time limit of the test run.
func parseSoon(t *testing.T, engine *parsers.Engine, m string) {
	t.Helper()
	r := readWithin(t, engine, m)
	if r.Outcome != parsers.OutcomeMaintenance && r.Reason == "" {
		t.Errorf("%s without a reason", r.Outcome)
	}
	if (r.Outcome == parsers.OutcomeMaintenance) != (len(r.Notices) > 0) {
		t.Errorf("%s with %d notices", r.Outcome, len(r.Notices))
	}
}
