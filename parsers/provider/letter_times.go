package provider

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

var (
	backupLabel = lazy(`(?i)\b(?:back-?up|alternat\w*|contingency|fall-?back|reserve|spare)\b`)
	dayLabel    = lazy(`(?i)\b(?:day|night)\s*#?\s*(\d{1,3})\b(?:\s*(?:of|/)\s*(\d{1,3})\b)?`)
)

// britishMeans is what abbreviations mean at providers that are at home in
// Britain or Ireland.
var britishMeans = map[string]string{"bst": "Europe/London"}

// windows reads the labels "start" and "end", each end with the start before
// it, and the labels "window", whose lines each are a span. Labels say which
// day of several it is and whether it is the backup.
func (l *letter) windows() {
	var start *parsers.Pair
	pairs := withoutFormer(l.doc, l.pairs, "start", "end", "window")
	turned := turnedPairs(pairs)
	for i := range pairs {
		p := &pairs[i]
		if p.Struck || parsers.None(p.Value) || p.Field != "start" && p.Field != "end" && p.Field != "window" {
			continue
		}
		switch {
		case len(l.n.Windows) >= maxWindows:
			tooMany(&l.r, "start", maxWindows)
			return
		case p.Field == "window":
			l.spans(*p)
		case turned && start != nil:
			l.startEnd(*p, *start)
			start = nil
		case turned:
			start = p
		case p.Field == "start":
			l.alone(start)
			start = p
		case start == nil:
			l.r.Missing("start", fmt.Sprintf("the mail has the end %q without a start", parsers.Clip(p.Value, 80)))
		default:
			l.startEnd(*start, *p)
			start = nil
		}
	}
	l.alone(start)
	days := 0
	for _, w := range l.n.Windows {
		days = max(days, w.Day)
	}
	for i := range l.n.Windows {
		if w := &l.n.Windows[i]; w.Day > 0 && w.Days == 0 {
			w.Days = days
		}
	}
	l.r.SortWindows(0, l.n.Windows)
}

// turnedPairs reports whether each end stands before its start.
func turnedPairs(pairs []parsers.Pair) bool {
	want, starts := "end", 0
	for _, p := range pairs {
		switch {
		case p.Field != "start" && p.Field != "end" || p.Struck || parsers.None(p.Value):
		case p.Field != want:
			return false
		case want == "end":
			want = "start"
		default:
			want, starts = "end", starts+1
		}
	}
	return want == "end" && starts > 0
}

var numericDate = lazy(`\b(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b`)

// learnOrder takes the order of day and month from the mail where one of its
// dates can be read in one order alone: people depart from the habit of a
// layout for a whole mail.
func (l *letter) learnOrder() {
	first, second := false, false
	for _, p := range l.pairs {
		if p.Field != "start" && p.Field != "end" && p.Field != "window" {
			continue
		}
		if d := numericDate.FindStringSubmatch(parsers.Clip(p.Value, 200)); d != nil {
			first, second = first || twoDigits(d[1]) > 12, second || twoDigits(d[2]) > 12
		}
	}
	switch {
	case first && !second:
		l.times.Order = parsers.DayFirst
	case second && !first:
		l.times.Order = parsers.MonthFirst
	}
}

func twoDigits(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func (l *letter) alone(start *parsers.Pair) {
	if start != nil {
		l.r.Missing("end", fmt.Sprintf("the mail has the start %q without an end", parsers.Clip(start.Value, 80)))
	}
}

func (l *letter) startEnd(start, end parsers.Pair) {
	from, to := l.moment(start), l.moment(end)
	l.window(from, to, start, end)
}

// moment reads the value of a label; the label names the zone where the value
// does not.
func (l *letter) moment(p parsers.Pair) parsers.Moment {
	times := l.ordered(p.Label + " " + p.Value)
	when, rest, _ := times.Scan(p.Value)
	if when.HasDate() && !when.HasTime { // "12 May 2026 at: 10:00" and the like
		if more, _, ok := times.Scan(rest); ok && more.HasTime && !more.HasDate() {
			when, _, _ = times.Scan(when.Text + " " + more.Text)
		}
	}
	if day := l.day(); when.HasTime && !when.HasDate() && day != "" {
		if whole, _, ok := times.Scan(day + " " + p.Value); ok && whole.HasDate() && whole.HasTime {
			when = whole
		}
	}
	if when.HasDate() && when.HasTime {
		when = l.oneOf(p, times, when, rest)
	}
	if when.Text == "" {
		when.Text = parsers.Clip(p.Value, 80)
	}
	label := zoneOfLabel(times, p.Label)
	if when.Zone == "" {
		when.Zone = label
	}
	if !sameZone(times, when, label, l.near) {
		l.r.Missing(p.Field, fmt.Sprintf("%s and %q name two time zones", strings.TrimSpace(p.Label), when.Text))
	}
	return when
}

// oldTime stands before a time that counts no more.
var oldTime = lazy(`(?i)\b(?:was|were|previous\w*|original\w*|formerly|former|old|instead of|initial\w*)\W*(?:\w+\W+){0,2}$`)

// oneOf decides between the first moment of a value and another one behind it,
// which plain text has where the mail struck the old time out: in a notice of
// new dates the last one counts, elsewhere nobody can tell.
func (l *letter) oneOf(p parsers.Pair, times parsers.Times, first parsers.Moment, rest string) parsers.Moment {
	second, _, ok := times.Scan(rest)
	if !ok || !second.HasDate() || !second.HasTime || (second.Zone == "") != (first.Zone == "") {
		return first
	}
	a, errA := times.Resolve(first, l.near)
	b, errB := times.Resolve(second, l.near)
	between, _, _ := strings.Cut(rest, second.Text)
	switch {
	case errA != nil || errB != nil || a.Equal(b):
	case oldTime.MatchString(between):
	case l.n.Status == models.StatusRescheduled:
		l.r.Warn(fmt.Sprintf("%s has two times, the last one is taken as the new one: %q", strings.TrimSpace(p.Label), parsers.Clip(p.Value, 80)))
		return second
	default:
		l.r.Missing(p.Field, fmt.Sprintf("%s has two times: %q", strings.TrimSpace(p.Label), parsers.Clip(p.Value, 80)))
	}
	return first
}

// sameZone reports whether a moment means the same in the zone that its label
// names, if that names one.
func sameZone(times parsers.Times, when parsers.Moment, label string, near time.Time) bool {
	if label == "" || when.Zone == label {
		return true
	}
	a, errA := times.Resolve(when, near)
	when.Zone = label
	b, errB := times.Resolve(when, near)
	return errA != nil || errB != nil || a.Equal(b)
}

// day is the date that a layout writes under a label of its own, for times
// that have none. It is looked up once: a mail may have very many times.
func (l *letter) day() string {
	if l.dayOnce == nil {
		p, _ := parsers.First(l.pairs, "day")
		l.dayOnce = &p.Value
	}
	return *l.dayOnce
}

// spans reads the lines of a label that names a window, one span a line.
func (l *letter) spans(p parsers.Pair) {
	times := l.ordered(p.Label + " " + l.text(p, true))
	found := false
	for i := p.At; i < max(min(p.End, l.end), p.At+1); i++ {
		text := l.doc.Lines[i].Text
		if i == p.At {
			text = p.Value
		}
		if l.doc.Lines[i].Struck {
			continue
		}
		from, to, rest, ok := times.ScanSpan(text)
		if i+1 < max(min(p.End, l.end), p.At+1) && (!ok || from.HasTime && to.HasDate() && !to.HasTime) { // wrapped within the span
			if a, b, more, whole := times.ScanSpan(text + " " + l.doc.Lines[i+1].Text); whole && a.HasTime && b.HasTime && a.HasDate() {
				from, to, rest, ok = a, b, more, true
			}
		}
		if !ok {
			if found || i > p.At+3 {
				break
			}
			continue
		}
		if day := l.day(); !from.HasDate() && day != "" {
			if a, b, more, ok := times.ScanSpan(day + " " + text); ok && a.HasDate() && a.HasTime {
				from, to, rest = a, b, more
			}
		}
		found = true
		at := p
		at.Value, at.At, at.Label = text, i, p.Label
		if backupLabel.MatchString(text) || dayLabel.MatchString(text) {
			at.Label += " " + text
		}
		zone := zoneOfLabel(times, p.Label+" "+rest)
		for _, m := range []*parsers.Moment{&from, &to} {
			if m.Zone == "" && from.Zone == "" && to.Zone == "" {
				m.Zone = zone
			}
		}
		if from.Zone == "" {
			from.Zone = to.Zone
		}
		if to.Zone == "" {
			to.Zone = from.Zone
		}
		l.window(from, to, at, at)
	}
	if found {
		return
	}
	if from, to, _, ok := times.ScanSpan(l.text(p, true)); ok { // a span over two lines
		l.window(from, to, p, p)
		return
	}
	l.r.Missing("start", fmt.Sprintf("the value of %s is no time span: %q", p.Label, parsers.Clip(p.Value, 80)))
}

func (l *letter) window(from, to parsers.Moment, start, end parsers.Pair) {
	times := l.ordered(start.Label + " " + start.Value)
	first, last, err := times.ResolveSpan(from, to, l.near)
	if err == nil {
		err = l.plausible(times, first, from, to)
	}
	if err != nil {
		missingTime(&l.r, err)
		return
	}
	if from.Zone == "" && to.Zone == "" {
		l.r.Warn(fmt.Sprintf("%q names no time zone: %s was taken, which the provider writes", from.Text, times.Zones.Home))
	}
	w := models.NoticeWindow{Kind: models.WindowPrimary, Start: first, End: last}
	if backupLabel.MatchString(start.Label) {
		w.Kind = models.WindowBackup
	}
	if day := dayLabel.FindStringSubmatch(start.Label); day != nil {
		w.Day, _ = strconv.Atoi(day[1])
		w.Days, _ = strconv.Atoi(day[2])
	}
	n := len(l.n.Windows)
	l.n.Windows = append(l.n.Windows, w)
	l.r.Found(0, parsers.WindowField(n, "start"), l.doc.Part, start.Value, labelRule(start))
	l.r.Found(0, parsers.WindowField(n, "end"), l.doc.Part, end.Value, labelRule(end))
}

// ordered gives the times with the order of day and month that a text names
// ("dd/mm/yyyy").
func (l *letter) ordered(text string) parsers.Times {
	times := l.times
	switch low := strings.ToLower(text); {
	case strings.Contains(low, "dd/mm"), strings.Contains(low, "dd-mm"):
		times.Order = parsers.DayFirst
	case strings.Contains(low, "mm/dd"), strings.Contains(low, "mm-dd"):
		times.Order = parsers.MonthFirst
	}
	return times
}

// How far a window may lie from the mail before the other order of day and
// month is looked at.
const (
	longBefore = 45 * 24 * time.Hour
	longAfter  = 100 * 24 * time.Hour
)

// dotted are dates as 11.03.2026, which nobody writes with the month first.
var dotted = lazy(`\b\d{1,2}\.\d{1,2}\.\d{2,4}\b`)

// plausible checks a habit of writing dates against the mail's date: where the
// window lies far from it and the other order would lie near, nobody knows
// which is meant.
func (l *letter) plausible(times parsers.Times, start time.Time, from, to parsers.Moment) error {
	if l.near.IsZero() || !far(start.Sub(l.near)) || times.Order == parsers.Undecided || times.Order != l.times.Order ||
		times.Order == parsers.DayFirst && dotted.MatchString(from.Text) {
		return nil
	}
	other := times
	other.Order = parsers.MonthFirst
	if times.Order == parsers.MonthFirst {
		other.Order = parsers.DayFirst
	}
	from2, _, ok := other.Scan(from.Text)
	if !ok {
		return nil
	}
	from2.Zone = from.Zone
	swapped, err := other.Resolve(from2, l.near)
	if err != nil || swapped.Equal(start) || far(swapped.Sub(l.near)) {
		return nil
	}
	return fmt.Errorf("start: %q can mean %s or %s: %w", from.Text, start.Format(time.DateOnly), swapped.Format(time.DateOnly), parsers.ErrUndecidable)
}

func far(d time.Duration) bool { return d < -longBefore || d > longAfter }

var zoneWord = lazy(`\b(?:[A-Z]{2,5}(?: ?[+-]\d{1,2}(?::?\d{2})?)?|[Ll]ocal [Tt]ime)\b`)

// zoneOfLabel finds a zone in a label, such as "Start (UTC) day 1"; empty if
// there is none.
func zoneOfLabel(times parsers.Times, label string) string {
	for _, word := range zoneWord.FindAllString(label, 10) {
		if _, ok := times.Zones.Find(word); ok || strings.EqualFold(word, "local time") {
			return word
		}
	}
	return ""
}
