package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// Strangers gives the messages of a source that matched no provider or were
// skipped, in the order of their ledger rows, after one of them (empty: from
// the first).
func (s *Store) Strangers(ctx context.Context, sourceID, after string, limit int) ([]models.Stranger, error) {
	type row struct {
		Row       messageRow `gorm:"embedded"`
		RawSender string
	}
	var rows []row
	err := s.read(ctx, "look the ledger through", func(tx *gorm.DB) error {
		odd := []models.MailState{models.StateUnknownProvider, models.StateSkipped}
		q := tx.Table("mailbox_messages x").Select("x.*, COALESCE(r.sender, '') AS raw_sender").
			Joins("LEFT JOIN raw_notifications r ON r.id = x.raw_id").
			Where("x.source_id = ?", sourceID).
			Where("(x.raw_id IS NULL AND x.outcome IN ?) OR (r.state IN ? AND r.deleted = ?)", odd, odd, false)
		if after != "" {
			q = q.Where("x.id > ?", after)
		}
		return q.Order("x.id").Limit(limit).Scan(&rows).Error
	})
	return each(rows, func(r row) models.Stranger {
		sender := r.Row.Sender
		if sender == "" { // kept before ledgers held it
			sender = r.RawSender
		}
		return models.Stranger{
			ID: r.Row.ID, Ref: r.Row.ref(), Sender: sender, RawID: string(r.Row.RawID),
			Size: r.Row.Size, Received: r.Row.Received.Time,
		}
	}), err
}

// SetMatched notes for which addresses the ledger of a source was looked
// through.
func (s *Store) SetMatched(ctx context.Context, sourceID, stamp string) error {
	return s.write(ctx, "note what the ledger was looked through for", func(w *work) error {
		return w.Model(&sourceRow{}).Where("id = ?", sourceID).Update("matched", stamp).Error
	})
}

// Reopen has raw mails that matched nobody or were skipped judged again, for a
// cause. Others, and those whose bytes were deleted, stay as they are.
func (s *Store) Reopen(ctx context.Context, rawIDs []string, cause models.Cause) error {
	ids := unique(validIDs(rawIDs))
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, "judge mail again", func(w *work) error { return w.reopen(ids, cause) })
}

func (w *work) reopen(ids []string, cause models.Cause) error {
	odd := []models.MailState{models.StateUnknownProvider, models.StateSkipped}
	for rest := ids; len(rest) > 0; {
		n := min(processBatch, len(rest))
		w.enqueue(models.Job{Kind: models.JobProcess, RawIDs: rest[:n]})
		rest = rest[n:]
	}
	return chunks(ids, func(part []string) error {
		return w.Model(&rawRow{}).Where("id IN ? AND state IN ? AND deleted = ?", part, odd, false).Updates(map[string]any{
			"state": models.StateReceived, "cause": cause, "processed_at": instant{}, "attempts": 0, "updated_at": at(w.s.clock()),
		}).Error
	})
}
