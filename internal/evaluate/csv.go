package evaluate

import (
	"cmp"
	"io"
	"slices"

	"lineman/internal/inventory"
	"lineman/models"
)

// WriteProviders writes providers.csv: the providers that mail came from, with
// the addresses that are proposed for them, and new ones. It can be imported as
// it is, into an empty lineman too.
func (r Report) WriteProviders(w io.Writer) error { return inventory.WriteProviders(w, r.providers) }

// WriteAliases writes aliases.csv: the circuit ids of notices that can only
// mean one circuit. It can be imported once the circuits are.
func (r Report) WriteAliases(w io.Writer) error { return inventory.WriteAliases(w, r.aliases) }

// Rows is how many rows providers.csv and aliases.csv have.
func (r Report) Rows() (providers, aliases int) { return len(r.providers), len(r.aliases) }

func providerRows(in Input, p proposals) []models.ProviderRow {
	used := map[string]bool{}
	for _, m := range in.Mails {
		used[m.Provider] = true
	}
	for _, m := range in.Records {
		used[m.ProviderSlug] = true
	}
	for _, c := range in.Circuits {
		used[c.Provider.Slug] = true
	}
	rows := slices.Clone(p.fresh)
	for _, known := range in.Providers {
		more := p.more[known.Slug]
		if !used[known.Slug] && len(more) == 0 {
			continue
		}
		row := models.ProviderRow{
			Name: known.Name, Slug: known.Slug, Emails: slices.Clone(known.Emails), Parser: known.Parser, Tenant: known.Tenant, Tags: known.Tags,
		}
		for _, address := range more {
			if !slices.Contains(row.Emails, address) {
				row.Emails = append(row.Emails, address)
			}
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b models.ProviderRow) int { return cmp.Compare(a.Slug, b.Slug) })
	return rows
}
