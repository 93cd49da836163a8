package access

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"

	"lineman/models"
)

// Names are the names that a scope can be made of.
type Names interface {
	Providers(ctx context.Context) ([]models.Provider, error)
	ExportSites(ctx context.Context) ([]models.SiteRow, error)
	Circuits(ctx context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error)
}

// maxScope bounds the values of each part of a scope.
const maxScope = 1000

// scope checks what somebody is narrowed to: a name that nothing has would
// make a scope that shows nothing, without a word. Tenants and tags may come
// later than the scope.
func (a Accounts) scope(ctx context.Context, asked models.Scope) (models.Scope, error) {
	if asked.Empty() || asked.All {
		return models.ScopeAll, nil
	}
	for _, p := range []struct {
		part   string
		values []string
	}{{"tenant", asked.Tenants}, {"site", asked.Sites}, {"provider", asked.Providers}, {"tag", asked.Tags}, {"circuit", asked.Circuits}} {
		if slices.ContainsFunc(p.values, func(v string) bool { return strings.TrimSpace(v) == "" }) {
			return models.Scope{}, models.Invalid(p.part, "it is empty; leave it out, or give it a value")
		}
		if len(p.values) > maxScope {
			return models.Scope{}, models.Invalid(p.part, "there are more than %d values; use a tag or a tenant", maxScope)
		}
	}
	scope := models.Scope{Tenants: asked.Tenants, Sites: asked.Sites, Tags: asked.Tags}
	if err := a.knownSites(ctx, asked.Sites); err != nil {
		return models.Scope{}, err
	}
	var err error
	if scope.Providers, err = a.slugs(ctx, asked.Providers); err != nil {
		return models.Scope{}, err
	}
	for _, cid := range asked.Circuits {
		id, err := a.circuitNamed(ctx, cid)
		if err != nil {
			return models.Scope{}, err
		}
		scope.Circuits = append(scope.Circuits, id)
	}
	return scope, nil
}

func (a Accounts) slugs(ctx context.Context, asked []string) (slugs []string, err error) {
	if len(asked) == 0 {
		return nil, nil
	}
	providers, err := a.Store.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list providers: %w", err)
	}
	for _, slug := range asked {
		slug = strings.ToLower(slug)
		if !slices.ContainsFunc(providers, func(p models.Provider) bool { return p.Slug == slug }) {
			return nil, models.Invalid("provider", "no provider has the slug %q; `lineman providers export` lists them", slug)
		}
		slugs = append(slugs, slug)
	}
	return slugs, nil
}

func (a Accounts) knownSites(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	sites, err := a.Store.ExportSites(ctx)
	if err != nil {
		return fmt.Errorf("list sites: %w", err)
	}
	for _, name := range names {
		if !slices.ContainsFunc(sites, func(s models.SiteRow) bool { return s.Name == name }) {
			return models.Invalid("site", "no site is called %q; `lineman sites export` lists them", name)
		}
	}
	return nil
}

// circuitNamed gives the ID of the one circuit that a CID, PROVIDER:CID or ID
// means.
func (a Accounts) circuitNamed(ctx context.Context, text string) (string, error) {
	filters := []models.CircuitFilter{{CID: text}}
	if slug, cid, is := strings.Cut(text, ":"); is && slug != "" && cid != "" {
		filters = append(filters, models.CircuitFilter{CID: cid, Providers: []string{slug}})
	}
	if uuid.Validate(text) == nil {
		filters = append(filters, models.CircuitFilter{IDs: []string{text}})
	}
	for _, f := range filters {
		list, _, err := a.Store.Circuits(ctx, models.ScopeAll, f)
		switch {
		case err != nil:
			return "", fmt.Errorf("find a circuit: %w", err)
		case len(list) == 1:
			return list[0].ID, nil
		case len(list) > 1:
			return "", models.Invalid("circuit", "%d providers have a circuit %q; name one as PROVIDER:CID, for example %s:%s", len(list), text, list[0].Provider.Slug, text)
		}
	}
	return "", models.Invalid("circuit", "no circuit is called %q; `lineman circuits export` lists them", text)
}

func newID(random io.Reader) (string, error) {
	id, err := uuid.NewRandomFromReader(random)
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return id.String(), nil
}
