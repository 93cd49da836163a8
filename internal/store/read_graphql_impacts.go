package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// ListedCircuits gives the circuit lists of each of these maintenances, as far
// as they are in scope, in the order of the notices.
func (s *Store) ListedCircuits(ctx context.Context, scope models.Scope, b models.Batch) (map[string][]models.ListedCircuit, error) {
	byMaintenance := map[string][]models.ListedCircuit{}
	err := s.peek(ctx, "read the circuits of maintenances", func(tx *gorm.DB) error {
		type row struct {
			ID            string
			MaintenanceID string
			CID           string `gorm:"column:cid"`
			Account       string
			Impact        string
			Cancelled     bool
			LinkedID      ref
			CreatedAt     instant
			UpdatedAt     instant
		}
		v := sightOf(scope)
		linked := v.circuits("mc.circuit_id")
		q := tx.Table("maintenance_circuits mc").Joins("JOIN maintenances m ON m.id = mc.maintenance_id").
			Select("mc.id, mc.maintenance_id, mc.cid, mc.account, mc.impact, mc.cancelled, mc.created_at, mc.updated_at, "+
				"CASE WHEN "+linked.sql+" THEN mc.circuit_id END AS linked_id", linked.args...)
		q = where(where(where(q, v.maintenances()), v.impacts()), s.among("mc.maintenance_id", b.IDs))
		rows, err := batch[row](q.Order("mc.maintenance_id, mc.position"), b)
		for _, r := range rows {
			byMaintenance[r.MaintenanceID] = append(byMaintenance[r.MaintenanceID], models.ListedCircuit{
				ID: r.ID, MaintenanceID: r.MaintenanceID, CID: r.CID, Account: r.Account, Impact: models.Impact(r.Impact), Cancelled: r.Cancelled,
				CircuitID: string(r.LinkedID), CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
			})
		}
		return err
	})
	return byMaintenance, err
}

// ImpactsOn gives the impacts on each of these circuits, as far as they are in
// scope: one for each maintenance, with the worst impact, the newest start
// first. MaintenanceName and CID are left empty.
func (s *Store) ImpactsOn(ctx context.Context, scope models.Scope, b models.Batch) (map[string][]models.ImpactItem, error) {
	byCircuit := map[string][]models.ImpactItem{}
	err := s.peek(ctx, "read the impacts on circuits", func(tx *gorm.DB) error {
		v := sightOf(scope)
		worst := tx.Table("maintenance_circuits mc").Joins("JOIN maintenances m ON m.id = mc.maintenance_id").
			Select("mc.id, mc.maintenance_id, mc.circuit_id, mc.cid, mc.impact, mc.created_at, mc.updated_at, m.starts, "+
				"ROW_NUMBER() OVER (PARTITION BY mc.maintenance_id, mc.circuit_id ORDER BY "+worstFirst+", mc.id) AS rank").
			Where("mc.cancelled = ? AND m.merged_into = ''", false)
		worst = where(where(where(worst, v.maintenances()), v.circuits("mc.circuit_id")), s.among("mc.circuit_id", b.IDs))
		q := tx.Table("(?) o", worst).Where("o.rank = 1").
			Select("o.*, ROW_NUMBER() OVER (PARTITION BY o.circuit_id ORDER BY o.starts DESC NULLS LAST, o.maintenance_id) AS place")
		rows, err := batch[impactRow](tx.Table("(?) r", q).Order("r.circuit_id, r.place"), b)
		for _, r := range rows {
			id := string(r.CircuitID)
			byCircuit[id] = append(byCircuit[id], models.ImpactItem{
				ID: r.ID, MaintenanceID: r.MaintenanceID, CircuitID: id, ListedCID: r.CID, Impact: models.Impact(r.Impact),
				CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
			})
		}
		return err
	})
	return byCircuit, err
}
