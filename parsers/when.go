package parsers

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Order says how a layout writes numeric dates. A year of four digits that
// comes first is always year-month-day.
type Order uint8

// The orders. Undecided has both candidates checked against weekday, then
// against the mail's date; what is then still open is an error.
const (
	DayFirst Order = iota
	MonthFirst
	Undecided
)

// ErrUndecidable is wrapped by every error that says that a time cannot be
// decided from what the mail says.
var ErrUndecidable = errors.New("undecidable time")

// Times is the time policy of a format: its date order and its zones.
type Times struct {
	Order Order
	Zones Zones
}

// Moment is a point in time as a mail writes it, before it is decided which
// instant it means. Zero numbers are not said.
type Moment struct {
	Year, Month, Day int
	Hour, Min, Sec   int
	HasTime          bool
	Weekday          string // as written; empty: none
	Zone             string // label as written; empty: none
	Text             string // what was read
	weekday          int    // 1 is Sunday
	numeric          bool   // day and month are both numbers in the layout's order
}

// HasDate reports whether day and month are said.
func (m Moment) HasDate() bool { return m.Month > 0 && m.Day > 0 }

// Resolve gives the instant in UTC that a moment means. near is the mail's
// date: it decides a year that is not written and the order of day and month
// where the layout leaves it open; it may be zero.
func (t Times) Resolve(m Moment, near time.Time) (time.Time, error) {
	days, err := t.days(m, near)
	if err != nil {
		return time.Time{}, err
	}
	if !m.HasTime {
		return time.Time{}, fmt.Errorf("%q has no time of day: %w", m.Text, ErrUndecidable)
	}
	zone, err := t.zone(m)
	if err != nil {
		return time.Time{}, err
	}
	d := days[0]
	return instant(time.Date(d.Year(), d.Month(), d.Day(), m.Hour, m.Min, m.Sec, 0, time.UTC), zone, m.Text)
}

func (t Times) zone(m Moment) (Zone, error) {
	if m.Zone == "" {
		if loc := Place(t.Zones.Home); loc != nil {
			return Zone{Label: t.Zones.Home, Loc: loc}, nil
		}
		return Zone{}, fmt.Errorf("%q names no time zone: %w", m.Text, ErrUndecidable)
	}
	zone, ok := t.Zones.Find(m.Zone)
	if ok {
		return zone, nil
	}
	if ambiguousZones[Key(m.Zone)] {
		return Zone{}, fmt.Errorf("the time zone %q has several meanings: %w", m.Zone, ErrUndecidable)
	}
	return Zone{}, fmt.Errorf("the time zone %q is not known: %w", m.Zone, ErrUndecidable)
}

// days gives the one day that a moment means, at midnight UTC.
func (t Times) days(m Moment, near time.Time) ([]time.Time, error) {
	if !m.HasDate() {
		return nil, fmt.Errorf("%q has no date: %w", m.Text, ErrUndecidable)
	}
	var all []time.Time
	add := func(month, day int) {
		for _, y := range years(m.Year, near) {
			d := time.Date(y, time.Month(month), day, 0, 0, 0, 0, time.UTC)
			if int(d.Month()) == month && d.Day() == day && d.Year() == y {
				all = append(all, d)
			}
		}
	}
	add(m.Month, m.Day)
	if m.numeric && t.Order == Undecided && m.Month != m.Day {
		add(m.Day, m.Month)
	}
	if len(all) == 0 {
		if m.Year == 0 && near.IsZero() {
			return nil, fmt.Errorf("%q has no year: %w", m.Text, ErrUndecidable)
		}
		return nil, fmt.Errorf("%q is no date of the calendar: %w", m.Text, ErrUndecidable)
	}
	if m.weekday > 0 {
		fit := all[:0]
		for _, d := range all {
			if int(d.Weekday()) == m.weekday-1 {
				fit = append(fit, d)
			}
		}
		if len(fit) == 0 {
			return nil, fmt.Errorf("%q: the date is no %s: %w", m.Text, m.Weekday, ErrUndecidable)
		}
		all = fit
	}
	return nearest(all, near, m.Text)
}

func years(year int, near time.Time) []int {
	switch {
	case year >= 100:
		return []int{year}
	case year > 0:
		return []int{2000 + year}
	case near.IsZero():
		return nil
	}
	y := near.UTC().Year()
	return []int{y - 1, y, y + 1}
}

// nearest keeps the day that is clearly closer to the mail than the others.
func nearest(all []time.Time, near time.Time, text string) ([]time.Time, error) {
	if len(all) == 1 {
		return all, nil
	}
	if near.IsZero() {
		return nil, fmt.Errorf("%q can mean %s or %s: %w", text, all[0].Format(time.DateOnly), all[1].Format(time.DateOnly), ErrUndecidable)
	}
	best, second := -1, -1
	dist := func(i int) time.Duration { return all[i].Sub(near).Abs() }
	for i := range all {
		switch {
		case best < 0 || dist(i) < dist(best):
			best, second = i, best
		case second < 0 || dist(i) < dist(second):
			second = i
		}
	}
	if dist(second)-dist(best) < 14*24*time.Hour {
		return nil, fmt.Errorf("%q can mean %s or %s: %w", text, all[best].Format(time.DateOnly), all[second].Format(time.DateOnly), ErrUndecidable)
	}
	return all[best : best+1], nil
}

// instant finds the instant that has a wall clock time in a zone. In the hour
// that is skipped there is none, in the hour that comes twice there are two:
// both are undecidable.
func instant(wall time.Time, zone Zone, text string) (time.Time, error) {
	var found []time.Time
	for _, probe := range []time.Duration{-36 * time.Hour, 36 * time.Hour} {
		_, offset := wall.Add(probe).In(zone.Loc).Zone()
		u := wall.Add(-time.Duration(offset) * time.Second)
		if _, o := u.In(zone.Loc).Zone(); o == offset && (len(found) == 0 || !found[0].Equal(u)) {
			found = append(found, u)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return time.Time{}, fmt.Errorf("%q does not exist in %s: the clocks go forward over it: %w", text, zone.Loc, ErrUndecidable)
	}
	return time.Time{}, fmt.Errorf("%q comes twice in %s: the clocks go back over it: %w", text, zone.Loc, ErrUndecidable)
}

// Agree checks an instant against a second rendering of it, usually in local
// time. The two may differ by slack; a fixed abbreviation ("EST" in July) is
// also read as the time of its place. A rendering that cannot be read says
// nothing.
func (t Times) Agree(sure time.Time, second Moment, near time.Time, slack time.Duration) error {
	if !second.HasDate() || !second.HasTime {
		return nil
	}
	days, err := t.days(second, near)
	if err != nil {
		return err
	}
	zone, err := t.zone(second)
	if err != nil {
		return nil
	}
	d := days[0]
	wall := time.Date(d.Year(), d.Month(), d.Day(), second.Hour, second.Min, second.Sec, 0, time.UTC)
	diff := time.Duration(1<<63 - 1)
	for _, loc := range []*time.Location{zone.Loc, zone.Alt} {
		if loc == nil {
			continue
		}
		_, offset := sure.In(loc).Zone()
		diff = min(diff, wall.Add(-time.Duration(offset)*time.Second).Sub(sure).Abs())
	}
	if diff > slack {
		return fmt.Errorf("%s UTC and %q are %s apart: %w", sure.UTC().Format("2006-01-02 15:04"), second.Text, diff, ErrUndecidable)
	}
	return nil
}

// ResolveSpan gives start and end in UTC. What one of the two does not say
// (zone, date, year) is taken from the other; an end without a date that lies
// before its start is on the next day. An end that is not after its start is
// an error.
func (t Times) ResolveSpan(from, to Moment, near time.Time) (start, end time.Time, err error) {
	from, to, rolled := completeSpan(from, to)
	if start, err = t.Resolve(from, near); err != nil {
		return time.Time{}, time.Time{}, fmt.Errorf("start: %w", err)
	}
	if to.Year == 0 {
		near = start
	}
	if rolled && from.Zone == to.Zone && to.clock() <= from.clock() {
		if to, err = t.nextDay(to, near); err != nil {
			return start, time.Time{}, fmt.Errorf("end: %w", err)
		}
		rolled = false
	}
	if end, err = t.Resolve(to, near); err != nil {
		return start, time.Time{}, fmt.Errorf("end: %w", err)
	}
	if rolled && !end.After(start) {
		end = end.AddDate(0, 0, 1) // the two are in different zones
	}
	if !end.After(start) {
		return start, end, fmt.Errorf("end: %q is not after %q: %w", to.Text, from.Text, ErrUndecidable)
	}
	return start, end, nil
}

// clock is the time of day in seconds.
func (m Moment) clock() int { return m.Hour*3600 + m.Min*60 + m.Sec }

// nextDay gives the same time of day on the day after, which may have another
// offset.
func (t Times) nextDay(m Moment, near time.Time) (Moment, error) {
	days, err := t.days(m, near)
	if err != nil {
		return m, err
	}
	d := days[0].AddDate(0, 0, 1)
	m.Year, m.Month, m.Day, m.numeric = d.Year(), int(d.Month()), d.Day(), false
	m.Weekday, m.weekday = "", 0
	return m, nil
}

func completeSpan(from, to Moment) (Moment, Moment, bool) {
	if to.Zone == "" {
		to.Zone = from.Zone
	}
	if from.Zone == "" {
		from.Zone = to.Zone
	}
	rolled := false
	if !to.HasDate() && from.HasDate() {
		to.Year, to.Month, to.Day, to.numeric = from.Year, from.Month, from.Day, from.numeric
		if to.weekday == 0 {
			to.weekday, to.Weekday = from.weekday, from.Weekday
		}
		rolled = true
	}
	if from.Year == 0 && to.Year != 0 && from.Month <= to.Month {
		from.Year = to.Year
	}
	for _, m := range []*Moment{&from, &to} {
		m.Text = strings.TrimSpace(m.Text)
	}
	return from, to, rolled
}
