package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lineman/ingest"
	"lineman/internal/inventory"
	"lineman/models"
)

// Reparse says which stored mail is to be read again, and how.
type Reparse = ingest.Reparse

// desk is where people see to mail that waits for them.
func (a *App) desk() *ingest.Desk { return ingest.NewDesk(a.pipeline, a.store) }

// Person is whoever opened the database, writing in the name of an author;
// empty: of the terminal.
func Person(author string) models.Principal {
	who := terminal
	if author = strings.TrimSpace(author); author != "" {
		who.Name = author
	}
	return who
}

// Reviews lists mail that waits for a person, or did.
func (a *App) Reviews(ctx context.Context, f models.ReviewFilter) ([]models.ReviewItem, int, error) {
	return a.desk().List(ctx, models.ScopeAll, f)
}

// Review gives one mail that waits for a person, with all that is known of it.
func (a *App) Review(ctx context.Context, id string) (models.ReviewDetail, error) {
	d, err := a.desk().Show(ctx, models.ScopeAll, id)
	if errors.Is(err, models.ErrNotFound) {
		return d, models.Invalid("ID", "no mail is called %q; lineman review list shows what waits", id)
	}
	return d, err
}

// ActOnReview does something with a mail that waits, and gives what it is
// then.
func (a *App) ActOnReview(ctx context.Context, by models.Principal, w models.ReviewWrite) (models.Reviewed, models.ReviewDetail, error) {
	done, err := a.desk().Act(ctx, by, w)
	if errors.Is(err, models.ErrNotFound) {
		err = models.Invalid("ID", "no mail is called %q; lineman review list shows what waits", w.ID)
	}
	if err != nil {
		return done, models.ReviewDetail{}, err
	}
	now, err := a.Review(ctx, w.ID)
	return done, now, err
}

// Reparse reads stored mail again.
func (a *App) Reparse(ctx context.Context, by models.Principal, o Reparse) (models.ReparseTally, error) {
	for _, slug := range o.Filter.Providers {
		if err := a.knowsProvider(ctx, slug); err != nil {
			return models.ReparseTally{}, err
		}
	}
	return a.desk().Reparse(ctx, by, o)
}

func (a *App) knowsProvider(ctx context.Context, slug string) error {
	all, err := a.store.Providers(ctx)
	if err != nil || slices.ContainsFunc(all, func(p models.Provider) bool { return strings.EqualFold(p.Slug, slug) }) {
		return err
	}
	return models.Invalid("--provider", "there is no provider %q; lineman providers export lists their slugs", slug)
}

// TryAliases says what an import of a CSV file of aliases would come to.
func (a *App) TryAliases(ctx context.Context, r io.Reader) (models.AliasTrial, error) {
	rows, err := inventory.ReadAliases(r)
	if err != nil {
		return models.AliasTrial{}, err
	}
	return a.store.TryAliases(ctx, rows)
}

// CIDRule gives how the circuit ids of a provider are compared.
func (a *App) CIDRule(ctx context.Context, provider string) (models.Provider, error) {
	all, err := a.store.Providers(ctx)
	if err != nil {
		return models.Provider{}, err
	}
	for _, p := range all {
		if strings.EqualFold(p.Slug, provider) || strings.EqualFold(p.Name, provider) {
			return p, nil
		}
	}
	return models.Provider{}, models.Invalid("PROVIDER", "there is no provider %q; lineman providers export lists their slugs", provider)
}

// SetCIDRule sets it; dry says what that would change, and changes nothing.
func (a *App) SetCIDRule(ctx context.Context, by models.Principal, provider, rule string, dry bool) (models.Provider, []models.ReparsedMaintenance, error) {
	if dry {
		return a.store.TryCIDRule(ctx, by, provider, rule)
	}
	return a.store.SetCIDRule(ctx, by, provider, rule)
}

// Maintenance gives one maintenance by ID or name.
func (a *App) Maintenance(ctx context.Context, idOrName string) (models.MaintenanceDetail, error) {
	m, err := a.store.Maintenance(ctx, models.ScopeAll, idOrName)
	if errors.Is(err, models.ErrNotFound) {
		return m, models.Invalid("NAME", "there is no maintenance %q", idOrName)
	}
	return m, err
}

// EditMaintenance does what a person asks to be done to one maintenance, and
// gives what it is then.
func (a *App) EditMaintenance(ctx context.Context, by models.Principal, w models.Write) (models.Edited, error) {
	done, err := a.store.Edit(ctx, by, []models.Write{w})
	if errors.Is(err, models.ErrNotFound) {
		return models.Edited{}, models.Invalid("NAME", "there is no maintenance %q", w.Maintenance)
	}
	if err != nil {
		return models.Edited{}, err
	}
	return done[0], nil
}

// CircuitID gives the ID of the one circuit that a text names: its circuit id,
// an alias, or PROVIDER:CID; of a provider first, where one is named.
func (a *App) CircuitID(ctx context.Context, provider, text string) (string, error) {
	find := func(f models.CircuitFilter) ([]models.Circuit, error) {
		f.Page = models.Page{Limit: 10}
		all, _, err := a.store.Circuits(ctx, models.ScopeAll, f)
		return all, err
	}
	tries := []models.CircuitFilter{{Named: text, Providers: []string{provider}}, {Named: text}}
	if slug, cid, qualified := strings.Cut(text, ":"); qualified {
		tries = append(tries, models.CircuitFilter{Named: cid, Providers: []string{slug}})
	}
	for _, f := range tries {
		all, err := find(f)
		switch {
		case err != nil:
			return "", fmt.Errorf("look for circuit %q: %w", text, err)
		case len(all) == 1:
			return all[0].ID, nil
		case len(all) > 1:
			return "", models.Invalid("circuit", "several providers have a circuit %q; write it as PROVIDER:CID", text)
		}
	}
	return "", models.Invalid("circuit", "the inventory has no circuit %q; import it first, or correct it", text)
}
