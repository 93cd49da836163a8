// Package netbox is NetBox's REST API as its documentation describes it: token
// header, pages of count, next, previous and results, brief forms, choices with
// value and label, and the fields of the version that it is made for. It only
// reads.
package netbox

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"lineman/internal/fake/paged"
)

// Options are what a NetBox is like.
type Options struct {
	Version string // 3.5.9, 4.0.1, 4.1.3, 4.2.2 …
	Token   string // one that begins with nbt_ goes as Bearer
	Largest int    // rows a page; 0: 1000
	NextTo  string // the host that next links name; empty: as asked
}

// New makes a NetBox of a network.
func New(o Options, w paged.World) *paged.Server {
	v := releaseOf(o.Version)
	scheme := "Token"
	if strings.HasPrefix(o.Token, "nbt_") {
		scheme = "Bearer"
	}
	return paged.New(paged.Options{
		Token: o.Token, Scheme: scheme, Denied: http.StatusForbidden, Largest: o.Largest, NextHost: o.NextTo,
		Header:  map[string]string{"API-Version": o.Version},
		Status:  map[string]any{"django-version": "5.0.9", "installed-apps": map[string]any{}, "netbox-version": o.Version, "plugins": map[string]any{}},
		Filters: []string{"id", "provider", "type", "status", "tenant", "tag"},
		Extra:   paths,
		Render:  func(w *paged.World, _ url.Values) map[string][]paged.Object { return v.render(w) },
	}, w)
}

// release is a version as a number: 402 is 4.2.
type release int

func (v release) render(w *paged.World) map[string][]paged.Object {
	all := map[string][]paged.Object{
		"circuits/providers": nil, "circuits/circuits": nil, "circuits/circuit-terminations": nil, "dcim/sites": nil, "dcim/locations": nil, "dcim/devices": nil,
	}
	for _, p := range w.Providers {
		all["circuits/providers"] = append(all["circuits/providers"], object(p.ID, brief("circuits/providers", p.ID, p.Name), map[string]any{
			"name": p.Name, "slug": p.Slug, "accounts": []any{}, "asns": []any{}, "comments": "", "tags": tags(p.Tags), "custom_fields": fields(p.Fields),
		}, nil))
	}
	for _, s := range w.Sites {
		path := "dcim/sites"
		full := map[string]any{
			"name": s.Name, "slug": slug(s.Name), "status": choice("Active"), "region": nested("dcim/regions", s.Region), "group": nil,
			"tenant": nested("tenancy/tenants", s.Tenant), "tags": tags(s.Tags), "custom_fields": map[string]any{},
		}
		if s.Kind == "Room" {
			path = "dcim/locations"
			in := w.SiteOf(s.In)
			full["site"], full["parent"] = brief("dcim/sites", in.ID, in.Name), nil
		}
		all[path] = append(all[path], object(s.ID, brief(path, s.ID, s.Name), full, nil))
	}
	for _, c := range w.Circuits {
		all["circuits/circuits"] = append(all["circuits/circuits"], v.circuit(w, c))
		for side, e := range map[string]*paged.End{"A": c.A, "Z": c.Z} {
			if e != nil {
				all["circuits/circuit-terminations"] = append(all["circuits/circuit-terminations"], v.end(w, c, side, e))
			}
		}
	}
	paged.Sort(all["circuits/circuit-terminations"])
	if v >= 401 {
		v.groups(w, all)
	}
	return all
}

func (v release) circuit(w *paged.World, c paged.Circuit) paged.Object {
	p := w.ProviderOf(c.Provider)
	full := map[string]any{
		"cid": c.CID, "provider": brief("circuits/providers", p.ID, p.Name), "provider_account": nil, "type": nested("circuits/circuit-types", c.Type),
		"status": choice(c.Status), "tenant": nested("tenancy/tenants", c.Tenant), "install_date": nil, "termination_date": nil, "commit_rate": nil,
		"description": c.Description, "comments": "", "tags": tags(c.Tags), "custom_fields": fields(c.Fields),
	}
	short := map[string]any{"id": c.ID, "url": "http://netbox.example/api/circuits/circuits/" + strconv.Itoa(c.ID) + "/", "display": c.CID, "cid": c.CID}
	var words []string
	for _, t := range c.Tags {
		words = append(words, slug(t))
	}
	return object(c.ID, short, full, map[string][]string{
		"provider": {c.Provider}, "type": {slug(c.Type)}, "status": {slug(c.Status)}, "tenant": {slug(c.Tenant)}, "tag": words,
	})
}

// end is a termination. Up to 4.1 it ends at a site or a provider's network;
// from 4.2 on at any kind of place.
func (v release) end(w *paged.World, c paged.Circuit, side string, e *paged.End) paged.Object {
	id := 2*c.ID + map[string]int{"A": 0, "Z": 1}[side]
	full := map[string]any{
		"circuit": map[string]any{"id": c.ID, "url": "", "display": c.CID, "cid": c.CID}, "term_side": side, "port_speed": nil, "upstream_speed": nil,
		"xconnect_id": e.XConnect, "pp_info": "", "description": "", "mark_connected": false, "cable": nil, "cable_end": "", "link_peers": []any{}, "link_peers_type": nil,
		"tags": []any{}, "custom_fields": fields(e.Fields),
	}
	if v >= 402 {
		full["termination_type"], full["termination_id"], full["termination"] = "circuits.providernetwork", 1, map[string]any{"id": 1, "display": e.Network, "name": e.Network}
		for kind, name := range map[string]string{"dcim.site": e.Site, "dcim.location": e.Room} {
			if name != "" {
				s := w.SiteOf(name)
				full["termination_type"], full["termination_id"], full["termination"] = kind, s.ID, brief("dcim/sites", s.ID, s.Name)
			}
		}
	} else {
		full["site"], full["provider_network"] = nil, nested("circuits/provider-networks", e.Network)
		site := w.SiteOf(e.Site)
		if e.Room != "" {
			site = w.SiteOf(w.SiteOf(e.Room).In)
		}
		if site.ID != 0 {
			full["site"] = brief("dcim/sites", site.ID, site.Name)
		}
	}
	if e.Device != "" {
		full["cable"] = map[string]any{"id": id, "url": "", "display": cmp.Or(e.Cable, "#"+strconv.Itoa(id)), "label": e.Cable}
		full["cable_end"], full["link_peers_type"] = "A", "dcim.interface"
		if e.Panel {
			full["link_peers_type"] = "dcim.frontport"
		}
		full["link_peers"] = []any{map[string]any{
			"id": id, "url": "", "display": e.Port, "name": e.Port, "cable": id, "_occupied": true,
			"device": map[string]any{"id": id, "url": "", "display": e.Device, "name": e.Device},
		}}
	}
	return object(id, brief("circuits/circuit-terminations", id, c.CID+": Termination "+side), full, nil)
}

// groups names the circuit of an assignment in 4.1, and any member from 4.2 on.
func (v release) groups(w *paged.World, all map[string][]paged.Object) {
	all["circuits/circuit-groups"], all["circuits/circuit-group-assignments"] = nil, nil
	for _, g := range w.Groups {
		short := brief("circuits/circuit-groups", g.ID, g.Name)
		all["circuits/circuit-groups"] = append(all["circuits/circuit-groups"], object(g.ID, short, map[string]any{
			"name": g.Name, "slug": slug(g.Name), "tenant": nil, "tags": []any{}, "custom_fields": fields(g.Fields), "circuit_count": len(g.Members),
		}, nil))
		for circuit, priority := range g.Members {
			c := w.CircuitOf(circuit)
			if c.ID == 0 {
				continue // went with its assignment
			}
			member := map[string]any{"id": c.ID, "url": "", "display": c.CID, "cid": c.CID}
			full := map[string]any{"group": short, "priority": choice(priority), "tags": []any{}}
			if v >= 402 {
				full["member_type"], full["member_id"], full["member"] = "circuits.circuit", c.ID, member
			} else {
				full["circuit"] = member
			}
			id := 1000*g.ID + c.ID
			all["circuits/circuit-group-assignments"] = append(all["circuits/circuit-group-assignments"], object(id, brief("circuits/circuit-group-assignments", id, g.Name), full, nil))
		}
	}
	paged.Sort(all["circuits/circuit-group-assignments"])
}
