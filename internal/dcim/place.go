package dcim

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"lineman/models"
)

// readPlaces finds the sites where circuits end and puts the circuits together.
func (o *reading) readPlaces(ctx context.Context) error {
	var err error
	if o.places, err = o.kind.places(ctx, o.client, o.v); err != nil {
		return err
	}
	rooms, err := o.rooms(ctx)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, c := range o.plain {
		out := o.circuit(c)
		for _, e := range o.ends[c.key()] {
			end := o.end(e, rooms)
			if end.Site != "" {
				used[end.Site] = true
			}
			if end.Side == models.SideA || end.Side == models.SideZ {
				out.Terminations = append(out.Terminations, end)
			}
		}
		o.inv.Circuits = append(o.inv.Circuits, out)
	}
	o.sites(used)
	return nil
}

// rooms gives the sites of the locations in which circuits of a NetBox end.
func (o *reading) rooms(ctx context.Context) (map[string]ref, error) {
	var ids []string
	for _, ends := range o.ends {
		for _, e := range ends {
			if e.TerminationType == "dcim.location" {
				ids = append(ids, e.Termination.ID)
			}
		}
	}
	slices.Sort(ids)
	rows, err := byID[placeJSON](ctx, o.client, "dcim/locations/", url.Values{}, slices.Compact(ids))
	rooms := make(map[string]ref, len(rows))
	for _, p := range rows {
		rooms[p.key()] = p.Site
	}
	return rooms, err
}

// circuit translates a circuit, without its ends.
func (o *reading) circuit(c circuitJSON) models.InventoryCircuit {
	kind := c.Type
	if kind == (ref{}) {
		kind = c.CircuitType
	}
	out := models.InventoryCircuit{
		RemoteID: c.key(), Provider: c.Provider.ID, CID: c.CID, Type: kind.text(), Status: c.Status.choice(),
		Description: clip(c.Description, maxValue), Tenant: c.Tenant.text(), Tags: tags(c.Tags), CustomFields: c.CustomFields.texts(),
	}
	for _, path := range o.config.Aliases {
		out.Aliases = append(out.Aliases, o.aliases(c, path)...)
	}
	return out
}

// aliases gives the other ids that a path leads to.
func (o *reading) aliases(c circuitJSON, path string) []string {
	var texts []string
	from := func(custom fields, xconnect, description, path string) {
		switch name, isField := strings.CutPrefix(path, "custom_fields."); {
		case isField:
			texts = append(texts, custom.words(name)...)
		case path == "xconnect_id":
			texts = append(texts, xconnect)
		case path == "description":
			texts = append(texts, description)
		}
	}
	rest, ofEnds := strings.CutPrefix(path, "terminations.")
	if !ofEnds && path != "xconnect_id" {
		from(c.CustomFields, "", c.Description, path)
	} else {
		for _, e := range o.ends[c.key()] {
			from(e.CustomFields, e.XConnect, e.Description, rest)
		}
	}
	var all []string
	for _, text := range texts {
		all = append(all, split(clip(text, maxValue), ",;\r\n")...)
	}
	return all
}

// end translates a termination.
func (o *reading) end(e endJSON, rooms map[string]ref) models.InventoryTermination {
	return models.InventoryTermination{
		Side: strings.ToUpper(e.Side.Value), Site: o.siteOf(e, rooms), XConnect: clip(e.XConnect, maxText),
		Device: deviceName(e.connectedMachine), Interface: e.connectedPort, Cable: e.Cable.cable(), CustomFields: e.CustomFields.texts(),
	}
}

// deviceName is empty where only the ID of a device could be found out.
func deviceName(r ref) string {
	if name := r.text(); name != r.ID {
		return name
	}
	return ""
}

// siteOf gives the site of a termination; empty where it ends in a provider's
// network, in a cloud, or at a place that is no site.
func (o *reading) siteOf(e endJSON, rooms map[string]ref) string {
	switch {
	case e.TerminationType == "dcim.site":
		return o.known("dcim.site/"+e.Termination.ID, e.Termination)
	case e.TerminationType == "dcim.location":
		return o.known("dcim.site/"+rooms[e.Termination.ID].ID, rooms[e.Termination.ID])
	case e.TerminationType != "":
		return ""
	case e.Site.ID != "":
		return o.known("dcim.site/"+e.Site.ID, e.Site)
	case e.Location.ID != "":
		return o.climb("dcim.location/"+e.Location.ID, e.Location)
	}
	return ""
}

// known makes sure that there is a place of this key: one that the token may not
// see in its list has the name by which the circuit calls it.
func (o *reading) known(key string, named ref) string {
	if _, there := o.places[key]; there {
		return key
	}
	if named.ID == "" || named.text() == "" || named.text() == named.ID {
		return ""
	}
	o.places[key] = place{id: key, name: named.text()}
	return key
}

// climb goes from a location up to the one that counts as the site.
func (o *reading) climb(key string, named ref) string {
	if o.config.LocationType == "" {
		return o.known(key, named)
	}
	at := key
	for range 50 {
		p, there := o.places[at]
		if !there {
			break
		}
		if strings.EqualFold(p.kind, o.config.LocationType) {
			return at
		}
		at = p.parent
	}
	return o.known(key, named)
}

// sites lists the places that are used. Where two have one name, the place
// that each is in tells them apart.
func (o *reading) sites(used map[string]bool) {
	names := map[string]int{}
	for key := range used {
		names[o.places[key].name]++
	}
	keys := make([]string, 0, len(used))
	for key := range used {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		p := o.places[key]
		parent := o.places[p.parent].name
		site := models.InventorySite{RemoteID: key, Name: p.name, Region: p.region, Tenant: p.tenant, Tags: p.tags}
		if site.Region == "" {
			site.Region = parent
		}
		if names[p.name] > 1 {
			_, id, _ := strings.Cut(key, "/")
			site.Name += " (" + strings.TrimSpace(parent+" "+id) + ")"
		}
		o.inv.Sites = append(o.inv.Sites, site)
	}
}
