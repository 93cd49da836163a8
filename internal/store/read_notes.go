package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// FindNotes lists notes of maintenances in scope, newest first. Automatic ones
// name circuits, so they are shown only with the whole provider in scope.
// Page.After are the time at which a note was made and its ID.
func (s *Store) FindNotes(ctx context.Context, scope models.Scope, f models.NoteFilter) (all []models.Note, total int, err error) {
	type row struct {
		Row      noteRow `gorm:"embedded"`
		Revision int64
	}
	err = s.read(ctx, "read notes", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB {
			q := where(tx.Table("notes n").Joins("JOIN maintenances m ON m.id = n.maintenance_id"), v.maintenances())
			q = where(q, anyOf(v.providers("m.provider_id"), condition{sql: "n.key = ''"})).
				Where("n.removed = ?", false)
			q = withIDs(q, "n.id", f.IDs)
			q = ofMaintenances(q, f.Maintenances)
			if len(f.Titles) > 0 {
				q = q.Where("n.title IN ?", f.Titles)
			}
			if len(f.Levels) > 0 {
				q = q.Where("n.level IN ?", f.Levels)
			}
			q = containing(q, f.Query, "LOWER(n.title)", "LOWER(n.comment)")
			return within(within(q, "n.created_at", f.Created), "n.updated_at", f.Updated)
		}
		rows, n, err := listed[row](query, keyset{{"n.created_at", byTime, true}, {"n.id", byText, true}}, f.Page, "n.*, m.revision AS revision")
		total, all = n, each(rows, func(r row) models.Note {
			note := r.Row.model()
			note.Revision = r.Revision
			return note
		})
		return err
	})
	return all, total, err
}
