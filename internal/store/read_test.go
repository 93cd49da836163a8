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

// world is what the reader tests look at: zayo works on Z/1 (Paris, tenant
// red) and Z/2 (Rome), lumen on L/1 (Rome, tag gold) and on an unknown circuit.
type world struct {
	*bench
	ids map[string]string // circuits by CID
}

func newWorld(t *testing.T, s *store.Store) world {
	t.Helper()
	b := newBench(t, s)
	sites(t, s, "Paris", "Rome")
	circuits(t, s,
		models.CircuitRow{CID: "Z/1", Provider: "zayo", Type: "Transit", SiteA: "Paris", SiteZ: "Rome", Tenant: "red"},
		models.CircuitRow{CID: "Z/2", Provider: "zayo", Type: "Wave", SiteA: "Rome"},
		models.CircuitRow{CID: "L/1", Provider: "lumen", Type: "Transit", SiteA: "Rome", Tags: []string{"gold"}},
		models.CircuitRow{CID: "C/1", Provider: "cogent"},
	)
	zayo, lumen := provider(t, s, "zayo"), provider(t, s, "lumen")
	b.receive(zayo, notice(zayo, "TTN-1", 3, "Z/1", "Z/2"))
	b.receive(lumen, with(notice(lumen, "L-1", 5, "L/1", "L/9"), func(n *models.Notice) { n.Status = models.StatusTentative }))
	w := world{b, map[string]string{}}
	list, _, err := s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{})
	ok(t, err)
	for _, c := range list {
		w.ids[c.CID] = c.ID
	}
	return w
}

var everything = models.Page{Limit: 1000}

// readers gives for each reader what it shows of the world, as short texts.
func readers(s *store.Store, w world) map[string]func(models.Scope) []string {
	names := func(items []models.MaintenanceItem) (out []string) {
		for _, m := range items {
			for _, c := range m.Circuits {
				out = append(out, m.Name+" "+c.CID)
			}
			for _, win := range m.Windows {
				for _, i := range win.Impacts {
					out = append(out, m.Name+" window "+i.CID)
				}
			}
			out = append(out, m.Name)
		}
		return out
	}
	return map[string]func(models.Scope) []string{
		"Maintenances": func(scope models.Scope) []string {
			items, total, err := s.Maintenances(ctx, scope, models.MaintenanceFilter{Page: everything})
			if err != nil || total != len(items) {
				panic(fmt.Sprint(total, err))
			}
			return names(items)
		},
		"Maintenance": func(scope models.Scope) (out []string) {
			for _, name := range []string{"zayo-TTN-1", "lumen-L-1"} {
				d, err := s.Maintenance(ctx, scope, name)
				if err != nil {
					if !errors.Is(err, models.ErrNotFound) {
						panic(err)
					}
					continue
				}
				out = append(out, names([]models.MaintenanceItem{{Maintenance: d.Maintenance}})...)
				for _, n := range d.Notices {
					for _, c := range n.Windows[0].Circuits {
						out = append(out, d.Name+" notice "+c.CID)
					}
				}
				for _, n := range d.Notes {
					out = append(out, d.Name+" note "+n.Key)
				}
			}
			return out
		},
		"Circuits": func(scope models.Scope) (out []string) {
			list, total, err := s.Circuits(ctx, scope, models.CircuitFilter{Page: everything})
			if err != nil || total != len(list) {
				panic(fmt.Sprint(total, err))
			}
			for _, c := range list {
				out = append(out, c.CID)
			}
			return out
		},
		"CircuitMaintenances": func(scope models.Scope) (out []string) {
			for _, cid := range []string{"Z/1", "Z/2", "L/1", "C/1"} {
				items, err := s.CircuitMaintenances(ctx, scope, w.ids[cid], models.MaintenanceFilter{Page: everything})
				if errors.Is(err, models.ErrNotFound) {
					continue
				}
				if err != nil {
					panic(err)
				}
				out = append(out, cid)
				for _, line := range names(items) {
					out = append(out, cid+": "+line)
				}
			}
			return out
		},
		"CircuitStatuses": func(scope models.Scope) (out []string) {
			list, err := s.CircuitStatuses(ctx, scope, day)
			if err != nil {
				panic(err)
			}
			for _, c := range list {
				out = append(out, c.Circuit.CID+" "+c.Termination.Site.Name)
			}
			return out
		},
		"Impacts": func(scope models.Scope) (out []string) {
			list, total, err := s.Impacts(ctx, scope, everything)
			if err != nil || total != len(list) {
				panic(fmt.Sprint(total, err))
			}
			for _, i := range list {
				out = append(out, i.MaintenanceName+" "+i.CID)
			}
			return out
		},
		"Notices": func(scope models.Scope) (out []string) {
			list, total, err := s.Notices(ctx, scope, everything)
			if err != nil || total != len(list) {
				panic(fmt.Sprint(total, err))
			}
			for _, n := range list {
				out = append(out, n.MaintenanceName)
				for _, c := range n.Windows[0].Circuits {
					out = append(out, n.MaintenanceName+" "+c.CID)
				}
			}
			return out
		},
		"Notes": func(scope models.Scope) (out []string) {
			list, total, err := s.Notes(ctx, scope, everything)
			if err != nil || total != len(list) {
				panic(fmt.Sprint(total, err))
			}
			for _, n := range list {
				out = append(out, n.Key)
			}
			return out
		},
		"RawNotifications": func(scope models.Scope) (out []string) {
			list, total, err := s.RawNotifications(ctx, scope, everything)
			if err != nil || total != len(list) {
				panic(fmt.Sprint(total, err))
			}
			for _, r := range list {
				out = append(out, r.Subject)
			}
			return out
		},
	}
}

func TestScopes(t *testing.T) {
	zayoAll := []string{"zayo-TTN-1", "zayo-TTN-1 Z/1", "zayo-TTN-1 Z/2", "zayo-TTN-1 window Z/1", "zayo-TTN-1 window Z/2"}
	lumenAll := []string{"lumen-L-1", "lumen-L-1 L/1", "lumen-L-1 L/9", "lumen-L-1 window L/1", "lumen-L-1 window L/9"}
	zayoFirst := []string{"zayo-TTN-1", "zayo-TTN-1 Z/1", "zayo-TTN-1 window Z/1"}
	lumenFirst := []string{"lumen-L-1", "lumen-L-1 L/1", "lumen-L-1 window L/1"}
	on := func(cid string, lines []string) (out []string) {
		out = []string{cid}
		for _, l := range lines {
			out = append(out, cid+": "+l)
		}
		return out
	}
	join := func(lists ...[]string) []string { return slices.Concat(lists...) }
	onlyZ1 := map[string][]string{
		"Maintenances":        zayoFirst,
		"Maintenance":         join(zayoFirst, []string{"zayo-TTN-1 notice Z/1"}),
		"Circuits":            {"Z/1"},
		"CircuitMaintenances": on("Z/1", zayoFirst),
		"CircuitStatuses":     {"Z/1 Paris", "Z/1 Rome"},
		"Impacts":             {"zayo-TTN-1 Z/1"},
		"Notices":             {"zayo-TTN-1", "zayo-TTN-1 Z/1"},
	}
	onlyL1 := map[string][]string{
		"Maintenances":        lumenFirst,
		"Maintenance":         join(lumenFirst, []string{"lumen-L-1 notice L/1"}),
		"Circuits":            {"L/1"},
		"CircuitMaintenances": on("L/1", lumenFirst),
		"CircuitStatuses":     {"L/1 Rome"},
		"Impacts":             {"lumen-L-1 L/1"},
		"Notices":             {"lumen-L-1", "lumen-L-1 L/1"},
	}
	tests := map[string]struct {
		scope func(world) models.Scope
		want  map[string][]string
	}{
		"nothing":     {func(world) models.Scope { return models.Scope{} }, nil},
		"empty names": {func(world) models.Scope { return models.Scope{Tenants: []string{""}, Sites: []string{" "}} }, nil},
		"of another":  {func(world) models.Scope { return models.Scope{Tenants: []string{"blue"}, Circuits: []string{"no id"}} }, nil},
		"one site":    {func(world) models.Scope { return models.Scope{Sites: []string{"Paris"}} }, onlyZ1},
		"one tenant":  {func(world) models.Scope { return models.Scope{Tenants: []string{"red"}} }, onlyZ1},
		"one circuit": {func(w world) models.Scope { return models.Scope{Circuits: []string{w.ids["Z/1"]}} }, onlyZ1},
		"one tag":     {func(world) models.Scope { return models.Scope{Tags: []string{"gold"}} }, onlyL1},
		"all": {func(world) models.Scope { return models.ScopeAll }, map[string][]string{
			"Maintenances":        join(zayoAll, lumenAll),
			"Maintenance":         join(zayoAll, lumenAll, []string{"zayo-TTN-1 notice Z/1", "zayo-TTN-1 notice Z/2", "lumen-L-1 notice L/1", "lumen-L-1 notice L/9", "lumen-L-1 note unknown-cid:L/9"}),
			"Circuits":            {"C/1", "L/1", "Z/1", "Z/2"},
			"CircuitMaintenances": join([]string{"C/1"}, on("Z/1", zayoAll), on("Z/2", zayoAll), on("L/1", lumenAll)),
			"CircuitStatuses":     {"C/1 ", "L/1 Rome", "Z/1 Paris", "Z/1 Rome", "Z/2 Rome"},
			"Impacts":             {"lumen-L-1 L/1", "zayo-TTN-1 Z/1", "zayo-TTN-1 Z/2"},
			"Notices":             {"lumen-L-1", "lumen-L-1 L/1", "lumen-L-1 L/9", "zayo-TTN-1", "zayo-TTN-1 Z/1", "zayo-TTN-1 Z/2"},
			"Notes":               {"unknown-cid:L/9"},
			"RawNotifications":    {"Subject: notice 1\r\n\r\ntext", "Subject: notice 2\r\n\r\ntext"},
		}},
		"one provider": {func(world) models.Scope { return models.Scope{Providers: []string{"lumen"}} }, map[string][]string{
			"Maintenances":        lumenAll,
			"Maintenance":         join(lumenAll, []string{"lumen-L-1 notice L/1", "lumen-L-1 notice L/9", "lumen-L-1 note unknown-cid:L/9"}),
			"Circuits":            {"L/1"},
			"CircuitMaintenances": on("L/1", lumenAll),
			"CircuitStatuses":     {"L/1 Rome"},
			"Impacts":             {"lumen-L-1 L/1"},
			"Notices":             {"lumen-L-1", "lumen-L-1 L/1", "lumen-L-1 L/9"},
			"Notes":               {"unknown-cid:L/9"},
		}},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		for name, test := range tests {
			for reader, read := range readers(s, w) {
				got := read(test.scope(w))
				want := slices.Clone(test.want[reader])
				slices.Sort(got)
				slices.Sort(want)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", name, reader, diff)
				}
			}
		}
	})
}

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
		list, total, err := s.Impacts(ctx, models.ScopeAll, models.Page{})
		ok(t, err)
		if total != 3 || list[1].CID != "Z/1" || list[1].Impact != models.ImpactOutage {
			t.Errorf("%d %+v", total, list)
		}
	})
}
