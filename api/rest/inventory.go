package rest

import (
	"context"
	"fmt"
	"slices"

	"lineman/models"
)

// InventoryReader is what the API reads of providers and circuits.
type InventoryReader interface {
	// Providers are all providers, whoever asks.
	Providers(ctx context.Context) ([]models.Provider, error)
	Circuits(ctx context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error)
}

type circuitQuery struct {
	Paging
	CID      string   `query:"cid" maxLength:"200" doc:"Exactly this circuit id, without regard to case"`
	Provider []string `query:"provider,explode" maxItems:"100" doc:"Any of these provider slugs"`
	Site     []string `query:"site,explode" maxItems:"100" doc:"Any of these site names"`
	Type     []string `query:"type,explode" maxItems:"100" doc:"Any of these circuit types"`
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
}

func (s *server) listCircuits(ctx context.Context, in *circuitQuery) (*answer[list[circuitJSON]], error) {
	f := models.CircuitFilter{CID: in.CID, Providers: in.Provider, Sites: in.Site, Types: in.Type, Page: in.page()}
	circuits, total, err := s.o.Reader.Circuits(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list circuits: %w", err)
	}
	return newList(ctx, circuits, total, f.Page, circuit), nil
}

func circuit(c models.Circuit) circuitJSON {
	a, z := siteNames(c)
	return circuitJSON{
		ID: c.ID, CircuitID: c.CID, Provider: providerRef{c.Provider.Slug, c.Provider.Name}, Type: c.Type, Status: c.Status,
		Description: c.Description, SiteA: a, SiteZ: z, Tenant: c.Tenant, Tags: append([]string{}, c.Tags...),
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
	Paging
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

func (s *server) listProviders(ctx context.Context, in *providerQuery) (*answer[list[providerJSON]], error) {
	all, err := s.o.Reader.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list providers: %w", err)
	}
	scope := whoAsks(ctx).Scope
	visible := slices.DeleteFunc(slices.Clone(all), func(p models.Provider) bool { return !sees(scope, p) })
	page := in.page()
	return newList(ctx, slice(visible, page), len(visible), page, provider), nil
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
