package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

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
		"Calendar": func(scope models.Scope) (out []string) {
			items, _, err := s.Calendar(ctx, scope, models.CalendarFilter{})
			if err != nil {
				panic(err)
			}
			for _, m := range items {
				out = append(out, m.Name)
				for _, win := range m.Shown {
					for _, c := range win.Circuits {
						out = append(out, m.Name+" "+c.CID, m.Name+" window "+c.CID)
					}
				}
			}
			return out
		},
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
		"FindImpacts": func(scope models.Scope) (out []string) {
			list, total, err := s.FindImpacts(ctx, scope, models.ImpactFilter{Page: everything})
			if err != nil || total != len(list) {
				panic(fmt.Sprint(total, err))
			}
			for _, i := range list {
				out = append(out, i.MaintenanceName+" "+i.CID)
			}
			return out
		},
		"FindNotices": func(scope models.Scope) (out []string) {
			list, total, err := s.FindNotices(ctx, scope, models.NoticeFilter{Page: everything})
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
		"FindNotes": func(scope models.Scope) (out []string) {
			list, total, err := s.FindNotes(ctx, scope, models.NoteFilter{Page: everything})
			if err != nil || total != len(list) {
				panic(fmt.Sprint(total, err))
			}
			for _, n := range list {
				out = append(out, n.Key)
			}
			return out
		},
		"Mails": func(scope models.Scope) (out []string) {
			list, total, err := s.Mails(ctx, scope, models.MailFilter{Page: everything})
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
		"Calendar":            zayoFirst,
		"Maintenance":         join(zayoFirst, []string{"zayo-TTN-1 notice Z/1"}),
		"Circuits":            {"Z/1"},
		"CircuitMaintenances": on("Z/1", zayoFirst),
		"CircuitStatuses":     {"Z/1 Paris", "Z/1 Rome"},
		"FindImpacts":         {"zayo-TTN-1 Z/1"},
		"FindNotices":         {"zayo-TTN-1", "zayo-TTN-1 Z/1"},
	}
	onlyL1 := map[string][]string{
		"Maintenances":        lumenFirst,
		"Calendar":            lumenFirst,
		"Maintenance":         join(lumenFirst, []string{"lumen-L-1 notice L/1"}),
		"Circuits":            {"L/1"},
		"CircuitMaintenances": on("L/1", lumenFirst),
		"CircuitStatuses":     {"L/1 Rome"},
		"FindImpacts":         {"lumen-L-1 L/1"},
		"FindNotices":         {"lumen-L-1", "lumen-L-1 L/1"},
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
			"Calendar":            join(zayoAll, lumenAll),
			"Maintenance":         join(zayoAll, lumenAll, []string{"zayo-TTN-1 notice Z/1", "zayo-TTN-1 notice Z/2", "lumen-L-1 notice L/1", "lumen-L-1 notice L/9", "lumen-L-1 note unknown-cid:L/9"}),
			"Circuits":            {"C/1", "L/1", "Z/1", "Z/2"},
			"CircuitMaintenances": join([]string{"C/1"}, on("Z/1", zayoAll), on("Z/2", zayoAll), on("L/1", lumenAll)),
			"CircuitStatuses":     {"C/1 ", "L/1 Rome", "Z/1 Paris", "Z/1 Rome", "Z/2 Rome"},
			"FindImpacts":         {"lumen-L-1 L/1", "zayo-TTN-1 Z/1", "zayo-TTN-1 Z/2"},
			"FindNotices":         {"lumen-L-1", "lumen-L-1 L/1", "lumen-L-1 L/9", "zayo-TTN-1", "zayo-TTN-1 Z/1", "zayo-TTN-1 Z/2"},
			"FindNotes":           {"unknown-cid:L/9"},
			"Mails":               {"Subject: notice 1\r\n\r\ntext", "Subject: notice 2\r\n\r\ntext"},
		}},
		"one provider": {func(world) models.Scope { return models.Scope{Providers: []string{"lumen"}} }, map[string][]string{
			"Maintenances":        lumenAll,
			"Calendar":            lumenAll,
			"Maintenance":         join(lumenAll, []string{"lumen-L-1 notice L/1", "lumen-L-1 notice L/9", "lumen-L-1 note unknown-cid:L/9"}),
			"Circuits":            {"L/1"},
			"CircuitMaintenances": on("L/1", lumenAll),
			"CircuitStatuses":     {"L/1 Rome"},
			"FindImpacts":         {"lumen-L-1 L/1"},
			"FindNotices":         {"lumen-L-1", "lumen-L-1 L/1", "lumen-L-1 L/9"},
			"FindNotes":           {"unknown-cid:L/9"},
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
