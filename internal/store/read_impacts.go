package store

import (
	"context"

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
		query := func() *gorm.DB {
			ranked := where(tx.Table("maintenance_circuits mc").
				Select("mc.*, m.name AS maintenance_name, m.revision AS revision, k.cid AS linked_cid, m.starts AS starts_at, ROW_NUMBER() OVER (PARTITION BY mc.maintenance_id, mc.circuit_id ORDER BY "+worstFirst+", mc.id) AS place").
				Joins("JOIN maintenances m ON m.id = mc.maintenance_id").
				Joins("JOIN circuits k ON k.id = mc.circuit_id").
				Where("mc.cancelled = ? AND m.merged_into = ''", false), v.maintenances())
			ranked = ofMaintenances(ranked, f.Maintenances)
			ranked = ofCircuits(ranked, f.Circuits)
			if len(f.Providers) > 0 {
				ranked = ranked.Where("m.provider_id IN (SELECT id FROM providers WHERE slug IN ?)", each(f.Providers, nameKey))
			}
			q := tx.Table("(?) r", where(ranked, v.circuits("mc.circuit_id"))).Where("r.place = 1")
			q = withIDs(q, "r.id", f.IDs)
			if len(f.Impacts) > 0 {
				q = q.Where("r.impact IN ?", f.Impacts)
			}
			return within(within(q, "r.created_at", f.Created), "r.updated_at", f.Updated)
		}
		rows, n, err := listed[row](query, keyset{{"r.starts_at", byTime, true}, {"r.maintenance_id", byText, false}, {"r.linked_cid", byText, false}, {"r.id", byText, false}}, f.Page, "r.*")
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

const worstFirst = "CASE mc.impact WHEN 'OUTAGE' THEN 0 WHEN 'DEGRADED' THEN 1 WHEN 'REDUCED-REDUNDANCY' THEN 2 ELSE 3 END"
