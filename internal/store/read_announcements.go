package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// Told gives the IDs of the rules that were told of each of these maintenances
// and findings.
func (s *Store) Told(ctx context.Context, about []string) (map[string][]string, error) {
	told := map[string][]string{}
	err := s.read(ctx, "read what was told", func(tx *gorm.DB) error {
		for _, column := range []string{"maintenance", "finding"} {
			type pair struct{ About, Rule string }
			q := tx.Table("announcements a").Joins("JOIN deliveries d ON d.event_id = a.id").Where("d.state = ?", models.DeliverySent)
			rows, err := loadIn[pair](q.Select("DISTINCT a."+column+" AS about, d.rule").Order("a."+column+", d.rule"), "a."+column, unique(about))
			if err != nil {
				return err
			}
			for _, r := range rows {
				told[r.About] = append(told[r.About], r.Rule)
			}
		}
		return nil
	})
	return told, err
}

// SourceEvents gives the newest event of each source.
func (s *Store) SourceEvents(ctx context.Context) (map[string]models.Event, error) {
	newest := map[string]models.Event{}
	err := s.read(ctx, "read events of sources", func(tx *gorm.DB) error {
		var rows []announcementRow
		err := tx.Where("kind IN ? AND (source, at) IN (SELECT b.source, MAX(b.at) FROM announcements b WHERE b.kind IN ? GROUP BY b.source)", sourceKinds, sourceKinds).Find(&rows).Error
		for _, r := range rows {
			newest[r.Source] = r.model()
		}
		return err
	})
	return newest, err
}

var sourceKinds = []models.EventKind{models.EventSourceDown, models.EventSourceUp}

// BackfillWaiting reports whether old mail waits to be processed.
func (s *Store) BackfillWaiting(ctx context.Context) (waits bool, err error) {
	err = s.read(ctx, "look for old mail that waits", func(tx *gorm.DB) error {
		var n int64
		err := tx.Model(&rawRow{}).Where("state = 'received' AND cause IN ?", []models.Cause{models.CauseBackfill, models.CauseImport}).Limit(1).Count(&n).Error
		waits = n > 0
		return err
	})
	return waits, err
}

// Timed gives the maintenances that are neither over nor known from sources in
// shadow alone, and have a window which starts in one of the starts, or ends in
// ends; From is not part of a range.
func (s *Store) Timed(ctx context.Context, starts []models.TimeRange, ends models.TimeRange) (all []models.TimedMaintenance, err error) {
	err = s.read(ctx, "read windows by the clock", func(tx *gorm.DB) error {
		parts, args := []string{"(w.ends > ? AND w.ends <= ?)"}, []any{at(ends.From), at(ends.To)}
		for _, r := range starts {
			parts, args = append(parts, "(w.starts > ? AND w.starts <= ?)"), append(args, at(r.From), at(r.To))
		}
		var ids []string
		err := tx.Table("maintenance_windows w").Select("DISTINCT w.maintenance_id").Joins("JOIN maintenances m ON m.id = w.maintenance_id").
			Where("m.deleted = ? AND m.merged_into = '' AND m.status NOT IN ?", false, []models.Status{models.StatusCancelled, models.StatusCompleted}).
			Where("("+strings.Join(parts, " OR ")+")", args...).
			Where("EXISTS (SELECT 1 FROM changes c WHERE c.maintenance_id = m.id AND c.cause <> ?)", models.CauseShadow).
			Order("w.maintenance_id").Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		moved, err := lastMoves(tx, ids)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(ids, chunkRows) {
			items, _, err := s.maintenances(tx, sightOf(models.ScopeAll), models.MaintenanceFilter{IDs: part, Page: models.Page{Limit: len(part)}}, nothing)
			if err != nil {
				return err
			}
			for _, m := range items {
				all = append(all, models.TimedMaintenance{MaintenanceItem: m, Moved: moved[m.ID]})
			}
		}
		return nil
	})
	return all, err
}

// lastMoves tells when the windows of records were last put anywhere.
func lastMoves(tx *gorm.DB, ids []string) (map[string]time.Time, error) {
	type row struct {
		MaintenanceID string
		At            instant
	}
	q := tx.Table("changes c").Select("c.maintenance_id, MAX(c.at) AS at").
		Where("(c.field = 'created' OR c.field LIKE 'window[%' AND c.field NOT LIKE '%circuit%')").Group("c.maintenance_id").Order("c.maintenance_id")
	rows, err := loadIn[row](q, "c.maintenance_id", ids)
	moved := map[string]time.Time{}
	for _, r := range rows {
		moved[r.MaintenanceID] = r.At.Time
	}
	return moved, err
}

// Announcements lists what was announced with its deliveries, newest first. A
// narrowed scope sees what is about maintenances and findings in it.
// Page.After are the time and the ID of an announcement.
func (s *Store) Announcements(ctx context.Context, scope models.Scope, f models.AnnouncementFilter) (all []models.Announcement, total int, err error) {
	err = s.read(ctx, "read announcements", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB { return filterAnnouncements(tx, v, f) }
		rows, n, err := listed[announcementRow](query, keyset{{"a.at", byTime, true}, {"a.id", byText, true}}, f.Page, "a.*")
		if err != nil {
			return err
		}
		total = n
		deliveries, err := loadIn[deliveryRow](tx.Order("created_at, id"), "event_id", each(rows, func(r announcementRow) string { return r.ID }))
		if err != nil {
			return err
		}
		all = each(rows, func(r announcementRow) models.Announcement {
			a := models.Announcement{Event: r.model(), Routed: r.RoutedAt.Time}
			for _, d := range deliveries {
				if d.EventID == r.ID {
					d := d.model()
					d.EventKey = a.Key
					a.Deliveries = append(a.Deliveries, d)
				}
			}
			return a
		})
		if v.all {
			return nil
		}
		return s.narrowAnnouncements(tx, v, all)
	})
	return all, total, err
}

func filterAnnouncements(tx *gorm.DB, v sight, f models.AnnouncementFilter) *gorm.DB {
	q := tx.Table("announcements a")
	if !v.all {
		m, fi := v.maintenances(), v.findings()
		id := "a.maintenance = CAST(m.id AS text)"
		q = q.Where("(a.maintenance <> '' AND EXISTS (SELECT 1 FROM maintenances m WHERE "+id+" AND "+m.sql+") OR a.finding <> '' AND EXISTS (SELECT 1 FROM findings f WHERE a.finding = CAST(f.id AS text) AND "+fi.sql+"))",
			slices.Concat(m.args, fi.args)...)
	}
	q = withIDs(q, "a.id", f.IDs)
	if len(f.Kinds) > 0 {
		q = q.Where("a.kind IN ?", f.Kinds)
	}
	if len(f.Maintenances) > 0 {
		q = q.Where("a.maintenance IN ?", f.Maintenances)
	}
	if len(f.Destinations) > 0 {
		q = q.Where("EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = a.id AND d.destination IN ?)", f.Destinations)
	}
	if len(f.States) > 0 {
		q = q.Where("EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = a.id AND d.state IN ?)", f.States)
	}
	return within(q, "a.at", f.At)
}

// narrowAnnouncements takes out of changes what the scope does not show.
func (s *Store) narrowAnnouncements(tx *gorm.DB, v sight, all []models.Announcement) error {
	var ids []string
	for _, a := range all {
		if a.MaintenanceID != "" {
			ids = append(ids, a.MaintenanceID)
		}
	}
	rows, err := itemsByID(tx, unique(ids))
	if err != nil {
		return err
	}
	records := make([]*models.Maintenance, len(rows))
	byID := map[string]*models.Maintenance{}
	for i, r := range rows {
		m := r.Row.model()
		records[i], byID[m.ID] = &m, &m
	}
	partial, err := s.fillMaintenances(tx, v, records)
	for i, a := range all {
		all[i].Deliveries = nil // they tell of other people's rules and channels
		if m := byID[a.MaintenanceID]; m != nil && partial[m.ID] {
			all[i].Changes = narrowChanges(a.Changes, seenKeys(*m))
		}
	}
	return err
}
