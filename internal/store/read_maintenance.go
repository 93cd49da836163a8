package store

import (
	"context"

	"gorm.io/gorm"

	"lineman/models"
)

// Changes of one record that are shown at most.
const maxChanges = 1000

// Maintenance gives one record with its history, by ID or by name without
// regard to case. models.ErrNotFound when it is not there or not in scope.
func (s *Store) Maintenance(ctx context.Context, scope models.Scope, idOrName string) (models.MaintenanceDetail, error) {
	var d models.MaintenanceDetail
	err := s.read(ctx, "read a maintenance", func(tx *gorm.DB) error {
		v := sightOf(scope)
		q := where(tx.Table("maintenances m").Joins("JOIN providers pr ON pr.id = m.provider_id"), v.maintenances())
		if isID(idOrName) {
			q = q.Where("m.id = ?", idOrName)
		} else {
			q = q.Where("m.name_key = ?", short(nameKey(idOrName)))
		}
		row, err := first[itemRow](q.Select(itemColumns).Order("m.merged_into, m.id"))
		if err != nil {
			return found(err, "maintenance %q", idOrName)
		}
		d = models.MaintenanceDetail{Maintenance: row.Row.model(), ProviderSlug: row.ProviderSlug, ProviderName: row.ProviderName}
		partial, err := s.fillMaintenances(tx, v, []*models.Maintenance{&d.Maintenance})
		if err != nil {
			return err
		}
		if err := fillHistory(tx, &d); err != nil {
			return err
		}
		if partial[d.ID] {
			narrowDetail(&d)
		}
		return nil
	})
	return d, err
}

func fillHistory(tx *gorm.DB, d *models.MaintenanceDetail) error {
	notices, err := scanned[noticeRow](tx.Where("record_id = ? AND superseded = ?", d.ID, false).Order("received DESC, id DESC"))
	if err != nil {
		return err
	}
	d.Notices = each(notices, noticeRow.model)
	notes, err := scanned[noteRow](tx.Where("maintenance_id = ? AND removed = ?", d.ID, false).Order("created_at, id"))
	if err != nil {
		return err
	}
	d.Notes = nil
	for _, n := range notes {
		if n.Key == "" && n.Author != "" {
			d.PeopleNotes = append(d.PeopleNotes, n.model())
		} else {
			d.Notes = append(d.Notes, n.model())
		}
	}
	changes, err := scanned[changeRow](tx.Where("maintenance_id = ?", d.ID).Order("revision DESC, position").Limit(maxChanges))
	if err != nil {
		return err
	}
	d.Changes = each(changes, changeRow.model)
	return nil
}

func narrowDetail(d *models.MaintenanceDetail) {
	seen := seenKeys(d.Maintenance)
	for i, n := range d.Notices {
		d.Notices[i] = narrowNotice(n, seen)
	}
	d.Notes = nil // automatic ones name circuits
	d.Changes = narrowChanges(d.Changes, seen)
}
