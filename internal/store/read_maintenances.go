package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lineman/models"
)

// Maintenances lists records in scope, those with the newest start first, with
// their windows and circuits; total counts all that the filter fits. Records
// that were deleted or merged into others are left out. Page.After are the
// start and the ID of a record.
func (s *Store) Maintenances(ctx context.Context, scope models.Scope, f models.MaintenanceFilter) (items []models.MaintenanceItem, total int, err error) {
	err = s.read(ctx, "read maintenances", func(tx *gorm.DB) error {
		items, total, err = maintenances(tx, sightOf(scope), f, nothing)
		return err
	})
	return items, total, err
}

// CircuitMaintenances lists the records that a circuit is linked to.
// models.ErrNotFound when the circuit is not in scope.
func (s *Store) CircuitMaintenances(ctx context.Context, scope models.Scope, circuitID string, f models.MaintenanceFilter) (items []models.MaintenanceItem, err error) {
	err = s.read(ctx, "read the maintenances of a circuit", func(tx *gorm.DB) error {
		v := sightOf(scope)
		var n int64
		if isID(circuitID) {
			if err := where(tx.Table("circuits x").Where("x.id = ?", circuitID), v.circuits("x.id")).Count(&n).Error; err != nil {
				return err
			}
		}
		if n == 0 {
			return fmt.Errorf("circuit %q: %w", circuitID, models.ErrNotFound)
		}
		items, _, err = maintenances(tx, v, f, condition{
			"EXISTS (SELECT 1 FROM maintenance_circuits o WHERE o.maintenance_id = m.id AND o.circuit_id = ?)", []any{circuitID},
		})
		return err
	})
	return items, err
}

// itemRow is a maintenance with its provider's names.
type itemRow struct {
	Row          maintenanceRow `gorm:"embedded"`
	ProviderSlug string
	ProviderName string
}

const itemColumns = "m.*, pr.slug AS provider_slug, pr.name AS provider_name"

func maintenances(tx *gorm.DB, v sight, f models.MaintenanceFilter, extra condition) ([]models.MaintenanceItem, int, error) {
	query := func() *gorm.DB {
		q := where(tx.Table("maintenances m").Joins("JOIN providers pr ON pr.id = m.provider_id"), v.maintenances())
		q = q.Where("m.merged_into = ''")
		if extra.sql != nothing.sql {
			q = where(q, extra)
		}
		return filterMaintenances(q, v, f)
	}
	rows, total, err := listed[itemRow](query, keyset{{"m.starts", byTime, true}, {"m.id", byText, false}}, f.Page, itemColumns)
	if err != nil {
		return nil, 0, err
	}
	items := make([]models.MaintenanceItem, len(rows))
	records := make([]*models.Maintenance, len(rows))
	for i, r := range rows {
		items[i] = models.MaintenanceItem{Maintenance: r.Row.model(), ProviderSlug: r.ProviderSlug, ProviderName: r.ProviderName}
		records[i] = &items[i].Maintenance
	}
	_, err = fillMaintenances(tx, v, records)
	return items, total, err
}

func filterMaintenances(q *gorm.DB, v sight, f models.MaintenanceFilter) *gorm.DB {
	if len(f.Statuses) > 0 {
		q = q.Where("m.status IN ?", f.Statuses)
	}
	if len(f.Providers) > 0 {
		q = q.Where("pr.slug IN ?", each(f.Providers, nameKey))
	}
	if f.Name != "" {
		q = q.Where("m.name_key = ?", nameKey(f.Name))
	}
	if f.Query != "" {
		q = q.Where(`m.name_key LIKE ? ESCAPE '\'`, "%"+escapeLike(nameKey(f.Query))+"%")
	}
	// Filters by circuit must not tell of circuits that are out of sight.
	seen := v.impacts()
	if len(f.Circuits) > 0 {
		keys := each(f.Circuits, models.CIDKey)
		q = q.Where("EXISTS (SELECT 1 FROM maintenance_circuits mc LEFT JOIN circuits k ON k.id = mc.circuit_id "+
			"WHERE mc.maintenance_id = m.id AND (mc.cid_key IN ? OR k.cid_key IN ?) AND "+seen.sql+")",
			append([]any{keys, keys}, seen.args...)...)
	}
	if len(f.Sites) > 0 {
		q = q.Where("EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = m.id AND mc.circuit_id IN "+
			"(SELECT e.circuit_id FROM terminations e JOIN sites w ON w.id = e.site_id WHERE w.name IN ?) AND "+seen.sql+")",
			append([]any{f.Sites}, seen.args...)...)
	}
	q = filterDetails(q, v, f)
	if !f.EndAfter.IsZero() || !f.StartsBy.IsZero() {
		span := "SELECT 1 FROM maintenance_windows w WHERE w.maintenance_id = m.id"
		var args []any
		if !f.EndAfter.IsZero() {
			span, args = span+" AND w.ends >= ?", append(args, at(f.EndAfter))
		}
		if !f.StartsBy.IsZero() {
			span, args = span+" AND w.starts <= ?", append(args, at(f.StartsBy))
		}
		q = q.Where("EXISTS ("+span+")", args...)
	}
	return q
}

// filterDetails filters by what only scripts and pages ask for.
func filterDetails(q *gorm.DB, v sight, f models.MaintenanceFilter) *gorm.DB {
	q = withIDs(q, "m.id", f.IDs)
	if len(f.Names) > 0 {
		q = q.Where("m.name_key IN ?", each(f.Names, func(n string) string { return short(nameKey(n)) }))
	}
	seen := v.impacts()
	if len(f.CircuitIDs) > 0 {
		q = q.Where("EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = m.id AND mc.circuit_id IN ? AND "+seen.sql+")",
			append([]any{validIDs(f.CircuitIDs)}, seen.args...)...)
	}
	if f.Acknowledged != nil {
		q = q.Where("m.acknowledged = ?", *f.Acknowledged)
	}
	q = containing(q, f.Summary, "LOWER(m.summary)")
	if len(f.Tags) > 0 {
		q = q.Where("(m.provider_id IN (SELECT provider_id FROM provider_tags WHERE tag IN ?) OR EXISTS (SELECT 1 FROM maintenance_circuits mc "+
			"JOIN circuit_tags g ON g.circuit_id = mc.circuit_id WHERE mc.maintenance_id = m.id AND g.tag IN ? AND "+seen.sql+"))",
			append([]any{f.Tags, f.Tags}, seen.args...)...)
	}
	for column, r := range map[string]models.TimeRange{"m.starts": f.Start, "m.ends": f.End, "m.created_at": f.Created, "m.updated_at": f.Updated} {
		q = within(q, column, r)
	}
	return q
}

// fillMaintenances loads windows and circuits of records, in a fixed number of
// statements, and takes out what is not in sight. It tells which records are
// shown only in part.
func fillMaintenances(tx *gorm.DB, v sight, records []*models.Maintenance) (partial map[string]bool, err error) {
	partial = map[string]bool{}
	if len(records) == 0 {
		return partial, nil
	}
	byID := make(map[string]*models.Maintenance, len(records))
	ids := make([]string, len(records))
	for i, m := range records {
		byID[m.ID], ids[i] = m, m.ID
	}
	windows, err := loadIn[windowRow](tx.Order("maintenance_id, ordinal"), "maintenance_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	for _, r := range windows {
		m := byID[r.MaintenanceID]
		m.Windows = append(m.Windows, r.model())
	}
	q := tx.Table("maintenance_circuits mc").Select("mc.*").Joins("JOIN maintenances m ON m.id = mc.maintenance_id")
	impacts, err := loadIn[impactRow](where(q, v.impacts()).Order("mc.maintenance_id, mc.position"), "mc.maintenance_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	circuits := make([]string, 0, len(impacts))
	for _, r := range impacts {
		m := byID[r.MaintenanceID]
		m.Circuits = append(m.Circuits, r.model())
		circuits = append(circuits, string(r.CircuitID))
	}
	known, err := loadCircuits(tx, circuits)
	if err != nil {
		return nil, err
	}
	for _, m := range records {
		for i := range m.Circuits {
			m.Circuits[i].Circuit = known[m.Circuits[i].CircuitID]
		}
	}
	return partial, narrow(tx, v, records, partial)
}

func escapeLike(text string) string { return likeEscaper.Replace(text) }
