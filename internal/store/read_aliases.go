package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lineman/models"
)

// FindAliases lists the aliases of circuits in scope, by provider and alias.
// Page.After are the provider's slug, the key of an alias and its ID.
func (s *Store) FindAliases(ctx context.Context, scope models.Scope, f models.AliasFilter) (all []models.AliasItem, total int, err error) {
	type row struct {
		Row          aliasRow `gorm:"embedded"`
		ProviderSlug string
		ProviderName string
		CID          string `gorm:"column:cid"`
	}
	err = s.read(ctx, "read aliases", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := where(aliasesOf(tx), sightOf(scope).circuits("a.circuit_id"))
			q = ofCircuits(withIDs(q, "a.id", f.IDs), f.Circuits)
			if len(f.Providers) > 0 {
				q = q.Where("p.slug IN ?", each(f.Providers, nameKey))
			}
			if len(f.Aliases) > 0 {
				q = q.Where("a.alias_key IN ?", each(f.Aliases, cidKey))
			}
			return q
		}
		keys := keyset{{"p.slug", byText, false}, {"a.alias_key", byText, false}, {"a.id", byText, false}}
		rows, n, err := listed[row](query, keys, f.Page, "a.*, p.slug AS provider_slug, p.name AS provider_name, k.cid AS cid")
		total, all = n, each(rows, func(r row) models.AliasItem {
			return models.AliasItem{Alias: r.Row.model(), ProviderSlug: r.ProviderSlug, ProviderName: r.ProviderName, CID: r.CID}
		})
		return err
	})
	return all, total, err
}

func aliasesOf(tx *gorm.DB) *gorm.DB {
	return tx.Table("aliases a").Joins("JOIN circuits k ON k.id = a.circuit_id").Joins("JOIN providers p ON p.id = a.provider_id")
}

// RemoveAlias takes an alias away; what was linked by it alone waits for a
// circuit again. Whoever does it must see the whole provider, else it is
// models.ErrDenied; models.ErrNotFound where the alias is not there or its
// circuit is not in scope. The write is in the audit log.
func (s *Store) RemoveAlias(ctx context.Context, by models.Principal, id string) error {
	return s.write(ctx, "remove an alias", func(w *work) error { return w.removeAlias(by, id) })
}

func (w *work) removeAlias(by models.Principal, id string) error {
	if _, err := lockProviders(w); err != nil {
		return fmt.Errorf("load providers: %w", err)
	}
	var row struct {
		Row  aliasRow `gorm:"embedded"`
		Slug string
		CID  string `gorm:"column:cid"`
	}
	if !isID(id) {
		return fmt.Errorf("alias %q: %w", id, models.ErrNotFound)
	}
	v := sightOf(by.Scope)
	q := where(aliasesOf(w.DB), v.circuits("a.circuit_id")).Where("a.id = ?", id)
	if err := q.Select("a.*, p.slug AS slug, k.cid AS cid").Take(&row).Error; err != nil {
		return found(err, "alias %s", id)
	}
	seen, err := wholeProviders(w.DB, v)
	if err != nil {
		return fmt.Errorf("read the scope: %w", err)
	}
	if !by.Scope.All && !seen[row.Row.ProviderID] {
		return fmt.Errorf("an alias of this provider: %w", models.ErrDenied)
	}
	if err := w.Where("id = ?", id).Delete(&aliasRow{}).Error; err != nil {
		return err
	}
	if err := relink(w, []string{row.Row.ProviderID}, []string{row.Row.CircuitID}); err != nil {
		return err
	}
	return audit(w, []models.Audit{{
		At: w.s.clock(), Author: by.Name, Role: by.Role, Action: "remove", Object: "alias", Ref: row.Row.Alias,
		Name: row.Slug + " " + row.Row.Alias + " = " + row.CID,
	}})
}
