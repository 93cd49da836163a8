package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestWindowChoice compares what the query chooses, and in which order, with
// the same rule in Go, for records with random windows.
func TestWindowChoice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := rand.New(rand.NewPCG(3, 7))
		zayo, b := provider(t, s, "zayo"), newBench(t, s)
		hour := func() time.Time { return day.Add(time.Duration(r.IntN(40)-20) * time.Hour) }
		for i := range 60 {
			n := notice(zayo, fmt.Sprintf("W-%d", i), 0, "Z/1")
			n.Windows = nil
			for range 1 + r.IntN(3) {
				start := hour()
				kind := []models.WindowKind{models.WindowPrimary, models.WindowBackup}[r.IntN(2)]
				n.Windows = append(n.Windows, models.NoticeWindow{Kind: kind, Start: start, End: start.Add(time.Duration(1+r.IntN(9)) * time.Hour)})
			}
			b.receive(zayo, n)
		}
		statuses := []string{"CONFIRMED", "CONFIRMED", "COMPLETED", "CANCELLED"}
		for i := range 4 {
			ok(t, s.Writer().Exec("UPDATE maintenance_windows SET called = ?, status = ? WHERE ordinal = ? AND maintenance_id IN (SELECT id FROM maintenances WHERE name LIKE ?)",
				i%2 == 0, statuses[i], 1+i%2, fmt.Sprintf("%%%d", i)).Error)
		}
		all, _, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Page: everything})
		ok(t, err)
		for range 60 {
			f := models.WindowChoice{Planned: r.IntN(2) == 0}
			for _, at := range []*time.Time{&f.EndAfter, &f.StartsBy, &f.StartsAfter} {
				if r.IntN(2) == 0 {
					*at = hour()
				}
			}
			var want []models.MaintenanceItem
			for _, m := range all {
				if !f.First(m.Windows).IsZero() {
					want = append(want, m)
				}
			}
			slices.SortFunc(want, func(a, b models.MaintenanceItem) int {
				if c := f.First(a.Windows).Compare(f.First(b.Windows)); c != 0 {
					return c
				}
				return strings.Compare(a.ID, b.ID)
			})
			got, total, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Window: &f, Page: everything})
			ok(t, err)
			name := func(m models.MaintenanceItem) string { return m.Name }
			if diff := cmp.Diff(texts(want, name), texts(got, name)); diff != "" || total != len(want) {
				t.Fatalf("%+v: total %d of %d\n%s", f, total, len(want), diff)
			}
			if len(got) > 3 { // pages go on where the one before ended
				page, _, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Window: &f, Page: models.Page{
					Limit: 2, After: []string{f.First(got[0].Windows).Format(time.RFC3339Nano), got[0].ID},
				}})
				ok(t, err)
				if diff := cmp.Diff(texts(got[1:3], name), texts(page, name)); diff != "" {
					t.Fatalf("the page after the first: %s", diff)
				}
			}
		}
	})
}

func texts[T any](list []T, text func(T) string) []string {
	out := []string{}
	for _, v := range list {
		out = append(out, text(v))
	}
	return out
}

// TestWorstImpact: it is the worst of what is seen and not cancelled.
func TestWorstImpact(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		impact := func(cid string, i models.Impact, cancelled bool) {
			ok(t, s.Writer().Exec("UPDATE maintenance_circuits SET impact = ?, cancelled = ? WHERE cid = ?", i, cancelled, cid).Error)
		}
		impact("Z/1", models.ImpactDegraded, false)
		impact("Z/2", models.ImpactOutage, false)
		impact("L/1", models.ImpactNone, false)
		impact("L/9", models.ImpactOutage, true)
		paris := models.Scope{Sites: []string{"Paris"}}
		for _, test := range []struct {
			scope   models.Scope
			impacts []models.Impact
			want    string
		}{
			{models.ScopeAll, []models.Impact{models.ImpactOutage}, "zayo-TTN-1"},
			{models.ScopeAll, []models.Impact{models.ImpactDegraded}, ""},
			{models.ScopeAll, []models.Impact{models.ImpactNone, models.ImpactOutage}, "lumen-L-1 zayo-TTN-1"},
			{models.ScopeAll, []models.Impact{"NONSENSE"}, ""},
			{paris, []models.Impact{models.ImpactDegraded}, "zayo-TTN-1"},
			{paris, []models.Impact{models.ImpactOutage}, ""},
			{models.Scope{Circuits: []string{w.ids["Z/2"]}}, []models.Impact{models.ImpactOutage}, "zayo-TTN-1"},
		} {
			items, total, err := s.Maintenances(ctx, test.scope, models.MaintenanceFilter{Worst: test.impacts})
			ok(t, err)
			if got := strings.Join(texts(items, func(m models.MaintenanceItem) string { return m.Name }), " "); got != test.want || total != len(items) {
				t.Errorf("%v %v: %q, want %q", test.scope, test.impacts, got, test.want)
			}
			for _, m := range items {
				if !slices.Contains(test.impacts, m.WorstImpact()) {
					t.Errorf("%s has %s", m.Name, m.WorstImpact())
				}
			}
		}
	})
}

// TestCircuitsByAlias: a circuit is found by another name that its provider
// uses, where it is in scope.
func TestCircuitsByAlias(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		newWorld(t, s)
		_, err := s.ImportAliases(ctx, []models.AliasRow{{Line: 2, Provider: "zayo", Alias: "Other/1", CID: "Z/1"}})
		ok(t, err)
		for _, test := range []struct {
			scope models.Scope
			named string
			want  string
		}{
			{models.ScopeAll, "other/1", "Z/1"}, {models.ScopeAll, "z/1", "Z/1"}, {models.ScopeAll, "Other", ""},
			{models.Scope{Sites: []string{"Paris"}}, "OTHER/1", "Z/1"}, {models.Scope{Providers: []string{"lumen"}}, "OTHER/1", ""},
		} {
			list, total, err := s.Circuits(ctx, test.scope, models.CircuitFilter{Named: test.named})
			ok(t, err)
			if got := strings.Join(texts(list, func(c models.Circuit) string { return c.CID }), " "); got != test.want || total != len(list) {
				t.Errorf("%v %q: %q, want %q", test.scope, test.named, got, test.want)
			}
		}
	})
}
