package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// AcceptCommand stores a command of chat; fresh is false, and nothing is
// stored, when the platform's event is there already.
func (s *Store) AcceptCommand(ctx context.Context, c models.ChatCommand) (fresh bool, err error) {
	err = s.write(ctx, "store a chat command", func(w *work) error {
		row := newChatCommandRow(c, s.clock())
		again := clause.OnConflict{
			Columns:     []clause.Column{{Name: "platform"}, {Name: "event"}},
			TargetWhere: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "event <> ''"}}}, DoNothing: true,
		}
		made := w.Clauses(again).Create(&row)
		fresh = made.RowsAffected == 1
		return made.Error
	})
	return fresh && err == nil, err
}

// UpdateCommand stores how far a command came, and that this process still has
// it. models.ErrNotFound when it is not there.
func (s *Store) UpdateCommand(ctx context.Context, c models.ChatCommand) error {
	row := newChatCommandRow(c, s.clock())
	return s.write(ctx, "store how far a chat command came", func(w *work) error {
		done := w.Model(&chatCommandRow{}).Where("reference = ?", c.ID).Select("*").Omit("reference", "platform", "event", "received").Updates(&row)
		if done.Error == nil && done.RowsAffected == 0 {
			return found(gorm.ErrRecordNotFound, "chat command %s", c.ID)
		}
		return done.Error
	})
}

// TouchCommands says that this process still has these commands of chat; those
// that are not there are left out.
func (s *Store) TouchCommands(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, "hold chat commands", func(w *work) error {
		return chunks(ids, func(part []string) error {
			return w.Model(&chatCommandRow{}).Where("reference IN ?", part).Update("touched", at(s.clock())).Error
		})
	})
}

// reclaimBatch is how many commands one process takes over at once.
const reclaimBatch = 100

// ReclaimCommands gives the caller the oldest commands of a platform that no
// process touched since then and that are not answered, each with one more
// attempt. Of two callers one gets each.
func (s *Store) ReclaimCommands(ctx context.Context, platform string, untouched time.Time) (all []models.ChatCommand, err error) {
	err = s.write(ctx, "take over chat commands", func(w *work) error {
		all = nil
		var rows []chatCommandRow
		query := locked(s, w.DB).Where("platform = ? AND state <> ? AND touched < ?", platform, string(models.ChatAnswered), at(untouched))
		if err := query.Order("received, reference").Limit(reclaimBatch).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			row.Attempts++
			all = append(all, row.model())
		}
		ids := each(rows, func(r chatCommandRow) string { return r.Reference })
		return w.Model(&chatCommandRow{}).Where("reference IN ?", ids).
			Updates(map[string]any{"attempts": gorm.Expr("attempts + 1"), "touched": at(s.clock())}).Error
	})
	return all, err
}

// ChatLog lists commands of chat, newest first. Page.After are the time and
// the reference of a command.
func (s *Store) ChatLog(ctx context.Context, f models.ChatCommandFilter) (all []models.ChatCommand, total int, err error) {
	err = s.read(ctx, "read the chat command log", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := tx.Table("chat_commands c").Where("c.outcome <> ?", string(models.ChatNoCommand))
			q = amongTexts(q, "c.reference", f.IDs)
			q = amongTexts(q, "c.platform", f.Platforms)
			q = amongTexts(q, "c.command", f.Commands)
			q = amongTexts(q, "c.channel", f.Channels)
			q = amongTexts(q, "c.outcome", f.Outcomes)
			if len(f.Users) > 0 {
				q = q.Where("c.chat_user IN ? OR c.principal IN ?", f.Users, each(f.Users, userKey))
			}
			if !f.After.IsZero() {
				q = q.Where("c.received >= ?", at(f.After))
			}
			if !f.Before.IsZero() {
				q = q.Where("c.received < ?", at(f.Before))
			}
			return q
		}
		rows, n, err := listed[chatCommandRow](query, keyset{{"c.received", byTime, true}, {"c.reference", byText, true}}, f.Page, "c.*")
		all, total = each(rows, chatCommandRow.model), n
		return err
	})
	return all, total, err
}

// amongTexts keeps the rows whose column is one of values; all without any.
func amongTexts[T ~string](q *gorm.DB, column string, values []T) *gorm.DB {
	if len(values) == 0 {
		return q
	}
	return q.Where(column+" IN ?", each(values, func(v T) string { return clean(string(v)) }))
}

func oldCommands(tx *gorm.DB, before time.Time) *gorm.DB {
	return tx.Model(&chatCommandRow{}).Where("received < ?", at(before))
}

// removeCommands removes some old commands.
func (w *work) removeCommands(before time.Time) (int, error) {
	var ids []string
	if err := oldCommands(w.DB, before).Order("received, reference").Limit(retainBatch).Pluck("reference", &ids).Error; err != nil || len(ids) == 0 {
		return 0, err
	}
	return len(ids), w.Where("reference IN ?", ids).Delete(&chatCommandRow{}).Error
}

// removeExpired removes what of chat has expired.
func (w *work) removeExpired(now time.Time) error {
	if err := w.Where("expires_at < ?", at(now)).Delete(&chatConversationRow{}).Error; err != nil {
		return err
	}
	return w.Where("expires_at < ?", at(now)).Delete(&chatLinkCodeRow{}).Error
}
