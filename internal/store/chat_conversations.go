package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// KeepConversations stores what buttons, menus and forms go on with.
func (s *Store) KeepConversations(ctx context.Context, list []models.Conversation) error {
	return s.write(ctx, "keep conversations", func(w *work) error {
		return insert(w.DB, each(list, newChatConversationRow))
	})
}

// Conversation reads one, whether it has expired or not; models.ErrNotFound
// when it is not there.
func (s *Store) Conversation(ctx context.Context, id string) (models.Conversation, error) {
	var row chatConversationRow
	err := s.read(ctx, "read a conversation", func(tx *gorm.DB) error {
		return found(tx.Where("key = ?", clean(id)).Take(&row).Error, "conversation")
	})
	return row.model(), err
}

// UseConversation marks one as used; models.ErrUsed for all callers but the
// first one.
func (s *Store) UseConversation(ctx context.Context, id string, used time.Time) error {
	return s.write(ctx, "use a conversation", func(w *work) error {
		done := w.Model(&chatConversationRow{}).Where("key = ? AND used_at IS NULL", clean(id)).Update("used_at", at(used))
		if done.Error != nil || done.RowsAffected == 1 {
			return done.Error
		}
		err := w.Where("key = ?", clean(id)).Take(&chatConversationRow{}).Error
		if err == nil {
			return fmt.Errorf("conversation: %w", models.ErrUsed)
		}
		return found(err, "conversation")
	})
}

// SeeChat notes who wrote to lineman, and where. A name that is empty leaves
// the one that is known.
func (s *Store) SeeChat(ctx context.Context, list []models.ChatSeen) error {
	rows := map[string]chatSeenRow{}
	for _, c := range list {
		row := newChatSeenRow(c)
		rows[row.Platform+"\x00"+row.Kind+"\x00"+row.Party] = row
	}
	ordered := make([]chatSeenRow, 0, len(rows))
	for _, row := range rows {
		ordered = append(ordered, row)
	}
	slices.SortFunc(ordered, func(a, b chatSeenRow) int { // so that two writers wait instead of blocking each other
		return strings.Compare(a.Platform+a.Kind+a.Party, b.Platform+b.Kind+b.Party)
	})
	again := clause.OnConflict{
		Columns: []clause.Column{{Name: "platform"}, {Name: "kind"}, {Name: "party"}},
		DoUpdates: clause.Set{
			{Column: clause.Column{Name: "name"}, Value: gorm.Expr("CASE WHEN excluded.name = '' THEN chat_seen.name ELSE excluded.name END")},
			{Column: clause.Column{Name: "last_seen"}, Value: gorm.Expr("CASE WHEN excluded.last_seen > chat_seen.last_seen THEN excluded.last_seen ELSE chat_seen.last_seen END")},
		},
	}
	return s.write(ctx, "note who writes in chat", func(w *work) error {
		return chunks(ordered, func(part []chatSeenRow) error { return w.Clauses(again).Create(&part).Error })
	})
}

// SeenChat lists who wrote to lineman, and where, the latest first.
// Page.After are the time, platform, kind and id.
func (s *Store) SeenChat(ctx context.Context, f models.ChatSeenFilter) (all []models.ChatSeen, total int, err error) {
	err = s.read(ctx, "read who wrote in chat", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			return amongTexts(amongTexts(tx.Table("chat_seen c"), "c.platform", f.Platforms), "c.kind", f.Kinds)
		}
		keys := keyset{{"c.last_seen", byTime, true}, {"c.platform", byText, false}, {"c.kind", byText, false}, {"c.party", byText, false}}
		rows, n, err := listed[chatSeenRow](query, keys, f.Page, "c.*")
		all, total = each(rows, chatSeenRow.model), n
		return err
	})
	return all, total, err
}
