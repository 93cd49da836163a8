package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// tell keeps for announcements that a record changed.
func (g *graph) tell(old, now models.Maintenance, changes []models.Change, o origin) {
	if !g.w.s.announce {
		return
	}
	if e, news := models.ChangeEvent(old, now, changes, models.Occasion{Cause: o.cause, RawID: o.rawID, Received: o.received, Author: o.author, At: g.now}); news {
		g.w.events = append(g.w.events, e)
	}
}

func (w *work) tellFinding(f models.Finding, e models.FindingEvent) {
	if !w.s.announce {
		return
	}
	if e, news := models.FindingAnnouncement(f, e); news {
		w.events = append(w.events, e)
	}
}

func (w *work) tellMail(r models.RawNotification, cause models.Cause, now time.Time) {
	if !w.s.announce {
		return
	}
	if e, news := models.MailAnnouncement(r, cause, now); news {
		w.events = append(w.events, e)
	}
}

// saveEvents keeps what is to be announced, each key once, and has it routed.
func (w *work) saveEvents() error {
	if len(w.events) == 0 {
		return nil
	}
	now := w.s.clock()
	rows := each(w.events, func(e models.Event) announcementRow { return newAnnouncementRow(e, now) })
	if err := insertNew(w.DB, rows); err != nil {
		return fmt.Errorf("keep what is to be announced: %w", err)
	}
	w.enqueue(models.Job{Kind: models.JobRoute})
	return nil
}

// insertNew writes the rows that are not there yet.
func insertNew[T any](tx *gorm.DB, rows []T) error {
	return chunks(rows, func(part []T) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&part).Error
	})
}

// clockState is where the clock's watermark stands.
const clockState = "clock"

// ClockMark gives the time up to which the clock was looked at; zero before
// the first look.
func (s *Store) ClockMark(ctx context.Context) (mark time.Time, err error) {
	err = s.read(ctx, "read the mark of the clock", func(tx *gorm.DB) error {
		var row announcementStateRow
		if err := tx.Where("name = ?", clockState).Limit(1).Find(&row).Error; err != nil || row.Name == "" {
			return err
		}
		mark, err = time.Parse(time.RFC3339Nano, row.Value)
		return err
	})
	return mark, err
}

// Announce keeps events, each key once, and how far the clock was looked at; a
// zero mark leaves that as it is.
func (s *Store) Announce(ctx context.Context, events []models.Event, mark time.Time) error {
	return s.write(ctx, "announce events", func(w *work) error {
		w.events = append(w.events, events...)
		if mark.IsZero() {
			return nil
		}
		row := announcementStateRow{Name: clockState, Value: mark.UTC().Format(time.RFC3339Nano)}
		return w.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// Unrouted gives the oldest events whose deliveries are not made yet.
func (s *Store) Unrouted(ctx context.Context, limit int) (events []models.Event, err error) {
	err = s.read(ctx, "read events to be routed", func(tx *gorm.DB) error {
		var rows []announcementRow
		err := tx.Where("routed_at IS NULL").Order("created_at, id").Limit(limit).Find(&rows).Error
		events = each(rows, announcementRow.model)
		return err
	})
	return events, err
}

// Route makes the deliveries of events, each (event, rule, destination) once,
// marks the events as routed, and has what is due delivered.
func (s *Store) Route(ctx context.Context, eventIDs []string, deliveries []models.Delivery) error {
	return s.write(ctx, "route events", func(w *work) error {
		now := s.clock()
		rows := make([]deliveryRow, len(deliveries))
		due := map[string]bool{}
		for i, d := range deliveries {
			d.ID, d.CreatedAt, d.UpdatedAt = newID(), now, now
			rows[i] = newDeliveryRow(d)
			if d.State == models.DeliveryQueued && !d.NextAt.After(now) && !due[d.Destination] {
				due[d.Destination] = true
				w.enqueue(models.Job{Kind: models.JobDeliver, Source: d.Destination})
			}
		}
		if err := insertNew(w.DB, rows); err != nil {
			return fmt.Errorf("keep deliveries: %w", err)
		}
		return chunks(eventIDs, func(part []string) error {
			return w.Model(&announcementRow{}).Where("id IN ? AND routed_at IS NULL", part).Update("routed_at", at(now)).Error
		})
	})
}

// isWaiting is written out, so that the partial indexes serve it.
const isWaiting = "state IN ('queued', 'held', 'grouped')"

// Outgoing gives deliveries to a destination that are due by an instant, the
// oldest first.
func (s *Store) Outgoing(ctx context.Context, destination string, by time.Time, limit int) (all []models.Outgoing, err error) {
	err = s.read(ctx, "read deliveries that are due", func(tx *gorm.DB) error {
		var rows []deliveryRow
		err := tx.Where("destination = ? AND next_at <= ? AND "+isWaiting, destination, at(by)).
			Order("created_at, id").Limit(limit).Find(&rows).Error
		if err != nil {
			return err
		}
		events, err := loadIn[announcementRow](tx, "id", unique(each(rows, func(r deliveryRow) string { return r.EventID })))
		byID := make(map[string]models.Event, len(events))
		for _, e := range events {
			byID[e.ID] = e.model()
		}
		all = each(rows, func(r deliveryRow) models.Outgoing {
			d := r.model()
			d.EventKey = byID[r.EventID].Key
			return models.Outgoing{Delivery: d, Event: byID[r.EventID]}
		})
		return err
	})
	return all, err
}

// DueDestinations names the destinations that something is due for and that
// may be tried.
func (s *Store) DueDestinations(ctx context.Context, now time.Time) (names []string, err error) {
	err = s.read(ctx, "read destinations that something is due for", func(tx *gorm.DB) error {
		return tx.Raw(`SELECT DISTINCT d.destination FROM deliveries d LEFT JOIN destinations h ON h.name = d.destination
			WHERE d.state IN ('queued', 'held', 'grouped') AND d.next_at <= ? AND (h.open_until IS NULL OR h.open_until <= ?)
			ORDER BY d.destination`, at(now), at(now)).Scan(&names).Error
	})
	return names, err
}

// SentSince counts the messages that each rule sent to a destination since an
// instant, by the rule's ID. What went together counts as one.
func (s *Store) SentSince(ctx context.Context, destination string, since time.Time) (map[string]int, error) {
	var rows []struct {
		Rule string
		N    int
	}
	err := s.read(ctx, "count messages", func(tx *gorm.DB) error {
		return tx.Raw(`SELECT rule, COUNT(DISTINCT CASE WHEN batch = '' THEN key ELSE batch END) AS n FROM deliveries
			WHERE destination = ? AND sent_at IS NOT NULL AND sent_at > ? GROUP BY rule`, destination, at(since)).Scan(&rows).Error
	})
	byRule := make(map[string]int, len(rows))
	for _, r := range rows {
		byRule[r.Rule] = r.N
	}
	return byRule, err
}

// SaveDeliveries writes deliveries that are there, all or none.
func (s *Store) SaveDeliveries(ctx context.Context, list []models.Delivery) error {
	return s.write(ctx, "keep deliveries", func(w *work) error { return w.saveDeliveries(list) })
}

func (w *work) saveDeliveries(list []models.Delivery) error {
	now := w.s.clock()
	rows := each(list, func(d models.Delivery) deliveryRow {
		d.UpdatedAt = now
		return newDeliveryRow(d)
	})
	return upsert(w.DB, rows)
}

// Dispatched keeps what came of attempts to send messages.
func (s *Store) Dispatched(ctx context.Context, list []models.Dispatch) error {
	return s.write(ctx, "keep what was sent", func(w *work) error {
		for _, d := range list {
			if err := w.saveDeliveries(d.Deliveries); err != nil {
				return fmt.Errorf("keep deliveries: %w", err)
			}
			if t := d.Thread; t.Root != "" {
				row := threadRow{Destination: t.Destination, About: t.About, Root: clean(t.Root), UpdatedAt: at(s.clock())}
				if err := upsert(w.DB, []threadRow{row}); err != nil {
					return fmt.Errorf("keep a thread: %w", err)
				}
			}
			if h := d.Health; h.Name != "" {
				row := destinationRow{h.Name, h.Failures, at(h.OpenUntil), clean(h.LastError), at(h.LastErrorAt), at(h.LastSuccess)}
				if err := upsert(w.DB, []destinationRow{row}); err != nil {
					return fmt.Errorf("keep the health of a destination: %w", err)
				}
			}
		}
		return nil
	})
}

// Threads gives the roots of threads at a destination by what they are about.
func (s *Store) Threads(ctx context.Context, destination string, about []string) (map[string]string, error) {
	roots := map[string]string{}
	err := s.read(ctx, "read threads", func(tx *gorm.DB) error {
		rows, err := loadIn[threadRow](tx.Where("destination = ?", destination), "about", unique(about))
		for _, r := range rows {
			roots[r.About] = r.Root
		}
		return err
	})
	return roots, err
}

// Mutes gives what destinations are not told of at an instant.
func (s *Store) Mutes(ctx context.Context, now time.Time) (all []models.AnnouncementMute, err error) {
	err = s.read(ctx, "read mutes", func(tx *gorm.DB) error {
		var rows []muteRow
		err := tx.Where("until > ?", at(now)).Order("destination, about").Find(&rows).Error
		all = each(rows, func(r muteRow) models.AnnouncementMute {
			return models.AnnouncementMute{Destination: r.Destination, About: r.About, Until: r.Until.Time, Author: r.Author}
		})
		return err
	})
	return all, err
}

// Mute keeps that a destination is told nothing for a while, in the place of
// what was kept of the same; a past Until ends it.
func (s *Store) Mute(ctx context.Context, m models.AnnouncementMute) error {
	return s.write(ctx, "mute announcements", func(w *work) error {
		if err := w.Where("until <= ?", at(s.clock())).Delete(&muteRow{}).Error; err != nil {
			return err
		}
		if !m.Until.After(s.clock()) {
			return w.Where("destination = ? AND about = ?", m.Destination, m.About).Delete(&muteRow{}).Error
		}
		return upsert(w.DB, []muteRow{{m.Destination, m.About, at(m.Until), clean(m.Author)}})
	})
}

// Escalations gives deliveries of urgent events whose time to be acknowledged
// is up.
func (s *Store) Escalations(ctx context.Context, now time.Time, limit int) (all []models.Outgoing, err error) {
	err = s.read(ctx, "read escalations", func(tx *gorm.DB) error {
		var rows []deliveryRow
		if err := tx.Where("escalate_at IS NOT NULL AND escalate_at <= ?", at(now)).Order("escalate_at, id").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		events, err := loadIn[announcementRow](tx, "id", unique(each(rows, func(r deliveryRow) string { return r.EventID })))
		for _, r := range rows {
			if i := slices.IndexFunc(events, func(e announcementRow) bool { return e.ID == r.EventID }); i >= 0 {
				all = append(all, models.Outgoing{Delivery: r.model(), Event: events[i].model()})
			}
		}
		return err
	})
	return all, err
}

// Escalate marks deliveries as escalated and makes those that this came to.
func (s *Store) Escalate(ctx context.Context, ids []string, deliveries []models.Delivery) error {
	return s.write(ctx, "escalate", func(w *work) error {
		now := s.clock()
		rows := each(deliveries, func(d models.Delivery) deliveryRow {
			d.ID, d.CreatedAt, d.UpdatedAt = newID(), now, now
			return newDeliveryRow(d)
		})
		return errors.Join(insertNew(w.DB, rows), chunks(ids, func(part []string) error {
			return w.Model(&deliveryRow{}).Where("id IN ?", part).Update("escalate_at", nil).Error
		}))
	})
}
