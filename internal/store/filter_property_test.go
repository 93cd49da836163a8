package store_test

import (
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

// TestFiltersFindWhatIsThere compares lists, by random filters and scopes, with
// what a look at each record by itself gives.
func TestFiltersFindWhatIsThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.crowd(t, 40, 3)
		all, total, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Page: models.Page{Limit: 1000}})
		ok(t, err)
		if total != len(all) || total < 40 {
			t.Fatalf("%d of %d records", len(all), total)
		}
		r := rand.New(rand.NewPCG(1, 2))
		some := func(n int, values ...string) (list []string) {
			for range r.IntN(n + 1) {
				list = append(list, values[r.IntN(len(values))])
			}
			return list
		}
		hit := 0
		for i := range 400 {
			scope := models.ScopeAll
			if i%2 == 1 {
				scope = models.Scope{Sites: some(2, "S/1", "S/7", "S/14", "Rome", "Paris"), Providers: some(1, "lumen", "zayo", "cogent"), Tags: some(1, "gold"), Tenants: some(1, "red")}
			}
			f := models.MaintenanceFilter{Page: models.Page{Limit: 1000}, Providers: some(2, "zayo", "lumen", "cogent"), Sites: some(2, "S/1", "S/7", "S/21", "Rome", "Paris"), Circuits: some(2, "N/7", "n/8", "Z/1", "L/9", "L/1")}
			for _, status := range some(1, "CONFIRMED", "TENTATIVE") {
				f.Statuses = append(f.Statuses, models.Status(status))
			}
			if r.IntN(3) == 0 {
				f.EndAfter = all[r.IntN(total)].End()
			}
			if r.IntN(3) == 0 {
				f.StartsBy = all[r.IntN(total)].Start()
			}
			switch r.IntN(3) { // or hardly anything is ever found
			case 0:
				f.Circuits = nil
			case 1:
				f.Sites = nil
			}
			var want []string
			for _, m := range all {
				if fits(scope, f, m) {
					want = append(want, m.Name)
				}
			}
			got, n, err := s.Maintenances(ctx, scope, f)
			ok(t, err)
			heads, err := s.MaintenanceHeads(ctx, scope, f)
			ok(t, err)
			names := namesOf(got, func(m models.MaintenanceItem) string { return m.Name })
			if diff := cmp.Diff(want, names); diff != "" || n != len(want) {
				t.Fatalf("scope %+v, filter %+v: count %d (-want +got):\n%s", scope, f, n, diff)
			}
			if diff := cmp.Diff(want, namesOf(heads, func(m models.MaintenanceHead) string { return m.Name })); diff != "" {
				t.Fatalf("heads: scope %+v, filter %+v (-want +got):\n%s", scope, f, diff)
			}
			hit += min(1, len(want))
		}
		if hit < 100 {
			t.Errorf("only %d of 400 filters find anything", hit)
		}
	})
}

func namesOf[T any](list []T, name func(T) string) (names []string) {
	for _, v := range list {
		names = append(names, name(v))
	}
	return names
}

// fits looks at one record by itself.
func fits(scope models.Scope, f models.MaintenanceFilter, m models.MaintenanceItem) bool {
	whole := scope.All || slices.Contains(scope.Providers, m.ProviderSlug)
	var seen []models.CircuitImpact
	for _, c := range m.Circuits {
		if whole || c.Circuit != nil && inScope(scope, *c.Circuit) {
			seen = append(seen, c)
		}
	}
	among := func(values []string, of ...string) bool {
		return len(values) == 0 || slices.ContainsFunc(of, func(v string) bool { return slices.Contains(values, v) })
	}
	listed := func(values []string, texts func(models.CircuitImpact) []string) bool {
		return len(values) == 0 || slices.ContainsFunc(seen, func(c models.CircuitImpact) bool { return among(values, texts(c)...) })
	}
	upper := strings.Split(strings.ToUpper(strings.Join(f.Circuits, ",")), ",")
	if len(f.Circuits) == 0 {
		upper = nil
	}
	during := slices.ContainsFunc(m.Windows, func(w models.Window) bool {
		return !w.End.Before(f.EndAfter) && (f.StartsBy.IsZero() || !w.Start.After(f.StartsBy))
	})
	return (whole || len(seen) > 0) && among(f.Providers, m.ProviderSlug) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, m.Status)) && listed(f.Sites, func(c models.CircuitImpact) []string { return sitesAt(c.Circuit) }) &&
		listed(upper, func(c models.CircuitImpact) []string { return []string{strings.ToUpper(c.CID)} }) &&
		(during || f.EndAfter.Equal(time.Time{}) && f.StartsBy.IsZero())
}

func sitesAt(c *models.Circuit) (names []string) {
	if c != nil {
		for _, e := range c.Terminations {
			names = append(names, e.Site.Name)
		}
	}
	return names
}

func inScope(scope models.Scope, c models.Circuit) bool {
	if slices.Contains(scope.Providers, c.Provider.Slug) || slices.Contains(scope.Tenants, c.Tenant) || slices.ContainsFunc(c.Tags, func(tag string) bool { return slices.Contains(scope.Tags, tag) }) {
		return true
	}
	return slices.ContainsFunc(c.Terminations, func(e models.Termination) bool {
		return slices.Contains(scope.Sites, e.Site.Name) || slices.Contains(scope.Tenants, e.Site.Tenant)
	})
}
