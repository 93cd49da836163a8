package provider

import (
	"strings"
	"testing"
)

func TestGlobalcloudxchangeVariants(t *testing.T) {
	const (
		from  = "GNOC <Gnoc@globalcloudxchange.com>"
		subj  = "PE2026030190001 | Planned | Service Advisory Notice | Cards | 11-Mar-2026 21:00 (GMT) - 12-Mar-2026 03:00 (GMT)"
		plain = "<p>Dear Harbour ISP,<br><br>Cards are changed.<br>Impact: Outage</p><table><tr><td>Window<td>Primary Start Date (GMT)<td>Primary End Date (GMT)<td>Backup Start Date (GMT)<td>Backup End Date (GMT)</tr>" +
			"<tr><td>1<td>11-Mar-2026 21:00<td>12-Mar-2026 03:00<td>NA<td>NA</tr></table><table><tr><td>Service ID<td>Impact</tr><tr><td>HARBLS1<td>At Risk</tr></table><p>Global Cloud Xchange</p>"
	)
	start := []string{"2026-03-11 21:00"}
	edit := func(old, new string) string { return strings.Replace(plain, old, new, 1) }
	runVariants(t, "globalcloudxchange", []variant{
		{name: "plain", mail: mail(from, subj, plain), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "scheduled and cancelled", mail: mail(from, strings.Replace(subj, "Planned", "CANCELLED - Scheduled", 1), plain), status: "CANCELLED", windows: start, circuits: 1},
		{name: "cancelled in the text", mail: mail(from, subj, edit("Cards are changed.", "The activity has been cancelled.")), status: "CANCELLED", windows: start, circuits: 1},
		{name: "started", mail: mail(from, strings.Replace(subj, "Planned", "In Progress", 1), plain), status: "IN-PROCESS", windows: start, circuits: 1},
		{name: "backup", mail: mail(from, subj, edit("NA<td>NA", "18-Mar-2026 21:00<td>19-Mar-2026 03:00")), status: "CONFIRMED", windows: append(start, "2026-03-18 21:00"), circuits: 1},
		{name: "columns change places", mail: mail(from, subj, edit(plain[strings.Index(plain, "<table>"):strings.Index(plain, "</table>")], "<table><tr><td>Primary End Date (GMT)<td>x<td>Primary Start Date (GMT)</tr><tr><td>12-Mar-2026 03:00<td>1<td>11-Mar-2026 21:00</tr>")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "only the subject has the window", mail: mail(from, subj, edit(plain[strings.Index(plain, "<table>"):strings.Index(plain, "</table>")+8], "")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "subject and schedule contradict", mail: mail(from, subj, edit("11-Mar-2026 21:00<td>12", "12-Mar-2026 00:00<td>12")), fields: []string{"start"}, reason: "not the schedule"},
		{name: "impact of the event", mail: mail(from, subj, edit("At Risk", "")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "no services", mail: mail(from, subj, edit("<tr><td>HARBLS1<td>At Risk</tr>", "")), fields: []string{"circuits"}},
		{name: "nobody is addressed", mail: mail(from, subj, edit("Harbour ISP", "Customer")), fields: []string{"account"}},
	})
}
