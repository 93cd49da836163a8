package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// Calendar gives the maintenances in scope with the windows that a calendar
// shows, those that end last first; more tells that there are others beyond
// the limit. It reads only what a calendar shows.
func (s *Store) Calendar(ctx context.Context, scope models.Scope, f models.CalendarFilter) (items []models.CalendarItem, more bool, err error) {
	err = s.read(ctx, "read a calendar", func(tx *gorm.DB) error {
		v := sightOf(scope)
		items, err = calendarItems(tx, v, f)
		if err != nil {
			return err
		}
		if more = f.Limit > 0 && len(items) > f.Limit; more {
			items = items[:f.Limit]
		}
		return fillCalendar(tx, v, f, items)
	})
	return items, more, err
}

// calendarRow are the columns of a maintenance that a calendar shows.
type calendarRow struct {
	ID           string
	ProviderID   string
	Name         string
	ExternalID   string
	Status       string
	Summary      string
	Organizer    string
	Accounts     list[string]
	Revision     int64
	UpdatedAt    instant
	ProviderSlug string
	ProviderName string
}

func calendarItems(tx *gorm.DB, v sight, f models.CalendarFilter) ([]models.CalendarItem, error) {
	q := where(tx.Table("maintenances m").Joins("JOIN providers pr ON pr.id = m.provider_id"), v.maintenances()).
		Select("m.id, m.provider_id, m.name, m.external_id, m.status, m.summary, m.organizer, m.accounts, m.revision, m.updated_at, " +
			"pr.slug AS provider_slug, pr.name AS provider_name").
		Where("m.merged_into = ''").Order("m.ends DESC, m.id")
	q = filterMaintenances(q, v, models.MaintenanceFilter{Statuses: f.Statuses, Providers: f.Providers, Circuits: f.Circuits, Sites: f.Sites})
	if f.MinImpact != "" {
		seen := v.impacts()
		q = q.Where("EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = m.id AND mc.impact IN ? AND "+seen.sql+")",
			append([]any{f.MinImpact.AtLeast()}, seen.args...)...)
	}
	if !f.EndAfter.IsZero() {
		q = q.Where("m.ends >= ?", at(f.EndAfter))
	}
	if !f.OffSince.IsZero() {
		q = q.Where("(m.status <> ? OR m.updated_at >= ?)", string(models.StatusCancelled), at(f.OffSince))
	}
	if f.Limit > 0 {
		q = q.Limit(f.Limit + 1)
	}
	var rows []calendarRow
	err := q.Scan(&rows).Error
	items := make([]models.CalendarItem, len(rows))
	for i, r := range rows {
		items[i].MaintenanceItem = models.MaintenanceItem{ProviderSlug: r.ProviderSlug, ProviderName: r.ProviderName, Maintenance: models.Maintenance{
			ID: r.ID, ProviderID: r.ProviderID, Name: r.Name, ExternalID: r.ExternalID, Status: models.Status(r.Status), Summary: r.Summary,
			Organizer: r.Organizer, Accounts: r.Accounts, Revision: r.Revision, UpdatedAt: r.UpdatedAt.Time,
		}}
	}
	return items, err
}

// fillCalendar loads windows, circuits and the names of their sites, in a
// fixed number of statements for each part of the list.
func fillCalendar(tx *gorm.DB, v sight, f models.CalendarFilter, items []models.CalendarItem) error {
	byID := make(map[string]*models.CalendarItem, len(items))
	ids := make([]string, len(items))
	for i := range items {
		byID[items[i].ID], ids[i] = &items[i], items[i].ID
	}
	if err := calendarCircuits(tx, v, f, ids, byID); err != nil {
		return err
	}
	q := tx.Order("maintenance_id, ordinal")
	if !f.EndAfter.IsZero() {
		q = q.Where("ends >= ?", at(f.EndAfter))
	}
	windows, err := loadIn[windowRow](q, "maintenance_id IN ?", ids)
	if err != nil {
		return err
	}
	for _, r := range windows {
		m := byID[r.MaintenanceID]
		m.Windows = append(m.Windows, r.model())
	}
	return narrowCalendar(tx, v, f, items)
}

func calendarCircuits(tx *gorm.DB, v sight, f models.CalendarFilter, ids []string, byID map[string]*models.CalendarItem) error {
	q := where(tx.Table("maintenance_circuits mc").Joins("JOIN maintenances m ON m.id = mc.maintenance_id"), v.impacts()).
		Select("mc.maintenance_id, mc.cid, mc.account, mc.impact, mc.cancelled, mc.circuit_id, mc.manual").
		Order("mc.maintenance_id, mc.position")
	if len(f.Circuits) > 0 {
		keys := each(f.Circuits, models.CIDKey)
		q = q.Where("(mc.cid_key IN ? OR mc.circuit_id IN (SELECT k.id FROM circuits k WHERE k.cid_key IN ?))", keys, keys)
	}
	if len(f.Sites) > 0 {
		q = q.Where("mc.circuit_id IN (SELECT e.circuit_id FROM terminations e JOIN sites w ON w.id = e.site_id WHERE w.name IN ?)", f.Sites)
	}
	rows, err := loadIn[impactRow](q, "mc.maintenance_id IN ?", ids)
	if err != nil {
		return err
	}
	linked := make([]string, 0, len(rows))
	for _, r := range rows {
		linked = append(linked, string(r.CircuitID))
	}
	known, err := circuitSites(tx, validIDs(unique(linked)))
	for _, r := range rows {
		m, c := byID[r.MaintenanceID], r.model()
		c.Circuit = known[c.CircuitID]
		m.Circuits = append(m.Circuits, c)
	}
	return err
}

// circuitSites gives circuits with nothing but the names of their sites.
func circuitSites(tx *gorm.DB, ids []string) (map[string]*models.Circuit, error) {
	type end struct{ CircuitID, Name string }
	rows, err := loadIn[end](tx.Table("terminations e").Select("e.circuit_id, w.name").
		Joins("JOIN sites w ON w.id = e.site_id").Order("e.circuit_id, e.side"), "e.circuit_id IN ?", ids)
	known := make(map[string]*models.Circuit, len(ids))
	for _, r := range rows {
		c := known[r.CircuitID]
		if c == nil {
			c = &models.Circuit{ID: r.CircuitID}
			known[r.CircuitID] = c
		}
		c.Terminations = append(c.Terminations, models.Termination{CircuitID: r.CircuitID, Site: models.Site{Name: r.Name}})
	}
	return known, err
}

// narrowCalendar keeps the windows that are asked for and in sight, each with
// the circuits that are. Nothing else of a record is left in it.
func narrowCalendar(tx *gorm.DB, v sight, f models.CalendarFilter, items []models.CalendarItem) error {
	var whole map[string]bool
	if !v.all {
		var err error
		if whole, err = wholeProviders(tx, v); err != nil {
			return err
		}
	}
	asked := len(f.Circuits) > 0 || len(f.Sites) > 0
	for i := range items {
		m := &items[i]
		partial := asked || !v.all && !whole[m.ProviderID]
		for _, w := range m.Windows {
			if shown, is := calendarWindow(*m, w, f, partial); is {
				m.Shown = append(m.Shown, shown)
			}
		}
		if partial {
			m.Accounts = accountsOf(m.Circuits)
		}
		m.Windows, m.Circuits = nil, nil
	}
	return nil
}

// calendarWindow gives a window as a calendar shows it; false when it shows
// none. Of a maintenance that is shown in part it is one that hits a circuit
// of that part, or that did until the circuit was cancelled by itself.
func calendarWindow(m models.CalendarItem, w models.Window, f models.CalendarFilter, partial bool) (models.CalendarWindow, bool) {
	hits := models.HitsOf(w, m.Circuits)
	alone := len(hits) == 0 && len(models.HitsOf(w, uncancelled(m.Circuits))) > 0
	if len(hits) == 0 && partial && !alone {
		return models.CalendarWindow{}, false
	}
	if f.MinImpact != "" && !slices.ContainsFunc(hits, func(c models.CircuitImpact) bool { return !f.MinImpact.Worse(c.Impact) }) {
		return models.CalendarWindow{}, false
	}
	off := alone || w.Off(m.Status)
	if off && !f.OffSince.IsZero() && m.UpdatedAt.Before(f.OffSince) {
		return models.CalendarWindow{}, false
	}
	w.Impacts = nil
	return models.CalendarWindow{Window: w, Circuits: hits, Off: off}, true
}

// uncancelled gives the circuits as if none had been cancelled by itself.
func uncancelled(circuits []models.CircuitImpact) []models.CircuitImpact {
	return each(circuits, func(c models.CircuitImpact) models.CircuitImpact {
		c.Cancelled = false
		return c
	})
}

func accountsOf(circuits []models.CircuitImpact) []string {
	var all []string
	for _, c := range circuits {
		if c.Account != "" {
			all = append(all, c.Account)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
