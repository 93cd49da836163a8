package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// FindImpacts lists the circuits of maintenances where they are linked and in
// scope: one row for each maintenance and circuit, with the worst impact. What
// a partial cancellation took out is not listed. Page.After are the start of a
// maintenance, its ID, and the CID and ID of an impact.
func (s *Store) FindImpacts(ctx context.Context, scope models.Scope, f models.ImpactFilter) (all []models.ImpactItem, total int, err error) {
	type row struct {
		Row             impactRow `gorm:"embedded"`
		MaintenanceName string
		LinkedCID       string `gorm:"column:linked_cid"`
		StartsAt        instant
		Revision        int64
	}
	err = s.read(ctx, "read impacts", func(tx *gorm.DB) error {
		v := sightOf(scope)
		n, err := countImpacts(tx, v, f)
		if err != nil || n == 0 {
			return err
		}
		keys := keyset{{"m.starts", byTime, true}, {"m.id", byText, false}, {"k.cid", byText, false}, {"mc.id", byText, false}}
		rows, err := pageOf[row](impactRows(tx, v, f), keys, f.Page, "mc.*, m.name AS maintenance_name, m.revision AS revision, k.cid AS linked_cid, m.starts AS starts_at")
		total, all = n, make([]models.ImpactItem, len(rows))
		for i, r := range rows {
			all[i] = models.ImpactItem{
				ID: r.Row.ID, MaintenanceID: r.Row.MaintenanceID, MaintenanceName: r.MaintenanceName, CircuitID: string(r.Row.CircuitID),
				CID: r.LinkedCID, Impact: models.Impact(r.Row.Impact), CreatedAt: r.Row.CreatedAt.Time, UpdatedAt: r.Row.UpdatedAt.Time,
				ListedCID: r.Row.CID, Start: r.StartsAt.Time, Revision: r.Revision,
			}
		}
		return err
	})
	return all, total, err
}

// impactRows are the impacts that are listed, of the maintenances m on the
// circuits k: of those that a maintenance has on a circuit, the worst.
func impactRows(tx *gorm.DB, v sight, f models.ImpactFilter) *gorm.DB {
	worse := worstOf("o") + " < " + worstFirst
	q := linkedCircuits(tx, v, f).
		Where("NOT EXISTS (SELECT 1 FROM maintenance_circuits o WHERE o.maintenance_id = mc.maintenance_id AND o.circuit_id = mc.circuit_id AND o.cancelled = ? AND ("+
			worse+" OR ("+worstOf("o")+" = "+worstFirst+" AND o.id < mc.id)))", false)
	q = withIDs(q, "mc.id", f.IDs)
	if len(f.Impacts) > 0 {
		q = q.Where("mc.impact IN ?", f.Impacts)
	}
	return within(within(q, "mc.created_at", f.Created), "mc.updated_at", f.Updated)
}

// linkedCircuits are the circuits mc of maintenances m that a filter by either
// fits, where they are linked to k, in sight, and not cancelled by themselves.
func linkedCircuits(tx *gorm.DB, v sight, f models.ImpactFilter) *gorm.DB {
	q := tx.Table("maintenances m")
	if v.all && len(f.Circuits)+len(f.IDs) == 0 { // SQLite keeps to the order of a CROSS JOIN: the one of the list
		q = q.Joins("CROSS JOIN maintenance_circuits mc").Where("mc.maintenance_id = m.id")
	} else {
		q = where(q.Joins("JOIN maintenance_circuits mc ON mc.maintenance_id = m.id"), v.circuits("mc.circuit_id"))
	}
	q = where(q.Joins("JOIN circuits k ON k.id = mc.circuit_id").Where("mc.cancelled = ? AND m.merged_into = ''", false), v.maintenances())
	q = ofCircuits(ofMaintenances(q, f.Maintenances), f.Circuits)
	if len(f.Providers) > 0 {
		q = q.Where("m.provider_id IN (SELECT id FROM providers WHERE slug IN ?)", each(f.Providers, nameKey))
	}
	return q
}

// hiddenMaintenances are those that no list shows.
const hiddenMaintenances = "(SELECT h.id FROM maintenances h WHERE h.deleted = true OR h.merged_into <> '')"

// countImpacts counts impactRows. Nearly always it is told by an index alone,
// from the pairs of a maintenance and a circuit.
func countImpacts(tx *gorm.DB, v sight, f models.ImpactFilter) (int, error) {
	unset := models.TimeRange{}
	ranks := each(f.Impacts, func(i models.Impact) int { return -slices.Index(models.Impacts, i) })
	if len(f.IDs) > 0 || f.Created != unset || f.Updated != unset || slices.Contains(ranks, unknownRank) {
		return count(impactRows(tx, v, f))
	}
	q := linkedCircuits(tx, v, f)
	if v.all && len(f.Maintenances)+len(f.Circuits)+len(f.Providers) == 0 {
		q = tx.Table("maintenance_circuits mc").Where("mc.cancelled = false AND mc.circuit_id IS NOT NULL").
			Where("mc.maintenance_id NOT IN " + hiddenMaintenances)
	}
	pairs := q.Select("mc.circuit_id").Group("mc.circuit_id, mc.maintenance_id")
	if len(ranks) > 0 {
		pairs = pairs.Having("MIN("+worstFirst+") IN ?", ranks)
	}
	return count(tx.Table("(?) r", pairs))
}

var worstFirst = worstOf("mc")

const unknownRank = 1

// worstOf ranks the rows of a table's alias by their impact, the worst first.
func worstOf(alias string) string {
	text := "CASE " + alias + ".impact"
	for i, impact := range models.Impacts {
		text += fmt.Sprintf(" WHEN '%s' THEN %d", impact, -i)
	}
	return text + fmt.Sprintf(" ELSE %d END", unknownRank)
}
