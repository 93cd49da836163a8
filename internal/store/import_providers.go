package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"gorm.io/gorm"

	"lineman/models"
)

// ImportProviders creates and updates providers, all or none. A row is found
// again by its slug, else by its name. A value that is empty leaves what is
// there; addresses and tags that are given replace the old ones. The first bad
// row is an InputError with its line. An address belongs to one provider only.
func (s *Store) ImportProviders(ctx context.Context, rows []models.ProviderRow) (models.ImportResult, error) {
	return importRows(ctx, s, "providers", rows, newProviderImport)
}

// ExportProviders lists all providers by slug, as an import takes them.
func (s *Store) ExportProviders(ctx context.Context) ([]models.ProviderRow, error) {
	all, err := s.Providers(ctx)
	return each(all, func(p models.Provider) models.ProviderRow {
		return models.ProviderRow{Name: p.Name, Slug: p.Slug, Emails: p.Emails, Parser: p.Parser, Tenant: p.Tenant, Tags: p.Tags}
	}), err
}

type providerImport struct {
	w      *work
	all    []*importedProvider
	seen   map[*importedProvider]int // line
	result models.ImportResult
}

type importedProvider struct {
	models.Provider
	fresh, changed bool
	line           int
}

func newProviderImport(w *work) (*providerImport, error) {
	var rows []providerRow
	if err := locked(w.s, w.DB).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	stored, err := fillProviders(w.DB, rows)
	if err != nil {
		return nil, err
	}
	i := &providerImport{w: w, seen: map[*importedProvider]int{}}
	for _, p := range stored {
		i.all = append(i.all, &importedProvider{Provider: p})
	}
	return i, nil
}

func (i *providerImport) find(slug, name string) *importedProvider {
	for _, p := range i.all {
		if slug != "" && p.Slug == slug {
			return p
		}
	}
	for _, p := range i.all {
		if slug == "" && nameKey(p.Name) == nameKey(name) {
			return p
		}
	}
	return nil
}

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slugOf(name string) string {
	return strings.Trim(notSlug.ReplaceAllString(nameKey(name), "-"), "-")
}

func (i *providerImport) take(row models.ProviderRow) error {
	where := lineField(row.Line)
	name, slug := tidy(row.Name), nameKey(row.Slug)
	if name == "" {
		return models.Invalid(where, "the name is missing; every provider needs one")
	}
	p := i.find(slug, name)
	if p == nil && slug == "" {
		slug = slugOf(name)
		p = i.find(slug, name)
	}
	if p == nil {
		if !slugPattern.MatchString(slug) {
			return models.Invalid(where, "%q is no slug; use small letters, digits and hyphens", slug)
		}
		p = &importedProvider{Provider: models.Provider{ID: newID(), Slug: slug, CreatedAt: i.w.s.clock()}, fresh: true}
		i.all = append(i.all, p)
	}
	if line, again := i.seen[p]; again {
		return models.Invalid(where, "provider %s is on line %d already; leave one of them out", p.Slug, line)
	}
	i.seen[p], p.line = row.Line, row.Line
	for _, other := range i.all {
		if other != p && nameKey(other.Name) == nameKey(name) {
			return models.Invalid(where, "the name %q belongs to provider %s; choose another", name, other.Slug)
		}
	}
	emails, err := addresses(where, row.Emails)
	if err != nil {
		return err
	}
	p.update(name, row, emails)
	i.count(p)
	return nil
}

func (p *importedProvider) update(name string, row models.ProviderRow, emails []string) {
	p.changed = setText(&p.Name, name)
	p.changed = setText(&p.Parser, nameKey(row.Parser)) || p.changed
	p.changed = setText(&p.Tenant, tidy(row.Tenant)) || p.changed
	p.changed = setList(&p.Emails, emails) || p.changed
	p.changed = setTags(&p.Tags, row.Tags) || p.changed
}

func (i *providerImport) count(p *importedProvider) {
	switch {
	case p.fresh:
		i.result.Created++
	case p.changed:
		i.result.Updated++
	default:
		i.result.Unchanged++
	}
}

// addresses normalises what a provider sends from: a@b, a domain b, or *.b.
func addresses(where string, list []string) ([]string, error) {
	var out []string
	for _, a := range list {
		a = nameKey(clean(a))
		if a == "" {
			continue
		}
		local, domain, isAddress := strings.Cut(a, "@")
		if !isAddress {
			domain = strings.TrimPrefix(a, "*.")
		}
		if (isAddress && local == "") || !strings.Contains(strings.Trim(domain, "."), ".") || strings.ContainsAny(domain, "@* \t<>,;") {
			return nil, models.Invalid(where, "%q is no address; write name@domain, domain or *.domain", a)
		}
		out = append(out, a)
	}
	return unique(out), nil
}

// checkAddresses makes sure that no two providers have an address, as they
// will be after the import.
func (i *providerImport) checkAddresses() error {
	owner := map[string]*importedProvider{}
	for _, p := range i.all {
		for _, a := range p.Emails {
			other := owner[a]
			if other == nil {
				owner[a] = p
				continue
			}
			if p.line < other.line { // blame the row that comes later
				p, other = other, p
			}
			return models.Invalid(lineField(p.line), "the address %s belongs to provider %s already; an address can have one provider only", a, other.Slug)
		}
	}
	return nil
}

// finish saves the providers once all rows are known: they may exchange names
// and addresses.
func (i *providerImport) finish() (models.ImportResult, error) {
	if err := i.checkAddresses(); err != nil {
		return i.result, err
	}
	return i.result, i.save()
}

func (i *providerImport) save() error {
	now := i.w.s.clock()
	var rows []providerRow
	var emails []providerEmailRow
	var tags []providerTagRow
	var ids []string
	for _, p := range i.all {
		if !p.fresh && !p.changed {
			continue
		}
		ids = append(ids, p.ID)
		rows = append(rows, providerRow{
			ID: p.ID, Slug: p.Slug, Name: p.Name, NameKey: nameKey(p.Name), Parser: p.Parser,
			IDsPerAccount: p.IDsPerAccount, HoldOver: int64(p.HoldOver.Seconds()), CIDRule: p.CIDRule, Tenant: p.Tenant,
			CreatedAt: at(p.CreatedAt), UpdatedAt: at(now), // Builtin no more: a person edited it
		})
		for n, a := range p.Emails {
			emails = append(emails, providerEmailRow{Address: a, ProviderID: p.ID, Position: n})
		}
		for _, t := range p.Tags {
			tags = append(tags, providerTagRow{ProviderID: p.ID, Tag: t})
		}
	}
	if err := freeNames[providerRow](i.w.DB, ids); err != nil {
		return err
	}
	if err := upsert(i.w.DB, rows); err != nil {
		return fmt.Errorf("save providers: %w", err)
	}
	if err := replaceOwned(i.w.DB, "provider_id", ids, emails); err != nil {
		return fmt.Errorf("save addresses: %w", err)
	}
	return replaceOwned(i.w.DB, "provider_id", ids, tags)
}

// freeNames lets rows exchange their names in one import.
func freeNames[R any](tx *gorm.DB, ids []string) error {
	return chunks(ids, func(part []string) error {
		return tx.Model(new(R)).Where("id IN ?", part).Update("name_key", gorm.Expr("'free:' || CAST(id AS text)")).Error
	})
}
