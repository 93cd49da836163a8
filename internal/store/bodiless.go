package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// Bodiless lists the messages of the ledger of which no bytes were ever kept:
// skipped ones, those over the limits, and those that a mailbox did not hand
// over. They are in the order of their rows. A message without a time of receipt
// counts at the time at which it was listed. A scope that is narrowed in any way
// sees none.
func (s *Store) Bodiless(ctx context.Context, scope models.Scope, received models.TimeRange, p models.Page) (all []models.SeenMessage, total int, err error) {
	if !scope.All {
		return nil, 0, nil
	}
	type row struct {
		Row    messageRow `gorm:"embedded"`
		Source string
	}
	err = s.read(ctx, "read the ledger", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := tx.Table("mailbox_messages x").Joins("JOIN sources s ON s.id = x.source_id").Where("x.raw_id IS NULL")
			return within(q, "COALESCE(x.received, x.created_at)", received)
		}
		rows, n, err := listed[row](query, keyset{{"x.id", byText, false}}, p, "x.*, s.name AS source")
		total, all = n, each(rows, func(r row) models.SeenMessage {
			m := r.Row.model()
			if m.Received.IsZero() {
				m.Received = m.CreatedAt
			}
			return models.SeenMessage{MailboxMessage: m, Source: r.Source}
		})
		return err
	})
	return all, total, err
}
