package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// findings is the condition that a finding, aliased f, is in sight: all
// circuits of its site or group are, and all that took part in it. Whether a
// scope sees a finding thus never depends on a circuit that it does not see,
// and one that it sees is seen whole.
func (v sight) findings() condition {
	if v.all {
		return condition{sql: "1 = 1"}
	}
	all := condition{sql: "EXISTS (SELECT 1 FROM finding_circuits fc WHERE fc.finding_id = f.id)"}
	for _, of := range []struct{ rows, column string }{
		{"finding_circuits fc WHERE fc.finding_id = f.id", "fc.circuit_id"},
		{"terminations ft WHERE f.kind = 'site' AND ft.site_id = f.subject_id", "ft.circuit_id"},
		{"redundancy_members fm WHERE f.kind = 'group' AND fm.group_id = f.subject_id", "fm.circuit_id"},
	} {
		seen := v.circuits(of.column)
		if seen.sql == nothing.sql {
			return nothing
		}
		all.sql += " AND NOT EXISTS (SELECT 1 FROM " + of.rows + " AND NOT " + seen.sql + ")"
		all.args = append(all.args, seen.args...)
	}
	return all
}

// Findings lists findings in scope by their start, with their circuits and
// maintenances; total counts all that the filter fits.
func (s *Store) Findings(ctx context.Context, scope models.Scope, f models.FindingFilter) (items []models.FindingItem, total int, err error) {
	err = s.read(ctx, "read findings", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB { return filterFindings(where(tx.Table("findings f"), v.findings()), v, f) }
		rows, n, err := listed[findingRow](query, keyset{{"f.starts", byTime, false}, {"f.id", byText, false}}, f.Page, "f.*")
		if err != nil {
			return err
		}
		total = n
		items, err = findingItems(tx, v, rows)
		return err
	})
	return items, total, err
}

// Finding gives one finding with what happened to it, the newest first.
// models.ErrNotFound when it is not there or not in scope.
func (s *Store) Finding(ctx context.Context, scope models.Scope, id string) (d models.FindingDetail, err error) {
	err = s.read(ctx, "read a finding", func(tx *gorm.DB) error {
		v := sightOf(scope)
		row, err := findingInSight(tx, v, id)
		if err != nil {
			return err
		}
		items, err := findingItems(tx, v, []findingRow{row})
		if err != nil {
			return err
		}
		d.FindingItem = items[0]
		var events []findingEventRow
		err = tx.Where("finding_id = ?", id).Order("revision DESC").Limit(maxChanges).Find(&events).Error
		d.Events = each(events, findingEventRow.model)
		return err
	})
	return d, err
}

func findingInSight(tx *gorm.DB, v sight, id string) (row findingRow, err error) {
	if !isID(id) {
		return row, fmt.Errorf("finding %q: %w", id, models.ErrNotFound)
	}
	err = where(tx.Table("findings f"), v.findings()).Where("f.id = ?", id).Take(&row).Error
	return row, found(err, "finding %s", id)
}

func filterFindings(q *gorm.DB, v sight, f models.FindingFilter) *gorm.DB {
	switch f.State {
	case models.FindingsOpen, "":
		q = q.Where("f.closed_at IS NULL")
	case models.FindingsClosed:
		q = q.Where("f.closed_at IS NOT NULL")
	}
	if len(f.Sites) > 0 || len(f.Groups) > 0 {
		q = q.Where("(f.kind = 'site' AND f.subject_id IN (SELECT s.id FROM sites s WHERE s.name IN ?) "+
			"OR f.kind = 'group' AND f.subject_id IN (SELECT g.id FROM redundancy_groups g WHERE g.name IN ?))", orNone(f.Sites), orNone(f.Groups))
	}
	if len(f.Severities) > 0 {
		q = q.Where("f.severity IN ?", f.Severities)
	}
	if len(f.Circuits) > 0 {
		q = q.Where("f.id IN (SELECT fc.finding_id FROM finding_circuits fc JOIN circuits k ON k.id = fc.circuit_id WHERE k.cid_key IN ?)", each(f.Circuits, models.CIDKey))
	}
	if len(f.Maintenances) > 0 {
		seen := v.maintenances()
		q = q.Where("f.id IN (SELECT fm.finding_id FROM finding_maintenances fm JOIN maintenances m ON m.id = fm.maintenance_id WHERE m.name_key IN ? AND "+seen.sql+")",
			append([]any{each(f.Maintenances, nameKey)}, seen.args...)...)
	}
	if !f.From.IsZero() {
		q = q.Where("f.ends > ?", at(f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("f.starts < ?", at(f.To))
	}
	return q
}

// orNone makes an empty list fit for IN.
func orNone(names []string) []string {
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// findingItems completes rows with what they refer to, in a fixed number of
// statements. Maintenances that are out of sight by now are left out.
func findingItems(tx *gorm.DB, v sight, rows []findingRow) ([]models.FindingItem, error) {
	all := each(rows, findingRow.model)
	if err := fillFindings(tx, all); err != nil {
		return nil, err
	}
	var circuitIDs, maintenanceIDs []string
	for _, f := range all {
		circuitIDs, maintenanceIDs = append(circuitIDs, f.Circuits...), append(maintenanceIDs, f.Maintenances...)
	}
	circuits, err := loadCircuits(tx, circuitIDs, readSurroundings(tx))
	if err != nil {
		return nil, err
	}
	maintenances, err := maintenanceRefs(tx, v, maintenanceIDs)
	if err != nil {
		return nil, err
	}
	items := make([]models.FindingItem, len(all))
	for i, f := range all {
		item := models.FindingItem{Finding: f}
		for _, id := range f.Circuits {
			if c := circuits[id]; c != nil {
				item.Members = append(item.Members, *c)
			}
		}
		for _, id := range f.Maintenances {
			if m, seen := maintenances[id]; seen {
				item.Causes = append(item.Causes, m)
			}
		}
		for n, e := range f.Exposures {
			f.Exposures[n].Maintenances = slices.DeleteFunc(e.Maintenances, func(id string) bool {
				_, seen := maintenances[id]
				return !seen && !v.all
			})
		}
		items[i] = item
	}
	return items, nil
}

// maintenanceRefs gives maintenances in sight by ID.
func maintenanceRefs(tx *gorm.DB, v sight, ids []string) (map[string]models.MaintenanceRef, error) {
	q := tx.Table("maintenances m").Select("m.id, m.name, m.status, pr.slug AS provider_slug").Joins("JOIN providers pr ON pr.id = m.provider_id")
	rows, err := loadIn[models.MaintenanceRef](where(q, v.maintenances()), "m.id", unique(ids))
	byID := make(map[string]models.MaintenanceRef, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID, err
}

// fillFindings loads the circuits and maintenances of findings, sorted.
func fillFindings(tx *gorm.DB, all []models.Finding) error {
	byID := make(map[string]*models.Finding, len(all))
	ids := make([]string, len(all))
	for i := range all {
		byID[all[i].ID], ids[i] = &all[i], all[i].ID
	}
	circuits, err := loadIn[findingCircuitRow](tx, "finding_id", ids)
	if err != nil {
		return err
	}
	for _, r := range circuits {
		f := byID[r.FindingID]
		f.Circuits = append(f.Circuits, r.CircuitID)
	}
	maintenances, err := loadIn[findingMaintenanceRow](tx, "finding_id", ids)
	for _, r := range maintenances {
		f := byID[r.FindingID]
		f.Maintenances = append(f.Maintenances, r.MaintenanceID)
	}
	for i := range all {
		slices.Sort(all[i].Circuits)
		slices.Sort(all[i].Maintenances)
	}
	return err
}

// FindingCounts counts the open findings by kind of subject and severity.
func (s *Store) FindingCounts(ctx context.Context) (all []models.FindingCount, err error) {
	err = s.read(ctx, "count findings", func(tx *gorm.DB) error {
		return tx.Table("findings f").Select("f.kind, f.severity, COUNT(*) AS count").Where("f.closed_at IS NULL").
			Group("f.kind, f.severity").Order("f.kind, f.severity").Scan(&all).Error
	})
	return all, err
}
