package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// ShownCircuits tells of the circuits in scope, once for each termination, and
// where work is going on at an instant: on a circuit that is linked to a
// maintenance that is confirmed, in process or rescheduled, with an impact, in
// one of the windows (both ends included; a backup window only once it was
// called). Circuits that are missing in the inventory that they are synced from
// are left out. Of circuits and sites there is what labels can show: no tags and
// no times. Where the inventory is as it was at the stamp that the reader had
// for the same scope, only the work is read.
func (s *Store) ShownCircuits(ctx context.Context, scope models.Scope, when time.Time, had string) (shown models.ShownCircuits, err error) {
	err = s.read(ctx, "read circuit statuses", func(tx *gorm.DB) error {
		if shown.Stamp, err = inventoryStamp(tx); err != nil {
			return err
		}
		if shown.Active, err = activeCircuits(tx, when); err != nil {
			return err
		}
		if shown.Unchanged = had != "" && had == shown.Stamp; shown.Unchanged {
			return nil
		}
		circuits, err := shownCircuits(tx, sightOf(scope))
		if err != nil {
			return err
		}
		shown.Rows = make([]models.CircuitStatus, 0, 2*len(circuits))
		for _, c := range circuits {
			for _, t := range c.Terminations {
				shown.Rows = append(shown.Rows, models.CircuitStatus{Circuit: c, Termination: t, Active: shown.Active[c.ID]})
			}
			if len(c.Terminations) == 0 {
				shown.Rows = append(shown.Rows, models.CircuitStatus{Circuit: c, Active: shown.Active[c.ID]})
			}
		}
		return nil
	})
	return shown, err
}

// shownCircuits reads circuits with their ends, in few statements of few
// columns: there are many, and they are read often.
func shownCircuits(tx *gorm.DB, v sight) ([]models.Circuit, error) {
	sites, err := shownSites(tx)
	if err != nil {
		return nil, err
	}
	providers, err := shownProviders(tx)
	if err != nil {
		return nil, err
	}
	var all []models.Circuit
	const end = ", %[1]s.id, %[1]s.site_id, %[1]s.xconnect, %[1]s.device, %[1]s.interface, %[1]s.cable, %[1]s.custom_fields"
	q := tx.Table("circuits x").Where("x.removed_at IS NULL").
		Select("x.id, x.cid, x.provider_id, x.type_name, x.status, x.description, x.tenant, x.custom_fields" + fmt.Sprintf(end, "ea") + fmt.Sprintf(end, "ez")).
		Joins("LEFT JOIN terminations ea ON ea.circuit_id = x.id AND ea.side = 'A'").
		Joins("LEFT JOIN terminations ez ON ez.circuit_id = x.id AND ez.side = 'Z'")
	if !v.all {
		q = where(q, v.circuits("x.id"))
	}
	err = eachRow(q, func(rows *sql.Rows) error {
		var c models.Circuit
		var fields words
		a, z := shownEnd{side: models.SideA}, shownEnd{side: models.SideZ}
		into := append([]any{&c.ID, &c.CID, &c.ProviderID, (*ref)(&c.Type), &c.Status, &c.Description, &c.Tenant, &fields}, a.columns()...)
		if err := rows.Scan(append(into, z.columns()...)...); err != nil {
			return err
		}
		c.CustomFields, c.Provider = fields, providers[c.ProviderID]
		for _, e := range []shownEnd{a, z} {
			if e.id == "" {
				continue
			}
			t, err := e.model(c.ID)
			if err != nil {
				return err
			}
			t.Site = sites[t.SiteID]
			c.Terminations = append(c.Terminations, t)
		}
		all = append(all, c)
		return nil
	})
	return all, err
}

// shownEnd is an end of a circuit; without an ID the circuit has none there.
type shownEnd struct {
	side                                     string
	id, site, xconnect, device, iface, cable ref
	fields                                   sql.NullString
}

func (e *shownEnd) columns() []any {
	return []any{&e.id, &e.site, &e.xconnect, &e.device, &e.iface, &e.cable, &e.fields}
}

func (e *shownEnd) model(circuit string) (models.Termination, error) {
	t := models.Termination{
		ID: string(e.id), CircuitID: circuit, Side: e.side, SiteID: string(e.site), XConnect: string(e.xconnect),
		Device: string(e.device), Interface: string(e.iface), Cable: string(e.cable),
	}
	var fields words
	err := fields.Scan(e.fields.String)
	t.CustomFields = fields
	return t, err
}

func shownSites(tx *gorm.DB) (map[string]models.Site, error) {
	byID := map[string]models.Site{}
	err := eachRow(tx.Table("sites w").Select("w.id, w.name, w.region, w.tenant"), func(rows *sql.Rows) error {
		var s models.Site
		err := rows.Scan(&s.ID, &s.Name, &s.Region, &s.Tenant)
		byID[s.ID] = s
		return err
	})
	return byID, err
}

func shownProviders(tx *gorm.DB) (map[string]models.Provider, error) {
	byID := map[string]models.Provider{}
	err := eachRow(tx.Table("providers p").Select("p.id, p.slug, p.name, p.tenant"), func(rows *sql.Rows) error {
		var p models.Provider
		err := rows.Scan(&p.ID, &p.Slug, &p.Name, &p.Tenant)
		byID[p.ID] = p
		return err
	})
	return byID, err
}

func activeCircuits(tx *gorm.DB, when time.Time) (map[string]bool, error) {
	var statuses []models.Status
	for _, s := range models.RecordStatuses {
		if s.Active() {
			statuses = append(statuses, s)
		}
	}
	var rows []struct {
		Impacts   list[storedImpact]
		CircuitID string
		CID       string `gorm:"column:cid"`
		Account   string
	}
	err := tx.Table("maintenance_windows w").
		Select("w.impacts", "mc.circuit_id", "mc.cid", "mc.account").
		Joins("JOIN maintenances m ON m.id = w.maintenance_id").
		Joins("JOIN maintenance_circuits mc ON mc.maintenance_id = m.id").
		Where("w.ends >= ? AND w.starts <= ?", at(when), at(when)).
		Where("(w.kind <> ? OR w.called = ?) AND w.status NOT IN ?", string(models.WindowBackup), true,
			[]models.Status{models.StatusCancelled, models.StatusCompleted}).
		Where("m.status IN ? AND m.deleted = ? AND m.merged_into = ''", statuses, false).
		Where("mc.circuit_id IS NOT NULL AND mc.cancelled = ? AND mc.impact <> ?", false, string(models.ImpactNone)).
		Scan(&rows).Error
	active := make(map[string]bool, len(rows))
	for _, r := range rows {
		if hitIn(each(r.Impacts, storedImpact.model), r.CID, r.Account) {
			active[r.CircuitID] = true
		}
	}
	return active, err
}

// hitIn reports whether a circuit that a maintenance hits is hit in this one
// of its windows: a notice may name other circuits for each night.
func hitIn(window []models.WindowImpact, cid, account string) bool {
	if len(window) == 0 {
		return true
	}
	key := models.CIDKey(cid)
	for _, i := range window {
		if i.Account == account && models.CIDKey(i.CID) == key {
			return i.Impact != models.ImpactNone
		}
	}
	return false
}

// Standings gives the maintenances with one of these statuses that end at or
// after an instant, with nothing but what tells their phase: status, provider's
// slug and windows, without the impacts in them.
func (s *Store) Standings(ctx context.Context, scope models.Scope, statuses []models.Status, after time.Time) (all []models.MaintenanceItem, err error) {
	err = s.read(ctx, "read the windows of maintenances", func(tx *gorm.DB) error {
		q := listedMaintenances(tx, sightOf(scope)).Joins("JOIN providers pr ON pr.id = m.provider_id").
			Joins("JOIN maintenance_windows w ON w.maintenance_id = m.id").
			Where("m.status IN ? AND m.ends >= ?", statuses, at(after)).
			Select("m.id, m.status, pr.slug, w.ordinal, w.kind, w.called, w.status, w.starts, w.ends").Order("m.id, w.ordinal")
		return eachRow(q, func(rows *sql.Rows) error {
			var m models.MaintenanceItem
			var w models.Window
			var starts, ends instant
			err := rows.Scan(&m.ID, &m.Status, &m.ProviderSlug, &w.Ordinal, &w.Kind, &w.Called, &w.Status, &starts, &ends)
			w.Start, w.End = starts.Time, ends.Time
			if n := len(all); n == 0 || all[n-1].ID != m.ID {
				all = append(all, m)
			}
			last := &all[len(all)-1]
			last.Windows = append(last.Windows, w)
			return err
		})
	})
	return all, err
}
