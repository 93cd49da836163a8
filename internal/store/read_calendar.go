package store

import (
	"context"
	"database/sql"
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
		return s.fillCalendar(tx, v, f, items)
	})
	return items, more, err
}

func calendarItems(tx *gorm.DB, v sight, f models.CalendarFilter) ([]models.CalendarItem, error) {
	q := where(tx.Table("maintenances m").Joins("JOIN providers pr ON pr.id = m.provider_id"), v.maintenanceList()).
		Select("m.id, m.provider_id, m.name, m.external_id, m.status, m.summary, m.organizer, m.accounts, m.pending, m.revision, m.updated_at, " +
			"pr.slug, pr.name").
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
	var items []models.CalendarItem
	err := eachRow(q, func(rows *sql.Rows) error {
		var m models.CalendarItem
		var accounts list[string]
		var pending list[storedPending]
		var updated instant
		err := rows.Scan(&m.ID, &m.ProviderID, &m.Name, &m.ExternalID, &m.Status, &m.Summary, &m.Organizer, &accounts, &pending, &m.Revision, &updated, &m.ProviderSlug, &m.ProviderName)
		m.Accounts, m.Pending, m.UpdatedAt = accounts, each(pending, storedPending.model), updated.Time
		items = append(items, m)
		return err
	})
	return items, err
}

// fillCalendar loads windows, circuits and the names of their sites, in a
// fixed number of statements for each part of the list.
func (s *Store) fillCalendar(tx *gorm.DB, v sight, f models.CalendarFilter, items []models.CalendarItem) error {
	byID := make(map[string]*models.CalendarItem, len(items))
	ids := make([]string, len(items))
	for i := range items {
		byID[items[i].ID], ids[i] = &items[i], items[i].ID
	}
	if err := s.calendarCircuits(tx, v, f, ids, byID); err != nil {
		return err
	}
	if err := calendarWindows(tx, f, ids, byID); err != nil {
		return err
	}
	return narrowCalendar(tx, v, f, items)
}

func calendarWindows(tx *gorm.DB, f models.CalendarFilter, ids []string, byID map[string]*models.CalendarItem) error {
	return chunks(ids, func(part []string) error {
		q := tx.Table("maintenance_windows").Select("maintenance_id, ordinal, kind, called, status, starts, ends, impacts").
			Where("maintenance_id IN ?", part).Order("maintenance_id, ordinal")
		if !f.EndAfter.IsZero() {
			q = q.Where("ends >= ?", at(f.EndAfter))
		}
		return eachRow(q, func(rows *sql.Rows) error {
			var r windowRow
			err := rows.Scan(&r.MaintenanceID, &r.Ordinal, &r.Kind, &r.Called, &r.Status, &r.Starts, &r.Ends, &r.Impacts)
			if m := byID[r.MaintenanceID]; m != nil {
				m.Windows = append(m.Windows, r.model())
			}
			return err
		})
	})
}

// calendarCircuits reads the circuits that are asked for and in sight, each
// with the sites of its two ends.
func (s *Store) calendarCircuits(tx *gorm.DB, v sight, f models.CalendarFilter, ids []string, byID map[string]*models.CalendarItem) error {
	var circuits []string
	err := chunks(ids, func(part []string) error {
		q := tx.Table("maintenance_circuits mc").Where("mc.maintenance_id IN ?", part).
			Select("mc.maintenance_id, mc.circuit_id, mc.cid, mc.account, mc.impact, mc.cancelled, mc.manual").
			Order("mc.maintenance_id, mc.position")
		if !v.all {
			q = where(q.Joins("JOIN maintenances m ON m.id = mc.maintenance_id"), v.impacts())
		}
		if len(f.Circuits) > 0 {
			keys := each(f.Circuits, models.CIDKey)
			q = q.Where("(mc.cid_key IN ? OR mc.circuit_id IN (SELECT k.id FROM circuits k WHERE k.cid_key IN ?))", keys, keys)
		}
		if len(f.Sites) > 0 {
			q = q.Where("mc.circuit_id IN (SELECT e.circuit_id FROM terminations e JOIN sites w ON w.id = e.site_id WHERE w.name IN ?)", f.Sites)
		}
		return eachRow(q, func(rows *sql.Rows) error {
			var id string
			var circuit ref
			var c models.CircuitImpact
			err := rows.Scan(&id, &circuit, &c.CID, &c.Account, &c.Impact, &c.Cancelled, &c.Manual)
			if c.CircuitID = string(circuit); c.CircuitID != "" {
				circuits = append(circuits, c.CircuitID)
			}
			if m := byID[id]; m != nil {
				m.Circuits = append(m.Circuits, c)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	known, err := recall(tx, &s.endings, circuits, func(missing []string) (map[string]*models.Circuit, error) { return circuitEndings(tx, missing) })
	for _, m := range byID {
		for i := range m.Circuits {
			c := &m.Circuits[i]
			c.Circuit, c.CircuitID = known[c.CircuitID], ""
		}
	}
	return err
}

// circuitEndings gives circuits with nothing but the names of their sites, by
// ID; nil for one without any.
func circuitEndings(tx *gorm.DB, ids []string) (map[string]*models.Circuit, error) {
	byID := make(map[string]*models.Circuit, len(ids))
	for _, id := range ids {
		byID[id] = nil
	}
	err := chunks(ids, func(part []string) error {
		q := tx.Table("terminations e").Select("e.circuit_id, w.name").Joins("JOIN sites w ON w.id = e.site_id").
			Where("e.circuit_id IN ?", part).Order("e.circuit_id, e.side")
		return eachRow(q, func(rows *sql.Rows) error {
			var id, site string
			err := rows.Scan(&id, &site)
			if byID[id] == nil {
				byID[id] = new(models.Circuit)
			}
			byID[id].Terminations = append(byID[id].Terminations, models.Termination{Site: models.Site{Name: site}})
			return err
		})
	})
	return byID, err
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
		if len(m.Pending) > 0 {
			markPending(m, f, partial)
		}
		if partial {
			m.Accounts = accountsOf(m.Circuits)
		}
		m.Pending = nil
		m.Windows, m.Circuits = nil, nil
	}
	return nil
}

// markPending shows what waits for a person, without the circuits that are not
// shown and the windows that are not asked for.
func markPending(m *models.CalendarItem, f models.CalendarFilter, partial bool) {
	if partial {
		for i := range m.Pending {
			m.Pending[i].Circuits = nil
		}
	}
	known := len(m.Shown)
	m.MarkPending()
	fresh := slices.DeleteFunc(slices.Clone(m.Shown[known:]), func(w models.CalendarWindow) bool {
		small := f.MinImpact != "" && !slices.ContainsFunc(w.Circuits, func(c models.CircuitImpact) bool { return !f.MinImpact.Worse(c.Impact) })
		return small || partial && len(w.Circuits) == 0 || w.End.Before(f.EndAfter)
	})
	m.Shown = append(m.Shown[:known:known], fresh...)
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
