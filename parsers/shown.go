package parsers

import (
	"strings"
	"time"
)

// Shown is the text of a mail that its reader sees, by part.
type Shown struct {
	Part int // Part.Index; -1: the subject
	Text string
}

// ShownText gives what the reader of a mail sees as its own words: the subjects,
// and the visible text of bodies. Where a message has an HTML body its plain
// text counts as hidden, since no mail program shows both. What is hidden in
// HTML, attachments, calendars and the history that a mail quotes are left out.
func ShownText(m *Mail) []Shown {
	var all []Shown
	seen := map[int]bool{}
	var visit func(*Message)
	visit = func(msg *Message) {
		all = append(all, Shown{Part: -1, Text: msg.Subject})
		html := false
		for _, p := range msg.Parts {
			html = html || p.ContentType == TypeHTML && !p.Attachment
		}
		history := !IsForward(msg.Subject) && !pastes(msg)
		for _, p := range msg.Parts {
			if seen[p.Index] || p.Attachment || p.ContentType != TypeHTML && (html || p.ContentType != TypeText) {
				continue
			}
			seen[p.Index] = true
			all = append(all, Shown{Part: p.Index, Text: shownPart(p, history)})
		}
		for _, f := range msg.Forwarded {
			visit(f)
		}
	}
	visit(&m.Message)
	return all
}

// shownPart gives the visible text of a body; nothing of HTML that is too large
// to tell what of it is visible.
func shownPart(p *Part, history bool) string {
	text := p.Text()
	if p.ContentType == TypeText {
		if history {
			text, _ = textHistory(text)
		}
		return text
	}
	if at := htmlHistory(text); history && at >= 0 {
		text = text[:at]
	}
	doc, err := ReadHTML(text, p.Index)
	if err != nil {
		return ""
	}
	return doc.Text()
}

const (
	maxInstants = 2000 // that are read in one text
	dayReaches  = 3    // lines below a date on which a time of day is still of that date
)

// Instant is a time that stands in a text.
type Instant struct {
	At   time.Time // UTC
	Text string    // as it is written
}

// Instants gives every time of a text that can only mean one instant: with its
// date, time of day and zone, of which the end of a span may take what it does
// not say from its start, and a time of day its date from right above. Nothing
// is guessed: a time without a zone is none. Near is the mail's date.
func Instants(text string, near time.Time) []Instant {
	r := instants{times: Times{Order: Undecided}, near: near}
	for i, line := range strings.Split(text, "\n") {
		if len(r.all) >= maxInstants {
			break
		}
		r.line(i, line)
	}
	return r.all
}

// instants is the state of one Instants.
type instants struct {
	times Times
	near  time.Time
	day   Moment // the last date that was read
	dayAt int    // its line
	all   []Instant
}

func (r *instants) line(i int, line string) {
	var last Moment
	for rest := line; rest != "" && len(r.all) < maxInstants; {
		m, n := r.begins(rest)
		if n == 0 {
			rest = nextWord(rest)
			continue
		}
		rest = rest[n:]
		if m.HasDate() {
			r.day, r.dayAt = m, i
		} else if !last.HasDate() && r.day.HasDate() && i-r.dayAt <= dayReaches {
			m = m.onThe(r.day)
		}
		if at, err := r.times.Resolve(m, r.near); err == nil {
			r.all = append(r.all, Instant{at, m.Text})
		}
		if last.HasTime && m.HasTime && (last.Zone == "" || m.Zone == "" || !m.HasDate()) {
			if start, end, err := r.times.ResolveSpan(last, m, r.near); err == nil {
				text := last.Text + " - " + m.Text
				r.all = append(r.all, Instant{start, text}, Instant{end, text})
			}
		}
		last = m
	}
}

// begins gives the moment that a text begins with, and how long it is; 0: it
// begins with none.
func (r *instants) begins(text string) (Moment, int) {
	text = Clip(text, 2*maxMomentText)
	m, after, ok := r.times.Scan(text)
	if !ok || m.Text == "" || !strings.HasPrefix(text, m.Text) {
		return Moment{}, 0
	}
	return m, len(text) - len(after)
}

// nextWord gives a text from its second word on.
func nextWord(text string) string {
	const between = " \t,;:()[]|*"
	i := strings.IndexAny(text, between)
	if i < 0 {
		return ""
	}
	return strings.TrimLeft(text[i:], between)
}

// onThe gives a time of day on the date of another moment.
func (m Moment) onThe(day Moment) Moment {
	m.Year, m.Month, m.Day, m.numeric = day.Year, day.Month, day.Day, day.numeric
	if m.weekday == 0 {
		m.Weekday, m.weekday = day.Weekday, day.weekday
	}
	m.Text = day.Text + " " + m.Text
	return m
}
