package provider

import (
	"strings"
	"testing"

	"lineman/parsers"
)

func TestHostileLabelLayouts(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some large mails; not in -short")
	}
	engine := parsers.NewEngine(All())
	many := func(s string) string { return strings.Repeat(s, 2_000_000/len(s)) }
	for name, m := range map[string]string{
		"tata services":        mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", many("A9001,"), "Activity Window (GMT)", tataGMT)),
		"tata windows":         mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (GMT)", many(tataGMT+"<br>"))),
		"tata labels":          mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (GMT)", tataGMT, many("Activity Window (GMT)<br>"), "")),
		"tata backups":         mail(tataFrom, tataSubj, tataHTML("Work.", "Service ID", "A9001", "Activity Window (GMT)", tataGMT, "Activity Description", many("Backup MW: 99:99<br>"))),
		"turkcell rows":        mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED", "05.04.2026 00:00", "05.04.2026 07:00", "<table>"+numbered(60_000)+"</table>")),
		"turkcell interfaces":  mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED", "05.04.2026 00:00", "05.04.2026 07:00", many("up 9001002|01-H|U|L "))),
		"turkcell bars":        mail(turkcellFrom, turkcellSubj, turkcellHTML("PLANNED", "05.04.2026 00:00", "05.04.2026 07:00", many("|"))),
		"turkcell starts":      mail(turkcellFrom, turkcellSubj, many("Maintenance Number: 1\n<br>Start Time: 05.04.2026<br>")),
		"verizon windows":      mail(verizonFrom, verizonSubj, verizonHTML("Work.", many(verizonLocal+"<br>"), many(verizonGMT+"<br>"), "1 Hour(s)", verizonTable)),
		"verizon circuits":     mail(verizonFrom, verizonSubj, verizonHTML("Work.", verizonLocal, verizonGMT, "Blue", "<table><tr><td>Company Name<td>Circuit ID<td>A"+numbered(60_000)+"</table>")),
		"verizon flat headers": mail(verizonFrom, verizonSubj, text(many("Company Name\nCircuit ID\n"))),
		"windstream circuits":  mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned", "YES", "03/11/26 02:00 ET", "03/11/26 08:00 ET", many(windstreamOut), "<table><tr><td>Name<td>x<td>Circuit ID"+numbered(60_000)+"</table>")),
		"windstream impacts":   mail(windstreamFrom, windstreamSubj, windstreamHTML("Planned", "YES", "03/11/26 02:00 ET", "03/11/26 08:00 ET", numbered(60_000), windstreamRows)),
	} {
		t.Run(name, func(t *testing.T) { parseSoon(t, engine, m) })
	}
}

func TestIgnoredMailOfLabelLayouts(t *testing.T) {
	engine := parsers.NewEngine(All())
	layouts := map[string][2]string{
		tataFrom:       {tataSubj, tataPlain("This is a test, please ignore it.", "Scheduled")},
		turkcellFrom:   {turkcellSubj, turkcellHTML("PLANNED</b> This is a test. <b>", "05.04.2026 00:00 GMT+3", "05.04.2026 07:00 GMT+3", turkcellRows)},
		verizonFrom:    {verizonSubj, verizonHTML("This is only a test.", verizonLocal, verizonGMT, "1 Hour(s)", verizonTable)},
		windstreamFrom: {windstreamSubj, windstreamHTML("Test Notification", "YES", "03/11/26 02:00 ET", "03/11/26 08:00 ET", windstreamOut, windstreamRows)},
	}
	for from, layout := range layouts {
		for name, m := range map[string]string{
			"test":    mail(from, layout[0], layout[1]),
			"invoice": mail(from, "Your invoice for March", text("The sum is due. For maintenance of your account see the portal.\n")),
			"fault":   mail(from, "Fibre cut between Ulm and Bonn", text("We have an outage. Activity goes on. WMT none, tata, maintenance later.\n")),
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
