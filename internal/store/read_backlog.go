package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"lineman/models"
)

// Backlog tells what waits: mail that was kept and not read yet, and messages
// of the named sources whose labels are due.
func (s *Store) Backlog(ctx context.Context, labelled []string) (models.Backlog, error) {
	b := models.Backlog{}
	err := s.read(ctx, "read what waits", func(tx *gorm.DB) error {
		b = models.Backlog{Labels: map[string]models.Waiting{}}
		var oldest instant
		row := tx.Table("raw_notifications").Where("state = 'received'").Select("COUNT(*), MIN(created_at)").Row()
		if err := row.Scan(&b.Mails.Count, &oldest); err != nil {
			return err
		}
		b.Mails.Oldest = oldest.Time
		if len(labelled) == 0 {
			return nil
		}
		due := tx.Table("mailbox_messages x").Joins("JOIN sources s ON s.id = x.source_id").Where("x."+isLabelDue).
			Where("x.source_id IN (SELECT id FROM sources WHERE name IN ?)", labelled).
			Select("s.name, COUNT(*), MIN(x.created_at)").Group("s.name")
		return eachRow(due, func(rows *sql.Rows) error {
			var name string
			var w models.Waiting
			var oldest instant
			err := rows.Scan(&name, &w.Count, &oldest)
			w.Oldest = oldest.Time
			b.Labels[name] = w
			return err
		})
	})
	return b, err
}
