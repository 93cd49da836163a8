package parsers

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The severities of a Finding, as the standard says them.
const (
	Must   = "MUST"
	Should = "SHOULD"
)

// Finding is one way in which a calendar departs from the maintenance notice
// standard (NANOG BCOP) or from iCalendar (RFC 5545).
type Finding struct {
	File     string // the name given; for a mail with the part it stands in
	Line     int    // in that file or part, from 1
	Severity string // Must or Should
	Text     string // what is to be, as the rest of a sentence
}

// String gives "file:line: MUST …".
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s %s", f.File, f.Line, f.Severity, f.Text)
}

// Lint checks the calendars of a file (an .ics or a whole mail) strictly.
// name is shown in the findings. A file without a calendar, and one that is
// over the limits, is a finding too.
func Lint(raw []byte, name string) []Finding {
	mail, err := ReadMail(raw)
	if err != nil {
		return []Finding{{name, 1, Must, "be within the limits: " + err.Error()}}
	}
	var all []Finding
	found := false
	for _, msg := range messages(mail) {
		for _, p := range msg.Parts {
			if p.ContentType != TypeCalendar && !(strings.HasPrefix(p.ContentType, "text/") && strings.Contains(p.Text(), "BEGIN:VCALENDAR")) {
				continue
			}
			found = true
			file := name
			if len(mail.Header) > 0 {
				file = fmt.Sprintf("%s (part %d %s)", name, p.Index, p.Filename)
				file = strings.Replace(file, " )", ")", 1)
			}
			all = append(all, lintCalendar(p.Text(), file)...)
		}
	}
	if !found {
		return []Finding{{name, 1, Must, "hold an iCalendar object (BEGIN:VCALENDAR)"}}
	}
	return all
}

// linter collects the findings of one calendar.
type linter struct {
	file string
	c    *icalCalendar
	all  []Finding
}

func lintCalendar(text, file string) []Finding {
	l := &linter{file: file, c: readCalendar(text)}
	if l.c.over != "" {
		l.must(1, "be within the limit of "+l.c.over)
	}
	l.lines(text)
	for _, n := range l.c.notes {
		l.must(n.line, "be a property: it "+n.text)
	}
	if l.c.begin == 0 {
		l.must(1, "begin with BEGIN:VCALENDAR")
	}
	if !l.c.ended {
		l.must(max(1, l.c.begin), "end with END:VCALENDAR")
	}
	for _, name := range []string{"VERSION", "PRODID"} {
		l.exactly(l.c.props, name, max(1, l.c.begin))
	}
	if n, line := occurrences(l.c.props, "METHOD"); n > 1 {
		l.must(line, "have at most one METHOD")
	} else if n == 1 {
		l.should(line, "leave out METHOD unless a scheduling transaction is meant")
	}
	if len(l.c.events) == 0 {
		l.must(max(1, l.c.begin), "have a VEVENT")
	}
	sequences := make(map[string]int)
	for _, e := range l.c.events {
		l.event(e, sequences)
	}
	slices.SortStableFunc(l.all, func(a, b Finding) int { return a.Line - b.Line })
	return l.all
}

func (l *linter) must(line int, text string) {
	l.all = append(l.all, Finding{l.file, line, Must, text})
}

func (l *linter) should(line int, text string) {
	l.all = append(l.all, Finding{l.file, line, Should, text})
}

// lines checks what lines look like before they are unfolded.
func (l *linter) lines(text string) {
	bare, long := 0, 0
	for n, rest := 1, text; rest != ""; n++ {
		i := strings.IndexByte(rest, '\n')
		line := rest
		if i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		if i >= 0 && !strings.HasSuffix(line, "\r") {
			if bare++; bare == 1 {
				l.should(n, "end its lines with CRLF")
			}
		}
		if len(strings.TrimSuffix(line, "\r")) > 75 {
			if long++; long <= 5 {
				l.should(n, "be folded: the line has more than 75 bytes")
			}
		}
		if n > maxCalendarLines {
			return
		}
	}
}

// occurrences counts the properties of a name and gives the last one's line.
func occurrences(props []icalProp, name string) (n, line int) {
	for _, p := range props {
		if p.name == name {
			n++
			line = p.line
		}
	}
	return n, line
}

func (l *linter) exactly(props []icalProp, name string, at int) {
	switch n, line := occurrences(props, name); {
	case n == 0:
		l.must(at, "have "+name)
	case n > 1:
		l.must(line, "have "+name+" only once")
	}
}

func (l *linter) event(e icalEvent, sequences map[string]int) {
	if !e.ended {
		l.must(e.line, "end its event with END:VEVENT")
	}
	for _, name := range []string{
		"DTSTAMP", "DTSTART", "DTEND", "UID", "SUMMARY", "ORGANIZER", "SEQUENCE",
		"X-MAINTNOTE-PROVIDER", "X-MAINTNOTE-ACCOUNT", "X-MAINTNOTE-IMPACT",
	} {
		l.exactly(e.props, name, e.line)
	}
	for _, name := range []string{"X-MAINTNOTE-MAINTENANCE-ID", "X-MAINTNOTE-OBJECT-ID"} {
		if n, _ := occurrences(e.props, name); n == 0 {
			l.must(e.line, "have "+name)
		}
	}
	if n, line := occurrences(e.props, "X-MAINTNOTE-STATUS"); n > 1 {
		l.must(line, "have X-MAINTNOTE-STATUS at most once")
	}
	l.values(e)
	l.precedence(e)
	l.times(e)
	l.sequence(e, sequences)
}

// values checks the enumerated values.
func (l *linter) values(e icalEvent) {
	for _, p := range e.props {
		v := strings.TrimSpace(p.value)
		if v == "" && strings.HasPrefix(p.name, "X-MAINTNOTE-") {
			l.must(p.line, "give "+p.name+" a value")
			continue
		}
		if v != p.value && strings.HasPrefix(p.name, "X-MAINTNOTE-") {
			l.should(p.line, "write "+p.name+" without blanks around its value")
		}
		switch p.name {
		case "X-MAINTNOTE-STATUS":
			l.enum(p, v, []string{"TENTATIVE", "CONFIRMED", "CANCELLED", "IN-PROCESS", "COMPLETED"}, []string{"RE-SCHEDULED"})
		case "X-MAINTNOTE-IMPACT":
			l.enum(p, v, []string{"NO-IMPACT", "REDUCED-REDUNDANCY", "DEGRADED", "OUTAGE"}, nil)
		case "X-MAINTNOTE-OBJECT-ID":
			if own := p.param("X-MAINTNOTE-OBJECT-IMPACT"); own != "" {
				l.enum(p, own, []string{"NO-IMPACT", "REDUCED-REDUNDANCY", "DEGRADED", "OUTAGE"}, nil)
			}
		}
	}
}

// enum checks one value: known are the standard's, custom are in use beside it.
func (l *linter) enum(p icalProp, v string, known, custom []string) {
	upper := strings.ToUpper(v)
	switch {
	case slices.Contains(known, v), strings.HasPrefix(upper, "X-"):
	case slices.Contains(known, upper):
		l.should(p.line, fmt.Sprintf("write %s in capitals", upper))
	case slices.Contains(custom, upper):
		l.should(p.line, fmt.Sprintf("use a status of the standard: %s is only customary", upper))
	default:
		l.must(p.line, fmt.Sprintf("use one of %s or an X- name, not %q", strings.Join(known, ", "), Clip(v, 60)))
	}
}

// precedence checks that one of several ids is the main one.
func (l *linter) precedence(e icalEvent) {
	ids, primary, line := 0, 0, e.line
	for _, p := range e.props {
		if p.name != "X-MAINTNOTE-MAINTENANCE-ID" {
			continue
		}
		ids++
		line = p.line
		switch strings.ToUpper(p.param("X-MAINTNOTE-PRECEDENCE")) {
		case "PRIMARY":
			primary++
		case "", "NON-PRIMARY":
		default:
			l.must(p.line, "use PRIMARY or NON-PRIMARY as X-MAINTNOTE-PRECEDENCE")
		}
	}
	if ids > 1 && primary != 1 {
		l.must(line, "mark exactly one of several maintenance ids as X-MAINTNOTE-PRECEDENCE=PRIMARY")
	}
}

func (l *linter) times(e icalEvent) {
	zones := func(tzid string) (*time.Location, bool) {
		r := eventReading{c: l.c}
		return r.zone(tzid)
	}
	at := make(map[string]time.Time)
	for _, p := range e.props {
		if p.name != "DTSTART" && p.name != "DTEND" && p.name != "DTSTAMP" {
			continue
		}
		w, err := icalTime(p, time.UTC, zones)
		switch {
		case err != nil:
			l.must(p.line, "be a date and time: "+err.Error())
			continue
		case w.allDay:
			l.must(p.line, "give "+p.name+" a time of day")
		case w.floating:
			l.must(p.line, "give "+p.name+" in UTC or with a TZID")
		case w.remark != "":
			l.should(p.line, "give "+p.name+" as a time that the clocks of its zone show once: "+w.remark)
		}
		if tzid := p.param("TZID"); tzid != "" {
			if _, ok := l.c.zones[tzid]; !ok {
				l.must(p.line, fmt.Sprintf("have a VTIMEZONE for TZID %s", Clip(tzid, 60)))
			}
		}
		at[p.name] = w.at
	}
	_, line := occurrences(e.props, "DTEND")
	if start, end := at["DTSTART"], at["DTEND"]; !start.IsZero() && !end.IsZero() && !end.After(start) {
		l.must(line, "have a DTEND after its DTSTART")
	}
}

func (l *linter) sequence(e icalEvent, last map[string]int) {
	uid := ""
	for _, p := range e.props {
		if p.name == "UID" {
			uid = strings.TrimSpace(p.value)
		}
	}
	for _, p := range e.props {
		if p.name != "SEQUENCE" {
			continue
		}
		n, warning := icalSequence(p, true)
		if warning != "" {
			l.must(p.line, "have a SEQUENCE from 0 to 2147483647")
			return
		}
		if before, ok := last[uid]; ok && n < before && uid != "" {
			l.must(p.line, fmt.Sprintf("not lower the SEQUENCE of UID %s from %d to %d", Clip(uid, 60), before, n))
		}
		last[uid] = n
	}
}
