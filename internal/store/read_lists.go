package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// RawNotifications lists raw mails without their bytes, newest first. A scope
// that is narrowed in any way sees none.
func (s *Store) RawNotifications(ctx context.Context, scope models.Scope, page models.Page) (all []models.RawNotification, total int, err error) {
	if !scope.All {
		return nil, 0, nil
	}
	err = s.read(ctx, "read raw mail", func(tx *gorm.DB) error {
		query := func() *gorm.DB { return tx.Table("raw_notifications r") }
		rows, n, err := counted[rawRow](query, "r.received DESC, r.id DESC", page, "r.*")
		all, total = each(rows, rawRow.model), n
		return err
	})
	return all, total, err
}

// Notices lists what mails said, newest first: of each mail its newest
// reading, of maintenances in scope.
func (s *Store) Notices(ctx context.Context, scope models.Scope, page models.Page) (all []models.NoticeItem, total int, err error) {
	type row struct {
		Row             noticeRow `gorm:"embedded"`
		MaintenanceName string
	}
	err = s.read(ctx, "read notices", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB {
			return where(tx.Table("notices n").Joins("JOIN maintenances m ON m.id = n.record_id"), v.maintenances()).
				Where("n.superseded = ?", false)
		}
		rows, n, err := counted[row](query, "n.received DESC, n.id DESC", page, "n.*, m.name AS maintenance_name")
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
	rows, err := loadIn[impactRow](where(q, v.impacts()), "mc.maintenance_id IN ?", unique(ids))
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

// Impacts lists the circuits of maintenances where they are linked and in
// scope: one row for each maintenance and circuit, with the worst impact. What
// a partial cancellation took out is not listed.
func (s *Store) Impacts(ctx context.Context, scope models.Scope, page models.Page) (all []models.ImpactItem, total int, err error) {
	type row struct {
		Row             impactRow `gorm:"embedded"`
		MaintenanceName string
		LinkedCID       string `gorm:"column:linked_cid"`
		StartsAt        instant
	}
	err = s.read(ctx, "read impacts", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB {
			ranked := where(tx.Table("maintenance_circuits mc").
				Select("mc.*, m.name AS maintenance_name, k.cid AS linked_cid, m.starts AS starts_at, ROW_NUMBER() OVER (PARTITION BY mc.maintenance_id, mc.circuit_id ORDER BY "+worstFirst+", mc.id) AS place").
				Joins("JOIN maintenances m ON m.id = mc.maintenance_id").
				Joins("JOIN circuits k ON k.id = mc.circuit_id").
				Where("mc.cancelled = ? AND m.merged_into = ''", false), v.maintenances())
			return tx.Table("(?) r", where(ranked, v.circuits("mc.circuit_id"))).Where("r.place = 1")
		}
		rows, n, err := counted[row](query, "r.starts_at DESC NULLS LAST, r.maintenance_id, r.linked_cid", page, "r.*")
		total, all = n, make([]models.ImpactItem, len(rows))
		for i, r := range rows {
			all[i] = models.ImpactItem{
				ID: r.Row.ID, MaintenanceID: r.Row.MaintenanceID, MaintenanceName: r.MaintenanceName, CircuitID: string(r.Row.CircuitID),
				CID: r.LinkedCID, Impact: models.Impact(r.Row.Impact), CreatedAt: r.Row.CreatedAt.Time, UpdatedAt: r.Row.UpdatedAt.Time,
			}
		}
		return err
	})
	return all, total, err
}

const worstFirst = "CASE mc.impact WHEN 'OUTAGE' THEN 0 WHEN 'DEGRADED' THEN 1 WHEN 'REDUCED-REDUNDANCY' THEN 2 ELSE 3 END"

// Notes lists notes of maintenances in scope, newest first. Automatic ones
// name circuits, so they are shown only with the whole provider in scope.
func (s *Store) Notes(ctx context.Context, scope models.Scope, page models.Page) (all []models.Note, total int, err error) {
	err = s.read(ctx, "read notes", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB {
			q := where(tx.Table("notes n").Joins("JOIN maintenances m ON m.id = n.maintenance_id"), v.maintenances())
			return where(q, anyOf(v.providers("m.provider_id"), condition{sql: "n.key = ''"}))
		}
		rows, n, err := counted[noteRow](query, "n.created_at DESC, n.id DESC", page, "n.*")
		all, total = each(rows, noteRow.model), n
		return err
	})
	return all, total, err
}

// MailCounts counts raw mails by source, provider and state.
func (s *Store) MailCounts(ctx context.Context) ([]models.MailCount, error) {
	var all []models.MailCount
	err := s.read(ctx, "count mail", func(tx *gorm.DB) error {
		return tx.Table("raw_notifications r").
			Select("COALESCE(s.name, '') AS source, COALESCE(p.slug, '') AS provider, r.state AS state, COUNT(*) AS count").
			Joins("LEFT JOIN sources s ON s.id = r.source_id").
			Joins("LEFT JOIN providers p ON p.id = r.provider_id").
			Group("s.name, p.slug, r.state").Order("source, provider, state").Scan(&all).Error
	})
	return all, err
}

// SourceHealths lists the sources by name, with the size of their ledger.
func (s *Store) SourceHealths(ctx context.Context) ([]models.SourceHealth, error) {
	type row struct {
		Row      sourceRow `gorm:"embedded"`
		Messages int64
		LastMail instant
	}
	var rows []row
	err := s.read(ctx, "read sources", func(tx *gorm.DB) error {
		return tx.Table("sources s").
			Select("s.*, (SELECT COUNT(*) FROM mailbox_messages x WHERE x.source_id = s.id) AS messages, " +
				"(SELECT MAX(x.received) FROM mailbox_messages x WHERE x.source_id = s.id) AS last_mail").
			Order("s.name").Scan(&rows).Error
	})
	return each(rows, func(r row) models.SourceHealth {
		return models.SourceHealth{Source: r.Row.model(), Messages: r.Messages, LastMail: r.LastMail.Time}
	}), err
}
