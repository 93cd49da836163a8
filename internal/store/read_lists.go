package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// MailCounts counts raw mails by source, provider and state.
func (s *Store) MailCounts(ctx context.Context) ([]models.MailCount, error) {
	var all []models.MailCount
	err := s.read(ctx, "count mail", func(tx *gorm.DB) error {
		return tx.Table("raw_notifications r").
			Select("COALESCE(s.name, '') AS source, COALESCE(p.slug, '') AS provider, r.state AS state, COUNT(*) AS count").
			Joins("LEFT JOIN sources s ON s.id = r.source_id").
			Joins("LEFT JOIN providers p ON p.id = r.provider_id").
			Group("s.name, p.slug, r.state").Order("source, provider, state").Scan(&all).Error
	})
	return all, err
}

// SourceHealths lists the sources by name, with the size of their ledger.
func (s *Store) SourceHealths(ctx context.Context) ([]models.SourceHealth, error) {
	type row struct {
		Row      sourceRow `gorm:"embedded"`
		Messages int64
		LastMail instant
	}
	var rows []row
	err := s.read(ctx, "read sources", func(tx *gorm.DB) error {
		return tx.Table("sources s").
			Select("s.*, (SELECT COUNT(*) FROM mailbox_messages x WHERE x.source_id = s.id) AS messages, " +
				"(SELECT MAX(x.received) FROM mailbox_messages x WHERE x.source_id = s.id) AS last_mail").
			Order("s.name").Scan(&rows).Error
	})
	return each(rows, func(r row) models.SourceHealth {
		return models.SourceHealth{Source: r.Row.model(), Messages: r.Messages, LastMail: r.LastMail.Time}
	}), err
}
