package rest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lineman/models"
)

// InventoryReader is what the API reads of providers and circuits.
type InventoryReader interface {
	// Providers are all providers, whoever asks.
	Providers(ctx context.Context) ([]models.Provider, error)
	Circuits(ctx context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error)
	FindSites(ctx context.Context, s models.Scope, f models.SiteFilter) ([]models.Site, int, error)
	CircuitTypes(ctx context.Context, s models.Scope) ([]string, error)
}

func (s *server) registerInventory() {
	get(s, "/api/v1/circuits", "list-circuits", "Circuits", s.listCircuits)
	get(s, "/api/v1/circuits/{id}", "get-circuit", "One circuit by id", s.getCircuit)
	get(s, "/api/v1/terminations", "list-terminations", "Ends of the circuits that the filters of circuits fit; paging counts circuits", s.listTerminations)
	get(s, "/api/v1/terminations/{id}", "get-termination", "One end of a circuit by id", s.getTermination)
	get(s, "/api/v1/circuit-types", "list-circuit-types", "Types of circuits", s.listTypes)
	get(s, "/api/v1/circuit-types/{name}", "get-circuit-type", "One type of circuits by name", s.getType)
	get(s, "/api/v1/providers", "list-providers", "Providers", s.listProviders)
	get(s, "/api/v1/providers/{id}", "get-provider", "One provider by id, slug or name", s.getProvider)
	get(s, "/api/v1/sites", "list-sites", "Sites", s.listSites)
	get(s, "/api/v1/sites/{id}", "get-site", "One site by id or name", s.getSite)
}

type circuitQuery struct {
	Cursors
	SyncedQuery
	ID       []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	CID      string   `query:"cid" maxLength:"200" doc:"Exactly this circuit id, without regard to case"`
	Q        string   `query:"q" maxLength:"200" doc:"Part of the circuit id or description"`
	Provider []string `query:"provider,explode" maxItems:"100" doc:"Any of these provider slugs"`
	Site     []string `query:"site,explode" maxItems:"100" doc:"Any of these site names"`
	Type     []string `query:"type,explode" maxItems:"100" doc:"Any of these circuit types"`
	Status   []string `query:"status,explode" maxItems:"100" doc:"Any of these statuses"`
	Tenant   []string `query:"tenant,explode" maxItems:"100" doc:"Any of these tenants"`
	Tag      []string `query:"tag,explode" maxItems:"100" doc:"Any of these tags"`
}

// circuits reads the page of circuits that a query asks for.
func (s *server) circuits(ctx context.Context, in *circuitQuery, list string) ([]models.Circuit, int, models.Page, error) {
	page, err := in.pageFrom(ctx, list)
	if err != nil {
		return nil, 0, page, err
	}
	f := models.CircuitFilter{
		IDs: in.ID, CID: in.CID, Query: in.Q, Providers: in.Provider, Sites: in.Site, Types: in.Type, Statuses: in.Status,
		Tenants: in.Tenant, Tags: in.Tag, Page: page,
	}
	if err := in.narrow(&f); err != nil {
		return nil, 0, page, err
	}
	rows, total, err := s.o.Reader.Circuits(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, 0, page, fmt.Errorf("list circuits: %w", err)
	}
	return rows, total, page, nil
}

func circuitKeys(c models.Circuit) []string {
	return []string{c.Provider.Slug, models.CIDKey(c.CID), c.ID}
}

type circuitJSON struct {
	ID          string      `json:"id"`
	CircuitID   string      `json:"circuit_id" doc:"As the provider writes it"`
	Provider    providerRef `json:"provider"`
	Type        string      `json:"type"`
	Status      string      `json:"status"`
	Description string      `json:"description"`
	SiteA       string      `json:"site_a"`
	SiteZ       string      `json:"site_z"`
	Tenant      string      `json:"tenant"`
	Tags        []string    `json:"tags" nullable:"false"`
	SyncedJSON
}

func (s *server) listCircuits(ctx context.Context, in *circuitQuery) (*answer[flow[circuitJSON]], error) {
	rows, total, page, err := s.circuits(ctx, in, "circuits")
	if err != nil {
		return nil, err
	}
	return newFlow(ctx, "circuits", rows, total, page, circuitKeys, circuit), nil
}

func (s *server) getCircuit(ctx context.Context, in *idPath) (*answer[circuitJSON], error) {
	rows, _, err := s.o.Reader.Circuits(ctx, whoAsks(ctx).Scope, models.CircuitFilter{IDs: []string{in.ID}, Page: models.Page{Limit: 1}})
	return only(rows, err, "read a circuit", circuit)
}

type terminationJSON struct {
	ID        string      `json:"id"`
	Circuit   string      `json:"circuit" doc:"Id of the circuit"`
	CircuitID string      `json:"circuit_id" doc:"As the provider writes it"`
	Provider  providerRef `json:"provider"`
	Side      string      `json:"side"`
	Site      string      `json:"site" doc:"Empty where it ends at no site"`
	XConnect  string      `json:"xconnect_id"`
	Device    string      `json:"device" doc:"What its cable leads to"`
	Interface string      `json:"interface" doc:"Of the device"`
	Cable     string      `json:"cable" doc:"Its label, else how the inventory calls it"`

	CustomFields map[string]string `json:"custom_fields" nullable:"false"`
}

func (s *server) listTerminations(ctx context.Context, in *circuitQuery) (*answer[flow[terminationJSON]], error) {
	rows, total, page, err := s.circuits(ctx, in, "terminations")
	if err != nil {
		return nil, err
	}
	pages := newFlow(ctx, "terminations", rows, total, page, circuitKeys, terminations).Body
	ends := flow[terminationJSON]{NextCursor: pages.NextCursor}
	ends.Count, ends.Next, ends.Previous, ends.Results = pages.Count, pages.Next, pages.Previous, slices.Concat(pages.Results...)
	if ends.Results == nil {
		ends.Results = []terminationJSON{}
	}
	return &answer[flow[terminationJSON]]{Body: ends}, nil
}

func terminations(c models.Circuit) []terminationJSON {
	return convert(c.Terminations, func(t models.Termination) terminationJSON {
		return terminationJSON{
			ID: t.ID, Circuit: c.ID, CircuitID: c.CID, Provider: providerRef{c.Provider.Slug, c.Provider.Name},
			Side: t.Side, Site: t.Site.Name, XConnect: t.XConnect, Device: t.Device, Interface: t.Interface, Cable: t.Cable,
			CustomFields: customFields(t.CustomFields),
		}
	})
}

func (s *server) getTermination(ctx context.Context, in *idPath) (*answer[terminationJSON], error) {
	rows, _, err := s.o.Reader.Circuits(ctx, whoAsks(ctx).Scope, models.CircuitFilter{Ends: []string{in.ID}, Page: models.Page{Limit: 1}})
	if err != nil {
		return nil, fmt.Errorf("read a termination: %w", err)
	}
	for _, c := range rows {
		for _, end := range terminations(c) {
			if strings.EqualFold(end.ID, in.ID) {
				return &answer[terminationJSON]{Body: end}, nil
			}
		}
	}
	return nil, models.ErrNotFound
}

type typeJSON struct {
	Name string `json:"name"`
}

type typesQuery struct {
	Cursors
	Q string `query:"q" maxLength:"200" doc:"Part of the name"`
}

func (s *server) listTypes(ctx context.Context, in *typesQuery) (*answer[flow[typeJSON]], error) {
	names, err := s.o.Reader.CircuitTypes(ctx, whoAsks(ctx).Scope)
	if err != nil {
		return nil, fmt.Errorf("list circuit types: %w", err)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.Contains(strings.ToLower(n), strings.ToLower(in.Q)) })
	return shelf(ctx, in.Cursors, "circuit-types", names, func(n string) string { return n }, func(n string) typeJSON { return typeJSON{n} })
}

func (s *server) getType(ctx context.Context, in *struct {
	Name string `path:"name" maxLength:"300" doc:"Name"`
}) (*answer[typeJSON], error) {
	names, err := s.o.Reader.CircuitTypes(ctx, whoAsks(ctx).Scope)
	names = slices.DeleteFunc(names, func(n string) bool { return n != in.Name })
	return only(names, err, "read a circuit type", func(n string) typeJSON { return typeJSON{n} })
}

type siteQuery struct {
	Cursors
	Name   []string `query:"name,explode" maxItems:"100" doc:"Any of these names"`
	Region []string `query:"region,explode" maxItems:"100" doc:"Any of these regions"`
	Tenant []string `query:"tenant,explode" maxItems:"100" doc:"Any of these tenants"`
	Tag    []string `query:"tag,explode" maxItems:"100" doc:"Any of these tags"`
	Q      string   `query:"q" maxLength:"200" doc:"Part of the name"`
}

type siteJSON struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Region string   `json:"region"`
	Tenant string   `json:"tenant"`
	Tags   []string `json:"tags" nullable:"false"`
}

func (s *server) listSites(ctx context.Context, in *siteQuery) (*answer[flow[siteJSON]], error) {
	page, err := in.pageFrom(ctx, "sites")
	if err != nil {
		return nil, err
	}
	f := models.SiteFilter{Names: in.Name, Regions: in.Region, Tenants: in.Tenant, Tags: in.Tag, Query: in.Q, Page: page}
	rows, total, err := s.o.Reader.FindSites(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list sites: %w", err)
	}
	return newFlow(ctx, "sites", rows, total, page, func(x models.Site) []string { return []string{x.Name} }, site), nil
}

func (s *server) getSite(ctx context.Context, in *idPath) (*answer[siteJSON], error) {
	f := models.SiteFilter{Names: []string{in.ID}, Page: models.Page{Limit: 1}}
	if isUUID(in.ID) {
		f.IDs, f.Names = f.Names, nil
	}
	rows, _, err := s.o.Reader.FindSites(ctx, whoAsks(ctx).Scope, f)
	return only(rows, err, "read a site", site)
}

func site(x models.Site) siteJSON {
	return siteJSON{ID: x.ID, Name: x.Name, Region: x.Region, Tenant: x.Tenant, Tags: append([]string{}, x.Tags...)}
}

func circuit(c models.Circuit) circuitJSON {
	a, z := siteNames(c)
	return circuitJSON{
		ID: c.ID, CircuitID: c.CID, Provider: providerRef{c.Provider.Slug, c.Provider.Name}, Type: c.Type, Status: c.Status,
		Description: c.Description, SiteA: a, SiteZ: z, Tenant: c.Tenant, Tags: append([]string{}, c.Tags...),
		SyncedJSON: synced(c),
	}
}

func siteNames(c models.Circuit) (a, z string) {
	for _, t := range c.Terminations {
		switch t.Side {
		case models.SideA:
			a = t.Site.Name
		case models.SideZ:
			z = t.Site.Name
		}
	}
	return a, z
}

type providerQuery struct {
	Cursors
	Slug []string `query:"slug,explode" maxItems:"100" doc:"Any of these slugs"`
	Q    string   `query:"q" maxLength:"200" doc:"Part of the name or slug"`
}

type providerJSON struct {
	ID     string   `json:"id"`
	Slug   string   `json:"slug"`
	Name   string   `json:"name"`
	Parser string   `json:"parser" doc:"Empty: the slug"`
	Emails []string `json:"emails" nullable:"false"`
	Tenant string   `json:"tenant"`
	Tags   []string `json:"tags" nullable:"false"`
}

func (s *server) listProviders(ctx context.Context, in *providerQuery) (*answer[flow[providerJSON]], error) {
	visible, err := s.providers(ctx)
	if err != nil {
		return nil, err
	}
	visible = slices.DeleteFunc(visible, func(p models.Provider) bool {
		return len(in.Slug) > 0 && !slices.Contains(in.Slug, p.Slug) || !strings.Contains(strings.ToLower(p.Name+" "+p.Slug), strings.ToLower(in.Q))
	})
	return shelf(ctx, in.Cursors, "providers", visible, func(p models.Provider) string { return p.Slug }, provider)
}

// providers reads the providers in scope.
func (s *server) providers(ctx context.Context) ([]models.Provider, error) {
	all, err := s.o.Reader.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list providers: %w", err)
	}
	scope := whoAsks(ctx).Scope
	return slices.DeleteFunc(slices.Clone(all), func(p models.Provider) bool { return !sees(scope, p) }), nil
}

func (s *server) getProvider(ctx context.Context, in *idPath) (*answer[providerJSON], error) {
	visible, err := s.providers(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range visible {
		if p.ID == in.ID || p.Slug == in.ID || strings.EqualFold(p.Name, in.ID) {
			return &answer[providerJSON]{Body: provider(p)}, nil
		}
	}
	return nil, models.ErrNotFound
}

// sees reports whether a scope names a provider, its tenant or one of its tags.
func sees(s models.Scope, p models.Provider) bool {
	tagged := slices.ContainsFunc(p.Tags, func(t string) bool { return slices.Contains(s.Tags, t) })
	return s.All || tagged || slices.Contains(s.Providers, p.Slug) || p.Tenant != "" && slices.Contains(s.Tenants, p.Tenant)
}

// slice is one page of rows that are all at hand.
func slice[T any](rows []T, p models.Page) []T {
	from := min(p.Offset, len(rows))
	return rows[from:min(from+p.Limit, len(rows))]
}

func provider(p models.Provider) providerJSON {
	return providerJSON{
		ID: p.ID, Slug: p.Slug, Name: p.Name, Parser: p.Parser, Emails: append([]string{}, p.Emails...),
		Tenant: p.Tenant, Tags: append([]string{}, p.Tags...),
	}
}
