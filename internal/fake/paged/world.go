// Package paged is what the fakes of NetBox and Nautobot share: the circuits of
// an invented network, and a REST server with the token header, paging, filters
// and failures that both systems have.
package paged

import "slices"

// World is an invented network. Change it with Server.Change.
type World struct {
	Providers []Provider
	Sites     []Site
	Circuits  []Circuit
	Groups    []Group
}

// Provider is a provider.
type Provider struct {
	ID     int
	Name   string
	Slug   string
	Tags   []string
	Fields map[string]any // custom fields
}

// Site is a place; In is the name of the place that it is in.
type Site struct {
	ID     int
	Name   string
	Kind   string // type of a location: Site, Room
	Region string
	In     string
	Tenant string
	Tags   []string
}

// Circuit is a circuit with its ends.
type Circuit struct {
	ID          int
	CID         string
	Provider    string // slug
	Type        string
	Status      string // as people read it: Active
	Tenant      string
	Description string
	Tags        []string
	Fields      map[string]any
	A, Z        *End
}

// End is where a circuit ends: at a Site, in a Room of a site, or in a
// provider's Network.
type End struct {
	Site     string
	Room     string
	Network  string
	XConnect string
	Device   string
	Port     string
	Cable    string // label of the cable; empty: it has none
	Panel    bool   // Port is the front port of a panel
	Behind   string // device behind the panel
	BehindAt string // its interface
	Fields   map[string]any
}

// Group is a circuit group; Members has the priority by the circuit's ID.
type Group struct {
	ID      int
	Name    string
	Fields  map[string]any
	Members map[int]string
}

// Harbour is a small network with most of what there is: two providers, three
// sites, a room, a provider's network, a panel, a group.
func Harbour() World {
	return World{
		Providers: []Provider{
			{ID: 1, Name: "Zayo East", Slug: "zayo-east", Tags: []string{"gold"}, Fields: map[string]any{
				"emails_circuit_maintenances": "noc@east.example, maint@east.example", "provider_parser_circuit_maintenances": "zayo",
			}},
			{ID: 2, Name: "Quay Net", Slug: "quay-net", Fields: map[string]any{"emails_circuit_maintenances": nil}},
			{ID: 3, Name: "Unused", Slug: "unused"},
		},
		Sites: []Site{
			{ID: 1, Name: "Harbour", Kind: "Site", Region: "North", Tenant: "Ops", Tags: []string{"core"}},
			{ID: 2, Name: "Mill", Kind: "Site", Region: "South"},
			{ID: 3, Name: "Attic", Kind: "Room", In: "Mill"},
		},
		Circuits: []Circuit{
			{
				ID: 10, CID: "HX/1", Provider: "zayo-east", Type: "Transit", Status: "Active", Tenant: "Ops", Description: "uplink",
				Tags: []string{"gold"}, Fields: map[string]any{"provider_cid": "PC-1, PC-1b", "Room": 12, "spare": nil, "vlans": []any{10, 20}},
				A: &End{Site: "Harbour", XConnect: "XC-1", Device: "edge1", Port: "xe-0/0/1", Cable: "C-100", Fields: map[string]any{"rack": "R7"}},
				Z: &End{Network: "Zayo cloud"},
			},
			{
				ID: 11, CID: "HX/2", Provider: "zayo-east", Type: "Transit", Status: "Active",
				A: &End{Site: "Mill", Device: "panel4", Port: "12", Panel: true}, Z: &End{Room: "Attic"},
			},
			{ID: 12, CID: "QN-1", Provider: "quay-net", Type: "Dark fibre", Status: "Planned"},
		},
		Groups: []Group{{ID: 5, Name: "uplinks", Fields: map[string]any{"min_up": 1}, Members: map[int]string{10: "primary", 11: "inactive", 12: "secondary"}}},
	}
}

// ProviderOf finds the provider of a slug.
func (w *World) ProviderOf(slug string) Provider {
	if i := slices.IndexFunc(w.Providers, func(p Provider) bool { return p.Slug == slug }); i >= 0 {
		return w.Providers[i]
	}
	return Provider{}
}

// SiteOf finds the place of a name.
func (w *World) SiteOf(name string) Site {
	if i := slices.IndexFunc(w.Sites, func(s Site) bool { return s.Name == name }); i >= 0 {
		return w.Sites[i]
	}
	return Site{}
}

// CircuitOf finds the circuit of an ID.
func (w *World) CircuitOf(id int) Circuit {
	if i := slices.IndexFunc(w.Circuits, func(c Circuit) bool { return c.ID == id }); i >= 0 {
		return w.Circuits[i]
	}
	return Circuit{}
}
