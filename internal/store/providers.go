package store

import (
	"context"

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

// fillProviders loads addresses and tags of providers.
func fillProviders(tx *gorm.DB, rows []providerRow) ([]models.Provider, error) {
	all := each(rows, providerRow.model)
	byID := make(map[string]*models.Provider, len(all))
	ids := make([]string, len(all))
	for i := range all {
		byID[all[i].ID], ids[i] = &all[i], all[i].ID
	}
	emails, err := loadIn[providerEmailRow](tx.Order("provider_id, position"), "provider_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	for _, e := range emails {
		p := byID[e.ProviderID]
		p.Emails = append(p.Emails, e.Address)
	}
	tags, err := loadIn[providerTagRow](tx.Order("provider_id, tag"), "provider_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	for _, t := range tags {
		p := byID[t.ProviderID]
		p.Tags = append(p.Tags, t.Tag)
	}
	return all, nil
}
