package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// SweepDrifts computes how the mail of every provider drifted, opens what is
// new, closes what is over and has what is new announced. It gives how many of
// both there were. Several may sweep at once.
func (s *Store) SweepDrifts(ctx context.Context) (opened, closed int, err error) {
	var now []models.Drift
	err = s.read(ctx, "read the baselines of providers", func(tx *gorm.DB) error {
		now, err = s.driftsNow(tx)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	err = s.write(ctx, "keep drifts", func(w *work) error {
		opened, closed, err = w.keepDrifts(now)
		return err
	})
	return opened, closed, err
}

// driftsNow computes the drifts of all providers that mail came from.
func (s *Store) driftsNow(tx *gorm.DB) ([]models.Drift, error) {
	paths, err := loadMailPaths(tx)
	if err != nil {
		return nil, err
	}
	type mails struct {
		provider string
		traces   []models.MailTrace
		came     map[string]bool // IDs of the sources
		lit      bool            // not of sources in shadow alone
	}
	var list []*mails
	q := tx.Table("raw_notifications").Select("id, provider_id, source_id, received, state, cause, format, fields").
		Where("provider_id IS NOT NULL AND received >= ?", at(s.clock().Add(-models.DriftSpan))).Order("provider_id, received")
	err = eachRow(q, func(rows *sql.Rows) error {
		var t models.MailTrace
		var provider, fields string
		var source ref
		var cause models.Cause
		var received instant
		if err := rows.Scan(&t.ID, &provider, &source, &received, &t.State, &cause, &t.Format, &fields); err != nil {
			return err
		}
		t.Received, t.Fields = received.Time, strings.Fields(fields)
		if len(list) == 0 || list[len(list)-1].provider != provider {
			list = append(list, &mails{provider: provider, came: map[string]bool{}})
		}
		m := list[len(list)-1]
		m.traces, m.lit = append(m.traces, t), m.lit || cause != models.CauseShadow
		m.came[string(source)] = true
		return nil
	})
	var all []models.Drift
	for _, m := range list {
		for _, d := range models.DriftsOf(m.traces, paths.read(m.came)) {
			d.ProviderID, d.Quiet = m.provider, !m.lit
			all = append(all, d)
		}
	}
	return all, err
}

// mailPaths are the ways by which mail comes, by the ID of the source. Files
// that a person brings are none: they say nothing about what else there was.
type mailPaths map[string]sourceRow

func loadMailPaths(tx *gorm.DB) (mailPaths, error) {
	var rows []sourceRow
	if err := tx.Where("kind <> 'import'").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load sources: %w", err)
	}
	paths := mailPaths{}
	for _, r := range rows {
		paths[r.ID] = r
	}
	return paths, nil
}

// givenUp is after how long a source that nobody reads any more, not even in
// vain, counts as removed.
const givenUp = 14 * 24 * time.Hour

// read is up to when mail of some sources was read: that one of them is down
// is no silence of whoever writes to it, however well the others are read. Where
// all of them were removed, those that took their place count. What is handed
// over was looked for as long as anything was handed over.
func (m mailPaths) read(came map[string]bool) time.Time {
	var tried time.Time // the last time that any source was
	for _, r := range m {
		tried = latest(tried, latest(r.LastSuccess.Time, r.LastErrorAt.Time))
	}
	var own, others time.Time
	live := false
	for id, r := range m {
		if tried.Sub(latest(r.LastSuccess.Time, r.LastErrorAt.Time)) > givenUp {
			continue
		}
		others = latest(others, r.LastSuccess.Time)
		if came[id] {
			own, live = latest(own, r.LastSuccess.Time), true
		}
	}
	if live {
		return own
	}
	return others
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// keepDrifts writes what is so now in the place of what was.
func (w *work) keepDrifts(now []models.Drift) (opened, closed int, err error) {
	if err := w.lockDrifts(); err != nil {
		return 0, 0, err
	}
	var rows []driftRow
	if err := w.Where("closed_at IS NULL").Find(&rows).Error; err != nil {
		return 0, 0, fmt.Errorf("load drifts: %w", err)
	}
	open := map[string]models.Drift{}
	for _, r := range rows {
		open[r.ProviderID+":"+r.model().Key()] = r.model()
	}
	names, err := providerNamesOf(w.DB, now)
	if err != nil {
		return 0, 0, err
	}
	at0 := at(w.s.clock())
	var changed []driftRow
	for _, d := range now {
		key := d.ProviderID + ":" + d.Key()
		if old, known := open[key]; known {
			d.ID, d.FoundAt = old.ID, old.FoundAt
			delete(open, key)
			changed = append(changed, newDriftRow(d, at0))
			continue
		}
		d.ID, d.FoundAt, opened = newID(), at0.Time, opened+1
		d.Provider, d.Name = names[d.ProviderID].Slug, names[d.ProviderID].Name
		changed = append(changed, newDriftRow(d, at0))
		if w.s.announce && !d.Quiet {
			w.events = append(w.events, models.DriftAnnouncement(d))
		}
	}
	for _, d := range open {
		d.ClosedAt, closed = at0.Time, closed+1
		changed = append(changed, newDriftRow(d, at0))
	}
	return opened, closed, upsert(w.DB, changed)
}

// lockDrifts holds other sweeps back to the end of the transaction.
func (w *work) lockDrifts() error {
	if w.s.dialect == dialectSQLite {
		return nil
	}
	return w.Exec("LOCK TABLE drifts IN SHARE ROW EXCLUSIVE MODE").Error
}

func providerNamesOf(tx *gorm.DB, drifts []models.Drift) (map[string]providerRow, error) {
	rows, err := loadIn[providerRow](tx, "id", unique(each(drifts, func(d models.Drift) string { return d.ProviderID })))
	names := make(map[string]providerRow, len(rows))
	for _, r := range rows {
		names[r.ID] = r
	}
	return names, err
}

// Drifts lists drifts, those that were found last first. A scope that is
// narrowed in any way sees none: they are of mail. Page.After are the time of
// finding and the ID of a drift.
func (s *Store) Drifts(ctx context.Context, scope models.Scope, f models.DriftFilter) (all []models.Drift, total int, err error) {
	if !scope.All {
		return nil, 0, nil
	}
	type row struct {
		Row  driftRow `gorm:"embedded"`
		Slug string
		Name string
	}
	err = s.read(ctx, "read drifts", func(tx *gorm.DB) error {
		query := func() *gorm.DB {
			q := tx.Table("drifts d").Joins("JOIN providers p ON p.id = d.provider_id")
			switch f.State {
			case models.FindingsClosed:
				q = q.Where("d.closed_at IS NOT NULL")
			case models.FindingsAll:
			default:
				q = q.Where("d.closed_at IS NULL")
			}
			if len(f.Providers) > 0 {
				q = q.Where("p.slug IN ?", each(f.Providers, nameKey))
			}
			if len(f.Kinds) > 0 {
				q = q.Where("d.kind IN ?", f.Kinds)
			}
			return q
		}
		rows, n, err := listed[row](query, keyset{{"d.found_at", byTime, true}, {"d.id", byText, true}}, f.Page, "d.*, p.slug, p.name")
		total, all = n, each(rows, func(r row) models.Drift {
			d := r.Row.model()
			d.Provider, d.Name = r.Slug, r.Name
			return d
		})
		return err
	})
	return all, total, err
}
