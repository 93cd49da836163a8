package provider

import (
	"strings"
	"testing"

	"lineman/parsers"
)

func TestHgcVariants(t *testing.T) {
	const (
		from  = "HGC <HGCINOCPW@hgc.com.hk>"
		subj  = "HGC Maintenance Work Notification - Harbour ISP | CIR900100 | TIC000000000900100"
		plain = "<p>There will be maintenance work:<br>Circuit ID: CIR900100<br>Customer: Harbour ISP<br>Maintenance Window start date &amp; time: 11-Mar-2026 16:01 UTC<br>Maintenance Window end date &amp; time: 11-Mar-2026 22:00 UTC<br>Service Impact: Down for an hour<br>Description: Cards</p>"
	)
	start := []string{"2026-03-11 16:01"}
	edit := func(old, new string) string { return strings.Replace(plain, old, new, 1) }
	runVariants(t, "hgc", []variant{
		{name: "plain", mail: mail(from, subj, plain), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "two circuits", mail: mail(from, subj, edit("CIR900100<", "CIR900100, CIR900101<")), status: "CONFIRMED", windows: start, circuits: 2},
		{name: "Hong Kong time", mail: mail(from, subj, strings.ReplaceAll(strings.ReplaceAll(plain, "16:01 UTC", "16:01 HKT"), "22:00 UTC", "22:00 HKT")), status: "CONFIRMED", windows: []string{"2026-03-11 08:01"}, circuits: 1},
		{name: "completed", mail: mail(from, "HGC Maintenance Work Completion Notification - Harbour ISP | CIR900100 | TIC000000000900100", plain), status: "COMPLETED", windows: start, circuits: 1},
		{name: "customer's name is no status", mail: mail(from, strings.Replace(subj, "Harbour ISP", "Cancelled Cheques", 1), edit("Harbour ISP", "Cancelled Cheques")), status: "CONFIRMED", windows: start, circuits: 1},
		{name: "no zone", mail: mail(from, subj, strings.ReplaceAll(plain, " UTC", "")), fields: []string{"start"}, reason: "time zone"},
		{name: "no ticket", mail: mail(from, "HGC Maintenance Work Notification", plain), fields: []string{"maintenance_id"}},
		{name: "unknown impact", mail: mail(from, subj, edit("Down for an hour", "Blue")), status: "CONFIRMED", windows: start, circuits: 1, warning: "not known"},
	})
}

// TestOtherMailOfCarriers holds that mail about something else is ignored with
// a rule.
func TestOtherMailOfCarriers(t *testing.T) {
	engine := parsers.NewEngine(All())
	for name, m := range map[string]string{
		"colt invoice":        mail(coltFrom, "Your invoice for March", text("The sum is due. For maintenance of your account see the portal.\n")),
		"colt fault":          mail(coltFrom, "Incident report: fibre cut near Ulm", text("A cable was cut. Maintenance crews are on site.\n")),
		"crown castle survey": mail(crowncastleFrom, "Crown Castle customer survey", text("Crown Castle Fiber wants to know what you think of our maintenance.\n")),
		"gcx fault":           mail("GNOC <gnoc@globalcloudxchange.com>", "Cable fault on a subsea system", text("An outage is being looked into. Global Cloud Xchange.\n")),
		"google invoice":      mail("<noc-noreply@google.com>", "Your invoice", text("Maintenance of your account.\n")),
		"gtt fault":           mail(gttFrom, "Outage report: fiber cut in Ulm", text("This notification tells of a fault.\n")),
		"hgc newsletter":      mail("HGC <HGCINOCPW@hgc.com.hk>", "HGC newsletter", text("Read about maintenance.\n")),
		"google test":         mail("<noc-noreply@google.com>", "[Scheduled] Google Planned Network Maintenance Notification - Reference PCR/900100", text("This is a test notification.\n\nStart Time: 2026-05-18 20:00:00 +0000 UTC\n")),
	} {
		t.Run(name, func(t *testing.T) {
			read, err := parsers.ReadMail([]byte(m))
			if err != nil {
				t.Fatal(err)
			}
			if r := engine.Parse(read, ""); r.Outcome != parsers.OutcomeIgnored || r.Reason == "" {
				t.Errorf("%s %s %q %v", r.Provider, r.Outcome, r.Reason, r.Fields)
			}
		})
	}
}
