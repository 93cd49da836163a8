package store

import (
	"slices"

	"lineman/models"
)

// wantedProvider is what one or several providers there say of one here.
type wantedProvider struct {
	emails []string
	parser string
	tags   []string
	name   string
	owned  bool
	made   bool
}

// takeProviders takes providers over. Addresses are added to those that are
// there; parser and tags are set where the inventory has any.
func (r *syncRun) takeProviders() error {
	i, err := newProviderImport(r.w)
	if err != nil {
		return err
	}
	r.providers, r.also = map[string]*importedProvider{}, map[string][]string{}
	wanted := map[*importedProvider]*wantedProvider{}
	var order []*importedProvider
	for _, remote := range r.inv.Providers {
		p, err := r.provider(i, remote)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		l := r.link(linkProvider, remote.RemoteID, p.ID, p.fresh)
		r.providers[remote.RemoteID] = p
		w := wanted[p]
		if w == nil {
			w = &wantedProvider{name: tidy(remote.Name)}
			wanted[p], order = w, append(order, p)
		}
		w.emails, w.tags = append(w.emails, remote.Emails...), append(w.tags, remote.Tags...)
		w.owned, w.made = w.owned || r.owns(l), w.made || l.Made
		if w.parser == "" {
			w.parser = nameKey(remote.Parser)
		}
		if err := r.alsoOf(i, p, remote); err != nil {
			return err
		}
	}
	r.updateProviders(i, order, wanted)
	r.result.Providers.Removed = len(r.missing(linkProvider))
	return i.save()
}

// provider finds the provider that a remote one is, or makes it; nil when that
// is not possible.
func (r *syncRun) provider(i *providerImport, remote models.InventoryProvider) (*importedProvider, error) {
	slug, name := nameKey(remote.Slug), tidy(remote.Name)
	if remote.Mapped {
		if p := i.find(slug, ""); p != nil {
			return p, nil
		}
		return nil, models.Invalid("inventory "+r.inv.Source, "its provider %q is mapped to %q, and there is no such provider; import it first, or correct the slug", remote.Name, slug)
	}
	if slug = slugOf(slug); slug == "" {
		slug = slugOf(name)
	}
	if p := i.find(slug, ""); p != nil && slug != "" {
		return p, nil
	}
	id := r.linked(linkProvider, remote.RemoteID)
	for _, p := range i.all {
		if p.ID == id {
			return p, nil
		}
	}
	if p := i.find("", name); p != nil && name != "" {
		return p, nil
	}
	if slug == "" || name == "" {
		r.warn("provider %q has no name that makes a slug, and is left out with its circuits; name it under providers", remote.Name)
		return nil, nil
	}
	p := &importedProvider{Provider: models.Provider{ID: newID(), Slug: slug, Name: name, CreatedAt: r.now}, fresh: true}
	i.all = append(i.all, p)
	return p, nil
}

// alsoOf finds the other providers that a remote one is mapped to.
func (r *syncRun) alsoOf(i *providerImport, p *importedProvider, remote models.InventoryProvider) error {
	for _, slug := range remote.Also {
		other := i.find(nameKey(slug), "")
		if other == nil {
			return models.Invalid("inventory "+r.inv.Source, "its provider %q is mapped to %q, and there is no such provider; import it first, or correct the slug", remote.Name, slug)
		}
		if other != p && !slices.Contains(r.also[remote.RemoteID], other.ID) {
			r.also[remote.RemoteID] = append(r.also[remote.RemoteID], other.ID)
		}
	}
	return nil
}

func (r *syncRun) updateProviders(i *providerImport, order []*importedProvider, wanted map[*importedProvider]*wantedProvider) {
	owner := map[string]*importedProvider{}
	for _, p := range i.all {
		for _, a := range p.Emails {
			owner[a] = p
		}
	}
	for _, p := range order {
		w := wanted[p]
		r.updateAddresses(p, w, owner)
		if w.owned {
			p.changed = setText(&p.Parser, w.parser) || p.changed
			p.changed = setTags(&p.Tags, w.tags) || p.changed
			if w.made && i.find("", w.name) == nil {
				p.changed = setText(&p.Name, w.name) || p.changed
			}
		}
		tally(&r.result.Providers, p.fresh, p.changed)
	}
}

// updateAddresses adds the addresses that a provider has there, and takes away
// those that an earlier sync added and that it has no more.
func (r *syncRun) updateAddresses(p *importedProvider, w *wantedProvider, owner map[string]*importedProvider) {
	want := map[string]bool{}
	for _, text := range w.emails {
		list, err := addresses("provider "+p.Slug, []string{text})
		if err != nil {
			r.warn("%v; it is left out", err)
			continue
		}
		for _, a := range list {
			want[a] = true
			switch {
			case owner[a] == nil:
				owner[a] = p
				p.Emails = append(slices.Clone(p.Emails), a)
				p.changed = true
				r.link(linkAddress, a, p.ID, true)
			case owner[a] != p:
				r.warn("provider %s: the address %s belongs to provider %s already, and is left there", p.Slug, a, owner[a].Slug)
			}
		}
	}
	for a, l := range r.links[linkAddress] {
		if l.ObjectID != p.ID || want[a] {
			continue
		}
		if at := slices.Index(p.Emails, a); at >= 0 {
			p.Emails = slices.Delete(slices.Clone(p.Emails), at, at+1)
			p.changed = true
			delete(owner, a)
		}
		r.unlink(l)
	}
}

func tally(c *models.SyncCount, created, changed bool) {
	switch {
	case created:
		c.Created++
	case changed:
		c.Updated++
	default:
		c.Unchanged++
	}
}

// takeSites takes sites over.
func (r *syncRun) takeSites() error {
	known, err := allSites(r.w.DB)
	if err != nil {
		return err
	}
	byID := make(map[string]models.Site, len(known))
	for _, site := range known {
		byID[site.ID] = site
	}
	r.sites = map[string]string{}
	used := map[string]bool{} // by an equal name
	for _, remote := range r.inv.Sites {
		if site, exact := known[tidy(remote.Name)]; exact {
			used[site.ID] = true
		}
	}
	i := siteImport{w: r.w}
	for _, remote := range r.inv.Sites {
		name := tidy(remote.Name)
		if name == "" {
			r.warn("the site with id %s has no name, and is left out", remote.RemoteID)
			continue
		}
		site, found := known[name]
		changed := false
		if !found {
			site, found = byID[r.linked(linkSite, remote.RemoteID)]
			if found = found && !used[site.ID]; found {
				changed = setText(&site.Name, name)
			} else {
				site = models.Site{ID: newID(), Name: name, CreatedAt: r.now}
			}
			used[site.ID] = true
			known[name] = site
		}
		r.sites[remote.RemoteID] = site.ID
		if l := r.link(linkSite, remote.RemoteID, site.ID, !found); r.owns(l) {
			changed = place(&site.Region, tidy(remote.Region)) || changed
			changed = place(&site.Tenant, tidy(remote.Tenant)) || changed
			changed = placeTags(&site.Tags, remote.Tags) || changed
		}
		known[name] = site
		tally(&r.result.Sites, !found, changed)
		if !found || changed {
			i.dirty = append(i.dirty, site)
		}
	}
	r.result.Sites.Removed = len(r.missing(linkSite))
	return i.save()
}

// place sets a value, an empty one too, and reports a change.
func place(to *string, value string) bool {
	if *to == value {
		return false
	}
	*to = value
	return true
}

func placeTags(to *[]string, tags []string) bool {
	tags = unique(slices.DeleteFunc(each(tags, tidy), func(t string) bool { return t == "" }))
	slices.Sort(tags)
	if slices.Equal(*to, tags) {
		return false
	}
	*to = tags
	return true
}
