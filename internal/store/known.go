package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// KnownCircuits gives the ids and aliases of all circuits, and a stamp that
// changes whenever they do. Where the stamp is still the one given, there are
// no circuits in the answer.
func (s *Store) KnownCircuits(ctx context.Context, stamp string) ([]models.KnownCircuit, string, error) {
	var rows []struct{ Cid, Text string } // named as gorm names columns
	var now string
	err := s.read(ctx, "read known circuits", func(tx *gorm.DB) error {
		rows = nil
		err := tx.Raw(`SELECT (SELECT COUNT(*) || ' ' || COALESCE(CAST(MAX(updated_at) AS TEXT), '') FROM circuits)
			|| ' ' || (SELECT COUNT(*) || ' ' || COALESCE(CAST(MAX(created_at) AS TEXT), '') FROM aliases)`).Scan(&now).Error
		if err != nil || now == stamp {
			return err
		}
		return tx.Raw(`SELECT cid, cid AS text FROM circuits
			UNION ALL SELECT c.cid, a.alias AS text FROM aliases a JOIN circuits c ON c.id = a.circuit_id`).Scan(&rows).Error
	})
	var known []models.KnownCircuit
	for _, r := range rows {
		known = append(known, models.KnownCircuit{CID: r.Cid, Text: r.Text})
	}
	return known, now, err
}
