package notify

import (
	"slices"
	"time"

	"lineman/models"
)

// stale is how long after it happened what is over is still told.
const stale = time.Hour

// Senseless says why an item is not to be told any more, or is empty. Late:
// it was collected, or the destination could not be reached; what is over then
// is nobody's business. In doubt it is told.
func Senseless(i Item, late bool, now time.Time) string {
	e, m := i.Event, i.Maintenance
	switch e.Kind {
	case models.EventReminder, models.EventStarted, models.EventEnded, models.EventOverrun, models.EventPresumedOver:
		if m == nil {
			return "the maintenance is gone"
		}
		if late && (e.Kind == models.EventEnded || e.Kind == models.EventPresumedOver) {
			return "it is over"
		}
		return clockSenseless(i, now)
	case models.EventOverlapFound, models.EventOverlapWorse:
		if i.Finding == nil || !i.Finding.ClosedAt.IsZero() {
			return "it holds no longer"
		}
		if late && !i.Finding.End.After(now) {
			return "it is over"
		}
	case models.EventOverlapGone:
		if late && !e.Ends.After(now) {
			return "it is over"
		}
	case models.EventAcknowledged:
		if late {
			return "it was acknowledged meanwhile"
		}
	case models.EventPending:
		if i.Maintenance == nil || len(i.Maintenance.Pending) == 0 {
			return "nothing waits any more"
		}
		if late && recordOver(i, now) {
			return "the maintenance is over"
		}
	case models.EventNew, models.EventChanged, models.EventRescheduled, models.EventCancelled, models.EventCompleted, models.EventConflict:
		if late && recordOver(i, now) {
			return "the maintenance is over"
		}
	}
	return ""
}

func clockSenseless(i Item, now time.Time) string {
	e, m := i.Event, i.Maintenance
	if e.Kind == models.EventOverrun && i.Phase != models.PhaseOverrun {
		return "the maintenance is not overrun any more"
	}
	if e.Kind == models.EventPresumedOver && i.Phase != models.PhasePresumedOver && i.Phase != models.PhaseUpcoming {
		return "the maintenance is not presumed over any more"
	}
	at := slices.IndexFunc(m.Windows, func(w models.Window) bool { return w.Start.Equal(e.Window) && w.Working() })
	if m.Status == models.StatusCancelled || m.Status == models.StatusCompleted {
		return "the maintenance is " + string(m.Status)
	}
	if at < 0 {
		return "the window was moved or cancelled"
	}
	w := m.Windows[at]
	switch {
	case e.Kind == models.EventReminder && !w.Start.After(now):
		return "the window has started"
	case e.Kind == models.EventStarted && !w.End.After(now):
		return "the window is over"
	case e.Kind == models.EventEnded && (w.End.After(now) || now.Sub(w.End) > stale):
		return "the window ended at another time"
	case e.Kind == models.EventPresumedOver && now.Sub(w.End) > models.OverrunLimit:
		return "the window is long over"
	}
	return ""
}

// recordOver reports whether nothing of a maintenance lies ahead.
func recordOver(i Item, now time.Time) bool {
	if i.Maintenance == nil {
		return !i.Event.Ends.IsZero() && !i.Event.Ends.After(now)
	}
	end := i.Maintenance.End()
	return !end.IsZero() && !end.After(now)
}
