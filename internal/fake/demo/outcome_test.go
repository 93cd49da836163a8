package demo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/fake/demo"
	"lineman/models"
	"lineman/parsers"
	"lineman/parsers/provider"
)

// outcomes says for each mail of the mailbox what the readers make of it. A
// window is written as the hours from the hour of now to its start and end.
var outcomes = map[string]struct {
	provider string // empty: nobody's
	outcome  parsers.Outcome
	notice   string // id status; each window with its circuits
	broken   string // fields that cannot be read
}{
	"01-zayo-planned.eml": {"zayo", parsers.OutcomeMaintenance,
		"TTN-0009876501 CONFIRMED; primary -106..-101 OGYX/204533//ZYO=OUTAGE", ""},
	"02-arelion-confirmed.eml": {"arelion", parsers.OutcomeMaintenance,
		"PWIC284410.1 CONFIRMED; primary 40..46 IC-318842=OUTAGE", ""},
	"03-lumen-scheduled.eml": {"lumen", parsers.OutcomeMaintenance,
		"27733104 CONFIRMED; primary -2..4 443206871=OUTAGE BCXV70214=OUTAGE", ""},
	"04-equinix-scheduled.eml": {"equinix", parsers.OutcomeMaintenance,
		"5-219876540021 CONFIRMED; primary 30..36 20984517-A=REDUCED-REDUNDANCY", ""},
	"05-ntt-tentative.eml": {"ntt", parsers.OutcomeMaintenance,
		"VNOC-1-55120984713 TENTATIVE; primary -1..5 1111111=OUTAGE", ""},
	"06-packetfabric-update-first.eml": {"packetfabric", parsers.OutcomeMaintenance,
		"PF-MX-20417 CONFIRMED; primary 57..60 PF-BC-IAD2-1729807=REDUCED-REDUNDANCY", ""},
	"07-packetfabric-late-original.eml": {"packetfabric", parsers.OutcomeMaintenance,
		"PF-MX-20417 TENTATIVE; primary 56..62 PF-BC-IAD2-1729807=OUTAGE", ""},
	"08-zayo-three-nights.eml": {"zayo", parsers.OutcomeMaintenance,
		"TTN-0009876543 CONFIRMED" +
			"; primary 20..25 /OQYX/204417/ /ZYO /=OUTAGE IPYX/118204//ZYO=REDUCED-REDUNDANCY" +
			"; primary 44..49 /OQYX/204417/ /ZYO /=OUTAGE IPYX/118204//ZYO=REDUCED-REDUNDANCY" +
			"; primary 68..73 /OQYX/204417/ /ZYO /=OUTAGE IPYX/118204//ZYO=REDUCED-REDUNDANCY" +
			"; backup 92..97 /OQYX/204417/ /ZYO /=OUTAGE IPYX/118204//ZYO=REDUCED-REDUNDANCY", ""},
	"09-eunetworks-confirmed.eml": {"eunetworks", parsers.OutcomeMaintenance,
		"00417725 CONFIRMED; primary 70..78 EUN-WL-104882=OUTAGE", ""},
	"10-equinix-upgrade.eml": {"equinix", parsers.OutcomeMaintenance,
		"CHG0087421 CONFIRMED; primary -30..-24 EC2207.1=OUTAGE", ""},
	"11-telstra-confirmed.eml": {"telstra", parsers.OutcomeMaintenance,
		"PN884213 CONFIRMED; primary 50..54 TEL-EPL-9044713=OUTAGE", ""},
	"12-zayo-completed.eml": {"zayo", parsers.OutcomeMaintenance,
		"TTN-0009876501 COMPLETED; primary -106..-101 OGYX/204533//ZYO=OUTAGE", ""},
	"13-pccw-confirmed.eml": {"pccw", parsers.OutcomeMaintenance,
		"INC0047712093KT CONFIRMED; primary 52..58 SINGSG-EP4471-882190-ELE=OUTAGE", ""},
	"14-gtt-confirmed.eml": {"gtt", parsers.OutcomeMaintenance,
		"60881442 CONFIRMED; primary 97..103 HAL/IPT/887123=DEGRADED", ""},
	"15-zayo-invoice.eml": {"zayo", parsers.OutcomeIgnored, "", ""},
	"16-lumen-cable-work.eml": {"lumen", parsers.OutcomeMaintenance,
		"27740557 CONFIRMED; primary 120..126 443206871=OUTAGE", ""},
	"17-zayo-splice.eml": {"zayo", parsers.OutcomeMaintenance,
		"TTN-0009876602 CONFIRMED; primary 26..31 IPYX/118204//ZYO=NO-IMPACT", ""},
	"18-arelion-update.eml": {"arelion", parsers.OutcomeMaintenance,
		"PWIC284410.1 CONFIRMED; primary 40..46 IC-318842=OUTAGE IC-318843=REDUCED-REDUNDANCY", ""},
	"19-unknown-provider.eml": {"", parsers.OutcomeError, "", ""},
	"20-zayo-broken.eml":      {"zayo", parsers.OutcomeError, "", "start end"},
	"21-eunetworks-cancelled.eml": {"eunetworks", parsers.OutcomeMaintenance,
		"00417725 CANCELLED; primary 70..78", ""},
	"22-arelion-unknown-circuit.eml": {"arelion", parsers.OutcomeMaintenance,
		"PWIC291178.1 CONFIRMED; primary 62..66 IC-318842=OUTAGE IC-909090=OUTAGE", ""},
	"23-arelion-duplicate.eml": {"arelion", parsers.OutcomeMaintenance,
		"PWIC291178.1 CONFIRMED; primary 62..66 IC-318842=OUTAGE IC-909090=OUTAGE", ""},
	"24-lumen-cancelled.eml": {"lumen", parsers.OutcomeMaintenance,
		"27740557 CANCELLED; primary 120..126 443206871=OUTAGE", ""},
	"25-zayo-rescheduled.eml": {"zayo", parsers.OutcomeMaintenance,
		"TTN-0009876602 RE-SCHEDULED; primary 74..79 IPYX/118204//ZYO=NO-IMPACT", ""},
	"26-equinix-completed.eml": {"equinix", parsers.OutcomeMaintenance,
		"CHG0087421 COMPLETED; primary -30..-24 EC2207.1=OUTAGE", ""},
	"27-equinix-newsletter.eml": {"equinix", parsers.OutcomeIgnored, "", ""},
	"28-ntt-frankfurt.eml": {"ntt", parsers.OutcomeMaintenance,
		"VNOC-1-55120990256 CONFIRMED; primary 33..37 1111112=DEGRADED", ""},
	"29-ntt-confirmed.eml": {"ntt", parsers.OutcomeMaintenance,
		"VNOC-1-55120984713 CONFIRMED; primary -1..5 1111111=OUTAGE", ""},
	"30-lumen-in-process.eml": {"lumen", parsers.OutcomeMaintenance,
		"27733104 IN-PROCESS; primary -2..4 443206871=OUTAGE BCXV70214=OUTAGE", ""},
}

// The outcomes must be the same whenever somebody looks: in the hours in which
// clocks are changed, at the turn of a year, on a leap day.
var looks = []time.Time{
	now,
	time.Date(2026, 7, 14, 12, 0, 0, 0, time.UTC),
	time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC),
	time.Date(2026, 12, 31, 20, 30, 0, 0, time.UTC),
	time.Date(2028, 2, 28, 9, 5, 0, 0, time.UTC),
}

func TestOutcomes(t *testing.T) {
	engine := parsers.NewEngine(provider.All())
	for _, at := range looks {
		seen := 0
		for _, m := range demo.Mails(at) {
			t.Run(at.Format("2006-01-02/")+m.Name, func(t *testing.T) {
				want, ok := outcomes[m.Name]
				if !ok {
					t.Fatal("the table of outcomes does not have this mail")
				}
				seen++
				mail, err := parsers.ReadMail(m.Raw)
				if err != nil {
					t.Fatal(err)
				}
				got := engine.Parse(mail, "")
				if got.Outcome != want.outcome || got.Provider != want.provider {
					t.Fatalf("outcome %s of %q, want %s of %q: %s %v %v",
						got.Outcome, got.Provider, want.outcome, want.provider, got.Reason, got.Fields, got.Tried)
				}
				if diff := cmp.Diff(want.notice, describe(got.Notices, at)); diff != "" {
					t.Errorf("notices (-want +got):\n%s", diff)
				}
				for _, field := range strings.Fields(want.broken) {
					if !slices.ContainsFunc(got.Fields, func(f parsers.FieldError) bool { return f.Field == field }) {
						t.Errorf("nothing is said of the field %s: %v", field, got.Fields)
					}
				}
			})
		}
		if seen != len(outcomes) {
			t.Errorf("%d mails, the table has %d", seen, len(outcomes))
		}
	}
}

// TestDemoShowsEveryCase holds the demo to what it promises to show.
func TestDemoShowsEveryCase(t *testing.T) {
	providers, statuses, maintenances := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, o := range outcomes {
		if o.outcome == parsers.OutcomeMaintenance {
			providers[o.provider] = true
			id, rest, _ := strings.Cut(o.notice, " ")
			status, _, _ := strings.Cut(rest, ";")
			statuses[status], maintenances[id] = true, true
		}
	}
	if len(providers) < 6 || len(maintenances) < 12 {
		t.Errorf("%d providers, %d maintenances", len(providers), len(maintenances))
	}
	for _, s := range []models.Status{models.StatusTentative, models.StatusConfirmed, models.StatusCancelled,
		models.StatusInProcess, models.StatusCompleted, models.StatusRescheduled} {
		if !statuses[string(s)] {
			t.Errorf("no notice is %s", s)
		}
	}
}

// describe writes notices in the words of the table.
func describe(notices []models.Notice, at time.Time) string {
	hours := func(t time.Time) int { return int(t.Sub(at.Truncate(time.Hour)) / time.Hour) }
	var parts []string
	for _, n := range notices {
		parts = append(parts, fmt.Sprintf("%s %s", n.MaintenanceID, n.Status))
		for _, w := range n.Windows {
			text := fmt.Sprintf("%s %d..%d", w.Kind, hours(w.Start), hours(w.End))
			for _, c := range w.Circuits {
				text += fmt.Sprintf(" %s=%s", c.CID, c.Impact)
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}
