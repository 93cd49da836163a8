package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lineman/models"
)

// defaultRemovalLimit is the percentage of the circuits at which removals need
// a person's word.
const defaultRemovalLimit = 10

// wantedCircuit is a circuit there with the key that it has here.
type wantedCircuit struct {
	models.InventoryCircuit
	cid string
	key models.Identity
}

// takeCircuits takes circuits over and marks those that are missing.
func (r *syncRun) takeCircuits() error {
	i, err := newCircuitImport(r.w)
	if err != nil {
		return err
	}
	byID := make(map[string]models.Circuit, len(i.circuits))
	r.keys = make(map[models.Identity]string, len(i.circuits))
	for key, c := range i.circuits {
		byID[c.ID], r.keys[key] = c, c.ID
	}
	wanted := r.wantedCircuits()
	used := make(map[string]bool, len(wanted)) // here
	for _, c := range wanted {
		if local, exact := i.circuits[c.key]; exact {
			used[local.ID] = true
		}
	}
	r.circuits = make(map[string]models.Circuit, len(wanted))
	for _, c := range wanted {
		local, found := i.circuits[c.key]
		if !found {
			local, found = byID[r.linked(linkCircuit, c.RemoteID)]
			if found = found && !used[local.ID]; !found {
				local = models.Circuit{ID: newID(), CreatedAt: r.now}
			}
			used[local.ID] = true
		}
		if err := r.takeCircuit(i, local, found, c); err != nil {
			return err
		}
	}
	r.missing(linkCircuit)
	if err := r.markMissing(i, byID, used); err != nil {
		return err
	}
	return i.saveTouching(models.CauseSync)
}

// wantedCircuits gives the circuits that can be taken over, each key once.
func (r *syncRun) wantedCircuits() []wantedCircuit {
	list := make([]wantedCircuit, 0, len(r.inv.Circuits))
	first := map[models.Identity]string{}
	for _, c := range r.inv.Circuits {
		p := r.providers[c.Provider]
		cid := tidy(c.CID)
		switch {
		case p == nil:
			r.warn("circuit %q is left out: its provider is", cid)
			continue
		case models.CIDKey(cid) == "" || len(cid) > maxKey/2:
			r.warn("the circuit with id %s is left out: its circuit id is empty or has more than %d bytes", c.RemoteID, maxKey/2)
			continue
		}
		key := models.Identity{ProviderID: p.ID, Key: models.CIDKey(cid)}
		if other, twice := first[key]; twice {
			r.warn("circuit %q of %s is there twice, with the ids %s and %s; the first one counts", cid, p.Slug, other, c.RemoteID)
			continue
		}
		first[key] = c.RemoteID
		list = append(list, wantedCircuit{InventoryCircuit: c, cid: cid, key: key})
	}
	return list
}

func (r *syncRun) takeCircuit(i *circuitImport, local models.Circuit, found bool, c wantedCircuit) error {
	r.link(linkCircuit, c.RemoteID, local.ID, !found)
	if local.Inventory != "" && local.Inventory != r.inv.Source && local.RemovedAt.IsZero() {
		r.warn("circuit %q is kept by the inventory %s, and is left to it", c.cid, local.Inventory)
		r.result.Circuits.Unchanged++
		return nil
	}
	was := models.Identity{ProviderID: local.ProviderID, Key: models.CIDKey(local.CID)}
	changed, crossed := r.updateCircuit(i, &local, c)
	if found && was != c.key && r.keys[was] == local.ID {
		delete(r.keys, was)
	}
	r.keys[c.key] = local.ID
	r.circuits[c.RemoteID] = local
	tally(&r.result.Circuits, !found, changed)
	switch {
	case !found:
		r.matching[local.ProviderID] = true
	case was != c.key || crossed:
		r.matching[local.ProviderID], r.matching[was.ProviderID] = true, true
		r.moved = append(r.moved, local.ID)
	}
	if !found || changed {
		i.dirty = append(i.dirty, local)
	}
	return nil
}

// updateCircuit sets the fields; crossed says that a cross-connect id is
// another one now.
func (r *syncRun) updateCircuit(i *circuitImport, local *models.Circuit, c wantedCircuit) (changed, crossed bool) {
	changed = place(&local.ProviderID, c.key.ProviderID)
	changed = place(&local.CID, c.cid) || changed
	changed = place(&local.Type, tidy(c.Type)) || changed
	if local.Type != "" {
		i.types[local.Type] = true
	}
	changed = place(&local.Status, tidy(c.Status)) || changed
	changed = place(&local.Description, tidy(c.Description)) || changed
	changed = place(&local.Tenant, tidy(c.Tenant)) || changed
	changed = placeTags(&local.Tags, c.Tags) || changed
	changed = placeFields(&local.CustomFields, c.CustomFields) || changed
	changed = place(&local.Inventory, r.inv.Source) || changed
	if !local.RemovedAt.IsZero() {
		local.RemovedAt, changed = instant{}.Time, true
	}
	ends, moved, crossed := r.ends(*local, c.Terminations)
	local.Terminations = ends
	return changed || moved, crossed
}

// ends gives the terminations that a circuit has there, with the rows that
// they have here.
func (r *syncRun) ends(local models.Circuit, want []models.InventoryTermination) (ends []models.Termination, changed, crossed bool) {
	for _, side := range []string{models.SideA, models.SideZ} {
		n := slices.IndexFunc(want, func(t models.InventoryTermination) bool { return t.Side == side })
		old := slices.IndexFunc(local.Terminations, func(t models.Termination) bool { return t.Side == side })
		if n < 0 {
			changed = changed || old >= 0
			crossed = crossed || old >= 0 && local.Terminations[old].XConnect != ""
			continue
		}
		t := models.Termination{ID: newID(), CircuitID: local.ID, Side: side}
		if old >= 0 {
			t = local.Terminations[old]
		}
		changed = place(&t.SiteID, r.sites[want[n].Site]) || old < 0 || changed
		if place(&t.XConnect, tidy(want[n].XConnect)) {
			changed, crossed = true, true
		}
		changed = place(&t.Device, tidy(want[n].Device)) || changed
		changed = place(&t.Interface, tidy(want[n].Interface)) || changed
		changed = place(&t.Cable, tidy(want[n].Cable)) || changed
		changed = placeFields(&t.CustomFields, want[n].CustomFields) || changed
		ends = append(ends, t)
	}
	return ends, changed, crossed
}

// placeFields sets custom fields and reports a change.
func placeFields(to *map[string]string, values map[string]string) bool {
	tidied := make(map[string]string, len(values))
	for name, text := range values {
		if name, text = tidy(name), tidy(text); name != "" && text != "" {
			tidied[name] = text
		}
	}
	if maps.Equal(*to, tidied) {
		return false
	}
	*to = tidied
	return true
}

// markMissing marks the circuits that the inventory had and has no more, unless
// they are so many that something else must be wrong.
func (r *syncRun) markMissing(i *circuitImport, byID map[string]models.Circuit, used map[string]bool) error {
	var gone []models.Circuit
	had := 0
	for _, c := range byID {
		if c.Inventory != r.inv.Source || !c.RemovedAt.IsZero() {
			continue
		}
		had++
		if !used[c.ID] {
			gone = append(gone, c)
		}
	}
	if sentence := r.tooMany(len(gone), had); sentence != "" {
		if !r.options.DryRun {
			return models.Invalid("inventory "+r.inv.Source, "%s", sentence)
		}
		r.warn("this would be refused: %s", sentence)
	}
	slices.SortFunc(gone, func(a, b models.Circuit) int { return strings.Compare(a.ID, b.ID) })
	for _, c := range gone {
		c.RemovedAt = r.now
		i.dirty = append(i.dirty, c)
	}
	r.result.Circuits.Removed = len(gone)
	return nil
}

// tooMany says why removals are refused; empty: they are not. One circuit alone
// may always go, unless it is the last one.
func (r *syncRun) tooMany(gone, had int) string {
	limit := r.options.RemovalLimit
	if limit <= 0 {
		limit = defaultRemovalLimit
	}
	there := len(r.inv.Circuits)
	if r.options.AcceptRemovals || gone == 0 || there > 0 && (gone == 1 || gone*100 < had*limit) {
		return ""
	}
	what := fmt.Sprintf("%d of the %d circuits that it had are missing in its answer", gone, had)
	if there == 0 {
		what = fmt.Sprintf("its answer has no circuit at all, and it had %d", had)
	}
	return what + fmt.Sprintf("; nothing was changed. Check the rights of its token and the filters; if they are truly gone there, run lineman inventory sync %s --accept-removals", r.inv.Source)
}
