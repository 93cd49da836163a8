package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// FindNotices lists what mails said, newest first: of each mail its newest
// reading, of maintenances in scope. Page.After are the time of receipt and the
// ID of a notice.
func (s *Store) FindNotices(ctx context.Context, scope models.Scope, f models.NoticeFilter) (all []models.NoticeItem, total int, err error) {
	type row struct {
		Row             noticeRow `gorm:"embedded"`
		MaintenanceName string
	}
	err = s.read(ctx, "read notices", func(tx *gorm.DB) error {
		v := sightOf(scope)
		n, err := countNotices(tx, v, f)
		if err != nil || n == 0 {
			return err
		}
		rows, err := pageOf[row](notices(tx, v, f), keyset{{"n.received", byTime, true}, {"n.id", byText, true}}, f.Page, "n.*, m.name AS maintenance_name")
		if err != nil {
			return err
		}
		total, all = n, make([]models.NoticeItem, len(rows))
		for i, r := range rows {
			all[i] = models.NoticeItem{Notice: r.Row.model(), MaintenanceRowID: string(r.Row.RecordID), MaintenanceName: r.MaintenanceName}
		}
		return narrowNotices(tx, v, all)
	})
	return all, total, err
}

// notices are what mails said of the maintenances m.
func notices(tx *gorm.DB, v sight, f models.NoticeFilter) *gorm.DB {
	q := where(tx.Table("notices n").Joins("JOIN maintenances m ON m.id = n.record_id").Where("n.superseded = false"), v.maintenances())
	q = withIDs(q, "n.id", f.IDs)
	q = withIDs(q, "n.raw_id", f.Raws)
	q = ofMaintenances(q, f.Maintenances)
	return containing(q, f.Query, "m.name_key", "LOWER(n.summary)")
}

// countNotices counts notices; all of them by an index alone.
func countNotices(tx *gorm.DB, v sight, f models.NoticeFilter) (int, error) {
	if !v.all || len(f.IDs)+len(f.Raws)+len(f.Maintenances) > 0 || f.Query != "" {
		return count(notices(tx, v, f))
	}
	return count(tx.Table("notices n").Where("n.superseded = false AND n.record_id IS NOT NULL").
		Where("n.record_id NOT IN (SELECT h.id FROM maintenances h WHERE h.deleted = true)"))
}

// narrowNotices takes out the circuits that are not in sight.
func narrowNotices(tx *gorm.DB, v sight, items []models.NoticeItem) error {
	if v.all || len(items) == 0 {
		return nil
	}
	whole, err := wholeProviders(tx, v)
	if err != nil {
		return err
	}
	var ids []string
	for _, n := range items {
		ids = append(ids, n.MaintenanceRowID)
	}
	q := tx.Table("maintenance_circuits mc").Select("mc.*").Joins("JOIN maintenances m ON m.id = mc.maintenance_id")
	rows, err := loadIn[impactRow](where(q, v.impacts()), "mc.maintenance_id", unique(ids))
	if err != nil {
		return err
	}
	seen := map[string]map[string]bool{}
	for _, r := range rows {
		if seen[r.MaintenanceID] == nil {
			seen[r.MaintenanceID] = map[string]bool{}
		}
		seen[r.MaintenanceID][r.CIDKey] = true
	}
	for i, n := range items {
		if !whole[n.ProviderID] {
			items[i].Notice = narrowNotice(n.Notice, seen[n.MaintenanceRowID])
		}
	}
	return nil
}
