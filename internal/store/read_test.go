package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestFiltersDoNotTellOfHiddenCircuits: a filter must not answer for a circuit
// that its asker may not see.
func TestFiltersDoNotTellOfHiddenCircuits(t *testing.T) {
	s := storetest.SQLite(t)
	newWorld(t, s)
	paris := models.Scope{Sites: []string{"Paris"}}
	for name, f := range map[string]models.MaintenanceFilter{
		"circuit": {Circuits: []string{"Z/2"}}, "provider": {Providers: []string{"lumen"}}, "name": {Name: "lumen-L-1"},
	} {
		if _, total, err := s.Maintenances(ctx, paris, f); err != nil || total != 0 {
			t.Errorf("%s: %d %v", name, total, err)
		}
	}
}

func TestMaintenanceFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		newWorld(t, s)
		night := func(n int) time.Time { return day.AddDate(0, 0, n).Add(16 * time.Hour) }
		for name, test := range map[string]struct {
			f    models.MaintenanceFilter
			want string
		}{
			"none":              {models.MaintenanceFilter{}, "lumen-L-1 zayo-TTN-1"},
			"status":            {models.MaintenanceFilter{Statuses: []models.Status{models.StatusConfirmed}}, "zayo-TTN-1"},
			"statuses":          {models.MaintenanceFilter{Statuses: []models.Status{models.StatusConfirmed, models.StatusTentative}}, "lumen-L-1 zayo-TTN-1"},
			"provider":          {models.MaintenanceFilter{Providers: []string{"ZAYO"}}, "zayo-TTN-1"},
			"circuit":           {models.MaintenanceFilter{Circuits: []string{"z/2"}}, "zayo-TTN-1"},
			"unknown circuit":   {models.MaintenanceFilter{Circuits: []string{"l/9"}}, "lumen-L-1"},
			"site":              {models.MaintenanceFilter{Sites: []string{"Paris"}}, "zayo-TTN-1"},
			"name":              {models.MaintenanceFilter{Name: "ZAYO-ttn-1"}, "zayo-TTN-1"},
			"part of the name":  {models.MaintenanceFilter{Query: "ttn"}, "zayo-TTN-1"},
			"no wildcard":       {models.MaintenanceFilter{Query: "t%n"}, ""},
			"ends at":           {models.MaintenanceFilter{EndAfter: night(3).Add(4 * time.Hour)}, "lumen-L-1 zayo-TTN-1"},
			"ends after":        {models.MaintenanceFilter{EndAfter: night(3).Add(4*time.Hour + time.Microsecond)}, "lumen-L-1"},
			"starts by":         {models.MaintenanceFilter{StartsBy: night(3)}, "zayo-TTN-1"},
			"starts before":     {models.MaintenanceFilter{StartsBy: night(3).Add(-time.Microsecond)}, ""},
			"both":              {models.MaintenanceFilter{Statuses: []models.Status{models.StatusConfirmed}, Providers: []string{"lumen"}}, ""},
			"second page":       {models.MaintenanceFilter{Page: models.Page{Limit: 1, Offset: 1}}, "zayo-TTN-1"},
			"beyond the end":    {models.MaintenanceFilter{Page: models.Page{Limit: 1, Offset: 9}}, ""},
			"nonsense in pages": {models.MaintenanceFilter{Page: models.Page{Limit: -1, Offset: -9}}, "lumen-L-1 zayo-TTN-1"},
		} {
			items, _, err := s.Maintenances(ctx, models.ScopeAll, test.f)
			ok(t, err)
			var names []string
			for _, m := range items {
				names = append(names, m.Name)
			}
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("%s: %q, want %q", name, got, test.want)
			}
		}
		if _, total, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Page: models.Page{Limit: 1}}); err != nil || total != 2 {
			t.Errorf("total %d %v", total, err)
		}
		if _, err := s.Maintenance(ctx, models.ScopeAll, "zayo-none"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("error %v", err)
		}
		d := detail(t, s, "zayo-TTN-1")
		if byID := detail(t, s, d.ID); !cmp.Equal(d, byID) {
			t.Error("by ID it is another")
		}
	})
}

func TestCircuitFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		newWorld(t, s)
		for want, f := range map[string]models.CircuitFilter{
			"Z/1": {CID: "z/1"}, "L/1": {Providers: []string{"lumen"}}, "L/1 Z/1 Z/2": {Sites: []string{"Rome"}},
			"L/1 Z/1": {Types: []string{"Transit"}}, "Z/2": {Types: []string{"Wave"}, Sites: []string{"Rome"}},
		} {
			list, total, err := s.Circuits(ctx, models.ScopeAll, f)
			ok(t, err)
			var cids []string
			for _, c := range list {
				cids = append(cids, c.CID)
				if c.Provider.Slug == "" {
					t.Errorf("%s has no provider", c.CID)
				}
			}
			if got := strings.Join(cids, " "); got != want || total != len(list) {
				t.Errorf("%q, want %q", got, want)
			}
		}
	})
}

// TestNoQueryPerRow: readers send as many statements for many rows as for a
// few.
func TestNoQueryPerRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		scopes := []models.Scope{models.ScopeAll, {Sites: []string{"Rome"}}}
		before := statements(s, w, scopes)
		var rows []models.CircuitRow
		for i := range 40 {
			rows = append(rows, models.CircuitRow{CID: fmt.Sprint("N/", i), Provider: "zayo", SiteA: "Rome", SiteZ: "Paris", Tags: []string{"x"}})
		}
		circuits(t, s, rows...)
		zayo := provider(t, s, "zayo")
		for i := range 30 {
			w.receive(zayo, notice(zayo, fmt.Sprint("MANY-", i), i, fmt.Sprint("N/", i), "Z/1", fmt.Sprint("U/", i)))
		}
		for i := range 10 {
			w.receive(zayo, notice(zayo, "TTN-1", i, "Z/1", "Z/2"))
		}
		if diff := cmp.Diff(before, statements(s, w, scopes)); diff != "" {
			t.Error(diff)
		}
	})
}

func statements(s *store.Store, w world, scopes []models.Scope) map[string]int {
	counts := map[string]int{}
	for i, scope := range scopes {
		for name, read := range readers(s, w) {
			if _, err := s.SQL().Exec("UPDATE sites SET name = name"); err != nil { // nothing is remembered
				panic(err)
			}
			counts[fmt.Sprint(name, i)] = len(s.Statements(func() { read(scope) }))
		}
	}
	return counts
}

// TestApplySendsFewStatements: one batch costs about as much as one mail.
func TestApplySendsFewStatements(t *testing.T) {
	s := storetest.SQLite(t)
	b := newBench(t, s)
	zayo := provider(t, s, "zayo")
	batch := func(n int) int {
		var verdicts []models.Verdict
		for i := range n {
			verdicts = append(verdicts, verdict(b.mail(), zayo, notice(zayo, fmt.Sprint("TTN-", i), 3, "A", "B")))
		}
		return len(s.Statements(func() { must(s.Apply(ctx, verdicts)) }))
	}
	batch(50)
	one, many := batch(1), batch(50)
	if many > one+5 || many > 40 {
		t.Errorf("%d statements for one mail, %d for fifty", one, many)
	}
}

func TestCircuitStatuses(t *testing.T) {
	set := func(f func(*models.Notice)) func(models.Notice) models.Notice {
		return func(n models.Notice) models.Notice { return with(n, f) }
	}
	start := day.AddDate(0, 0, 3).Add(16 * time.Hour)
	tests := map[string]struct {
		notice func(models.Notice) models.Notice
		at     time.Time
		want   bool
	}{
		"first instant": {nil, start, true},
		"last instant":  {nil, start.Add(4 * time.Hour), true},
		"before":        {nil, start.Add(-time.Microsecond), false},
		"after":         {nil, start.Add(4*time.Hour + time.Microsecond), false},
		"tentative":     {set(func(n *models.Notice) { n.Status = models.StatusTentative }), start, false},
		"in process":    {set(func(n *models.Notice) { n.Status = models.StatusInProcess }), start, true},
		"rescheduled":   {set(func(n *models.Notice) { n.Status = models.StatusRescheduled }), start, true},
		"cancelled":     {set(func(n *models.Notice) { n.Status = models.StatusCancelled }), start, false},
		"no status":     {set(func(n *models.Notice) { n.Status = models.StatusNoChange }), start, false},
		"no impact":     {set(func(n *models.Notice) { n.Windows[0].Circuits[0].Impact = models.ImpactNone }), start, false},
		"degraded":      {set(func(n *models.Notice) { n.Windows[0].Circuits[0].Impact = models.ImpactDegraded }), start, true},
		"spare night": {set(func(n *models.Notice) {
			spare, planned := n.Windows[0], n.Windows[0]
			spare.Kind = models.WindowBackup
			planned.Start, planned.End = planned.Start.AddDate(0, 0, -1), planned.End.AddDate(0, 0, -1)
			n.Windows = []models.NoticeWindow{planned, spare}
		}), start, false},
		"a night of other circuits": {set(func(n *models.Notice) {
			other, own := n.Windows[0], n.Windows[0]
			other.Circuits = []models.NoticeCircuit{{CID: "ELSEWHERE-1", Impact: models.ImpactOutage}}
			own.Start, own.End = own.Start.AddDate(0, 0, 1), own.End.AddDate(0, 0, 1)
			n.Windows = []models.NoticeWindow{other, own}
		}), start, false},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		sites(t, s, "Paris", "Rome")
		i := 0
		for name, test := range tests {
			i++
			cid := fmt.Sprint("Z/", i)
			circuits(t, s, models.CircuitRow{CID: cid, Provider: "zayo", SiteA: "Paris", SiteZ: "Rome"})
			n := notice(zayo, fmt.Sprint("TTN-", i), 3, cid)
			if test.notice != nil {
				n = test.notice(n)
			}
			b.receive(zayo, n)
			list := must(s.CircuitStatuses(ctx, models.ScopeAll, test.at))
			seen := 0
			for _, c := range list {
				if c.Circuit.CID == cid {
					seen++
					if c.Active != test.want {
						t.Errorf("%s: %v", name, c.Active)
					}
				}
			}
			if seen != 2 {
				t.Errorf("%s: %d rows, want one for each end", name, seen)
			}
		}
	})
}

func TestWorstImpactIsListed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		zayo := provider(t, s, "zayo")
		w.receive(zayo, with(notice(zayo, "TTN-1", 3, "Z/1"), func(n *models.Notice) {
			n.Account = "Another Ltd"
			n.Windows[0].Circuits[0].Impact = models.ImpactDegraded
		}))
		list, total, err := s.FindImpacts(ctx, models.ScopeAll, models.ImpactFilter{})
		ok(t, err)
		if total != 3 || list[1].CID != "Z/1" || list[1].Impact != models.ImpactOutage {
			t.Errorf("%d %+v", total, list)
		}
	})
}
