package dcim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lineman/models"
)

// maxMinUp is the most circuits that a group can demand.
const maxMinUp = 1000

// reading is one reading of an inventory.
type reading struct {
	*Reader
	v      version
	inv    models.Inventory
	places map[string]place
	ends   map[string][]endJSON // by circuit
	plain  []circuitJSON
}

// Read reads the whole inventory. An error says in one sentence what is wrong
// and what to do; nothing half read is given.
func (r *Reader) Read(ctx context.Context) (models.Inventory, error) {
	started := r.now().UTC()
	text, v, err := r.version(ctx)
	if err != nil {
		return models.Inventory{}, err
	}
	o := &reading{Reader: r, v: v}
	o.inv = models.Inventory{Source: r.config.Name, Kind: r.kind.name, Version: text, Started: started, NoGroups: true}
	for _, step := range []func(context.Context) error{o.readCircuits, o.readEnds, o.readPlaces, o.readProviders, o.readGroups} {
		if err := step(ctx); err != nil {
			return models.Inventory{}, err
		}
	}
	return o.inv, nil
}

// Still gives those of these circuits that are there, within the filters.
func (r *Reader) Still(ctx context.Context, ids []string) ([]string, error) {
	_, v, err := r.version(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := byID[circuitJSON](ctx, r.client, "circuits/circuits/", r.query(v), ids)
	var there []string
	for _, c := range rows {
		if slices.Contains(ids, c.key()) {
			there = append(there, c.key())
		}
	}
	return there, err
}

// query are the parameters of the list of circuits.
func (r *Reader) query(v version) url.Values {
	q := r.kind.lists(v)
	maps.Copy(q, r.kind.filters(r.config.Filters, v))
	return q
}

func (o *reading) warn(format string, args ...any) {
	o.inv.Warnings = append(o.inv.Warnings, fmt.Sprintf(format, args...))
}

func (o *reading) readCircuits(ctx context.Context) (err error) {
	o.plain, err = list[circuitJSON](ctx, o.client, "circuits/circuits/", o.query(o.v))
	return err
}

// readEnds reads the terminations of the circuits, and what their cables lead
// to.
func (o *reading) readEnds(ctx context.Context) error {
	known := make(map[string]bool, len(o.plain))
	for _, c := range o.plain {
		known[c.key()] = true
	}
	if len(known) == 0 {
		return nil
	}
	rows, err := list[endJSON](ctx, o.client, "circuits/circuit-terminations/", o.kind.lists(o.v))
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(e endJSON) bool { return !known[e.Circuit.ID] })
	if err := o.follow(ctx, rows); err != nil {
		return err
	}
	o.ends = map[string][]endJSON{}
	for _, e := range rows {
		o.ends[e.Circuit.ID] = append(o.ends[e.Circuit.ID], e)
	}
	return nil
}

// follow finds device and port at the other end of each cable: the interface
// behind all panels where the system tells it, else the first port.
func (o *reading) follow(ctx context.Context, ends []endJSON) error {
	var nameless []string
	for i := range ends {
		e := &ends[i]
		candidates := []*peer{e.ConnectedEnd, e.CablePeer}
		for n := range e.LinkPeers {
			candidates = append(candidates, &e.LinkPeers[n])
		}
		for _, p := range candidates {
			if p == nil || p.Device == (ref{}) {
				continue
			}
			e.connectedMachine, e.connectedPort = p.Device, p.text()
			if e.connectedMachine.text() == "" || e.connectedMachine.text() == e.connectedMachine.ID {
				nameless = append(nameless, e.connectedMachine.ID)
			}
			break
		}
	}
	if err := o.trace(ctx, ends); err != nil || len(nameless) == 0 {
		return err
	}
	slices.Sort(nameless)
	devices, err := byID[deviceJSON](ctx, o.client, "dcim/devices/", nil, slices.Compact(nameless))
	if refused(err, http.StatusForbidden, http.StatusUnauthorized) {
		o.warn("the names of devices are left out: %v", err)
		return nil
	}
	if err != nil {
		return err
	}
	names := make(map[string]string, len(devices))
	for _, d := range devices {
		names[d.key()] = ref{Name: d.Name, Display: d.Display}.text()
	}
	for i := range ends {
		if name := names[ends[i].connectedMachine.ID]; name != "" {
			ends[i].connectedMachine.Name = name
		}
	}
	return nil
}

// readProviders takes the providers that have circuits here or addresses.
func (o *reading) readProviders(ctx context.Context) error {
	rows, err := list[providerJSON](ctx, o.client, "circuits/providers/", o.kind.lists(o.v))
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, c := range o.plain {
		used[c.Provider.ID] = true
	}
	for _, p := range rows {
		out := models.InventoryProvider{RemoteID: p.key(), Name: clip(p.Name, maxText), Slug: clip(p.Slug, maxText), Tags: tags(p.Tags)}
		for _, text := range p.CustomFields.words(o.config.EmailsField) {
			out.Emails = append(out.Emails, split(text, ",; \t\r\n")...)
		}
		out.Parser = strings.TrimSpace(strings.Join(p.CustomFields.words(o.config.ParserField), " "))
		if slugs := o.mapped(p); len(slugs) > 0 {
			out.Slug, out.Also, out.Mapped = slugs[0], slugs[1:], true
		}
		if used[p.key()] || len(out.Emails) > 0 {
			o.inv.Providers = append(o.inv.Providers, out)
		}
	}
	return nil
}

// mapped gives the slugs that the configuration has for a provider.
func (o *reading) mapped(p providerJSON) []string {
	for _, name := range slices.Sorted(maps.Keys(o.config.Providers)) {
		if p.Slug != "" && strings.EqualFold(name, p.Slug) || strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(p.Name)) {
			return split(o.config.Providers[name], ", \t")
		}
	}
	return nil
}

// readGroups reads circuit groups and their members. A token that may not see
// them does not keep the circuits from being read.
func (o *reading) readGroups(ctx context.Context) error {
	if !o.kind.groups(o.v) {
		return nil
	}
	groups, err := list[groupJSON](ctx, o.client, "circuits/circuit-groups/", o.kind.lists(o.v))
	var members []memberJSON
	if err == nil {
		members, err = list[memberJSON](ctx, o.client, "circuits/circuit-group-assignments/", o.kind.lists(o.v))
	}
	if refused(err, http.StatusForbidden, http.StatusUnauthorized, http.StatusNotFound) {
		o.warn("circuit groups are left as they are: %v", errors.Unwrap(err))
		return nil
	}
	if err != nil {
		return err
	}
	o.inv.NoGroups = false
	for _, g := range groups {
		out := models.InventoryGroup{RemoteID: g.key(), Name: clip(g.Name, maxText)}
		out.MinUp = o.minUp(g)
		for _, m := range members {
			circuit := m.Circuit.ID
			if m.MemberType == "circuits.circuit" {
				circuit = m.MemberID.ID
			}
			if m.Group.ID == g.key() && circuit != "" && m.Priority.choice() != "inactive" {
				out.Members = append(out.Members, models.InventoryMember{Circuit: circuit, Priority: m.Priority.choice()})
			}
		}
		o.inv.Groups = append(o.inv.Groups, out)
	}
	return nil
}

// minUp is how many circuits of a group must be up; 0: nothing is said of it.
func (o *reading) minUp(g groupJSON) int {
	text := strings.Join(g.CustomFields.words(o.config.MinUpField), " ")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxMinUp {
		o.warn("group %q: %s is %q and no number from 1 to %d, and is left out", clip(g.Name, maxText), o.config.MinUpField, clip(text, 40), maxMinUp)
		return 0
	}
	return n
}
