package notify

import (
	"fmt"
	"slices"
	"time"

	"lineman/models"
)

// Ticks gives what the clock brought to a maintenance in (from, to]: reminders
// of these leads, starts, ends, overruns, presumed ends. There is no reminder
// of a window that has started, and none that was due before the window was
// where it is.
func Ticks(m models.TimedMaintenance, rules models.PhaseRules, leads []time.Duration, from, to time.Time) []models.Event {
	if m.Status.Closed() || m.Deleted || m.MergedInto != "" {
		return nil
	}
	var all []models.Event
	add := func(kind models.EventKind, w models.Window, at time.Time, lead time.Duration) {
		e := models.Event{
			Key:  fmt.Sprintf("clock:%s:%s:%d:%s", m.ID, kind, w.Start.Unix(), lead),
			Kind: kind, At: at, Cause: models.CauseClock, MaintenanceID: m.ID, Name: m.Name, Revision: m.Revision,
			Window: w.Start, Ends: w.End, Lead: lead,
		}
		all = append(all, e)
	}
	within := func(t time.Time) bool { return t.After(from) && !t.After(to) }
	phase := models.PhaseOf(m.Maintenance, to, rules)
	for _, w := range m.Windows {
		if !w.Working() {
			continue
		}
		for _, lead := range leads {
			if due := w.Start.Add(-lead); w.Start.After(to) && within(due) && !due.Before(m.Moved) {
				add(models.EventReminder, w, due, lead)
			}
		}
		over := holdEnd(w, rules)
		switch {
		case within(w.Start) && w.End.After(to):
			add(models.EventStarted, w, w.Start, 0)
		case within(w.End) && to.Sub(w.End) < stale:
			add(models.EventEnded, w, w.End, 0)
		}
		switch {
		case !within(over) || !last(m.Maintenance, w):
		case phase == models.PhaseOverrun:
			add(models.EventOverrun, w, over, 0)
		case phase == models.PhasePresumedOver:
			add(models.EventPresumedOver, w, over, 0)
		}
	}
	return all
}

func holdEnd(w models.Window, r models.PhaseRules) time.Time {
	hold := r.HoldOver
	if hold == 0 {
		hold = models.DefaultHoldOver
	}
	return w.End.Add(hold)
}

// last reports whether no window in which work is planned ends after w.
func last(m models.Maintenance, w models.Window) bool {
	return !slices.ContainsFunc(m.Windows, func(o models.Window) bool { return o.Working() && o.End.After(w.End) })
}

// Sources gives what is to be told of sources: down is one that failed for
// longer than patience; up one that was told to be down and is not. Told gives
// the newest event of each source that was announced.
func Sources(all []models.SourceHealth, told map[string]models.Event, patience time.Duration, now time.Time) []models.Event {
	var events []models.Event
	for _, s := range all {
		since := downSince(s)
		before := told[s.Name]
		failing := s.LastError != "" && s.LastErrorAt.After(s.LastSuccess)
		key := fmt.Sprintf("source:%s:%d", s.Name, since.Unix())
		switch {
		case failing && now.Sub(since) >= patience && before.Key != key:
			events = append(events, models.Event{
				Key: key, Kind: models.EventSourceDown, At: now, Cause: models.CauseClock, Source: s.Name, Name: s.Name, Window: since, Detail: s.LastError,
			})
		case !failing && s.LastError == "" && before.Kind == models.EventSourceDown:
			events = append(events, models.Event{
				Key: before.Key + ":up", Kind: models.EventSourceUp, At: now, Cause: models.CauseClock, Source: s.Name, Name: s.Name, Window: before.Window, Detail: before.Detail,
			})
		}
	}
	return events
}

// downSince is when a source that fails was last read; where it never was, when
// it came to be known.
func downSince(s models.SourceHealth) time.Time {
	if s.LastSuccess.IsZero() {
		return s.CreatedAt
	}
	return s.LastSuccess
}
