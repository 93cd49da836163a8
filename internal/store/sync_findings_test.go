package store_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// harbour is an inventory of three circuits that end at Paris, one with a
// second end in Rome; two of them are a group.
func harbour(change func(*models.Inventory)) models.Inventory {
	inv := models.Inventory{
		Source: "netbox", Kind: "netbox", Version: "4.2.2", Started: day,
		Providers: []models.InventoryProvider{{RemoteID: "1", Slug: "zayo", Mapped: true, Name: "Zayo"}, {RemoteID: "2", Slug: "lumen", Mapped: true, Name: "Lumen"}},
		Sites:     []models.InventorySite{{RemoteID: "1", Name: "Paris"}, {RemoteID: "2", Name: "Rome"}},
		Circuits: []models.InventoryCircuit{
			{RemoteID: "10", Provider: "1", CID: "Z/1", Status: "active", Terminations: []models.InventoryTermination{{Side: "A", Site: "1"}, {Side: "Z", Site: "2"}}},
			{RemoteID: "11", Provider: "2", CID: "L/1", Status: "active", Terminations: []models.InventoryTermination{{Side: "A", Site: "1"}}},
			{RemoteID: "12", Provider: "2", CID: "L/2", Status: "active", Terminations: []models.InventoryTermination{{Side: "A", Site: "1"}}},
		},
		Groups: []models.InventoryGroup{{RemoteID: "5", Name: "uplinks", Members: []models.InventoryMember{{Circuit: "10"}, {Circuit: "12"}}}},
	}
	if change != nil {
		change(&inv)
	}
	return inv
}

func (p plant) sync(change func(*models.Inventory)) {
	p.t.Helper()
	_, err := p.s.SyncInventory(ctx, harbour(change), models.SyncOptions{AcceptRemovals: true})
	ok(p.t, err)
}

// TestSyncFindsAnew: what a sync brings, changes and marks counts at once.
func TestSyncFindsAnew(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.receive(p.lumen, p.says(p.lumen, "L", 10, 12, "L/1"))
		p.want(models.FindingsOpen, "Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T")
		p.sync(nil) // L/2 is up
		p.want(models.FindingsOpen)
		p.sync(func(i *models.Inventory) { i.Circuits, i.Groups = i.Circuits[:2], nil }) // L/2 is gone
		p.want(models.FindingsOpen, "Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T")
		p.sync(nil)
		p.want(models.FindingsOpen)
		p.sync(func(i *models.Inventory) { i.Circuits[2].Status = "decommissioned" })
		p.want(models.FindingsOpen, "Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T")
		p.sync(func(i *models.Inventory) { i.Circuits[2].Terminations[0].Site = "2" }) // it ends in Rome
		p.want(models.FindingsOpen, "Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T")
		p.sync(func(i *models.Inventory) { i.Groups[0].MinUp = 2 })
		p.want(models.FindingsOpen, "uplinks degraded 10-12 Z/1 by zayo-T")
		p.sync(func(i *models.Inventory) { i.Groups[0].Members[0].Circuit = "11" })
		p.want(models.FindingsOpen, "uplinks degraded 10-12 L/1 by lumen-L")
		p.sync(func(i *models.Inventory) { i.Groups = nil })
		p.want(models.FindingsOpen)
	})
}

// TestSyncTellsItsCause: a finding that came by a sync says so.
func TestSyncTellsItsCause(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.lumen, p.says(p.lumen, "L", 10, 12, "L/1", "L/2"))
		p.sync(func(i *models.Inventory) { i.Circuits[0].Terminations, i.Groups = nil, nil })
		p.want(models.FindingsOpen, "Paris isolated 10-12 L/1 L/2 by lumen-L")
		p.sync(func(i *models.Inventory) { i.Groups = nil })
		want := []string{"found isolated 10-12 (sync)", "gone isolated 10-12 (sync)"}
		if d := cmp.Diff(want, p.history()); d != "" {
			t.Errorf("history (-want +got):\n%s", d)
		}
	})
}

// TestSyncDryRunFindsNothing: findings stay as they are too.
func TestSyncDryRunFindsNothing(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.receive(p.lumen, p.says(p.lumen, "L", 10, 12, "L/1"))
		_, err := p.s.SyncInventory(ctx, harbour(nil), models.SyncOptions{DryRun: true})
		ok(t, err)
		p.want(models.FindingsOpen, "Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T")
	})
}

// TestOutOfServiceIsNotUp: whatever brought the status, a circuit that cannot
// be counted on is none of the site's and the group's.
func TestOutOfServiceIsNotUp(t *testing.T) {
	for status, counts := range map[string]bool{
		"Decommissioned": false, "removed": false, "RETIRED": false, "Planned": false, "provisioning": false, "Offline": false, "deprovisioned": false,
		"active": true, "Deprovisioning": true, "in use": true,
	} {
		t.Run(status, func(t *testing.T) {
			p := newPlant(t, storetest.SQLiteURL(t), models.OverlapRules{})
			circuits(t, p.s, models.CircuitRow{CID: "Z/2", Provider: "zayo", SiteA: "Paris", Status: status})
			_, err := p.s.ImportRedundancy(ctx, []models.RedundancyRow{
				{Group: "ring", MinUp: 1, Provider: "zayo", CID: "Z/1"}, {Group: "ring", Provider: "zayo", CID: "Z/2"}, {Group: "ring", Provider: "lumen", CID: "L/1"},
			})
			ok(t, err)
			p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
			p.receive(p.lumen, p.says(p.lumen, "L", 10, 12, "L/1"))
			var want []string
			if !counts {
				want = []string{"Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T", "ring isolated 10-12 Z/1 L/1 by lumen-L, zayo-T"}
			}
			p.want(models.FindingsOpen, want...)
			circuits(t, p.s, models.CircuitRow{CID: "Z/2", Provider: "zayo", Status: "Decommissioned"})
			p.want(models.FindingsOpen, "Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T", "ring isolated 10-12 Z/1 L/1 by lumen-L, zayo-T")
			w, err := p.s.WhatIf(ctx, models.ScopeAll, models.WhatIfQuery{Site: "Paris", Start: day, End: day.AddDate(0, 0, 2)})
			ok(t, err)
			if len(w.Circuits) != 2 || w.Severity != models.SeverityIsolated {
				t.Errorf("what if: %s, %d circuits", w.Severity, len(w.Circuits))
			}
			circuits(t, p.s, models.CircuitRow{CID: "Z/2", Provider: "zayo", Status: "active"})
			p.want(models.FindingsOpen)
		})
	}
}

// TestSyncKeepsMinUp: what the inventory does not say of a group stays.
func TestSyncKeepsMinUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		minUp := func() int {
			groups, _, err := s.RedundancyGroups(ctx, models.ScopeAll, models.GroupFilter{})
			ok(t, err)
			return groups[0].MinUp
		}
		syncs := func(n int) models.SyncCount {
			r, err := s.SyncInventory(ctx, harbour(func(i *models.Inventory) { i.Groups[0].MinUp = n }), models.SyncOptions{})
			ok(t, err)
			return r.Groups
		}
		if r := syncs(0); r.Created != 1 || minUp() != 0 {
			t.Errorf("%+v, min_up %d", r, minUp())
		}
		_, err := s.ImportRedundancy(ctx, []models.RedundancyRow{{Line: 2, Group: "uplinks", MinUp: 2}})
		ok(t, err)
		if r := syncs(0); r.Unchanged != 1 || minUp() != 2 {
			t.Errorf("%+v, min_up %d", r, minUp())
		}
		if r := syncs(1); r.Updated != 1 || minUp() != 1 {
			t.Errorf("%+v, min_up %d", r, minUp())
		}
	})
}

// TestSyncedByGraphQL: what an inventory says of circuits and their ends.
func TestSyncedByGraphQL(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		take(t, s, nil)
		take(t, s, func(i *models.Inventory) { i.Circuits, i.Groups = i.Circuits[:2], nil })
		g := graph(t, s, models.ScopeAll)
		for query, want := range map[string]string{
			`{circuits(device: "edge1", interface: "xe-0/0/1", cable: "C-100") {cid inventory removed_at custom_fields {name value} terminations {term_side device {name} interface {name} cable {label} custom_fields {name value}}}}`: `{"circuits":[{"cid":"HX/1","inventory":"netbox","removed_at":null,` +
				`"custom_fields":[{"name":"provider_cid","value":"PC-1"},{"name":"room","value":"12"}],"terminations":[` +
				`{"term_side":"A","device":{"name":"edge1"},"interface":{"name":"xe-0/0/1"},"cable":{"label":"C-100"},"custom_fields":[{"name":"panel","value":"P7"}]},` +
				`{"term_side":"Z","device":null,"interface":null,"cable":null,"custom_fields":[]}]}]}`,
			`{circuits(removed: true) {cid}}`:   `{"circuits":[{"cid":"QN-1"}]}`,
			`{circuits(device: "edge2") {cid}}`: `{"circuits":[]}`,
			`{sites(name: "Harbour") {circuits {cid inventory terminations {device {name} cable {label}}}}}`: `{"sites":[{"circuits":[{"cid":"HX/1","inventory":"netbox","terminations":[{"device":{"name":"edge1"},"cable":{"label":"C-100"}},{"device":null,"cable":null}]}]}]}`,
		} {
			if got := data(t, g, query); got != want {
				t.Errorf("%s:\n%s\nwant\n%s", query, got, want)
			}
		}
		var gone struct {
			Circuits []struct {
				RemovedAt string `json:"removed_at"`
				LastSeen  string `json:"last_seen"`
			}
		}
		if err := json.Unmarshal([]byte(data(t, g, `{circuits(removed: true) {removed_at last_seen}}`)), &gone); err != nil || gone.Circuits[0].RemovedAt == "" || gone.Circuits[0].LastSeen == "" {
			t.Errorf("%+v %v", gone, err)
		}
	})
}
