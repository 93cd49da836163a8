// Package nautobot is Nautobot's REST API as its documentation describes it:
// token header, pages of count, next, previous and results, parameters checked
// strictly. Version 1 nests brief objects and knows sites; version 2 has
// locations, and names other objects by a reference alone unless depth asks for
// more. It only reads.
package nautobot

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"lineman/internal/fake/paged"
)

// Options are what a Nautobot is like.
type Options struct {
	Version string // 1.6.2, 2.3.1 …
	Token   string
	Largest int    // rows a page; 0: 1000
	NextTo  string // the host that next links name; empty: as asked
}

// New makes a Nautobot of a network.
func New(o Options, w paged.World) *paged.Server {
	old := strings.HasPrefix(o.Version, "1.")
	filters := []string{"id", "provider", "circuit_type", "status", "tenant", "tags"}
	params := []string{"limit", "offset", "brief", "format", "include", "exclude", "api_version", "depth", "exclude_m2m", "sort"}
	if old {
		filters, params = []string{"id", "provider", "type", "status", "tenant", "tag"}, params[:7]
	}
	return paged.New(paged.Options{
		Token: o.Token, Denied: http.StatusForbidden, Largest: o.Largest, NextHost: o.NextTo, Strict: true, Filters: filters, Params: params,
		Header: map[string]string{"API-Version": o.Version[:strings.LastIndex(o.Version, ".")]},
		Status: map[string]any{"django-version": "4.2.16", "nautobot-version": o.Version, "nautobot-apps": map[string]any{}, "plugins": map[string]any{}},
		Render: func(w *paged.World, q url.Values) map[string][]paged.Object {
			depth, _ := strconv.Atoi(q.Get("depth")) // without one it is 0
			return form{old: old, depth: depth, w: w}.all()
		},
	}, w)
}

// ID gives the UUID of an object of the network.
func ID(kind string, n int) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(kind)) // a hash takes everything
	return fmt.Sprintf("%08x-0000-4000-8000-%012d", h.Sum32(), n)
}

// form is how objects are written.
type form struct {
	old   bool
	depth int
	w     *paged.World
}

func (f form) all() map[string][]paged.Object {
	all := map[string][]paged.Object{
		"circuits/providers": nil, "circuits/circuits": nil, "circuits/circuit-terminations": nil, "dcim/devices": nil,
	}
	places := "dcim/locations"
	if f.old {
		places = "dcim/sites"
	}
	all[places] = nil
	for _, p := range f.w.Providers {
		all["circuits/providers"] = append(all["circuits/providers"], f.object("circuits.provider", p.ID, p.Name, map[string]any{
			"asn": nil, "account": "", "tags": f.tags(p.Tags), "custom_fields": fields(p.Fields),
		}, nil))
	}
	for _, s := range f.w.Sites {
		if f.old && s.Kind == "Room" {
			continue
		}
		all[places] = append(all[places], f.place(s))
	}
	for _, c := range f.w.Circuits {
		all["circuits/circuits"] = append(all["circuits/circuits"], f.circuit(c))
		for n, e := range []*paged.End{c.A, c.Z} {
			if e == nil {
				continue
			}
			side := []string{"A", "Z"}[n]
			all["circuits/circuit-terminations"] = append(all["circuits/circuit-terminations"], f.end(c, side, 2*c.ID+n, e))
			if e.Device != "" {
				all["dcim/devices"] = append(all["dcim/devices"], f.object("dcim.device", 2*c.ID+n, e.Device, map[string]any{}, nil))
			}
		}
	}
	return all
}

func (f form) place(s paged.Site) paged.Object {
	full := map[string]any{"tenant": f.word("tenancy.tenant", s.Tenant), "tags": f.tags(s.Tags), "custom_fields": map[string]any{}}
	if f.old {
		full["region"] = f.word("dcim.region", s.Region)
		return f.object("dcim.site", s.ID, s.Name, full, nil)
	}
	full["location_type"] = f.word("dcim.locationtype", s.Kind)
	full["parent"] = f.word("dcim.location", s.Region)
	if s.In != "" {
		in := f.w.SiteOf(s.In)
		full["parent"] = f.named("dcim.location", in.ID, in.Name)
	}
	return f.object("dcim.location", s.ID, s.Name, full, nil)
}

func (f form) circuit(c paged.Circuit) paged.Object {
	p := f.w.ProviderOf(c.Provider)
	kind, tag := "circuit_type", "tags"
	status := f.word("extras.status", c.Status)
	if f.old {
		kind, tag = "type", "tag"
		status = map[string]any{"value": slug(c.Status), "label": c.Status}
	}
	o := f.object("circuits.circuit", c.ID, c.CID, map[string]any{
		"cid": c.CID, "provider": f.named("circuits.provider", p.ID, p.Name), kind: f.word("circuits.circuittype", c.Type), "status": status,
		"tenant": f.word("tenancy.tenant", c.Tenant), "install_date": nil, "commit_rate": nil, "description": c.Description, "comments": "",
		"tags": f.tags(c.Tags), "custom_fields": fields(c.Fields),
	}, map[string][]string{
		"provider": {c.Provider, p.Name}, kind: {slug(c.Type), c.Type}, "status": {slug(c.Status), c.Status}, "tenant": {slug(c.Tenant), c.Tenant}, tag: c.Tags,
	})
	delete(o.Full, "name")
	return o
}

// end is a termination; the path behind its cable is followed through panels.
func (f form) end(c paged.Circuit, side string, id int, e *paged.End) paged.Object {
	full := map[string]any{
		"circuit": f.named("circuits.circuit", c.ID, c.CID), "term_side": side, "port_speed": nil, "upstream_speed": nil, "xconnect_id": e.XConnect, "pp_info": "",
		"description": "", "provider_network": f.word("circuits.providernetwork", e.Network), "cable": nil, "cable_peer": nil, "cable_peer_type": nil,
		"connected_endpoint": nil, "connected_endpoint_type": nil, "connected_endpoint_reachable": nil, "custom_fields": fields(e.Fields),
	}
	name := e.Site
	if name == "" {
		name = e.Room
	}
	if f.old && e.Room != "" {
		name = f.w.SiteOf(e.Room).In
	}
	s := f.w.SiteOf(name)
	if f.old {
		full["site"] = f.named("dcim.site", s.ID, s.Name)
	} else {
		full["location"] = f.named("dcim.location", s.ID, s.Name)
	}
	if e.Device != "" {
		device := f.named("dcim.device", id, e.Device)
		port := map[string]any{"id": ID("dcim.interface", id), "url": "", "display": e.Port, "name": e.Port, "device": device, "cable": ID("dcim.cable", id)}
		if !f.old { // one step further than depth goes
			port["object_type"] = "dcim.interface"
			port["device"] = form{w: f.w, depth: f.depth - 1}.named("dcim.device", id, e.Device)
			if f.depth < 1 {
				port = map[string]any{"id": ID("dcim.interface", id), "object_type": "dcim.interface", "url": ""}
			}
		}
		full["cable"], full["cable_peer"], full["cable_peer_type"] = f.cable(id, e.Cable), port, "dcim.interface"
		if e.Panel {
			full["cable_peer_type"] = "dcim.frontport"
		} else {
			full["connected_endpoint"], full["connected_endpoint_type"], full["connected_endpoint_reachable"] = port, "dcim.interface", true
		}
	}
	return f.object("circuits.circuittermination", id, c.CID+" "+side, full, nil)
}

// object is a whole object.
func (f form) object(kind string, n int, name string, full map[string]any, match map[string][]string) paged.Object {
	id := ID(kind, n)
	full["id"], full["display"], full["name"] = id, name, name
	full["url"] = "http://nautobot.example/api/" + kind + "/" + id + "/"
	full["created"], full["last_updated"] = "2030-01-01T00:00:00.000000Z", "2030-01-01T00:00:00.000000Z"
	brief := map[string]any{"id": id, "display": name, "name": name, "url": full["url"]}
	if f.old {
		full["slug"], brief["slug"] = slug(name), slug(name)
	} else {
		full["object_type"] = kind
	}
	if match == nil {
		match = map[string][]string{}
	}
	match["id"] = []string{id}
	return paged.Object{ID: id, Full: full, Brief: brief, Match: match}
}

// named is an object where another names it; null without a name.
func (f form) named(kind string, n int, name string) any {
	if n == 0 {
		return nil
	}
	o := map[string]any{"id": ID(kind, n), "url": "http://nautobot.example/api/" + kind + "/" + ID(kind, n) + "/"}
	switch {
	case f.old:
		o["display"], o["name"], o["slug"] = name, name, slug(name)
	case f.depth > 0:
		o["object_type"], o["display"], o["name"] = kind, name, name
	default:
		o["object_type"] = kind
	}
	return o
}

// cable is called by its label, else by its id.
func (f form) cable(n int, label string) any {
	if f.depth < 1 && !f.old {
		return f.named("dcim.cable", n, "")
	}
	id := ID("dcim.cable", n)
	return map[string]any{"id": id, "url": "http://nautobot.example/api/dcim.cable/" + id + "/", "display": cmp.Or(label, "#"+id), "label": label}
}

func (f form) word(kind, name string) any {
	if name == "" {
		return nil
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return f.named(kind, int(h.Sum32()%1_000_000)+1, name)
}

func (f form) tags(names []string) []any {
	all := []any{}
	for i, name := range names {
		all = append(all, f.named("extras.tag", i+1, name))
	}
	return all
}

func fields(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

func slug(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }
