package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// FindWindows lists the windows of maintenances in scope, those with the newest
// start first. Those of records that were merged into others are left out.
// Page.After are the start of a window, the ID of its maintenance and its
// ordinal.
func (s *Store) FindWindows(ctx context.Context, scope models.Scope, f models.WindowFilter) (all []models.WindowItem, total int, err error) {
	type row struct {
		Row             windowRow `gorm:"embedded"`
		MaintenanceName string
	}
	err = s.read(ctx, "read windows", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := where(tx.Table("maintenance_windows w").Joins("JOIN maintenances m ON m.id = w.maintenance_id"), sightOf(scope).maintenances()).
				Where("m.merged_into = ''")
			q = ofMaintenances(q, f.Maintenances)
			if len(f.Kinds) > 0 {
				q = q.Where("w.kind IN ?", f.Kinds)
			}
			return within(within(q, "w.starts", f.Start), "w.ends", f.End)
		}
		keys := keyset{{"w.starts", byTime, true}, {"m.id", byText, false}, {"w.ordinal", byNumber, false}}
		rows, n, err := listed[row](query, keys, f.Page, "w.*, m.name AS maintenance_name")
		total, all = n, each(rows, func(r row) models.WindowItem {
			return models.WindowItem{Window: r.Row.model(), MaintenanceID: r.Row.MaintenanceID, MaintenanceName: r.MaintenanceName}
		})
		return err
	})
	return all, total, err
}

// FindChanges lists what changed in maintenances whose provider is in scope as
// a whole, newest first: a change may name any circuit. Page.After are the time
// and the ID of a change.
func (s *Store) FindChanges(ctx context.Context, scope models.Scope, f models.ChangeFilter) (all []models.ChangeItem, total int, err error) {
	type row struct {
		Row             changeRow `gorm:"embedded"`
		MaintenanceName string
	}
	err = s.read(ctx, "read changes", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := ofMaintenances(whole(tx.Table("changes c").Joins("JOIN maintenances m ON m.id = c.maintenance_id"), scope), f.Maintenances)
			q = withIDs(q, "c.id", f.IDs)
			if len(f.Causes) > 0 {
				q = q.Where("c.cause IN ?", f.Causes)
			}
			if len(f.Authors) > 0 {
				q = q.Where("c.author IN ?", f.Authors)
			}
			if f.Field != "" {
				q = q.Where(`c.field LIKE ? ESCAPE '\'`, escapeLike(f.Field)+"%")
			}
			return within(q, "c.at", f.At)
		}
		rows, n, err := listed[row](query, keyset{{"c.at", byTime, true}, {"c.id", byText, true}}, f.Page, "c.*, m.name AS maintenance_name")
		total, all = n, each(rows, func(r row) models.ChangeItem {
			return models.ChangeItem{Change: r.Row.model(), MaintenanceName: r.MaintenanceName}
		})
		return err
	})
	return all, total, err
}

// FindEdits lists what people did to maintenances whose provider is in scope as
// a whole, newest first. Page.After are the time and the ID of an edit.
func (s *Store) FindEdits(ctx context.Context, scope models.Scope, f models.EditFilter) (all []models.EditItem, total int, err error) {
	type row struct {
		Row             editRow `gorm:"embedded"`
		MaintenanceName string
	}
	err = s.read(ctx, "read edits", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := whole(tx.Table("edits e").Joins("JOIN maintenances m ON m.id = e.maintenance_id"), scope)
			q = ofMaintenances(withIDs(q, "e.id", f.IDs), f.Maintenances)
			if len(f.Kinds) > 0 {
				q = q.Where("e.kind IN ?", f.Kinds)
			}
			if len(f.Authors) > 0 {
				q = q.Where("e.author IN ?", f.Authors)
			}
			return within(q, "e.at", f.At)
		}
		rows, n, err := listed[row](query, keyset{{"e.at", byTime, true}, {"e.id", byText, true}}, f.Page, "e.*, m.name AS maintenance_name")
		total, all = n, each(rows, func(r row) models.EditItem {
			return models.EditItem{Edit: r.Row.model(), MaintenanceName: r.MaintenanceName}
		})
		return err
	})
	return all, total, err
}

// whole keeps the rows of maintenances, aliased m, that are not deleted and
// whose provider is in scope itself.
func whole(q *gorm.DB, scope models.Scope) *gorm.DB {
	return where(q, sightOf(scope).providers("m.provider_id")).Where("m.deleted = ?", false)
}
