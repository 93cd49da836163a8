package provider

import (
	"strings"
	"testing"

	"lineman/parsers"
)

func TestHostileCarrierLayouts(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some large mails; not in -short")
	}
	engine := parsers.NewEngine(All())
	many := func(s string) string { return strings.Repeat(s, 2_000_000/len(s)) }
	const (
		google = "Google NOC <noc-noreply@google.com>"
		gSubj  = "[Scheduled] Google Planned Network Maintenance Notification - Reference PCR/900100"
		gcx    = "GNOC <Gnoc@globalcloudxchange.com>"
		cSubj  = "PE2026030190001 | Planned | Service Advisory Notice | Cards | 11-Mar-2026 21:00 (GMT) - 12-Mar-2026 03:00 (GMT)"
		hgc    = "HGC <HGCINOCPW@hgc.com.hk>"
		hSubj  = "HGC Maintenance Work Notification - Harbour ISP | CIR900100 | TIC000000000900100"
		ccSubj = "Crown Castle Fiber Scheduled Maintenance Notification: CM20260301000"
		from   = "11/03/2026 22:00:00"
		to     = "12/03/2026 04:00:00"
		legend = "<table><tr bgcolor=#fff><td>Resiliency Loss</table>"
	)
	for name, m := range map[string]string{
		"att rows":            mail("AT&T <noc@att.com>", "Planned maintenance", "<p>Planned maintenance</p><table><tr><th>Circuit ID<th>Impact"+strings.Repeat("<tr><td>Start<td>Outage", 50_000)+"</table>"),
		"colt accounts":       coltMail1(coltSubj, from, to, "Cards.", strings.NewReplacer("<tr><td>", "\n", "<td>", ",").Replace("OCN<td>x<td>Circuit ID"+numbered(49_000))),
		"colt rows":           coltMail1(coltSubj, from, to, "Cards.", "OCN,Circuit ID\n"+many("1,2\n")),
		"colt quote":          coltMail1(coltSubj, from, to, "Cards.", "OCN,Circuit ID\n\""+many("1,2\n")),
		"colt reason":         coltMail1(coltSubj, from, to, many("if cancelled "), coltTable),
		"colt references":     coltMail1(coltSubj, from, to, many("replaces reference CRQ1-"), coltTable),
		"colt subject":        coltMail1(strings.Repeat("CRQ1-90010001 for ", 5000), from, to, "Cards.", coltTable),
		"crown windows":       mail(crowncastleFrom, ccSubj, crowncastleHTML("Notice", many("<tr><td>3/11/2026<td>4:00 AM<td>3/11/2026<td>10:00 AM<td>GMT</tr>"), "")),
		"crown zones":         mail(crowncastleFrom, ccSubj, crowncastleHTML("Notice", many("<tr><td>3/11/2026<td>4:00 AM<td>3/11/2026<td>10:00 AM<td>XYZ</tr>"), "")),
		"crown circuits":      mail(crowncastleFrom, ccSubj, crowncastleHTML("Notice", "<tr><td>3/11/2026<td>4:00 AM<td>3/11/2026<td>10:00 AM<td>GMT</tr>", "<table><tr><td>Impact<td>x<td>Circuit ID"+numbered(60_000)+"</table>")),
		"crown flat":          mail(crowncastleFrom, ccSubj, text("Ticket Number: CM1\nScheduled Start Date & Time\n"+many("1/1/2026 1:00 AM ")+"\nCustomer Circuits:\n"+many("900100-A/1\nNone\n"))),
		"gcx windows":         mail(gcx, cSubj, "<table><tr><td>Start Date (GMT)<td>End Date (GMT)"+many("<tr><td>11-Mar-2026 21:00<td>12-Mar-2026 03:00")+"</table>"),
		"gcx flat":            mail(gcx, cSubj, text(many("Service ID\nImpact\n"))),
		"google sessions":     mail(google, gSubj, text("Peer ASN: 1\n"+many("Google Neighbor Address(es): 1.1.1.1 Peer Neighbor Address(es): 1.1.1.2\n"))),
		"google lonely":       mail(google, gSubj, text("Peer ASN: 1\n"+many("Google Neighbor Address(es): 1.1.1.1\n"))),
		"google addresses":    mail(google, gSubj, text("Peer ASN: 1\nGoogle Neighbor Address(es): "+many("1.1.1.1, "))),
		"google lines":        mail(google, gSubj, text(many("google\nneighbor "))),
		"gtt purchase orders": mail(gttFrom, "EXA Planned Work Notification TT 90010001", "<table><tr><td>Customer PON<td>x<td>SLID"+numbered(60_000)+"</table>"+legend),
		"gtt impacts":         mail(gttFrom, "EXA Planned Work Notification TT 90010001", "<table><tr><td>Expected Impact<td>x<td>SLID"+numbered(60_000)+"</table>"+legend),
		"gtt colours missed":  mail(gttFrom, "EXA Planned Work Notification TT 90010001", "<table><tr><td>Service<td>x<td>SLID"+strings.ReplaceAll(numbered(60_000), "S-", "S&#45;")+"</table>"+legend),
		"gtt updates":         mail(gttFrom, "EXA Planned Work Notification TT 90010001", many("Update:<br>not impacted<br>")),
		"hgc circuits":        mail(hgc, hSubj, "<p>Circuit ID: "+many("CIR1, ")+"<br>Maintenance Window start date: 11-Mar-2026 16:01 UTC"),
		"hgc windows":         mail(hgc, hSubj, many("Start time: 11-Mar-2026 16:01 UTC<br>End time: 11-Mar-2026 17:01 UTC<br>")),
		"hgc subject":         mail(hgc, "HGC maintenance notification - "+strings.Repeat("CIR900100 ", 20_000), "<p>Circuit ID: CIR1"),
	} {
		t.Run(name, func(t *testing.T) { parseSoon(t, engine, m) })
	}
}
