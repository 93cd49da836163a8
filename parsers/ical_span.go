package parsers

import (
	"fmt"
	"strings"
	"time"
)

// spans gives start and end of every window of the event, in its own zone.
func (e *eventReading) spans() [][2]time.Time {
	start, ok := e.start()
	if !ok {
		return nil
	}
	end, ok := e.end(start)
	if !ok {
		return nil
	}
	switch {
	case end.Before(start.at):
		e.fail("end", "the event ends before it starts")
		return nil
	case end.Equal(start.at):
		e.warn(warnZeroLength)
	case end.Sub(start.at) > maxDuration:
		e.fail("end", fmt.Sprintf("the window is %d days long", int(end.Sub(start.at).Hours()/24)))
		return nil
	}
	length := wallLength(start.at, end)
	starts, ok := e.repeats(start)
	if !ok {
		return nil
	}
	spans := make([][2]time.Time, 0, len(starts))
	for i, s := range starts {
		if i == 0 && s.Equal(start.at) {
			spans = append(spans, [2]time.Time{s, end})
			continue
		}
		spans = append(spans, [2]time.Time{s, addWall(s, length)})
	}
	return spans
}

// wallLength is how far two times are apart on the clock of the first's zone.
func wallLength(a, b time.Time) time.Duration {
	b = b.In(a.Location())
	return onClock(b).Sub(onClock(a))
}

func addWall(t time.Time, d time.Duration) time.Time {
	c := onClock(t).Add(d)
	return time.Date(c.Year(), c.Month(), c.Day(), c.Hour(), c.Minute(), c.Second(), 0, t.Location())
}

// onClock gives what a clock in the time's zone shows, as UTC.
func onClock(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func (e *eventReading) start() (icalWhen, bool) {
	p, ok := e.first("DTSTART")
	if !ok {
		e.fail("start", "the event has no DTSTART")
		return icalWhen{}, false
	}
	w, err := icalTime(p, e.home, e.zone)
	if err != nil {
		e.fail("start", err.Error())
		return icalWhen{}, false
	}
	e.show("start", p)
	switch {
	case w.allDay:
		e.warn("DTSTART is a day without a time, read as the whole day in " + e.homeName)
	case w.floating:
		e.warn("DTSTART names no time zone and is read in " + e.homeName)
	}
	return w, true
}

func (e *eventReading) end(start icalWhen) (time.Time, bool) {
	if p, ok := e.first("DTEND"); ok {
		w, err := icalTime(p, e.home, e.zone)
		if err != nil {
			e.fail("end", err.Error())
			return time.Time{}, false
		}
		e.show("end", p)
		if w.floating != start.floating && !w.allDay {
			e.warn("only one of DTSTART and DTEND names a time zone")
		}
		return w.at, true
	}
	if p, ok := e.first("DURATION"); ok {
		d, err := icalDuration(p.value)
		if err != nil {
			e.fail("end", err.Error())
			return time.Time{}, false
		}
		e.show("end", p)
		return start.at.Add(d), true
	}
	if start.allDay {
		return start.at.AddDate(0, 0, 1), true
	}
	e.fail("end", "the event has neither DTEND nor DURATION")
	return time.Time{}, false
}

// repeats gives the starts that RRULE and RDATE make, without those of EXDATE.
func (e *eventReading) repeats(start icalWhen) ([]time.Time, bool) {
	starts := []time.Time{start.at}
	if p, ok := e.first("RRULE"); ok {
		rule, err := parseRule(p.value, start.at.Location())
		if err != nil {
			e.fail("start", err.Error())
			return nil, false
		}
		var capped bool
		if starts, capped = rule.starts(start.at); capped {
			e.warn(fmt.Sprintf("the rule of repetition has no end within reach, the first %d windows are taken", len(starts)))
		}
		if len(starts) == 0 {
			e.fail("start", "the rule of repetition gives no window")
			return nil, false
		}
	}
	more, err := e.dates("RDATE")
	if err != nil {
		e.fail("start", err.Error())
		return nil, false
	}
	out, err := e.dates("EXDATE")
	if err != nil {
		e.fail("start", err.Error())
		return nil, false
	}
	starts = mergeStarts(starts, more, out)
	if len(starts) > maxRepeats {
		e.warn(fmt.Sprintf("of %d windows the first %d are taken", len(starts), maxRepeats))
		starts = starts[:maxRepeats]
	}
	if len(starts) == 0 {
		e.fail("start", "every window is excluded by EXDATE")
		return nil, false
	}
	return starts, true
}

// mergeStarts joins two lists of starts, sorted and each once, without out.
func mergeStarts(starts, more, out []time.Time) []time.Time {
	skip := make(map[int64]bool, len(out))
	for _, t := range out {
		skip[t.Unix()] = true
	}
	var all []time.Time
	for _, t := range append(starts[:len(starts):len(starts)], more...) {
		if !skip[t.Unix()] {
			skip[t.Unix()] = true
			all = append(all, t)
		}
	}
	sortTimes(all)
	return all
}

// dates reads the values of all RDATE or EXDATE properties.
func (e *eventReading) dates(name string) ([]time.Time, error) {
	var all []time.Time
	for _, p := range e.props {
		if p.name != name {
			continue
		}
		for rest := p.value; rest != "" && len(all) <= maxRepeats; {
			var v string
			v, rest, _ = strings.Cut(rest, ",")
			v, _, _ = strings.Cut(v, "/") // a period's start
			one := p
			one.value = v
			w, err := icalTime(one, e.home, e.zone)
			if err != nil {
				return nil, err
			}
			all = append(all, w.at)
		}
	}
	return all, nil
}
