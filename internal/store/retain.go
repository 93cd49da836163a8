package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// retainBatch is how much one transaction removes.
const retainBatch = 200

// Retain removes what a plan lets go. Of a mail the bytes, subject, senders
// and what was proposed for it go; its notices stay, and so does a tombstone (hash, Message-ID) by
// which its copies are known. Mail that waits to be read, or belongs to a
// maintenance that is held or not over, keeps its bytes. A maintenance goes
// whole, with its notices, notes and history, once every generation of its
// identity is old enough and none is held. A finding goes with its history
// once it was closed for as long, unless one of its maintenances is held; what
// was announced goes when it is as old as these, or as the mail that it names. Of
// chat, old commands of the log go, and questions and codes that have expired.
// What was removed is in the audit log, also where it could not be ended.
func (s *Store) Retain(ctx context.Context, plan models.RetentionPlan) (models.Retained, error) {
	if plan.DryRun {
		return s.retainable(ctx, plan)
	}
	done, err := s.remove(ctx, plan)
	if !done.Removed() {
		return done, err
	}
	noted := s.write(ctx, "note what was removed", func(w *work) error {
		return audit(w, []models.Audit{auditOf(s, plan.By, "remove", "retention", "", "", "", "",
			fmt.Sprintf("%d maintenances, %d findings, the bytes of %d mails, %d chat commands", done.Records, done.Findings, done.Raws, done.Commands))})
	})
	return done, errors.Join(err, noted)
}

func (s *Store) remove(ctx context.Context, plan models.RetentionPlan) (done models.Retained, err error) {
	if err := s.read(ctx, "count held maintenances", func(tx *gorm.DB) error {
		done.Held, err = count(heldRecords(tx, plan.RecordsBefore))
		return err
	}); err != nil {
		return done, err
	}
	for more := !plan.RecordsBefore.IsZero(); more; {
		err := s.write(ctx, "remove old maintenances", func(w *work) error {
			n, err := w.removeRecords(plan.RecordsBefore)
			more = n > 0
			done.Records += n
			return err
		})
		if err != nil {
			return done, err
		}
	}
	for more := !plan.RecordsBefore.IsZero(); more; {
		err := s.write(ctx, "remove old findings", func(w *work) error {
			n, err := w.removeFindings(plan.RecordsBefore)
			more = n == retainBatch
			done.Findings += n
			return err
		})
		if err != nil {
			return done, err
		}
	}
	if err := s.retainAnnouncements(ctx, plan); err != nil {
		return done, err
	}
	for more := !plan.RawBefore.IsZero(); more; {
		err := s.write(ctx, "remove old mail", func(w *work) error {
			n, err := w.removeBodies(oldRaws(w.DB, plan.RawBefore, s.clock()).Limit(retainBatch))
			more = n == retainBatch
			done.Raws += n
			return err
		})
		if err != nil {
			return done, err
		}
	}
	if done.Commands, err = s.retainChat(ctx, plan.CommandsBefore); err != nil {
		return done, err
	}
	if err := s.write(ctx, "join the marks of the inventory", (*work).sweepStamps); err != nil {
		return done, err
	}
	return done, s.optimize(ctx)
}

// retainChat removes old commands of chat, and what has expired.
func (s *Store) retainChat(ctx context.Context, before time.Time) (commands int, err error) {
	for more := !before.IsZero(); more; {
		err := s.write(ctx, "remove old chat commands", func(w *work) error {
			n, err := w.removeCommands(before)
			more = n == retainBatch
			commands += n
			return err
		})
		if err != nil {
			return commands, err
		}
	}
	return commands, s.write(ctx, "remove what has expired of chat", func(w *work) error { return w.removeExpired(s.clock()) })
}

func (s *Store) retainable(ctx context.Context, plan models.RetentionPlan) (would models.Retained, err error) {
	err = s.read(ctx, "count what is old enough", func(tx *gorm.DB) error {
		var failed [5]error
		if !plan.CommandsBefore.IsZero() {
			would.Commands, failed[4] = count(oldCommands(tx, plan.CommandsBefore))
		}
		if !plan.RawBefore.IsZero() {
			would.Raws, failed[0] = count(oldRaws(tx, plan.RawBefore, s.clock()))
		}
		if !plan.RecordsBefore.IsZero() {
			would.Records, failed[1] = count(oldRecords(tx, plan.RecordsBefore))
			would.Findings, failed[2] = count(oldFindings(tx, plan.RecordsBefore))
		}
		would.Held, failed[3] = count(heldRecords(tx, plan.RecordsBefore))
		return errors.Join(failed[:]...)
	})
	return would, err
}

func count(q *gorm.DB) (int, error) {
	var n int64
	err := q.Count(&n).Error
	return int(n), err
}

func oldRaws(tx *gorm.DB, before, now time.Time) *gorm.DB {
	return tx.Table("raw_notifications r").
		Where("r.deleted = ? AND r.state <> ? AND r.received < ?", false, models.StateReceived, at(before)).
		Where(`NOT EXISTS (SELECT 1 FROM notices n JOIN maintenances m ON m.id = n.record_id
			LEFT JOIN holds h ON h.maintenance_id = m.id
			WHERE n.raw_id = r.id AND (h.maintenance_id IS NOT NULL OR m.ends >= ?))`, at(now))
}

// oldRecords finds maintenances that are over with all their generations, and
// none of them held.
func oldRecords(tx *gorm.DB, before time.Time) *gorm.DB {
	return tx.Table("maintenances m").Where("m.ends < ? AND m.updated_at < ?", at(before), at(before)).
		Where(`NOT EXISTS (SELECT 1 FROM maintenances o LEFT JOIN holds h ON h.maintenance_id = o.id
			WHERE o.group_id = m.group_id AND (h.maintenance_id IS NOT NULL OR o.ends >= ? OR o.ends IS NULL OR o.updated_at >= ?))`, at(before), at(before))
}

func heldRecords(tx *gorm.DB, before time.Time) *gorm.DB {
	return tx.Table("maintenances m").Joins("JOIN holds h ON h.maintenance_id = m.id").Where("m.ends < ?", at(before))
}

// oldFindings finds those that closed long ago.
func oldFindings(tx *gorm.DB, before time.Time) *gorm.DB {
	return tx.Table("findings f").Where("f.closed_at IS NOT NULL AND f.closed_at < ?", at(before)).
		Where(`NOT EXISTS (SELECT 1 FROM finding_maintenances fm JOIN holds h ON h.maintenance_id = fm.maintenance_id WHERE fm.finding_id = f.id)`)
}

// removeFindings removes some findings with all that is theirs.
func (w *work) removeFindings(before time.Time) (int, error) {
	var ids []string
	if err := oldFindings(w.DB, before).Order("f.closed_at, f.id").Limit(retainBatch).Pluck("f.id", &ids).Error; err != nil || len(ids) == 0 {
		return 0, err
	}
	return len(ids), w.Where("id IN ?", ids).Delete(&findingRow{}).Error // the rest goes with it
}

// removeRecords removes some maintenances with all that is theirs.
func (w *work) removeRecords(before time.Time) (int, error) {
	var groups []string
	if err := oldRecords(w.DB, before).Distinct("m.group_id").Order("m.group_id").Limit(retainBatch).Pluck("m.group_id", &groups).Error; err != nil || len(groups) == 0 {
		return 0, err
	}
	var ids, raws []string
	if err := w.Model(&maintenanceRow{}).Where("group_id IN ?", groups).Pluck("id", &ids).Error; err != nil {
		return 0, err
	}
	mine := "EXISTS (SELECT 1 FROM identities i WHERE i.provider_id = notices.provider_id AND i.key = notices.key AND i.group_id IN ?)"
	if err := w.Model(&noticeRow{}).Where(mine, groups).Distinct().Pluck("raw_id", &raws).Error; err != nil {
		return 0, err
	}
	if err := errors.Join(
		w.Where(mine, groups).Delete(&noticeRow{}).Error,
		w.Where("maintenance_id IN ?", ids).Delete(&editRow{}).Error,
		w.Where("maintenance_id IN ?", ids).Delete(&changeRow{}).Error,
		w.Where("id IN ?", ids).Delete(&maintenanceRow{}).Error,
		w.Where("group_id IN ?", groups).Delete(&identityRow{}).Error,
	); err != nil {
		return 0, err
	}
	_, err := w.removeBodies(w.Table("raw_notifications r").Where("r.id IN ? AND r.deleted = ?", raws, false).
		Where("NOT EXISTS (SELECT 1 FROM notices n WHERE n.raw_id = r.id)"))
	return len(ids), err
}

// removeBodies makes tombstones of raw mails.
func (w *work) removeBodies(q *gorm.DB) (int, error) {
	var ids []string
	if err := q.Order("r.received, r.id").Pluck("r.id", &ids).Error; err != nil {
		return 0, err
	}
	err := chunks(ids, func(part []string) error {
		if err := w.Where("raw_id IN ?", part).Delete(&rawBodyRow{}).Error; err != nil {
			return err
		}
		if err := w.Where("raw_id IN ?", part).Delete(&proposalRow{}).Error; err != nil {
			return err
		}
		if err := w.Model(&messageRow{}).Where("raw_id IN ?", part).Updates(map[string]any{"subject": "", "sender": ""}).Error; err != nil {
			return err
		}
		return w.Model(&rawRow{}).Where("id IN ?", part).Updates(map[string]any{
			"deleted": true, "subject": "", "sender": "", "updated_at": at(w.s.clock()),
		}).Error
	})
	return len(ids), err
}

// Hold keeps a maintenance, by its name or id, and its mail from retention. An
// older hold on it is replaced. Like its release, it is in the audit log.
func (s *Store) Hold(ctx context.Context, idOrName, reason, author string) error {
	d, err := s.Maintenance(ctx, models.ScopeAll, idOrName)
	if err != nil {
		return err
	}
	row := holdRow{MaintenanceID: d.ID, Reason: clean(reason), Author: clean(author), CreatedAt: at(s.clock())}
	return s.write(ctx, "hold a maintenance", func(w *work) error {
		if err := w.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
		by := models.Terminal()
		by.Name = author
		return audit(w, []models.Audit{auditOf(s, by, "hold", "maintenance", d.ID, d.Name, "", "", reason)})
	})
}

// Release ends the hold on a maintenance; models.ErrNotFound when there is
// none.
func (s *Store) Release(ctx context.Context, idOrName string) error {
	d, err := s.Maintenance(ctx, models.ScopeAll, idOrName)
	if err != nil {
		return err
	}
	return s.write(ctx, "release a maintenance", func(w *work) error {
		gone := w.Where("maintenance_id = ?", d.ID).Delete(&holdRow{})
		switch {
		case gone.Error != nil:
			return gone.Error
		case gone.RowsAffected == 0:
			return fmt.Errorf("a hold on %s: %w", d.Name, models.ErrNotFound)
		}
		return audit(w, []models.Audit{auditOf(s, models.Terminal(), "release", "maintenance", d.ID, d.Name, "", "", "")})
	})
}

// Holds lists what is held, the oldest first.
func (s *Store) Holds(ctx context.Context) ([]models.Hold, error) {
	type row struct {
		Row  holdRow `gorm:"embedded"`
		Name string
	}
	var rows []row
	err := s.read(ctx, "read holds", func(tx *gorm.DB) error {
		return tx.Table("holds h").Select("h.*, m.name AS name").Joins("JOIN maintenances m ON m.id = h.maintenance_id").
			Order("h.created_at, m.name").Scan(&rows).Error
	})
	return each(rows, func(r row) models.Hold {
		return models.Hold{Maintenance: r.Name, Reason: r.Row.Reason, Author: r.Row.Author, CreatedAt: r.Row.CreatedAt.Time}
	}), err
}
