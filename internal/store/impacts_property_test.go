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

// TestImpactsAreTheWorst compares lists of impacts, by random filters, with
// what a look at each maintenance by itself gives.
func TestImpactsAreTheWorst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.crowd(t, 20, 3)
		r := rand.New(rand.NewPCG(7, 9))
		// Listed under two accounts, cancelled by itself, merged and deleted.
		for _, change := range []string{
			"UPDATE maintenance_circuits SET impact = CASE substr(CAST(id AS text), 36, 1) WHEN '1' THEN 'DEGRADED' WHEN '2' THEN 'NO-IMPACT' WHEN '3' THEN 'REDUCED-REDUNDANCY' ELSE 'OUTAGE' END",
			"UPDATE maintenance_circuits SET circuit_id = (SELECT c.circuit_id FROM maintenance_circuits c WHERE c.maintenance_id = maintenance_circuits.maintenance_id AND c.position = 0) WHERE position = 1",
			"UPDATE maintenance_circuits SET cancelled = true WHERE substr(CAST(id AS text), 35, 1) IN ('1', '2', '3')",
			"UPDATE maintenances SET deleted = true WHERE substr(CAST(id AS text), 36, 1) = '1'",
			"UPDATE maintenances SET merged_into = name WHERE substr(CAST(id AS text), 36, 1) = '2'",
		} {
			if _, err := s.SQL().Exec(change); err != nil {
				t.Fatal(err)
			}
		}
		list, _, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Page: models.Page{Limit: 1000}})
		ok(t, err)
		hit, doubled := 0, 0
		for i := range 120 {
			f := models.ImpactFilter{Page: models.Page{Limit: 1000}}
			for range r.IntN(3) {
				f.Impacts = append(f.Impacts, models.Impacts[r.IntN(len(models.Impacts))])
			}
			switch r.IntN(4) {
			case 0:
				f.Maintenances = []string{list[r.IntN(len(list))].Name, list[r.IntN(len(list))].ID}
			case 1:
				f.Circuits = []string{fmt.Sprint("N/", r.IntN(9)), "z/1"}
			case 2:
				f.Providers = []string{[]string{"zayo", "lumen", "cogent"}[r.IntN(3)]}
			}
			want := map[string]models.Impact{}
			for _, m := range list {
				for pair, impact := range worstOf(m, &doubled) {
					if fitsImpact(f, m, pair, impact) {
						want[m.Name+" "+pair] = impact
					}
				}
			}
			for _, scope := range []models.Scope{models.ScopeAll, {Providers: []string{"zayo", "lumen", "cogent"}}} {
				items, total, err := s.FindImpacts(ctx, scope, f)
				ok(t, err)
				got := map[string]models.Impact{}
				for _, item := range items {
					got[item.MaintenanceName+" "+item.CID] = item.Impact
				}
				if diff := cmp.Diff(want, got); diff != "" || total != len(want) || len(items) != total {
					t.Fatalf("%d: %+v %+v: %d in all, %d given\n%s", i, scope, f, total, len(items), diff)
				}
				hit += total
			}
		}
		if hit < 500 || doubled == 0 {
			t.Fatalf("%d impacts were compared, %d circuits stood twice", hit, doubled)
		}
	})
}

// worstOf gives the worst impact of a maintenance on each circuit.
func worstOf(m models.MaintenanceItem, doubled *int) map[string]models.Impact {
	worst := map[string]models.Impact{}
	for _, c := range m.Circuits {
		if c.Circuit == nil || c.Cancelled {
			continue
		}
		pair := c.Circuit.CID
		was, twice := worst[pair]
		if twice {
			*doubled++
		}
		if !twice || c.Impact.Worse(was) {
			worst[pair] = c.Impact
		}
	}
	return worst
}

func fitsImpact(f models.ImpactFilter, m models.MaintenanceItem, cid string, impact models.Impact) bool {
	fits := func(all []string, values ...string) bool {
		return len(all) == 0 || slices.ContainsFunc(values, func(v string) bool {
			return slices.ContainsFunc(all, func(o string) bool { return models.CIDKey(o) == models.CIDKey(v) })
		})
	}
	return fits(f.Maintenances, m.Name, m.ID) && fits(f.Circuits, cid) && fits(f.Providers, m.ProviderSlug) &&
		(len(f.Impacts) == 0 || slices.Contains(f.Impacts, impact))
}
