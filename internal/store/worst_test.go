package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestTheWorstIsKept compares, after each of many random writes to the circuits
// of maintenances, what the database keeps as their worst impacts with a look
// at the records, and what filters find by it.
func TestTheWorstIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.crowd(t, 12, 2)
		r := rand.New(rand.NewPCG(5, 8))
		impact := func() models.Impact { return models.Impacts[r.IntN(len(models.Impacts))] }
		everything := models.MaintenanceFilter{Page: models.Page{Limit: 1000}}
		seen := map[models.Impact]int{}
		for range 80 {
			one := fmt.Sprintf("id = (SELECT id FROM maintenance_circuits ORDER BY id LIMIT 1 OFFSET %d)", r.IntN(8))
			what := []string{
				fmt.Sprintf("UPDATE maintenance_circuits SET impact = '%s' WHERE %s", impact(), one),
				fmt.Sprintf("UPDATE maintenance_circuits SET impact = '%s', cancelled = (length(cid) %% 2 = %d)", impact(), r.IntN(2)),
				fmt.Sprintf("UPDATE maintenance_circuits SET cancelled = NOT cancelled WHERE %s", one),
				fmt.Sprintf("UPDATE maintenance_circuits SET cid_key = cid_key || '%d', maintenance_id = (SELECT id FROM maintenances ORDER BY id DESC LIMIT 1) WHERE %s", r.IntN(1e9), one),
				fmt.Sprintf("DELETE FROM maintenance_circuits WHERE %s AND 1 = %d", one, r.IntN(4)),
			}[r.IntN(5)]
			_, err := s.SQL().Exec(what)
			ok(t, err)
			list, _, err := s.Maintenances(ctx, models.ScopeAll, everything)
			ok(t, err)
			for _, impacts := range [][]models.Impact{{models.ImpactNone}, {models.ImpactReducedRedundancy}, {models.ImpactDegraded}, {models.ImpactOutage}, {impact(), impact()}} {
				var want []string
				for _, m := range list {
					if slices.Contains(impacts, m.WorstImpact()) {
						want = append(want, m.Name)
						seen[m.WorstImpact()]++
					}
				}
				f := everything
				f.Worst = impacts
				items, total, err := s.Maintenances(ctx, models.ScopeAll, f)
				ok(t, err)
				var got []string
				for _, m := range items {
					got = append(got, m.Name)
				}
				if diff := cmp.Diff(want, got); diff != "" || total != len(want) {
					t.Fatalf("%v after %s: by the records (-), found %d (+)\n%s", impacts, what, total, diff)
				}
			}
		}
		if len(seen) != len(models.Impacts) {
			t.Fatalf("seen are %v", seen)
		}
	})
}
