package define

import (
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// windows reads the windows that stand beside labels, then those of a table
// without circuits.
func (r *reading) windows() {
	var date *parsers.Pair
	open := map[string]*parsers.Pair{} // start and backup_start that wait for their end
	for i := range r.pairs {
		p := &r.pairs[i]
		if p.Struck || p.Value == "" {
			continue
		}
		prefix, kind := "", models.WindowPrimary
		if strings.HasPrefix(p.Field, "backup_") {
			prefix, kind = "backup_", models.WindowBackup
		}
		switch strings.TrimPrefix(p.Field, prefix) {
		case "date":
			date = p
		case "window":
			r.spans(kind, *p, date)
		case "start":
			r.alone(open[prefix])
			open[prefix] = p
		case "end":
			if open[prefix] == nil {
				r.r.Missing("start", fmt.Sprintf("the mail has the end %q without a start", parsers.Clip(p.Value, 80)))
				continue
			}
			start := open[prefix]
			open[prefix] = nil
			r.window(kind, r.moment(start.Value, start.Label, date), r.moment(p.Value, p.Label, date), start.Value, p.Value, "label "+start.Label)
		}
	}
	r.alone(open[""])
	r.alone(open["backup_"])
	for _, row := range r.rows(r.layout.windows, "start") {
		if row.Get("circuit") == "" {
			r.rowWindow(row)
		}
	}
}

func (r *reading) alone(start *parsers.Pair) {
	if start != nil {
		r.r.Missing("end", fmt.Sprintf("the mail has the start %q without an end", parsers.Clip(start.Value, 80)))
	}
}

// moment reads one end of a window; its label names the zone and the label of
// the date gives the date where the value does not.
func (r *reading) moment(value, label string, date *parsers.Pair) parsers.Moment {
	m, _, ok := r.clock.scan(value)
	if !ok {
		m = parsers.Moment{}
	}
	if m.Text == "" {
		m.Text = parsers.Clip(value, 80)
	}
	if m.Zone == "" {
		m.Zone = r.clock.zoneIn(label)
	}
	return r.dated(m, date)
}

// dated gives a time of day its date.
func (r *reading) dated(m parsers.Moment, date *parsers.Pair) parsers.Moment {
	if date == nil {
		return m
	}
	day, _, ok := r.clock.scan(date.Value)
	if !ok || !day.HasDate() {
		return m
	}
	return onDay(m, day)
}

// onDay puts a time of day that has no date on the day of another moment.
func onDay(m, day parsers.Moment) parsers.Moment {
	if m.HasDate() || !m.HasTime {
		return m
	}
	day.Hour, day.Min, day.Sec, day.HasTime, day.Zone = m.Hour, m.Min, m.Sec, true, m.Zone
	day.Text += " " + m.Text
	return day
}

// spans reads the lines under a label that names a window, one span a line.
func (r *reading) spans(kind models.WindowKind, p parsers.Pair, date *parsers.Pair) {
	found := false
	for i := p.At; i < max(min(p.End, r.end), p.At+1); i++ {
		text := p.Value
		if i > p.At {
			text = r.doc.Lines[i].Text
		}
		if !r.span(kind, text, p.Label, date, "label "+p.Label) {
			break
		}
		found = true
	}
	if !found {
		r.r.Missing("start", fmt.Sprintf("the value of %s is no time span: %q", p.Label, parsers.Clip(p.Value, 80)))
	}
}

// span reads a window that one text states; false if it states none.
func (r *reading) span(kind models.WindowKind, text, label string, date *parsers.Pair, rule string) bool {
	from, to, rest, ok := r.clock.span(text)
	if !ok {
		return false
	}
	if from.Zone == "" && to.Zone == "" {
		if to.Zone = r.clock.zoneIn(rest); to.Zone == "" {
			to.Zone = r.clock.zoneIn(label)
		}
	}
	if to.HasDate() {
		from = onDay(from, to)
	}
	r.window(kind, r.dated(from, date), to, text, text, rule)
	return true
}

// rowWindow reads the window of a table row.
func (r *reading) rowWindow(row parsers.Row) int {
	before := len(r.n.Windows)
	if row.Has("window") {
		if !r.span(models.WindowPrimary, row.Get("window"), row.Head("window"), nil, "column "+row.Head("window")) {
			r.r.Missing("start", fmt.Sprintf("the column %s has no time span: %q", row.Head("window"), parsers.Clip(row.Get("window"), 80)))
		}
	} else {
		from, to := row.Get("start"), row.Get("end")
		r.window(models.WindowPrimary, r.moment(from, row.Head("start"), nil), r.moment(to, row.Head("end"), nil), from, to, "column "+row.Head("start"))
	}
	if len(r.n.Windows) == before {
		return -1
	}
	w := r.n.Windows[before]
	for i, other := range r.n.Windows[:before] {
		if other.Kind == w.Kind && other.Start.Equal(w.Start) && other.End.Equal(w.End) {
			r.n.Windows = r.n.Windows[:before]
			return i
		}
	}
	return before
}

// window adds a window, or says why it cannot be decided.
func (r *reading) window(kind models.WindowKind, from, to parsers.Moment, startText, endText, rule string) {
	if len(r.n.Windows) >= parsers.MaxWindows {
		r.r.TooMany("start", parsers.MaxWindows)
		return
	}
	start, end, err := r.clock.times.ResolveSpan(from, to, r.m.Day())
	if err != nil {
		r.r.MissingTime(err)
		return
	}
	n := len(r.n.Windows)
	r.n.Windows = append(r.n.Windows, models.NoticeWindow{Kind: kind, Start: start, End: end})
	r.r.Found(0, parsers.WindowField(n, "start"), r.doc.Part, startText, rule)
	r.r.Found(0, parsers.WindowField(n, "end"), r.doc.Part, endText, rule)
}
