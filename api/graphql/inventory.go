package graphql

import (
	"context"
	"maps"
	"slices"

	graph "github.com/graph-gophers/graphql-go"

	"lineman/models"
)

// named is a type that has but a name.
type named struct{ Name string }

// nameOf is null for no name.
func nameOf(name string) *named {
	if name == "" {
		return nil
	}
	return &named{name}
}

// cable is a Cable.
type cable struct{ Label string }

// customField is a CustomField.
type customField struct{ Name, Value string }

func customFields(fields map[string]string) []*customField {
	if len(fields) == 0 {
		return []*customField{}
	}
	all := make([]*customField, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		all = append(all, &customField{name, fields[name]})
	}
	return all
}

// circuit is a Circuit.
type circuit struct {
	ID          graph.ID
	CID         string
	Description string
	Created     *dateTime
	LastUpdated *dateTime
	Provider    *provider
	Type        *named
	Status      *named
	Tenant      *named

	CustomFields []*customField
	Inventory    *string
	LastSeen     *dateTime
	RemovedAt    *dateTime

	siblings *circuits
}

// circuits are read together, and so is what belongs to them.
type circuits struct {
	tags    *shared[[]*named]
	ends    *shared[[]*termination]
	impacts *sharedPages[*impact]
}

func newCircuits(r *request, found []*models.Circuit) []*circuit {
	c := &circuits{}
	ids := make([]string, len(found))
	all, nodes := make([]circuit, len(found)), make([]*circuit, len(found))
	refs := make([]models.ProviderRef, len(found))
	for i, f := range found {
		ids[i], refs[i] = f.ID, models.ProviderRef{ID: f.Provider.ID, Slug: f.Provider.Slug, Name: f.Provider.Name}
		all[i] = circuit{
			ID: graph.ID(f.ID), CID: f.CID, Description: f.Description, Created: moment(f.CreatedAt), LastUpdated: moment(f.UpdatedAt),
			Type: nameOf(f.Type), Status: nameOf(f.Status), Tenant: nameOf(f.Tenant), siblings: c,
			CustomFields: customFields(f.CustomFields), LastSeen: moment(f.LastSeen), RemovedAt: moment(f.RemovedAt),
		}
		if f.Inventory != "" {
			all[i].Inventory = &f.Inventory
		}
		nodes[i] = &all[i]
	}
	for i, p := range newProviders(r, refs) {
		nodes[i].Provider = p
	}
	c.tags = tagsOf(r, models.OwnerCircuit, ids)
	c.ends = share(r, func(ctx context.Context) (map[string][]*termination, error) {
		found, err := r.reader.Terminations(ctx, r.scope, r.batch(ids, models.Page{}))
		return newTerminations(r, found), err
	})
	c.impacts = sharePages(r, func(ctx context.Context, p models.Page) (map[string][]*impact, error) {
		found, err := r.reader.ImpactsOn(ctx, r.scope, r.batch(ids, p))
		return impactsOn(r, found, nodes), err
	})
	return nodes
}

// impactsOn makes the impacts on circuits that are known.
func impactsOn(r *request, found map[string][]models.ImpactItem, known []*circuit) map[string][]*impact {
	byID := make(map[string]*circuit, len(known))
	for _, c := range known {
		byID[string(c.ID)] = c
	}
	var all []models.ImpactItem
	for _, list := range found {
		all = append(all, list...)
	}
	byCircuit := make(map[string][]*impact, len(found))
	for _, i := range newImpacts(r, all) {
		i.circuit = byID[i.circuitID]
		byCircuit[i.circuitID] = append(byCircuit[i.circuitID], i)
	}
	return byCircuit
}

// circuitsByID gives circuits that other records refer to.
func circuitsByID(r *request, ids []string) *shared[*circuit] {
	return share(r, func(ctx context.Context) (map[string]*circuit, error) {
		found, err := r.reader.CircuitsByID(ctx, r.scope, ids)
		if err != nil {
			return nil, err
		}
		nodes := make(map[string]*circuit, len(found))
		for _, c := range newCircuits(r, slices.Collect(maps.Values(found))) {
			nodes[string(c.ID)] = c
		}
		return nodes, nil
	})
}

// circuitsOf gives the circuits of providers or sites.
func circuitsOf(r *request, owner models.OwnerKind, ids []string) *sharedPages[*circuit] {
	return sharePages(r, func(ctx context.Context, p models.Page) (map[string][]*circuit, error) {
		found, err := r.reader.CircuitsOf(ctx, r.scope, owner, r.batch(ids, p))
		if err != nil {
			return nil, err
		}
		var owners []string
		var all []*models.Circuit
		for id, list := range found {
			for i := range list {
				owners, all = append(owners, id), append(all, &list[i])
			}
		}
		byOwner := make(map[string][]*circuit, len(found))
		for i, c := range newCircuits(r, all) {
			byOwner[owners[i]] = append(byOwner[owners[i]], c)
		}
		return byOwner, nil
	})
}

// tagsOf gives the tags of records.
func tagsOf(r *request, owner models.OwnerKind, ids []string) *shared[[]*named] {
	return share(r, func(ctx context.Context) (map[string][]*named, error) {
		found, err := r.reader.Tags(ctx, r.scope, owner, r.batch(ids, models.Page{}))
		return eachOf(found, nameOf), err
	})
}

// Tags are its tags, sorted.
func (c *circuit) Tags() []*named {
	return list(c.siblings.tags, string(c.ID))
}

// Terminations are its ends, A before Z.
func (c *circuit) Terminations() []*termination {
	return list(c.siblings.ends, string(c.ID))
}

// TerminationA is its A end, if there is one.
func (c *circuit) TerminationA() *termination {
	return c.end(models.SideA)
}

// TerminationZ is its Z end, if there is one.
func (c *circuit) TerminationZ() *termination {
	return c.end(models.SideZ)
}

func (c *circuit) end(side string) *termination {
	for _, t := range c.Terminations() {
		if t.TermSide == side {
			return t
		}
	}
	return nil
}

// CircuitImpacts are the impacts on it, the newest start first.
func (c *circuit) CircuitImpacts(args pageArgs) ([]*impact, error) {
	return c.siblings.impacts.list(string(c.ID), args)
}

// CircuitimpactSet is CircuitImpacts.
func (c *circuit) CircuitimpactSet(args pageArgs) ([]*impact, error) {
	return c.CircuitImpacts(args)
}

// termination is a Termination.
type termination struct {
	ID         graph.ID
	TermSide   string
	XconnectID string
	Site       *site
	Device     *named
	Interface  *named
	Cable      *cable

	CustomFields []*customField
}

// newTerminations makes the ends of circuits; what ends at the same site has
// the same one.
func newTerminations(r *request, found map[string][]models.Termination) map[string][]*termination {
	at := map[string]*site{}
	var sites []*models.Site
	n := 0
	for _, ends := range found {
		n += len(ends)
		for i := range ends {
			if s := &ends[i].Site; s.ID != "" {
				if _, known := at[s.ID]; !known {
					at[s.ID], sites = nil, append(sites, s)
				}
			}
		}
	}
	for _, s := range newSites(r, sites) {
		at[string(s.ID)] = s
	}
	all := make([]termination, 0, n)
	byCircuit := make(map[string][]*termination, len(found))
	for id, ends := range found {
		nodes := make([]*termination, len(ends))
		for i := range ends {
			all = append(all, newTermination(&ends[i], at[ends[i].Site.ID]))
			nodes[i] = &all[len(all)-1]
		}
		byCircuit[id] = nodes
	}
	return byCircuit
}

func newTermination(t *models.Termination, at *site) termination {
	end := termination{
		ID: graph.ID(t.ID), TermSide: t.Side, XconnectID: t.XConnect, Site: at, Device: nameOf(t.Device), Interface: nameOf(t.Interface),
		CustomFields: customFields(t.CustomFields),
	}
	if t.Cable != "" {
		end.Cable = &cable{t.Cable}
	}
	return end
}

// site is a Site.
type site struct {
	ID     graph.ID
	Name   string
	Region *named
	Tenant *named

	tags     *shared[[]*named]
	circuits *sharedPages[*circuit]
}

func newSites(r *request, found []*models.Site) []*site {
	ids := make([]string, len(found))
	nodes := make([]*site, len(found))
	for i, s := range found {
		ids[i] = s.ID
		nodes[i] = &site{ID: graph.ID(s.ID), Name: s.Name, Region: nameOf(s.Region), Tenant: nameOf(s.Tenant)}
	}
	tags, circuits := tagsOf(r, models.OwnerSite, ids), circuitsOf(r, models.OwnerSite, ids)
	for _, n := range nodes {
		n.tags, n.circuits = tags, circuits
	}
	return nodes
}

// Tags are its tags, sorted.
func (s *site) Tags() []*named { return list(s.tags, string(s.ID)) }

// Circuits are those that end here.
func (s *site) Circuits(args pageArgs) ([]*circuit, error) {
	return s.circuits.list(string(s.ID), args)
}

// provider is a Provider.
type provider struct {
	ID   graph.ID
	Name string
	Slug string

	tags         *shared[[]*named]
	circuits     *sharedPages[*circuit]
	maintenances *sharedPages[*maintenance]
}

// newProviders makes one node for each reference, in their order; the same
// provider is the same node.
func newProviders(r *request, refs []models.ProviderRef) []*provider {
	byID := map[string]*provider{}
	var ids []string
	nodes := make([]*provider, len(refs))
	for i, p := range refs {
		if byID[p.ID] == nil {
			byID[p.ID] = &provider{ID: graph.ID(p.ID), Name: p.Name, Slug: p.Slug}
			ids = append(ids, p.ID)
		}
		nodes[i] = byID[p.ID]
	}
	tags, circuits := tagsOf(r, models.OwnerProvider, ids), circuitsOf(r, models.OwnerProvider, ids)
	maintenances := sharePages(r, func(ctx context.Context, p models.Page) (map[string][]*maintenance, error) {
		found, err := r.reader.MaintenancesOfProviders(ctx, r.scope, r.batch(ids, p))
		if err != nil {
			return nil, err
		}
		var all []models.MaintenanceHead
		var owners []string
		for id, list := range found {
			for _, h := range list {
				owners, all = append(owners, id), append(all, h)
			}
		}
		byProvider := make(map[string][]*maintenance, len(found))
		for i, m := range newMaintenances(r, all) {
			byProvider[owners[i]] = append(byProvider[owners[i]], m)
		}
		return byProvider, nil
	})
	for _, n := range byID {
		n.tags, n.circuits, n.maintenances = tags, circuits, maintenances
	}
	return nodes
}

// Tags are its tags, sorted.
func (p *provider) Tags() []*named {
	return list(p.tags, string(p.ID))
}

// Circuits are its circuits.
func (p *provider) Circuits(args pageArgs) ([]*circuit, error) {
	return p.circuits.list(string(p.ID), args)
}

// CircuitMaintenances are its maintenances.
func (p *provider) CircuitMaintenances(args pageArgs) ([]*maintenance, error) {
	return p.maintenances.list(string(p.ID), args)
}
