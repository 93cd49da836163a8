package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// Providers lists all providers by slug, with the addresses that they send
// from.
func (s *Store) Providers(ctx context.Context) ([]models.Provider, error) {
	var all []models.Provider
	err := s.read(ctx, "read providers", func(tx *gorm.DB) error {
		var rows []providerRow
		if err := tx.Order("slug").Find(&rows).Error; err != nil {
			return err
		}
		var err error
		all, err = fillProviders(tx, rows)
		return err
	})
	return all, err
}

// ProvidersSeen lists by slug the providers that are in scope, and those of
// which a circuit is.
func (s *Store) ProvidersSeen(ctx context.Context, scope models.Scope) (seen []models.SeenProvider, err error) {
	err = s.read(ctx, "read the providers in scope", func(tx *gorm.DB) error {
		v := sightOf(scope)
		var counts []struct {
			ProviderID string
			Circuits   int
		}
		q := where(tx.Table("circuits x"), v.circuits("x.id")).Select("x.provider_id, COUNT(*) AS circuits").Group("x.provider_id")
		if err := q.Scan(&counts).Error; err != nil {
			return err
		}
		circuits := map[string]int{}
		for _, c := range counts {
			circuits[c.ProviderID] = c.Circuits
		}
		var whole []string
		if err := where(tx.Table("providers x"), v.providers("x.id")).Pluck("x.id", &whole).Error; err != nil {
			return err
		}
		var rows []providerRow
		if err := tx.Order("slug").Find(&rows).Error; err != nil {
			return err
		}
		all, err := fillProviders(tx, rows)
		for _, p := range all {
			one := models.SeenProvider{Provider: p, Whole: slices.Contains(whole, p.ID), Circuits: circuits[p.ID]}
			if !one.Whole {
				one.Provider = models.Provider{ID: p.ID, Slug: p.Slug, Name: p.Name}
			}
			if one.Whole || one.Circuits > 0 {
				seen = append(seen, one)
			}
		}
		return err
	})
	return seen, err
}

// fillProviders loads addresses and tags of providers.
func fillProviders(tx *gorm.DB, rows []providerRow) ([]models.Provider, error) {
	all := each(rows, providerRow.model)
	byID := make(map[string]*models.Provider, len(all))
	ids := make([]string, len(all))
	for i := range all {
		byID[all[i].ID], ids[i] = &all[i], all[i].ID
	}
	emails, err := loadIn[providerEmailRow](tx.Order("provider_id, position"), "provider_id", ids)
	if err != nil {
		return nil, err
	}
	for _, e := range emails {
		p := byID[e.ProviderID]
		p.Emails = append(p.Emails, e.Address)
	}
	tags, err := loadIn[providerTagRow](tx.Order("provider_id, tag"), "provider_id", ids)
	if err != nil {
		return nil, err
	}
	for _, t := range tags {
		p := byID[t.ProviderID]
		p.Tags = append(p.Tags, t.Tag)
	}
	return all, nil
}
