package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// Maintenances lists records in scope, those with the newest start first, with
// their windows and circuits; total counts all that the filter fits. With
// f.Window they are in the order of their first such window. Records that were
// deleted or merged into others are left out. Page.After are the start and the
// ID of a record.
func (s *Store) Maintenances(ctx context.Context, scope models.Scope, f models.MaintenanceFilter) (items []models.MaintenanceItem, total int, err error) {
	err = s.read(ctx, "read maintenances", func(tx *gorm.DB) error {
		items, total, err = s.maintenances(tx, sightOf(scope), f, nothing)
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
		items, _, err = s.maintenances(tx, v, f, condition{
			"m.id IN (SELECT o.maintenance_id FROM maintenance_circuits o WHERE o.circuit_id = ?)", []any{circuitID},
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

// itemsByID reads maintenances in the order of their IDs.
func itemsByID(tx *gorm.DB, ids []string) ([]itemRow, error) {
	q := tx.Table("maintenances m").Select(itemColumns).Joins("JOIN providers pr ON pr.id = m.provider_id")
	rows, err := loadIn[itemRow](q, "m.id", ids)
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(rows, func(a, b itemRow) int { return place[a.Row.ID] - place[b.Row.ID] })
	return rows, err
}

// listedMaintenances are the maintenances in sight that a list shows.
func listedMaintenances(tx *gorm.DB, v sight) *gorm.DB {
	return where(tx.Table("maintenances m"), v.maintenanceList()).Where("m.merged_into = ''")
}

const itemColumns = "m.*, pr.slug AS provider_slug, pr.name AS provider_name"

func (s *Store) maintenances(tx *gorm.DB, v sight, f models.MaintenanceFilter, extra condition) ([]models.MaintenanceItem, int, error) {
	query := func() *gorm.DB {
		q := filterMaintenances(byWindow(listedMaintenances(tx, v), f.Window), v, f)
		if extra.sql != nothing.sql {
			q = where(q, extra)
		}
		return q
	}
	order := slices.Clone(headOrder)
	if f.Window != nil {
		order[0] = keyColumn{"first.starts", byTime, false}
	}
	ids, total, err := maintenancePage(tx, query, order, f)
	if err != nil || len(ids) == 0 {
		return nil, total, err
	}
	rows, err := itemsByID(tx, ids)
	if err != nil {
		return nil, 0, err
	}
	items := make([]models.MaintenanceItem, len(rows))
	records := make([]*models.Maintenance, len(rows))
	for i, r := range rows {
		items[i] = models.MaintenanceItem{Maintenance: r.Row.model(), ProviderSlug: r.ProviderSlug, ProviderName: r.ProviderName}
		records[i] = &items[i].Maintenance
	}
	_, err = s.fillMaintenances(tx, v, records)
	return items, total, err
}

// maintenancePage gives the IDs of a page of maintenances, and how many there are.
// Indexes alone tell both.
func maintenancePage(tx *gorm.DB, query func() *gorm.DB, order keyset, f models.MaintenanceFilter) (ids []string, total int, err error) {
	type row struct {
		ID string
		N  int
	}
	if f.Chooses() && f.Page.After == nil {
		found, err := scanned[row](few(tx, query(), order, f.Page, "m.id"))
		known := len(found) > 0 && found[0].N <= maxFew
		if none := len(found) == 0 && f.Page.Offset <= 0; err != nil || none {
			return nil, 0, err
		}
		if known {
			return each(found, func(r row) string { return r.ID }), found[0].N, nil
		}
	}
	found, total, err := listed[row](query, order, f.Page, "m.id")
	return each(found, func(r row) string { return r.ID }), total, err
}

// byWindow keeps the records with a window that the filter chooses, and gives
// the start of the first one as first.starts.
func byWindow(q *gorm.DB, f *models.WindowChoice) *gorm.DB {
	if f == nil {
		return q
	}
	parts, args := []string{"1 = 1"}, []any{}
	for _, c := range []struct {
		sql string
		at  time.Time
	}{{"w.ends >= ?", f.EndAfter}, {"w.starts <= ?", f.StartsBy}, {"w.starts > ?", f.StartsAfter}, {"w.ends >= ?", f.StartsAfter}} {
		if !c.at.IsZero() {
			parts, args = append(parts, c.sql), append(args, at(c.at))
		}
	}
	if f.Planned {
		parts = append(parts, "(w.kind <> ? OR w.called) AND w.status NOT IN ?")
		args = append(args, models.WindowBackup, []models.Status{models.StatusCancelled, models.StatusCompleted})
	}
	return q.Joins("JOIN (SELECT w.maintenance_id, MIN(w.starts) AS starts FROM maintenance_windows w WHERE "+
		strings.Join(parts, " AND ")+" GROUP BY w.maintenance_id) first ON first.maintenance_id = m.id", args...)
}

// worst keeps the records where one of these is the worst impact on a circuit
// that is seen and not cancelled.
func worst(q *gorm.DB, v sight, impacts []models.Impact) *gorm.DB {
	if len(impacts) == 0 {
		return q
	}
	if v.all && !slices.ContainsFunc(impacts, func(i models.Impact) bool { return !slices.Contains(models.Impacts, i) }) {
		return q.Where("m.worst IN ?", impacts)
	}
	seen := v.impacts()
	has := func(list []models.Impact) condition {
		return condition{
			"EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = m.id AND mc.cancelled = false AND mc.impact IN ? AND " + seen.sql + ")",
			append([]any{list}, seen.args...),
		}
	}
	var parts []condition
	for _, i := range impacts {
		one := has([]models.Impact{i})
		var above []models.Impact
		for _, j := range models.Impacts {
			if j.Worse(i) {
				above = append(above, j)
			}
		}
		if len(above) > 0 {
			more := has(above)
			one = both(one, condition{"NOT " + more.sql, more.args})
		}
		parts = append(parts, one)
	}
	return where(q, anyOf(parts...))
}

func filterMaintenances(q *gorm.DB, v sight, f models.MaintenanceFilter) *gorm.DB {
	if len(f.Statuses) > 0 {
		q = q.Where("m.status IN ?", f.Statuses)
	}
	if len(f.Providers) > 0 {
		q = where(q, ofProviders(f.Providers))
	}
	if f.Name != "" {
		q = q.Where("m.name_key = ?", nameKey(f.Name))
	}
	if f.Lit {
		q = q.Where("EXISTS (SELECT 1 FROM changes c WHERE c.maintenance_id = m.id AND c.cause <> ?)", models.CauseShadow)
	}
	if f.Query != "" {
		q = q.Where(`m.name_key LIKE ? ESCAPE '\'`, "%"+escapeLike(nameKey(f.Query))+"%")
	}
	if len(f.Circuits)+len(f.CircuitIDs) > 0 {
		keys := each(f.Circuits, models.CIDKey)
		q = where(q, v.hits(
			in("mc.cid_key IN ?", keys), in("mc.circuit_id IN (SELECT k.id FROM circuits k WHERE k.cid_key IN ?)", keys),
			in("mc.circuit_id IN ?", validIDs(f.CircuitIDs)),
		))
	}
	if len(f.Sites) > 0 {
		q = where(q, v.hits(in("mc.circuit_id IN (SELECT e.circuit_id FROM terminations e JOIN sites w ON w.id = e.site_id WHERE w.name IN ?)", f.Sites)))
	}
	q = filterDetails(q, v, f)
	// The first start and the last end tell of each of the two alone.
	if !f.EndAfter.IsZero() {
		q = q.Where("m.ends >= ?", at(f.EndAfter))
	}
	if !f.StartsBy.IsZero() {
		q = q.Where("m.starts <= ?", at(f.StartsBy))
	}
	if !f.EndAfter.IsZero() && !f.StartsBy.IsZero() {
		q = q.Where("EXISTS (SELECT 1 FROM maintenance_windows w WHERE w.maintenance_id = m.id AND w.ends >= ? AND w.starts <= ?)", at(f.EndAfter), at(f.StartsBy))
	}
	return q
}

// filterDetails filters by what only scripts and pages ask for.
func filterDetails(q *gorm.DB, v sight, f models.MaintenanceFilter) *gorm.DB {
	q = worst(withIDs(q, "m.id", f.IDs), v, f.Worst)
	if len(f.Names) > 0 {
		q = q.Where("m.name_key IN ?", each(f.Names, func(n string) string { return short(nameKey(n)) }))
	}
	if f.Acknowledged != nil {
		q = q.Where("m.acknowledged = ?", *f.Acknowledged)
	}
	q = containing(q, f.Summary, "LOWER(m.summary)")
	if len(f.Tags) > 0 {
		q = where(q, anyOf(
			in("m.provider_id IN (SELECT provider_id FROM provider_tags WHERE tag IN ?)", f.Tags),
			v.hits(in("mc.circuit_id IN (SELECT g.circuit_id FROM circuit_tags g WHERE g.tag IN ?)", f.Tags)),
		))
	}
	for column, r := range map[string]models.TimeRange{"m.starts": f.Start, "m.ends": f.End, "m.created_at": f.Created, "m.updated_at": f.Updated} {
		q = within(q, column, r)
	}
	return q
}

// fillMaintenances loads windows and circuits of records, in a fixed number of
// statements, and takes out what is not in sight. It tells which records are
// shown only in part.
func (s *Store) fillMaintenances(tx *gorm.DB, v sight, records []*models.Maintenance) (partial map[string]bool, err error) {
	partial = map[string]bool{}
	if len(records) == 0 {
		return partial, nil
	}
	byID := make(map[string]*models.Maintenance, len(records))
	ids := make([]string, len(records))
	for i, m := range records {
		byID[m.ID], ids[i] = m, m.ID
	}
	windows, err := loadIn[windowRow](tx.Order("maintenance_id, ordinal"), "maintenance_id", ids)
	if err != nil {
		return nil, err
	}
	for _, r := range windows {
		m := byID[r.MaintenanceID]
		m.Windows = append(m.Windows, r.model())
	}
	q := tx.Table("maintenance_circuits mc").Select("mc.*")
	if !v.all {
		q = where(q.Joins("JOIN maintenances m ON m.id = mc.maintenance_id"), v.impacts())
	}
	impacts, err := loadIn[impactRow](q.Order("mc.maintenance_id, mc.position"), "mc.maintenance_id", ids)
	if err != nil {
		return nil, err
	}
	circuits := make([]string, 0, len(impacts))
	for _, r := range impacts {
		m := byID[r.MaintenanceID]
		m.Circuits = append(m.Circuits, r.model())
		circuits = append(circuits, string(r.CircuitID))
	}
	known, err := s.circuitsWhole(tx, circuits)
	if err != nil {
		return nil, err
	}
	for _, m := range records {
		for i := range m.Circuits {
			if c := known[m.Circuits[i].CircuitID]; c != nil {
				own := *c
				m.Circuits[i].Circuit = &own
			}
		}
	}
	return partial, narrow(tx, v, records, partial)
}

func escapeLike(text string) string { return likeEscaper.Replace(text) }
