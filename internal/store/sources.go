package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// EnsureSource gives the source of this name and makes it if need be. A new
// kind replaces the old one.
func (s *Store) EnsureSource(ctx context.Context, name, kind string) (models.Source, error) {
	var row sourceRow
	err := s.write(ctx, "ensure the source "+name, func(w *work) error {
		now := at(s.clock())
		fresh := sourceRow{ID: newID(), Name: name, Kind: kind, CreatedAt: now, UpdatedAt: now}
		if err := w.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
			return err
		}
		row = sourceRow{}
		if err := w.Where("name = ?", name).Take(&row).Error; err != nil {
			return err
		}
		if row.Kind == kind {
			return nil
		}
		row.Kind, row.UpdatedAt = kind, now
		return w.Save(&row).Error
	})
	return row.model(), err
}

// SourceByName gives a source; models.ErrNotFound when none was ever made.
func (s *Store) SourceByName(ctx context.Context, name string) (models.Source, error) {
	var row sourceRow
	err := s.read(ctx, "read a source", func(tx *gorm.DB) error {
		return found(tx.Where("name = ?", name).Take(&row).Error, "source %q", name)
	})
	return row.model(), err
}

// SourceResult keeps how the last reading of a source ended: at is the time of
// the success, or of the error that errText tells.
func (s *Store) SourceResult(ctx context.Context, sourceID string, when time.Time, errText string) error {
	set := map[string]any{"last_error": errText, "updated_at": at(s.clock())}
	if errText == "" {
		set["last_success"] = at(when)
	} else {
		set["last_error_at"] = at(when)
	}
	return s.write(ctx, "keep the result of a source", func(w *work) error {
		return w.Model(&sourceRow{}).Where("id = ?", sourceID).Updates(set).Error
	})
}

// SetReconciled keeps the last comparison of a mailbox with its ledger.
func (s *Store) SetReconciled(ctx context.Context, sourceID string, r models.Reconciliation) error {
	return s.write(ctx, "keep a reconciliation", func(w *work) error {
		return w.Model(&sourceRow{}).Where("id = ?", sourceID).Updates(map[string]any{
			"reconciled_at": at(r.At), "window_start": at(r.From), "window_messages": r.Messages, "window_ledger": r.Ledger,
			"window_kept": r.Kept, "window_skipped": r.Skipped, "window_missing": list[storedMailRef](each(r.Missing, storeMailRef)),
		}).Error
	})
}

// SetLag keeps how long the newest mail of a source waited in its mailbox.
func (s *Store) SetLag(ctx context.Context, sourceID string, lag time.Duration) error {
	return s.write(ctx, "keep the lag of a source", func(w *work) error {
		return w.Model(&sourceRow{}).Where("id = ?", sourceID).Update("lag", int64(lag/time.Second)).Error
	})
}

// Cursors tells how far each folder of a source was stored.
func (s *Store) Cursors(ctx context.Context, sourceID string) ([]models.Cursor, error) {
	var rows []cursorRow
	err := s.read(ctx, "read cursors", func(tx *gorm.DB) error {
		return tx.Where("source_id = ?", sourceID).Order("folder").Find(&rows).Error
	})
	all := make([]models.Cursor, len(rows))
	for i, r := range rows {
		all[i] = models.Cursor{Folder: r.Folder, UIDValidity: uint32(r.UIDValidity), UID: uint32(r.UID), Remote: r.Remote}
	}
	return all, err
}

// StartPoll opens the record of one pass over a source.
func (s *Store) StartPoll(ctx context.Context, sourceID string) (string, error) {
	row := pollRow{ID: newID(), SourceID: sourceID, Started: at(s.clock())}
	err := s.write(ctx, "start a poll", func(w *work) error { return w.Create(&row).Error })
	return row.ID, err
}

// FinishPoll closes the record of a pass with what it found.
func (s *Store) FinishPoll(ctx context.Context, pollID string, t models.Tally, errText string) error {
	return s.write(ctx, "finish a poll", func(w *work) error {
		return w.Model(&pollRow{}).Where("id = ?", pollID).Updates(map[string]any{
			"finished": at(s.clock()), "fetched": t.Fetched, "fresh": t.New, "parsed": t.Parsed,
			"ignored": t.Ignored, "failed": t.Failed, "unknown_provider": t.UnknownProvider,
			"duplicate": t.Duplicate, "out_of_sequence": t.OutOfSequence, "error": errText,
		}).Error
	})
}

// AcquireLease takes the named lease for ttl, or renews it for the owner that
// has it. False: another owner holds it and it has not lapsed.
func (s *Store) AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (bool, error) {
	got := false
	err := s.write(ctx, "take the lease "+name, func(w *work) error {
		now := s.clock()
		row := leaseRow{Name: name, Owner: owner, Expires: at(now.Add(ttl))}
		result := w.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "name"}},
			DoUpdates: clause.AssignmentColumns([]string{"owner", "expires"}),
			Where: clause.Where{Exprs: []clause.Expression{
				// One that lasts far too long was taken by a clock that is wrong.
				clause.Expr{SQL: "leases.owner = ? OR leases.expires <= ? OR leases.expires > ?", Vars: []any{owner, at(now), at(now.Add(10 * ttl))}},
			}},
		}).Create(&row)
		got = result.RowsAffected == 1
		return result.Error
	})
	return got, err
}

// LeaseOwner gives the owner of a lease; empty when nobody has it.
func (s *Store) LeaseOwner(ctx context.Context, name string) (string, error) {
	var row leaseRow
	err := s.read(ctx, "read the lease "+name, func(tx *gorm.DB) error {
		return tx.Where("name = ?", name).Limit(1).Find(&row).Error
	})
	return row.Owner, err
}

// ReleaseLease gives a lease back. One that another owner has meanwhile stays.
func (s *Store) ReleaseLease(ctx context.Context, name, owner string) error {
	return s.write(ctx, "release the lease "+name, func(w *work) error {
		return w.Where("name = ? AND owner = ?", name, owner).Delete(&leaseRow{}).Error
	})
}
