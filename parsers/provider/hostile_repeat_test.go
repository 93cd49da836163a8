package provider

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"lineman/parsers"
)

// TestHostileRepeats reads mails in which each of very many places invites a
// reader to look through all the others: only one that does not comes to an
// end. What is kept of them must not be more than a few times their lines.
func TestHostileRepeats(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some large mails; not in -short")
	}
	engine := parsers.NewEngine(All())
	many := func(s string) string {
		return strings.Repeat(s, min(1_000_000/len(s), 90_000/max(strings.Count(s, "\n")+strings.Count(s, "<td>")+strings.Count(s, "<br>"), 1)))
	}
	const (
		gcx   = "GNOC <Gnoc@globalcloudxchange.com>"
		gSubj = "PE2026030190001 | Planned | Service Advisory Notice | Cards | x"
		slot  = "Timeslot start time: Mar 11, 2026 22:00 UTC\nTimeslot end time: Mar 12, 2026 01:00 UTC\n"
		night = "Primary Start Date (x)\nPrimary End Date\n"
	)
	for name, m := range map[string]string{
		"flattened headers":           mail(verizonFrom, verizonSubj, text("Verizon MASTARS Request number: 1\nMaintenance Date/Time (GMT): 1\n"+many("Company Name\nCircuit ID\n"))),
		"flattened headers of gcx":    mail(gcx, gSubj, text(night+many("Service ID\nImpact\n"))),
		"schedules without a zone":    mail(gcx, gSubj, "<table><tr><td>Start Date<td>End Date"+many("<tr><td>x<td>y")+"</table>"+many("<p>Start Date:<br>")),
		"headers in front of headers": mail(gcx, gSubj, "<table><tr><td>Service ID<td>x"+many("<tr><td>C-1<td>y")+"</table><table><tr><td>Service ID<td>"+many("Impact: x<br>")+"<tr><td>C-2</table>"),
		"headers without a circuit":   mail(lumenFrom, lumenSubj, text("Scheduled Maintenance #: 1\n"+many("Impact\n"))),
		"headers without a service":   mail(megaportFrom, megaportSubj, text("Purpose: x\n"+many("Impact\n"))),
		"alternate nights":            mail(lumenFrom, lumenSubj, lumenHTML(many("a "), lumenTimeRows, lumenTable+strings.Repeat("<p>Alternate Night:</p><table><tr><td>Start<td>End"+lumenTimeRows+"</table>", 300))),
		"rows that are headers":       mail(equinixFrom, equinixSubj, text("UTC: x\nPRODUCTS: foo\nMaintenance\n"+many("x Account # Service Serial # a foo b\n"))),
		"products in one row":         mail(equinixFrom, equinixSubj, text("UTC: x\nPRODUCTS: a"+strings.Repeat(",never here", 49)+"\nAccount # Service Serial #"+many(" 1 a"))),
		"impacts before rows":         mail(turkcellFrom, turkcellSubj, "Maintenance Number: 1<br>Start Time: 05.04.2026 00:00 GMT+3<br>End Time: 05.04.2026 07:00 GMT+3<br><table>"+many("<tr><td>C-1001<td>x")+"</table>"+many("Impact of the maintenance: x<br>")),
		"accounts and circuits":       mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED", "05.04.2026 00:00 GMT+3", "05.04.2026 07:00 GMT+3", "<table>"+customers(190)+many("<tr><td>C-1001<td>x<td>down")+"</table>")),
		"impact levels":               mail(bsoFrom, "BSO Maintenance", text("Service ID (SID)\n"+strings.Repeat("HBR-1-001 ", 30_000)+"\nMaintenance ID\n1\n"+slot+many("Expected impact level: x\n"))),
		"slots of all services":       mail(bsoFrom, "BSO Maintenance", text("Service ID (SID)\n"+strings.Repeat("HBR-1-001 ", 30_000)+"\nMaintenance ID\n1\n"+strings.Repeat(slot, 360))),
		"open parentheses":            mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", many("(")+"<br>"+zayoNight, zayoTable)),
		"half a meridiem":             mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (GMT)", many("1 Jan 10:00 - 1 Jan 10:00 a "))),
		"open comments":               mail(tataFrom, tataSubj, text("Ticket Reference - TCL: 1\n"+many("<!-- x\n")+many("maintenance "))),
	} {
		t.Run(name, func(t *testing.T) {
			read, err := parsers.ReadMail([]byte(m))
			if err != nil {
				t.Fatal(err)
			}
			r := engine.Parse(read, "")
			if r.Outcome == "" || r.Panic || strings.Contains(strings.Join(r.Problems(), " "), "lines") {
				t.Errorf("%s: %s", r.Outcome, r.Problems())
			}
			if most := len(m) + 1000; len(r.Evidence) > most {
				t.Errorf("%d pieces of evidence from a mail of %d bytes", len(r.Evidence), len(m))
			}
			t.Logf("%s %s %s, %d pieces of evidence", r.Outcome, r.Format, parsers.Clip(strings.Join(r.Problems(), "; "), 300), len(r.Evidence))
		})
	}
}

// customers are rows of a circuit table, each of another customer.
func customers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<tr><td>C-%04d<td>Customer %d<td>down", i, i)
	}
	return b.String()
}

// TestNestedTables holds that the text of tables inside each other is not
// copied for each of them.
func TestNestedTables(t *testing.T) {
	const levels, size = 150, 1_000_000
	open := strings.Repeat("<table><tr><td>Circuit Id<td>Expected Impact<tr><td>C-1<td>", levels)
	raw := mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", zayoNight, open+strings.Repeat("so it goes ", size/11)+strings.Repeat("</table>", levels)))
	engine := parsers.NewEngine(All())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read, err := parsers.ReadMail([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	r := engine.Parse(read, "")
	runtime.ReadMemStats(&after)
	if r.Outcome != parsers.OutcomeMaintenance {
		t.Errorf("%s: %s", r.Outcome, r.Problems())
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 40*size {
		t.Errorf("%d bytes are used for a mail of %d", used, len(raw))
	}
}
