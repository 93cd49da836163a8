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

// reading is a small inventory: two providers there that are one here, two
// sites, three circuits, one group.
func reading(change func(*models.Inventory)) models.Inventory {
	inv := models.Inventory{
		Source: "netbox", Kind: "netbox", Version: "4.1.3", Started: day,
		Providers: []models.InventoryProvider{
			{RemoteID: "1", Slug: "zayo", Mapped: true, Name: "Zayo East", Emails: []string{"East@quay.example", "no address"}},
			{RemoteID: "2", Slug: "zayo", Mapped: true, Name: "Zayo West", Parser: "Zayo", Tags: []string{"gold"}},
			{RemoteID: "3", Slug: "quay-net", Name: "Quay Net"},
		},
		Sites: []models.InventorySite{
			{RemoteID: "1", Name: "Harbour", Region: "North", Tenant: "ops", Tags: []string{"core"}}, {RemoteID: "2", Name: "Mill"},
		},
		Circuits: []models.InventoryCircuit{
			{
				RemoteID: "10", Provider: "1", CID: "HX/1", Type: "Transit", Status: "active", Tenant: "ops", Tags: []string{"b", "a"},
				CustomFields: map[string]string{"provider_cid": "PC-1", "room": "12"}, Aliases: []string{"PC-1", "hx/1"},
				Terminations: []models.InventoryTermination{
					{Side: "A", Site: "1", XConnect: "XC-1", Device: "edge1", Interface: "xe-0/0/1", Cable: "C-100", CustomFields: map[string]string{"panel": "P7"}},
					{Side: "Z"},
				},
			},
			{RemoteID: "11", Provider: "2", CID: "HX/2", Type: "Transit", Status: "active"},
			{RemoteID: "12", Provider: "3", CID: "QN-1", Type: "Dark fibre", Status: "planned"},
		},
		Groups: []models.InventoryGroup{{RemoteID: "5", Name: "uplinks", Members: []models.InventoryMember{{Circuit: "10", Priority: "primary"}, {Circuit: "11", Priority: "secondary"}}}},
	}
	if change != nil {
		change(&inv)
	}
	return inv
}

func take(t testing.TB, s *store.Store, change func(*models.Inventory)) models.SyncResult {
	t.Helper()
	r, err := s.SyncInventory(ctx, reading(change), models.SyncOptions{})
	ok(t, err)
	return r
}

func circuitOf(t testing.TB, s *store.Store, cid string) models.Circuit {
	t.Helper()
	list, _, err := s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{CID: cid})
	ok(t, err)
	if len(list) != 1 {
		t.Fatalf("%d circuits are called %s", len(list), cid)
	}
	return list[0]
}

func TestSyncTakesOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		got := take(t, s, nil)
		want := models.SyncResult{
			Providers: models.SyncCount{Created: 1, Updated: 1}, Sites: models.SyncCount{Created: 2},
			Circuits: models.SyncCount{Created: 3}, Aliases: models.SyncCount{Created: 1}, Groups: models.SyncCount{Created: 1},
			Warnings: []string{`provider zayo: "no address" is no address; write name@domain, domain or *.domain; it is left out`},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		c := circuitOf(t, s, "hx/1")
		if c.Provider.Slug != "zayo" || c.Type != "Transit" || c.Inventory != "netbox" || c.LastSeen.IsZero() || !c.RemovedAt.IsZero() ||
			!cmp.Equal(c.Tags, []string{"a", "b"}) || c.CustomFields["room"] != "12" {
			t.Errorf("circuit %+v", c)
		}
		if a := c.Terminations[0]; len(c.Terminations) != 2 || a.Site.Name != "Harbour" || a.Site.Region != "North" || a.Device != "edge1" ||
			a.Interface != "xe-0/0/1" || a.Cable != "C-100" || a.XConnect != "XC-1" || a.CustomFields["panel"] != "P7" || c.Terminations[1].SiteID != "" {
			t.Errorf("terminations %+v", c.Terminations)
		}
		for _, test := range []struct {
			want int
			f    models.CircuitFilter
		}{
			{1, models.CircuitFilter{Devices: []string{"edge1", "edge9"}, Fields: map[string]string{"room": "12", "provider_cid": "PC-1"}}},
			{0, models.CircuitFilter{Fields: map[string]string{"room": "13"}}},
			{1, models.CircuitFilter{Devices: []string{"edge1"}, Interfaces: []string{"xe-0/0/1"}, Cables: []string{"C-100"}}},
			{0, models.CircuitFilter{Devices: []string{"edge2"}, Interfaces: []string{"xe-0/0/1"}}},
			{1, models.CircuitFilter{Cables: []string{"C-100"}}},
		} {
			if _, n, err := s.Circuits(ctx, models.ScopeAll, test.f); err != nil || n != test.want {
				t.Errorf("%+v: %d %v", test.f, n, err)
			}
		}
		if _, n, err := s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{Fields: map[string]string{`a"'$.b`: "x"}}); err != nil || n != 0 {
			t.Errorf("an odd name of a field: %d %v", n, err)
		}
		p := provider(t, s, "zayo")
		if !slices.Contains(p.Emails, "east@quay.example") || !slices.Contains(p.Emails, "mr@zayo.com") || p.Name != "zayo" || p.Parser != "zayo" {
			t.Errorf("provider %+v", p)
		}
		again := take(t, s, nil)
		if again.Circuits != (models.SyncCount{Unchanged: 3}) || again.Sites != (models.SyncCount{Unchanged: 2}) || again.Providers != (models.SyncCount{Unchanged: 2}) ||
			again.Aliases != (models.SyncCount{Unchanged: 1}) || again.Groups != (models.SyncCount{Unchanged: 1}) {
			t.Errorf("the second time %+v", again)
		}
		if now := circuitOf(t, s, "hx/1"); !now.UpdatedAt.Equal(c.UpdatedAt) || now.LastSeen.Before(c.LastSeen) {
			t.Errorf("updated %v, last seen %v", now.UpdatedAt, now.LastSeen)
		}
		state := must(s.InventoryStates(ctx))
		if len(state) != 1 || state[0].Circuits != 3 || state[0].Version != "4.1.3" || state[0].LastSuccess.IsZero() || state[0].Last.Circuits.Unchanged != 3 {
			t.Errorf("state %+v", state)
		}
	})
}

// TestSyncOwnsWhatItBrings: values of the inventory win, empty ones too; what
// people added beside them stays.
func TestSyncOwnsWhatItBrings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		circuits(t, s, models.CircuitRow{CID: "hx/1", Provider: "zayo", Description: "by hand", Status: "odd"})
		id := circuitOf(t, s, "HX/1").ID
		_, err := s.ImportAliases(ctx, []models.AliasRow{{Line: 2, Provider: "zayo", Alias: "MINE", CID: "HX/1"}})
		ok(t, err)
		if r := take(t, s, nil); r.Circuits != (models.SyncCount{Created: 2, Updated: 1}) {
			t.Errorf("%+v", r)
		}
		c := circuitOf(t, s, "HX/1")
		if c.ID != id || c.CID != "HX/1" || c.Description != "" || c.Status != "active" {
			t.Errorf("%+v", c)
		}
		take(t, s, func(i *models.Inventory) {
			i.Circuits[0].Aliases, i.Circuits[0].Terminations = nil, nil
			i.Providers[0].Emails = nil
			i.Sites[0].Name, i.Sites[0].Region = "Harbour 2", ""
			i.Circuits[2].CID = "QN-1b"
			i.Providers[2].Name = "Quay Networks"
		})
		var aliases []string
		for _, a := range must(s.ExportAliases(ctx)) {
			aliases = append(aliases, a.Alias)
		}
		if !cmp.Equal(aliases, []string{"MINE"}) {
			t.Errorf("aliases %v", aliases)
		}
		if c := circuitOf(t, s, "HX/1"); len(c.Terminations) != 0 {
			t.Errorf("terminations %+v", c.Terminations)
		}
		if p := provider(t, s, "zayo"); slices.Contains(p.Emails, "east@quay.example") || len(p.Emails) == 0 {
			t.Errorf("addresses %v", p.Emails)
		}
		if p := provider(t, s, "quay-net"); p.Name != "Quay Networks" {
			t.Errorf("%+v", p)
		}
		var names []string
		for _, site := range must(s.ExportSites(ctx)) {
			names = append(names, site.Name+" "+site.Region)
		}
		if !cmp.Equal(names, []string{"Harbour 2 ", "Mill "}) {
			t.Errorf("sites %q", names)
		}
		if n := len(must(s.ExportCircuits(ctx))); n != 3 {
			t.Errorf("%d circuits: a renamed one was made twice", n)
		}
	})
}

// TestSyncMarksWhatIsMissing: never deleted, left out of the gauge, back when
// it is back; too many at once are refused.
func TestSyncMarksWhatIsMissing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		take(t, s, nil)
		one := func(i *models.Inventory) { i.Circuits, i.Groups = i.Circuits[:2], nil }
		if r := take(t, s, one); r.Circuits != (models.SyncCount{Unchanged: 2, Removed: 1}) || r.Groups != (models.SyncCount{Removed: 1}) {
			t.Errorf("%+v", r)
		}
		if r := take(t, s, one); r.Circuits.Removed != 0 || r.Groups.Removed != 0 {
			t.Errorf("told again: %+v", r)
		}
		c := circuitOf(t, s, "QN-1")
		if c.RemovedAt.IsZero() || c.LastSeen.IsZero() {
			t.Errorf("%+v", c)
		}
		yes, no := true, false
		for want, f := range map[int]models.CircuitFilter{1: {Removed: &yes}, 2: {Removed: &no}, 3: {}} {
			if _, n, err := s.Circuits(ctx, models.ScopeAll, f); err != nil || n != want {
				t.Errorf("%+v: %d %v", f, n, err)
			}
		}
		for _, row := range must(s.CircuitStatuses(ctx, models.ScopeAll, day)) {
			if row.Circuit.CID == "QN-1" {
				t.Error("the gauge shows a circuit that is gone")
			}
		}
		take(t, s, nil)
		if c := circuitOf(t, s, "QN-1"); !c.RemovedAt.IsZero() {
			t.Errorf("it is back: %+v", c)
		}
		for name, change := range map[string]func(*models.Inventory){
			"none":     func(i *models.Inventory) { i.Circuits = nil },
			"too many": func(i *models.Inventory) { i.Circuits = i.Circuits[:1] },
		} {
			_, err := s.SyncInventory(ctx, reading(change), models.SyncOptions{})
			var input *models.InputError
			if !errors.As(err, &input) || !strings.Contains(input.Reason, "--accept-removals") {
				t.Errorf("%s: %v", name, err)
			}
			if _, n, _ := s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{Removed: &no}); n != 3 {
				t.Errorf("%s: %d are left", name, n)
			}
			dry, err := s.SyncInventory(ctx, reading(change), models.SyncOptions{DryRun: true})
			if err != nil || dry.Circuits.Removed < 2 || !strings.Contains(strings.Join(dry.Warnings, "\n"), "would be refused") {
				t.Errorf("%s: %+v %v", name, dry, err)
			}
		}
		r, err := s.SyncInventory(ctx, reading(func(i *models.Inventory) { i.Circuits = nil }), models.SyncOptions{AcceptRemovals: true})
		ok(t, err)
		if r.Circuits.Removed != 3 {
			t.Errorf("%+v", r)
		}
		if log := must(first3(s.AuditLog(ctx, models.ScopeAll, models.Page{}))); len(log) != 1 || log[0].Object != "inventory" || log[0].Reason != "3 circuits removed" {
			t.Errorf("audit %+v", log)
		}
	})
}

func TestSyncLimitOfRemovals(t *testing.T) {
	many := func(n int) func(*models.Inventory) {
		return func(i *models.Inventory) {
			i.Circuits, i.Groups = nil, nil
			for k := range n {
				i.Circuits = append(i.Circuits, models.InventoryCircuit{RemoteID: fmt.Sprint(k), Provider: "1", CID: fmt.Sprintf("C-%d", k)})
			}
		}
	}
	for _, test := range []struct {
		left, limit int
		refused     bool
	}{{39, 0, false}, {37, 0, false}, {36, 0, true}, {36, 11, false}, {20, 51, false}, {0, 100, true}} {
		s := storetest.SQLite(t)
		take(t, s, many(40))
		_, err := s.SyncInventory(ctx, reading(many(test.left)), models.SyncOptions{RemovalLimit: test.limit})
		if (err != nil) != test.refused {
			t.Errorf("%d of 40 left, limit %d: %v", test.left, test.limit, err)
		}
	}
}

// TestSyncLinksMail: mail that waited is linked with the cause sync; mail of a
// provider that may also mean the circuit is too.
func TestSyncLinksMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo, lumen := provider(t, s, "zayo"), provider(t, s, "lumen")
		b.receive(zayo, notice(zayo, "TTN-1", 3, "HX/1", "PC-1"))
		b.receive(lumen, notice(lumen, "L-1", 3, "HX/2", "HX/1"))
		take(t, s, func(i *models.Inventory) { i.Providers[1].Also = []string{"lumen"} })
		d := detail(t, s, "zayo-TTN-1")
		id := circuitOf(t, s, "HX/1").ID
		if d.Circuits[0].CircuitID != id || d.Circuits[1].CircuitID != id || d.Changes[0].Cause != models.CauseSync {
			t.Errorf("%+v\n%+v", d.Circuits, d.Changes[0])
		}
		// HX/2 is of the provider there that is lumen too, HX/1 of one that is not.
		if d := detail(t, s, "lumen-L-1"); circuitIDs(d)["HX/2"] != circuitOf(t, s, "HX/2").ID || circuitIDs(d)["HX/1"] != "" {
			t.Errorf("of the other provider: %+v", d.Circuits)
		}
		take(t, s, func(i *models.Inventory) { i.Circuits[0].Aliases = nil })
		if d := detail(t, s, "zayo-TTN-1"); d.Circuits[1].CircuitID != "" {
			t.Errorf("the alias is gone, the link is not: %+v", d.Circuits)
		}
	})
}

func TestSyncRefusals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		take(t, s, nil)
		before := must(s.ExportCircuits(ctx))
		for name, test := range map[string]struct {
			change func(*models.Inventory)
			want   string
		}{
			"mapped to nobody": {func(i *models.Inventory) { i.Providers[0].Slug = "zaio" }, `mapped to "zaio"`},
			"also nobody":      {func(i *models.Inventory) { i.Providers[0].Also = []string{"zaio"} }, `mapped to "zaio"`},
			"older reading":    {func(i *models.Inventory) { i.Started = day.Add(-time.Minute) }, "newer reading"},
		} {
			_, err := s.SyncInventory(ctx, reading(func(i *models.Inventory) { i.Circuits[0].Status = "down"; test.change(i) }), models.SyncOptions{})
			var input *models.InputError
			if !errors.As(err, &input) || !strings.Contains(input.Reason, test.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		dry, err := s.SyncInventory(ctx, reading(func(i *models.Inventory) { i.Circuits[0].Status = "down" }), models.SyncOptions{DryRun: true})
		if err != nil || dry.Circuits.Updated != 1 {
			t.Errorf("dry run: %+v %v", dry, err)
		}
		if diff := cmp.Diff(before, must(s.ExportCircuits(ctx))); diff != "" {
			t.Errorf("something was changed: %s", diff)
		}
		ok(t, s.SyncFailed(ctx, "netbox", "netbox", "the token was refused"))
		if st := must(s.InventoryStates(ctx))[0]; st.LastError != "the token was refused" || st.LastSuccess.IsZero() {
			t.Errorf("%+v", st)
		}
	})
}

// TestSyncOddities: what cannot be taken over is told, and the rest is.
func TestSyncOddities(t *testing.T) {
	s := storetest.SQLite(t)
	take(t, s, nil)
	r := take(t, s, func(i *models.Inventory) {
		i.Circuits = append(i.Circuits,
			models.InventoryCircuit{RemoteID: "20", Provider: "2", CID: "hx/1"},
			models.InventoryCircuit{RemoteID: "21", Provider: "9", CID: "X"},
			models.InventoryCircuit{RemoteID: "22", Provider: "3", CID: " "},
			models.InventoryCircuit{RemoteID: "23", Provider: "3", CID: "QN-2", Aliases: []string{"QN-1", "both"}},
			models.InventoryCircuit{RemoteID: "24", Provider: "3", CID: "QN-3", Aliases: []string{"Both"}},
		)
	})
	if r.Circuits != (models.SyncCount{Created: 2, Unchanged: 3}) {
		t.Errorf("%+v", r)
	}
	for _, want := range []string{"there twice", "its provider is", "with id 22 is left out", "another circuit's own id", "of several circuits"} {
		if !strings.Contains(strings.Join(r.Warnings, "\n"), want) {
			t.Errorf("no warning has %q: %q", want, r.Warnings)
		}
	}
	other := reading(nil)
	other.Source = "second"
	r, err := s.SyncInventory(ctx, other, models.SyncOptions{})
	ok(t, err)
	if r.Circuits != (models.SyncCount{Unchanged: 3}) || !strings.Contains(strings.Join(r.Warnings, "\n"), "kept by the inventory netbox") {
		t.Errorf("a second inventory: %+v", r)
	}
	if got := must(s.MissingCircuits(ctx, "netbox", []string{"10", "12"})); !cmp.Equal(got, []string{"11", "23", "24"}) {
		t.Errorf("missing %v", got)
	}
}

// circuitIDs gives the circuits that the list of a maintenance is linked to.
func circuitIDs(d models.MaintenanceDetail) map[string]string {
	all := map[string]string{}
	for _, c := range d.Circuits {
		all[c.CID] = c.CircuitID
	}
	return all
}
