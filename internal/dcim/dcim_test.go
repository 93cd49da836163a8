package dcim_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lineman/internal/config"
	"lineman/internal/dcim"
	"lineman/internal/fake/nautobot"
	"lineman/internal/fake/netbox"
	"lineman/internal/fake/paged"
	"lineman/models"
)

var ctx = context.Background()

var start = time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)

const token = "0123456789abcdef"

// systems are the versions that all tests go through.
var systems = []struct{ kind, version string }{
	{"netbox", "3.5.9"}, {"netbox", "4.0.1-Docker-3.0.0"}, {"netbox", "4.1.3"}, {"netbox", "4.2.2"}, {"nautobot", "1.6.2"}, {"nautobot", "2.3.1"},
}

// each runs f with every system as a fake.
func each(t *testing.T, f func(t *testing.T, kind, version string, fake *paged.Server)) {
	for _, s := range systems {
		t.Run(s.kind+" "+s.version, func(t *testing.T) { f(t, s.kind, s.version, fakeOf(s.kind, s.version, 2)) })
	}
}

func fakeOf(kind, version string, largest int) *paged.Server {
	if kind == "netbox" {
		return netbox.New(netbox.Options{Version: version, Token: token, Largest: largest}, paged.Harbour())
	}
	return nautobot.New(nautobot.Options{Version: version, Token: token, Largest: largest}, paged.Harbour())
}

func reader(t testing.TB, kind string, h http.Handler, change func(*config.Inventory)) *dcim.Reader {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c := config.Inventory{
		Name: "inv", Kind: kind, URL: server.URL, Token: token, EmailsField: "emails_circuit_maintenances",
		ParserField: "provider_parser_circuit_maintenances", MinUpField: "min_up", PageSize: 100,
		Aliases: []string{"custom_fields.provider_cid", "terminations.xconnect_id", "terminations.custom_fields.rack"},
	}
	if change != nil {
		change(&c)
	}
	r, err := dcim.New(dcim.Options{Config: c, Now: func() time.Time { return start }, HTTP: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// plain makes remote IDs comparable between the systems.
func plain(inv models.Inventory) models.Inventory {
	names := map[string]string{}
	for i, p := range inv.Providers {
		names[p.RemoteID] = "provider " + p.Name
		inv.Providers[i].RemoteID = ""
	}
	for i, s := range inv.Sites {
		names[s.RemoteID] = "site " + s.Name
		inv.Sites[i].RemoteID = ""
	}
	for _, c := range inv.Circuits {
		names[c.RemoteID] = "circuit " + c.CID
	}
	for i := range inv.Circuits {
		c := &inv.Circuits[i]
		c.RemoteID, c.Provider = names[c.RemoteID], names[c.Provider]
		for n := range c.Terminations {
			if site := &c.Terminations[n].Site; *site != "" {
				*site = names[*site]
			}
		}
	}
	for i := range inv.Groups {
		for n, m := range inv.Groups[i].Members {
			inv.Groups[i].Members[n].Circuit = names[m.Circuit]
		}
	}
	return inv
}

// TestReadsEverySystem: whatever the version's own fields, the same inventory
// comes out.
func TestReadsEverySystem(t *testing.T) {
	each(t, func(t *testing.T, kind, version string, fake *paged.Server) {
		inv, err := reader(t, kind, fake, func(c *config.Inventory) { c.LocationType = "site" }).Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		want := models.Inventory{
			Source: "inv", Kind: kind, Version: version, Started: start,
			Providers: []models.InventoryProvider{
				{Slug: "zayo-east", Name: "Zayo East", Emails: []string{"noc@east.example", "maint@east.example"}, Parser: "zayo", Tags: []string{"gold"}},
				{Slug: "quay-net", Name: "Quay Net"},
			},
			Sites: []models.InventorySite{{Name: "Harbour", Region: "North", Tenant: "Ops", Tags: []string{"core"}}, {Name: "Mill", Region: "South"}},
			Circuits: []models.InventoryCircuit{
				{
					RemoteID: "circuit HX/1", Provider: "provider Zayo East", CID: "HX/1", Type: "Transit", Status: "active", Tenant: "Ops", Description: "uplink", Tags: []string{"gold"},
					CustomFields: map[string]string{"provider_cid": "PC-1, PC-1b", "Room": "12", "vlans": "10, 20"}, Aliases: []string{"PC-1", "PC-1b", "XC-1", "R7"},
					Terminations: []models.InventoryTermination{
						{Side: "A", Site: "site Harbour", XConnect: "XC-1", Device: "edge1", Interface: "xe-0/0/1", Cable: "C-100", CustomFields: map[string]string{"rack": "R7"}},
						{Side: "Z"},
					},
				},
				{
					RemoteID: "circuit HX/2", Provider: "provider Zayo East", CID: "HX/2", Type: "Transit", Status: "active",
					Terminations: []models.InventoryTermination{{Side: "A", Site: "site Mill", Device: "panel4", Interface: "12", Cable: "#22"}, {Side: "Z", Site: "site Mill"}},
				},
				{RemoteID: "circuit QN-1", Provider: "provider Quay Net", CID: "QN-1", Type: "Dark fibre", Status: "planned"},
			},
			NoGroups: true,
		}
		if version == "4.1.3" || version == "4.2.2" {
			want.NoGroups = false
			want.Groups = []models.InventoryGroup{{RemoteID: "5", Name: "uplinks", MinUp: 1, Members: []models.InventoryMember{
				{Circuit: "circuit HX/1", Priority: "primary"}, {Circuit: "circuit QN-1", Priority: "secondary"},
			}}}
		}
		if kind == "nautobot" {
			want.Circuits[1].Terminations[0].Cable = "#" + nautobot.ID("dcim.cable", 22)
		}
		if version == "2.3.1" { // has no slugs
			want.Providers[0].Slug, want.Providers[1].Slug = "", ""
			want.Sites[0].Region, want.Sites[1].Region = "", ""
		}
		if diff := cmp.Diff(want, plain(inv), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		for _, call := range fake.Calls() {
			if strings.Contains(call, token) {
				t.Errorf("the token is in %s", call)
			}
		}
	})
}

func TestLocationsCountAsTheyAre(t *testing.T) {
	inv, err := reader(t, "nautobot", fakeOf("nautobot", "2.3.1", 0), nil).Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if z := inv.Circuits[1].Terminations[1]; z.Site != "dcim.location/"+nautobot.ID("dcim.location", 3) {
		t.Errorf("ends at %+v", z)
	}
	fake := fakeOf("nautobot", "2.3.1", 0)
	fake.Change(func(w *paged.World) { w.Sites[2].Name, w.Circuits[1].Z.Room = "Mill", "Mill" })
	fake.Change(func(w *paged.World) {
		w.Sites = append(w.Sites, paged.Site{ID: 4, Name: "Pier", Kind: "Site"}, paged.Site{ID: 5, Name: "Pier", Kind: "Site", In: "Harbour"})
	})
	if inv, err = reader(t, "nautobot", fake, nil).Read(ctx); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range inv.Sites {
		if seen[s.Name] {
			t.Errorf("two sites are called %s", s.Name)
		}
		seen[s.Name] = true
	}
}

func TestMapsProviders(t *testing.T) {
	each(t, func(t *testing.T, kind, version string, fake *paged.Server) {
		inv, err := reader(t, kind, fake, func(c *config.Inventory) {
			c.Providers = map[string]string{"Zayo East": "zayo lumen", "QUAY NET": "ntt"}
		}).Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []models.InventoryProvider{{Slug: "zayo", Also: []string{"lumen"}, Mapped: true}, {Slug: "ntt", Mapped: true}} {
			got := inv.Providers[i]
			if got.Slug != want.Slug || !got.Mapped || !slices.Equal(got.Also, want.Also) {
				t.Errorf("%+v", got)
			}
		}
	})
}

func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, kind, version string, fake *paged.Server) {
		for name, test := range map[string]struct {
			filters config.InventoryFilters
			want    int
		}{
			"type": {config.InventoryFilters{Type: []string{"transit"}}, 2}, "status": {config.InventoryFilters{Status: []string{"planned", "active"}}, 3},
			"provider": {config.InventoryFilters{Provider: []string{"quay-net"}}, 1}, "tag and tenant": {config.InventoryFilters{Tag: []string{"gold"}, Tenant: []string{"ops"}}, 1},
		} {
			r := reader(t, kind, fake, func(c *config.Inventory) { c.Filters = test.filters })
			inv, err := r.Read(ctx)
			if err != nil || len(inv.Circuits) != test.want {
				t.Errorf("%s: %d circuits, %v", name, len(inv.Circuits), err)
			}
			probe, err := r.Probe(ctx)
			if err != nil || probe.Circuits != test.want || probe.Version != version {
				t.Errorf("%s: %+v, %v", name, probe, err)
			}
		}
	})
}

func TestTokenOfTheSecondKind(t *testing.T) {
	fake := netbox.New(netbox.Options{Version: "4.5.0", Token: "nbt_abc.def"}, paged.Harbour())
	if _, err := reader(t, "netbox", fake, func(c *config.Inventory) { c.Token = "nbt_abc.def" }).Read(ctx); err != nil {
		t.Error(err)
	}
}

// TestRefusals: one clear sentence each, and no token in it.
func TestRefusals(t *testing.T) {
	html := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<!DOCTYPE html>")) })
	away := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://other.invalid/api/status/", http.StatusFound)
	})
	for name, test := range map[string]struct {
		handler http.Handler
		kind    string
		change  func(*config.Inventory)
		want    string
	}{
		"wrong token":       {fakeOf("netbox", "4.1.3", 0), "netbox", func(c *config.Inventory) { c.Token = "wrong-secret" }, "refuses /api/status/ (403: Invalid token); check the token"},
		"other kind":        {fakeOf("nautobot", "2.3.1", 0), "netbox", nil, "is a Nautobot 2.3.1; set kind: nautobot"},
		"too old":           {fakeOf("netbox", "2.11.0", 0), "netbox", nil, "lineman reads 3.0 and later"},
		"no version":        {fakeOf("netbox", "next", 0), "netbox", nil, "which lineman cannot read"},
		"a login page":      {html, "netbox", nil, "does not answer /api/status/ as a NetBox does"},
		"a path that isn't": {fakeOf("netbox", "4.1.3", 0), "netbox", func(c *config.Inventory) { c.URL += "/elsewhere" }, "check the url"},
		"redirect":          {away, "netbox", nil, "other"},
		"nobody":            {html, "netbox", func(c *config.Inventory) { c.URL = "http://127.0.0.1:1" }, "cannot be reached"},
		"next elsewhere":    {netbox.New(netbox.Options{Version: "4.1.3", Token: token, Largest: 2, NextTo: "evil.example"}, paged.Harbour()), "netbox", nil, "names a next page of"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reader(t, test.kind, test.handler, test.change).Read(ctx)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("error %v, want %s", err, test.want)
			}
			for _, secret := range []string{token, "wrong-secret"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%v has the token", err)
				}
			}
		})
	}
}

func TestFailuresOfTheSystem(t *testing.T) {
	each(t, func(t *testing.T, kind, version string, fake *paged.Server) {
		for _, test := range []struct {
			path   string
			status int
			body   string
			want   string
		}{
			{"circuits/circuits", 401, `{"detail": "Authentication\ncredentials were not provided."}`, "refuses /api/circuits/circuits/ (401: Authentication credentials"},
			{"circuits/circuits", 400, `{"type": ["Select a valid choice."]}`, "does not accept the filters"},
			{"circuits/providers", 429, `{}`, "asks to come back later (429)"},
			{"circuit-terminations", 503, `<html>`, "is in trouble (503)"},
			{"circuits/circuits", 200, `{"count": 1, "next": null}`, "without results"},
			{"circuits/circuits", 200, `[`, "does not answer"},
			{"circuits/circuits", 404, ``, "has no /api/circuits/circuits/"},
			{"circuits/circuits", 418, ``, "which lineman does not expect"},
		} {
			fake.Fail(paged.Fault{Path: test.path, Status: test.status, Body: test.body, Times: 1})
			if _, err := reader(t, kind, fake, nil).Read(ctx); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%d: %v, want %s", test.status, err, test.want)
			}
		}
		if _, err := reader(t, kind, fake, nil).Read(ctx); err != nil {
			t.Error(err)
		}
	})
}

// TestGroupsThatMayNotBeSeen: the circuits come all the same.
func TestGroupsThatMayNotBeSeen(t *testing.T) {
	fake := fakeOf("netbox", "4.2.2", 0)
	fake.Fail(paged.Fault{Path: "circuit-group", Status: 403, Body: `{"detail": "no"}`, Times: 1})
	inv, err := reader(t, "netbox", fake, nil).Read(ctx)
	if err != nil || !inv.NoGroups || len(inv.Circuits) != 3 || len(inv.Warnings) != 1 {
		t.Errorf("%+v %v", inv, err)
	}
}

// TestOddValues: no form of a value brings the reading down.
func TestOddValues(t *testing.T) {
	long := strings.Repeat("ü", 2000)
	fields := map[string]any{
		"list": []any{"a", 1, nil, map[string]any{"id": 3, "display": "obj"}}, "deep": []any{[]any{[]any{[]any{[]any{"x"}}}}}, "object": map[string]any{"id": 1, "name": "n"},
		"yes": true, "number": json.Number("1.50"), "long": long, "null": nil, "empty": "",
	}
	fake := fakeOf("netbox", "4.1.3", 0)
	fake.Change(func(w *paged.World) { w.Circuits[2].Fields = fields })
	inv, err := reader(t, "netbox", fake, nil).Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := inv.Circuits[2].CustomFields
	if len(got["long"]) > 1000 || !strings.HasPrefix(long, got["long"]) {
		t.Errorf("%d bytes", len(got["long"]))
	}
	delete(got, "long")
	if diff := cmp.Diff(map[string]string{"list": "a, 1, obj", "object": "n", "yes": "true", "number": "1.50"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestFollowsPatchPanels: the interface behind a panel, on this side of the
// circuit; the panel where that is not known.
func TestFollowsPatchPanels(t *testing.T) {
	for name, test := range map[string]struct {
		fault        paged.Fault
		device, port string
		warnings     int
	}{
		"known": {paged.Fault{}, "edge4", "et-0/0/4", 0}, "may not be seen": {paged.Fault{Path: "/paths/", Status: 403, Body: "{}", Times: 1}, "panel4", "12", 1},
	} {
		fake := fakeOf("netbox", "4.1.3", 0)
		fake.Change(func(w *paged.World) { w.Circuits[1].A.Behind, w.Circuits[1].A.BehindAt = "edge4", "et-0/0/4" })
		fake.Fail(test.fault)
		inv, err := reader(t, "netbox", fake, nil).Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if end := inv.Circuits[1].Terminations[0]; end.Device != test.device || end.Interface != test.port || len(inv.Warnings) != test.warnings {
			t.Errorf("%s: %+v, %q", name, end, inv.Warnings)
		}
	}
}
