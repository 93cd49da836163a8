package parsers

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxDates is how many RDATEs, and how many EXDATEs, of one event are read.
const maxDates = 10_000

// icalStart is the start of one window: where it comes from, and its own end
// where it has one.
type icalStart struct {
	icalWhen
	of   icalProp
	rule string    // of the evidence
	end  time.Time // of a period of an RDATE; zero: as long as the first window
}

// icalSpan is one window of an event, with where it was found.
type icalSpan struct {
	start, end time.Time
	evidence   []Evidence // of start and end
}

// spans gives every window of the event, in order, each time in its own zone.
func (e *eventReading) spans() []icalSpan {
	start, ok := e.start()
	if !ok {
		return nil
	}
	e.begun = &start
	end, endOf, ok := e.end(start.icalWhen)
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
	starts, ok := e.repeats(start)
	if !ok {
		return nil
	}
	length := wallLength(start.at, end)
	spans := make([]icalSpan, len(starts))
	for i, s := range starts {
		spans[i] = icalSpan{s.at, s.end, []Evidence{e.evidenceOf("start", s.of, s.rule), e.evidenceOf("end", endOf.prop, endOf.rule)}}
		switch {
		case !s.end.IsZero():
			spans[i].evidence[1] = e.evidenceOf("end", s.of, s.rule)
		case s.at.Equal(start.at):
			spans[i].end = end
		default:
			spans[i].end = addWall(s.at, length)
			spans[i].evidence[1].Rule += ", as long as the first window"
		}
		if s.remark != "" {
			e.warn(s.of.name + ": " + s.remark)
		}
	}
	return spans
}

func (e *eventReading) evidenceOf(field string, p icalProp, rule string) Evidence {
	return Evidence{Field: field, Part: e.part, Text: p.raw, Rule: rule}
}

// timeRule names the rule of a time: its property, and how a time that the
// clocks of its zone skip or repeat was read.
func timeRule(p icalProp, w icalWhen) string {
	if w.remark == "" {
		return p.name
	}
	return p.name + ", " + w.remark
}

// wallLength is how far two times are apart on the clock of the first's zone.
func wallLength(a, b time.Time) time.Duration {
	b = b.In(a.Location())
	return onClock(b).Sub(onClock(a))
}

func addWall(t time.Time, d time.Duration) time.Time {
	at, _ := clockTime(onClock(t).Add(d), t.Location())
	return at
}

// onClock gives what a clock in the time's zone shows, as UTC.
func onClock(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func (e *eventReading) start() (icalStart, bool) {
	p, ok := e.first("DTSTART")
	if !ok {
		e.fail("start", "the event has no DTSTART")
		return icalStart{}, false
	}
	w, err := icalTime(p, e.home, e.zone)
	if err != nil {
		e.fail("start", err.Error())
		return icalStart{}, false
	}
	switch {
	case w.allDay:
		e.warn("DTSTART is a day without a time, read as the whole day in " + e.homeName)
	case w.floating:
		e.warn("DTSTART names no time zone and is read in " + e.homeName)
	}
	return icalStart{icalWhen: w, of: p, rule: timeRule(p, w)}, true
}

// icalSource is a property and the rule by which a time was read from it.
type icalSource struct {
	prop icalProp
	rule string
}

func (e *eventReading) end(start icalWhen) (time.Time, icalSource, bool) {
	if p, ok := e.first("DTEND"); ok {
		w, err := icalTime(p, e.home, e.zone)
		if err != nil {
			e.fail("end", err.Error())
			return time.Time{}, icalSource{}, false
		}
		if w.floating != start.floating && !w.allDay {
			e.warn("only one of DTSTART and DTEND names a time zone")
		}
		if w.remark != "" {
			e.warn(p.name + ": " + w.remark)
		}
		return w.at, icalSource{p, timeRule(p, w)}, true
	}
	if p, ok := e.first("DURATION"); ok {
		d, err := icalDuration(p.value)
		if err != nil {
			e.fail("end", err.Error())
			return time.Time{}, icalSource{}, false
		}
		return d.after(start), icalSource{p, p.name}, true
	}
	if start.allDay {
		p, _ := e.first("DTSTART")
		return icalLength{days: 1}.after(start), icalSource{p, p.name + ", the whole day"}, true
	}
	e.fail("end", "the event has neither DTEND nor DURATION")
	return time.Time{}, icalSource{}, false
}

// repeats gives the starts that RRULE and RDATE make, without those of EXDATE.
func (e *eventReading) repeats(start icalStart) ([]icalStart, bool) {
	starts := []icalStart{start}
	if p, ok := e.first("RRULE"); ok {
		if starts, ok = e.byRule(start, p); !ok {
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

// byRule gives the starts that an RRULE makes from the first.
func (e *eventReading) byRule(first icalStart, p icalProp) ([]icalStart, bool) {
	rule, err := parseRule(p.value, first.at.Location())
	if err != nil {
		e.fail("start", err.Error())
		return nil, false
	}
	all, capped := rule.starts(first.icalWhen)
	if capped {
		e.warn(fmt.Sprintf("the rule of repetition has no end within reach, the first %d windows are taken", len(all)))
	}
	if len(all) == 0 {
		e.fail("start", "the rule of repetition gives no window")
		return nil, false
	}
	starts := []icalStart{first}
	for _, w := range all[1:] {
		starts = append(starts, icalStart{icalWhen: w, of: p, rule: timeRule(p, w)})
	}
	return starts, true
}

// mergeStarts joins two lists of starts, sorted and each once, without out.
func mergeStarts(starts, more, out []icalStart) []icalStart {
	skip := make(map[int64]bool, len(out))
	for _, s := range out {
		skip[s.at.Unix()] = true
	}
	var all []icalStart
	for _, s := range append(starts[:len(starts):len(starts)], more...) {
		if !skip[s.at.Unix()] {
			skip[s.at.Unix()] = true
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b icalStart) int { return a.at.Compare(b.at) })
	return all
}

// dates reads the values of all RDATE or EXDATE properties.
func (e *eventReading) dates(name string) ([]icalStart, error) {
	var all []icalStart
	for _, p := range e.props {
		if p.name != name {
			continue
		}
		for rest := p.value; rest != ""; {
			if len(all) >= maxDates {
				return nil, fmt.Errorf("%s lists more than %d times", name, maxDates)
			}
			one := p
			one.value, rest, _ = strings.Cut(rest, ",")
			s, err := e.date(one)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// date reads one value of an RDATE: a start, or a period with an end or a
// length of its own.
func (e *eventReading) date(p icalProp) (icalStart, error) {
	from, to, period := strings.Cut(p.value, "/")
	raw := p.value
	p.value = from
	w, err := icalTime(p, e.home, e.zone)
	if err != nil {
		return icalStart{}, err
	}
	s := icalStart{icalWhen: w, of: p, rule: timeRule(p, w)}
	s.of.raw = Clip(p.name+":"+raw, maxEvidence)
	if !period {
		return s, nil
	}
	if strings.HasPrefix(strings.TrimLeft(strings.ToUpper(to), " +-"), "P") {
		d, err := icalDuration(to)
		if err != nil {
			return s, err
		}
		s.end = d.after(w)
	} else {
		p.value = to
		end, err := icalTime(p, e.home, e.zone)
		if err != nil {
			return s, err
		}
		s.end = end.at
	}
	if !s.end.After(w.at) {
		return s, fmt.Errorf("a period of %s ends before it starts: %q", p.name, Clip(raw, 60))
	}
	return s, nil
}
