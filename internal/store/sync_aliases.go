package store

import (
	"fmt"
	"slices"
	"strings"

	"lineman/models"
)

// wantedAlias is an alias as the inventory has it.
type wantedAlias struct {
	key       models.Identity
	text      string
	circuitID string
	shared    bool // by several circuits: none has it
}

// takeAliases makes the aliases that the inventory brings, and takes away those
// that an earlier sync made and that it brings no more. One that a person made
// stays as it is.
func (r *syncRun) takeAliases() error {
	i := &aliasImport{w: r.w, known: map[models.Identity]aliasRow{}}
	var rows []aliasRow
	if err := r.w.Find(&rows).Error; err != nil {
		return fmt.Errorf("load aliases: %w", err)
	}
	for _, a := range rows {
		i.known[models.Identity{ProviderID: a.ProviderID, Key: a.AliasKey}] = a
	}
	wanted := map[string]bool{}
	for _, a := range r.wantedAliases() {
		remote := a.key.ProviderID + "/" + a.key.Key
		old, known := i.known[a.key]
		l := r.links[linkAlias][remote]
		ours := known && l != nil && l.ObjectID == old.ID
		if a.shared {
			r.warn("alias %q is of several circuits, so that it means none", a.text)
			continue
		}
		if known && !ours {
			if old.CircuitID != a.circuitID {
				r.warn("alias %q means another circuit here already, and is left so", a.text)
			}
			continue
		}
		wanted[remote] = true
		if !known || old.CircuitID != a.circuitID {
			r.matching[a.key.ProviderID] = true
		}
		before := len(i.fresh)
		i.put(a.key, a.text, a.circuitID)
		if len(i.fresh) > before {
			r.link(linkAlias, remote, i.fresh[before].ID, true)
		}
	}
	r.dropAliases(i, wanted)
	r.result.Aliases = models.SyncCount{
		Created: i.result.Created, Updated: i.result.Updated, Unchanged: i.result.Unchanged, Removed: r.result.Aliases.Removed,
	}
	r.moved = append(r.moved, i.left...)
	return i.save()
}

// dropAliases takes away what this inventory brought once and brings no more.
// The aliases of a circuit that is missing there stay: mail may still name it.
func (r *syncRun) dropAliases(i *aliasImport, wanted map[string]bool) {
	there := map[string]bool{}
	for _, c := range r.circuits {
		there[c.ID] = true
	}
	byID := map[string]aliasRow{}
	for _, a := range i.known {
		byID[a.ID] = a
	}
	for remote, l := range r.links[linkAlias] {
		old, known := byID[l.ObjectID]
		switch {
		case wanted[remote]:
		case !known: // replaced by a person's
			r.unlink(l)
		case there[old.CircuitID]:
			i.replaced, i.left = append(i.replaced, old.ID), append(i.left, old.CircuitID)
			r.matching[old.ProviderID] = true
			r.result.Aliases.Removed++
			r.unlink(l)
		}
	}
}

// wantedAliases lists the aliases of all circuits, in a fixed order. For more
// providers whose mail may mean a circuit, its own id is an alias too.
func (r *syncRun) wantedAliases() []*wantedAlias {
	all := map[models.Identity]*wantedAlias{}
	add := func(providerID, text string, c models.Circuit) {
		text = tidy(text)
		key := models.Identity{ProviderID: providerID, Key: models.CIDKey(text)}
		if key.Key == "" || len(text) > maxKey/2 {
			return
		}
		if own := r.keys[key]; own != "" {
			if own != c.ID {
				r.warn("alias %q of circuit %q is another circuit's own id, and is left out", text, c.CID)
			}
			return
		}
		if a := all[key]; a != nil {
			a.shared = a.shared || a.circuitID != c.ID
			return
		}
		all[key] = &wantedAlias{key: key, text: text, circuitID: c.ID}
	}
	for _, remote := range r.inv.Circuits {
		c, taken := r.circuits[remote.RemoteID]
		if !taken {
			continue
		}
		for _, providerID := range append([]string{c.ProviderID}, r.also[remote.Provider]...) {
			for _, text := range append([]string{c.CID}, remote.Aliases...) {
				add(providerID, text, c)
			}
		}
	}
	list := make([]*wantedAlias, 0, len(all))
	for _, a := range all {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *wantedAlias) int {
		return strings.Compare(a.key.ProviderID+"/"+a.key.Key, b.key.ProviderID+"/"+b.key.Key)
	})
	return list
}
