package command

import (
	"fmt"
	"time"

	"lineman/models"
)

// period is the time that a list looks at; the zero word is all of it.
type period struct {
	word  string
	label string // for sentences, with a leading blank
	from  time.Time
	to    time.Time // zero: open
}

// newPeriod makes a period. A day begins at midnight in the zone, a week is
// today and the six days after it.
func newPeriod(word string, now time.Time, zone *time.Location) period {
	p := period{word: word}
	local := now.In(zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	switch word {
	case periodToday:
		p.from, p.to, p.label = day.UTC(), day.AddDate(0, 0, 1).Add(-time.Microsecond).UTC(), " today"
	case periodWeek:
		p.from, p.to, p.label = day.UTC(), day.AddDate(0, 0, 7).Add(-time.Microsecond).UTC(), " in the week from today"
	case periodActive:
		p.from, p.to, p.label = now, now, " active now"
	case periodUpcoming:
		p.from, p.label = now, " still to come"
	}
	return p
}

// narrow puts the period into a filter, as far as the filter can hold it.
func (p period) narrow(f *models.MaintenanceFilter) {
	if p.word == "" {
		return
	}
	f.EndAfter, f.StartsBy = p.from, p.to
	if len(f.Statuses) > 0 {
		return
	}
	for _, s := range models.RecordStatuses {
		switch {
		case p.word == periodActive && s.Active(), p.word == periodUpcoming && !s.Closed():
			f.Statuses = append(f.Statuses, s)
		}
	}
}

// holds reports whether a window lies in the period. For today and the week
// that is any window that touches it, for active one in which work is planned
// at the instant (F46), for upcoming one in which work is planned and which has
// not begun.
func (p period) holds(m models.Maintenance) bool {
	return p.word == "" || !p.next(m).IsZero()
}

// next is the start of the first window in the period; zero without one.
func (p period) next(m models.Maintenance) time.Time {
	var first time.Time
	for _, w := range m.Windows {
		in := !w.End.Before(p.from) && (p.to.IsZero() || !w.Start.After(p.to))
		switch p.word {
		case periodActive:
			in = models.ActiveAt(w, p.from)
		case periodUpcoming:
			planned := w.Kind != models.WindowBackup || w.Called
			in = planned && w.Start.After(p.from) && !w.Status.Closed()
		}
		if in && (first.IsZero() || w.Start.Before(first)) {
			first = w.Start
		}
	}
	return first
}

// count writes "1 maintenance", "2 maintenances".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
