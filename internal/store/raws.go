package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// SQLite uses a partial index only where the query has its condition as text,
// and not as a parameter.
const (
	isReceived = "state = 'received'"
	isLabelDue = "labels_done = false"
	isWithUID  = "uid <> '' AND uid <> '0'"
	isWithID   = "message_id <> ''"
)

// maxBodies bounds the bytes of mail that one read loads. The first mail comes
// however large it is.
const maxBodies = 32 << 20

// Received gives mail in state received with its bytes, oldest first; of one
// source, or of all with an empty sourceID. It gives fewer than limit where
// their bytes are many, but at least one if there is any.
func (s *Store) Received(ctx context.Context, sourceID string, limit int) ([]models.RawNotification, error) {
	var all []models.RawNotification
	err := s.read(ctx, "read received mail", func(tx *gorm.DB) error {
		q := tx.Where(isReceived)
		if sourceID != "" {
			q = q.Where("source_id = ?", sourceID)
		}
		var rows []rawRow
		if err := q.Order("received, id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		all, err = s.withBodies(tx, rows[:withinBodies(rows)])
		return err
	})
	return all, err
}

// withinBodies says how many of the first rows maxBodies holds.
func withinBodies(rows []rawRow) int {
	total := int64(0)
	for i, r := range rows {
		total += r.Size
		if total > maxBodies && i > 0 {
			return i
		}
	}
	return len(rows)
}

// Raws gives raw mails with their bytes, in the order of ids. Those that are
// not there are left out; those whose bytes were deleted or cannot be read any
// more have none. Where their bytes are many it gives the first ones only, at
// least one if there is any: go on after the last one given.
func (s *Store) Raws(ctx context.Context, ids []string) ([]models.RawNotification, error) {
	var all []models.RawNotification
	err := s.read(ctx, "read raw mail", func(tx *gorm.DB) error {
		rows, err := loadIn[rawRow](tx, "id", validIDs(ids))
		if err != nil {
			return err
		}
		byID := make(map[string]rawRow, len(rows))
		for _, r := range rows {
			byID[r.ID] = r
		}
		ordered := make([]rawRow, 0, len(rows))
		for _, id := range unique(ids) {
			if r, ok := byID[id]; ok {
				ordered = append(ordered, r)
			}
		}
		all, err = s.withBodies(tx, ordered[:withinBodies(ordered)])
		return err
	})
	return all, err
}

func (s *Store) withBodies(tx *gorm.DB, rows []rawRow) ([]models.RawNotification, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	bodies, err := loadIn[rawBodyRow](tx, "raw_id", ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string][]byte, len(bodies))
	for _, b := range bodies {
		byID[b.RawID] = b.Zstd
	}
	all := make([]models.RawNotification, len(rows))
	for i, r := range rows {
		all[i] = r.model()
		if packed, ok := byID[r.ID]; ok {
			// One mail whose bytes are broken must not keep the others from
			// being read.
			if all[i].Raw, err = s.codec.unpack(packed); err != nil {
				s.log.Error("the bytes of a mail cannot be read", "raw", r.ID, "error", err)
				all[i].Raw = nil
			}
		}
	}
	return all, nil
}

// Attempt counts that raw mails are about to be processed. It commits before
// the work begins, so that a mail on which the process dies can be told.
func (s *Store) Attempt(ctx context.Context, ids []string) error {
	return s.write(ctx, "count an attempt", func(w *work) error {
		return chunks(validIDs(ids), func(part []string) error {
			return w.Model(&rawRow{}).Where("id IN ?", part).Updates(map[string]any{
				"attempts": gorm.Expr("attempts + 1"), "updated_at": at(s.clock()),
			}).Error
		})
	})
}

// Spare takes the last attempt back from raw mails that still wait: the process
// is alive to say that it failed for another reason.
func (s *Store) Spare(ctx context.Context, ids []string) error {
	return s.write(ctx, "take back an attempt", func(w *work) error {
		return chunks(validIDs(ids), func(part []string) error {
			return w.Model(&rawRow{}).Where("id IN ?", part).Where(isReceived).Where("attempts > 0").Updates(map[string]any{
				"attempts": gorm.Expr("attempts - 1"), "updated_at": at(s.clock()),
			}).Error
		})
	})
}

// Holders gives the sources whose mailboxes hold a copy of each raw mail.
func (s *Store) Holders(ctx context.Context, rawIDs []string) (holders map[string][]string, err error) {
	err = s.read(ctx, "look for copies of mail", func(tx *gorm.DB) error {
		holders, err = holdersOf(tx, rawIDs)
		return err
	})
	return holders, err
}

func holdersOf(tx *gorm.DB, rawIDs []string) (map[string][]string, error) {
	rows, err := loadIn[messageRow](tx.Distinct("raw_id", "source_id").Order("raw_id, source_id"), "raw_id", validIDs(rawIDs))
	holders := map[string][]string{}
	for _, r := range rows {
		holders[string(r.RawID)] = append(holders[string(r.RawID)], r.SourceID)
	}
	return holders, err
}

// Orphans gives raw mails that have been in state received, untouched, since
// before olderThan: whoever was to process them is gone. Oldest first.
func (s *Store) Orphans(ctx context.Context, olderThan time.Time, limit int) ([]string, error) {
	var ids []string
	err := s.read(ctx, "look for orphaned mail", func(tx *gorm.DB) error {
		return tx.Model(&rawRow{}).Where(isReceived).Where("updated_at < ?", at(olderThan)).
			Order("received, id").Limit(limit).Pluck("id", &ids).Error
	})
	return ids, err
}

func validIDs(ids []string) []string {
	valid := make([]string, 0, len(ids))
	for _, id := range ids {
		if isID(id) {
			valid = append(valid, id)
		}
	}
	return valid
}
