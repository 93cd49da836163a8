package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// plant is a store with a clock of its own and two sites: Paris with Z/1 (to
// Rome) and L/1, Rome with Z/1 alone.
type plant struct {
	*bench
	now         *time.Time
	zayo, lumen models.Provider
}

func newPlant(t testing.TB, url string, rules models.OverlapRules) plant {
	t.Helper()
	now := day
	s, err := store.Open(ctx, store.Options{URL: url, Now: func() time.Time { return now }, Overlap: rules})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	ok(t, s.MigrateUp(ctx))
	p := plant{newBench(t, s), &now, provider(t, s, "zayo"), provider(t, s, "lumen")}
	sites(t, s, "Paris", "Rome")
	circuits(t, s,
		models.CircuitRow{CID: "Z/1", Provider: "zayo", SiteA: "Paris", SiteZ: "Rome"},
		models.CircuitRow{CID: "L/1", Provider: "lumen", SiteA: "Paris"},
	)
	return p
}

// eachPlant runs f on SQLite and on PostgreSQL.
func eachPlant(t *testing.T, f func(t *testing.T, p plant)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) { f(t, newPlant(t, url, models.OverlapRules{})) })
}

// says is a notice of one window, in hours from now on.
func (p plant) says(by models.Provider, id string, from, to float64, cids ...string) models.Notice {
	hours := func(h float64) time.Time { return day.Add(time.Duration(h * float64(time.Hour))) }
	return with(notice(by, id, 1, cids...), func(n *models.Notice) {
		n.Windows[0].Start, n.Windows[0].End = hours(from), hours(to)
	})
}

func (p plant) at(h float64) {
	*p.now = day.Add(time.Duration(h * float64(time.Hour)))
	must(p.s.SweepFindings(ctx))
}

// found writes findings as texts: subject, severity, times, circuits, causes.
func (p plant) found(state models.FindingState) []string {
	p.t.Helper()
	items, total, err := p.s.Findings(ctx, models.ScopeAll, models.FindingFilter{State: state, Page: everything})
	ok(p.t, err)
	if total != len(items) {
		p.t.Errorf("%d findings of %d", len(items), total)
	}
	var out []string
	for _, f := range items {
		text := fmt.Sprintf("%s %s %s-%s", f.Subject.Name, f.Severity, hours(f.Start), hours(f.End))
		for _, c := range f.Members {
			text += " " + c.CID
		}
		var causes []string
		for _, m := range f.Causes {
			causes = append(causes, m.Name)
		}
		slices.Sort(causes)
		if !f.ClosedAt.IsZero() {
			text += " " + string(f.Closing)
		}
		out = append(out, text+" by "+strings.Join(causes, ", "))
	}
	slices.Sort(out)
	return out
}

func hours(t time.Time) string { return fmt.Sprintf("%g", t.Sub(day).Hours()) }

func (p plant) want(state models.FindingState, want ...string) {
	p.t.Helper()
	if d := cmp.Diff(want, p.found(state)); d != "" {
		p.t.Errorf("findings (-want +got):\n%s", d)
	}
}

// history writes what happened to the only finding there is, oldest first.
func (p plant) history() []string {
	p.t.Helper()
	items, _, err := p.s.Findings(ctx, models.ScopeAll, models.FindingFilter{State: models.FindingsAll})
	ok(p.t, err)
	if len(items) != 1 {
		p.t.Fatalf("findings %v", p.found(models.FindingsAll))
	}
	d, err := p.s.Finding(ctx, models.ScopeAll, items[0].ID)
	ok(p.t, err)
	var out []string
	for _, e := range slices.Backward(d.Events) {
		out = append(out, fmt.Sprintf("%s %s %s-%s (%s)", e.Change, e.Severity, hours(e.Start), hours(e.End), e.Cause))
	}
	return out
}

// TestFindingFollowsMail: found, worse, moved, gone, and nothing twice.
func TestFindingFollowsMail(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.want(models.FindingsAll)
		p.receive(p.lumen, with(p.says(p.lumen, "L", 11, 13, "L/1"), func(n *models.Notice) { n.Windows[0].Circuits[0].Impact = models.ImpactReducedRedundancy }))
		p.want(models.FindingsOpen, "Paris risk 11-12 Z/1 L/1 by lumen-L, zayo-T")
		p.receive(p.lumen, p.says(p.lumen, "L", 11, 13, "L/1"))
		p.want(models.FindingsOpen, "Paris isolated 11-12 Z/1 L/1 by lumen-L, zayo-T")
		p.receive(p.zayo, with(p.says(p.zayo, "T", 11.5, 12, "Z/1"), func(n *models.Notice) { n.Summary = "later" }))
		p.want(models.FindingsOpen, "Paris isolated 11.5-12 Z/1 L/1 by lumen-L, zayo-T")
		p.receive(p.zayo, with(p.says(p.zayo, "T", 11.5, 12, "Z/1"), func(n *models.Notice) { n.Status = models.StatusCancelled }))
		p.want(models.FindingsOpen)
		want := []string{"found risk 11-12 (live)", "worse isolated 11-12 (live)", "moved isolated 11.5-12 (live)", "gone isolated 11.5-12 (live)"}
		if d := cmp.Diff(want, p.history()); d != "" {
			t.Errorf("history (-want +got):\n%s", d)
		}
	})
}

// TestFindingFollowsTheClock: hold-over and its end are found by the sweep, and
// a finding whose time has passed is over.
func TestFindingFollowsTheClock(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.receive(p.lumen, p.says(p.lumen, "L", 12, 14, "L/1"))
		p.want(models.FindingsAll)
		p.at(11)
		p.want(models.FindingsAll)
		p.at(12) // nobody said that T is over
		p.want(models.FindingsOpen, "Paris isolated 12-12.5 Z/1 L/1 by lumen-L, zayo-T")
		p.at(12.5)
		p.want(models.FindingsAll, "Paris isolated 12-12.5 Z/1 L/1 over by lumen-L, zayo-T")
		if n := must(p.s.SweepFindings(ctx)); n != 0 {
			t.Errorf("another sweep looked at %d sites and groups", n)
		}
		want := []string{"found isolated 12-12.5 (clock)", "over isolated 12-12.5 (clock)"}
		if d := cmp.Diff(want, p.history()); d != "" {
			t.Errorf("history (-want +got):\n%s", d)
		}
	})
}

// TestFindingFollowsTheInventory: a circuit that comes to a site, and one that
// leaves it.
func TestFindingFollowsTheInventory(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.receive(p.lumen, p.says(p.lumen, "L", 10, 12, "L/1", "L/2"))
		both := "Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T"
		p.want(models.FindingsOpen, both)
		circuits(t, p.s, models.CircuitRow{CID: "C/1", Provider: "cogent", SiteA: "Paris"})
		p.want(models.FindingsOpen)
		circuits(t, p.s, models.CircuitRow{CID: "C/1", Provider: "cogent", SiteA: "Rome"}, models.CircuitRow{CID: "L/2", Provider: "lumen", SiteA: "Rome"})
		p.want(models.FindingsOpen, both)
		circuits(t, p.s, models.CircuitRow{CID: "L/1", Provider: "lumen", SiteA: "Rome"}, models.CircuitRow{CID: "C/1", Provider: "cogent", SiteA: "Paris"})
		p.want(models.FindingsOpen, "Rome isolated 10-12 Z/1 L/1 L/2 by lumen-L, zayo-T")
	})
}

// TestFindingOfAGroup: one short of min_up is degraded; other groups are other
// findings.
func TestFindingOfAGroup(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		circuits(t, p.s, models.CircuitRow{CID: "C/1", Provider: "cogent"}, models.CircuitRow{CID: "C/2", Provider: "cogent"})
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.receive(p.lumen, p.says(p.lumen, "L", 11, 12, "L/1"))
		group := func(name string, minUp int, cids ...string) {
			t.Helper()
			var rows []models.RedundancyRow
			for i, cid := range cids {
				rows = append(rows, models.RedundancyRow{Line: i + 2, Group: name, MinUp: minUp, CID: cid})
			}
			_, err := p.s.ImportRedundancy(ctx, rows)
			ok(t, err)
		}
		paris := "Paris isolated 11-12 Z/1 L/1 by lumen-L, zayo-T"
		group("core", 0, "Z/1", "L/1", "C/1", "C/2") // three must be up
		p.want(models.FindingsOpen, paris, "core degraded 11-12 Z/1 L/1 by lumen-L, zayo-T")
		group("core", 1, "Z/1", "L/1", "C/1", "C/2")
		p.want(models.FindingsOpen, paris)
		group("core", 4, "Z/1", "C/1", "C/2", "L/1")
		p.want(models.FindingsOpen, paris, "core degraded 10-12 Z/1 L/1 by lumen-L, zayo-T")
		group("core", 1, "Z/1", "L/1")
		p.want(models.FindingsOpen, paris, "core isolated 11-12 Z/1 L/1 by lumen-L, zayo-T")
		group("core", 1, "Z/1", "C/2")
		p.want(models.FindingsOpen, paris)
	})
}

// TestAcknowledgedFinding: an acknowledgement holds while the finding is what
// was seen, and while only the clock goes on.
func TestAcknowledgedFinding(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.receive(p.lumen, p.says(p.lumen, "L", 10, 12, "L/1"))
		only := func() models.FindingItem {
			t.Helper()
			items, _, err := p.s.Findings(ctx, models.ScopeAll, models.FindingFilter{})
			ok(t, err)
			if len(items) != 1 {
				t.Fatalf("%d findings", len(items))
			}
			return items[0]
		}
		f := only()
		if _, err := p.s.AcknowledgeFinding(ctx, root, f.ID, f.Revision+1); !errors.Is(err, models.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		if _, err := p.s.AcknowledgeFinding(ctx, models.Principal{Name: "kim", Role: models.RoleOperator, Scope: models.Scope{Providers: []string{"zayo"}}}, f.ID, 0); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("out of sight: %v", err)
		}
		if only().Acknowledged() {
			t.Error("acknowledged by what was refused")
		}
		got, err := p.s.AcknowledgeFinding(ctx, root, f.ID, f.Revision)
		ok(t, err)
		if again := only(); !again.Acknowledged() || again.Ack.Author != root.Name || again.Revision != got.Revision {
			t.Errorf("%+v", again)
		}
		log, _, err := p.s.AuditLog(ctx, models.ScopeAll, models.Page{Limit: 1})
		if ok(t, err); len(log) != 1 || log[0].Action != "acknowledge" || log[0].Object != "finding" || log[0].Ref != f.ID || log[0].Author != root.Name || log[0].Before == log[0].After {
			t.Errorf("audit %+v", log)
		}
		p.at(12) // hold-over
		if f := only(); !f.Acknowledged() || hours(f.End) != "12.5" {
			t.Errorf("the clock alone: %+v", f)
		}
		p.receive(p.lumen, p.says(p.lumen, "L", 11, 12, "L/1"))
		if f := only(); f.Acknowledged() || f.ID != got.ID {
			t.Errorf("other times: %+v", f)
		}
		p.at(20)
		var input *models.InputError
		if _, err := p.s.AcknowledgeFinding(ctx, root, f.ID, 0); !errors.As(err, &input) {
			t.Errorf("closed: %v", err)
		}
	})
}
