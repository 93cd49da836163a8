package parsers

import "strings"

// Limits of one calendar.
const (
	maxCalendarLines = 200_000
	maxEvents        = 500
	maxObjects       = 20_000
	maxPropertyValue = 1 << 20
	maxZoneLines     = 2000 // of one VTIMEZONE
)

// icalProp is one content line, unfolded: NAME;PARAM=VALUE:value.
type icalProp struct {
	name   string // upper case
	params []icalParam
	value  string
	line   int // number of its first line, from 1
	raw    string
}

type icalParam struct{ name, value string } // name upper case, value unquoted

// param gives a parameter by its upper-case name; empty if there is none.
func (p icalProp) param(name string) string {
	for _, q := range p.params {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// icalEvent is one VEVENT.
type icalEvent struct {
	props []icalProp
	line  int
	ended bool
}

// icalCalendar is what a text holds of calendars: their own properties and
// their events. Alarms and other components are left out.
type icalCalendar struct {
	props  []icalProp
	events []icalEvent
	zones  map[string][]icalProp // VTIMEZONE by TZID, with its BEGIN and END lines
	notes  []icalNote
	over   string // the limit that was exceeded
	begin  int    // line of BEGIN:VCALENDAR, 0 if there is none
	ended  bool
}

// icalNote is a remark on one line.
type icalNote struct {
	line int
	text string
}

// warnings gives the notes as sentences.
func (c *icalCalendar) warnings() []string {
	all := make([]string, len(c.notes))
	for i, n := range c.notes {
		all[i] = "calendar line " + itoa(n.line) + " " + n.text
	}
	return all
}

// readCalendar reads a text tolerantly: lines of any ending, folded or not,
// with text around it, with lines that are no properties, without END.
func readCalendar(text string) *icalCalendar {
	c := &icalCalendar{zones: make(map[string][]icalProp)}
	b := icalBuilder{c: c}
	lines := 0
	var pending icalPhysical
	for text != "" {
		lines++
		if lines > maxCalendarLines {
			c.over = "lines"
			break
		}
		var line string
		line, text = cutTextLine(text)
		if !b.started && !beginsCalendar(line) {
			continue
		}
		b.started = true
		if line != "" && (line[0] == ' ' || line[0] == '\t') && pending.line > 0 {
			pending.add(line[1:], line)
			continue
		}
		if line != "" && pending.line > 0 && !looksProperty(line) && !foldedName(line, text) {
			c.rejoin(&pending, line, lines)
			continue
		}
		if !b.flush(&pending) {
			break
		}
		if line = strings.TrimLeft(line, " \t\ufeff"); line != "" {
			pending.start(line, lines)
		}
		if strings.EqualFold(strings.TrimSpace(line), "END:VCALENDAR") {
			b.flush(&pending)
			b.started = false
		}
	}
	b.flush(&pending)
	b.endEvent(false)
	return c
}

func beginsCalendar(line string) bool {
	line = strings.TrimSpace(strings.TrimLeft(line, " \t\ufeff"))
	return strings.EqualFold(line, "BEGIN:VCALENDAR") || strings.EqualFold(line, "BEGIN:VEVENT")
}

// cutTextLine cuts at CRLF, LF or CR.
func cutTextLine(s string) (line, rest string) {
	i := strings.IndexAny(s, "\r\n")
	if i < 0 {
		return s, ""
	}
	if s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n' {
		return s[:i], s[i+2:]
	}
	return s[:i], s[i+1:]
}

// icalPhysical collects the physical lines of one content line.
type icalPhysical struct {
	first string
	b     strings.Builder // first and what was folded; empty until a second line
	line  int             // number of the first; 0: nothing is pending
	last  int             // bytes of the last physical line
}

func (p *icalPhysical) start(s string, line int) {
	p.first, p.line, p.last = s, line, len(s)
	p.b = strings.Builder{}
}

func (p *icalPhysical) add(s, physical string) {
	if p.b.Len() == 0 {
		p.b.WriteString(p.first)
	}
	if p.b.Len()+len(s) <= maxPropertyValue {
		p.b.WriteString(s)
	}
	p.last = len(physical)
}

func (p *icalPhysical) text() string {
	if p.b.Len() == 0 {
		return p.first
	}
	return p.b.String()
}

// rejoin takes a line that is no property: after a line so long that it may
// have been folded it is the rest of it whose blank was lost; in a description
// it is a raw line break; else it is left out.
func (c *icalCalendar) rejoin(p *icalPhysical, line string, n int) {
	switch {
	case p.last >= 60:
		p.add(line, line)
		if !prose(p.first) {
			c.warn(n, "is the rest of the line above, without the blank that folding needs")
		}
	case prose(p.first):
		p.add("\n"+line, line)
	default:
		c.warn(n, "is no property and was left out")
	}
}

func (c *icalCalendar) warn(line int, text string) {
	if len(c.notes) < 20 {
		c.notes = append(c.notes, icalNote{line, text})
	}
}

// prose reports whether a content line is of a property that holds free text.
func prose(s string) bool {
	for _, name := range []string{"DESCRIPTION", "COMMENT", "X-ALT-DESC", "SUMMARY", "LOCATION"} {
		if hasPrefixFold([]byte(s[:min(len(s), len(name))]), name) {
			return true
		}
	}
	return false
}

// looksProperty reports whether a line begins with NAME: or NAME;.
func looksProperty(line string) bool {
	i := strings.IndexAny(line, ":;")
	return i > 0 && isPropertyName(strings.TrimRight(line[:i], " \t"))
}

// foldedName reports whether a line is a name that is folded before its colon.
func foldedName(line, next string) bool {
	return next != "" && (next[0] == ' ' || next[0] == '\t') && isPropertyName(line)
}

func isPropertyName(s string) bool {
	for _, c := range []byte(s) {
		if !isLetter(c) && !isDigit(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return s != "" && len(s) <= 80
}

// icalBuilder makes components of content lines.
type icalBuilder struct {
	c       *icalCalendar
	open    []string // names of the open components
	event   *icalEvent
	zone    []icalProp
	zoneCut bool // the zone has more lines than are kept
	started bool // between BEGIN and END of a calendar
}

// flush takes a finished content line; false when a limit is exceeded.
func (b *icalBuilder) flush(p *icalPhysical) bool {
	if p.line == 0 {
		return true
	}
	prop, ok := parseProp(p.text(), p.line)
	p.line = 0
	if !ok {
		b.c.warn(prop.line, "is no property and was left out")
		return true
	}
	return b.take(prop)
}

func (b *icalBuilder) take(prop icalProp) bool {
	value := strings.ToUpper(strings.TrimSpace(prop.value))
	switch prop.name {
	case "BEGIN":
		return b.begin(value, prop)
	case "END":
		b.end(value, prop)
		return true
	}
	switch {
	case len(b.open) > 0 && b.open[len(b.open)-1] == "VEVENT":
		b.event.props = append(b.event.props, prop)
		if len(b.event.props) > maxObjects {
			b.c.over = "properties in one event"
			return false
		}
	case b.zone != nil:
		b.addToZone(prop)
	case len(b.open) <= 1 && len(b.c.props) < 1000:
		b.c.props = append(b.c.props, prop)
	}
	return true
}

func (b *icalBuilder) begin(name string, prop icalProp) bool {
	switch name {
	case "VCALENDAR":
		b.endEvent(false)
		b.c.begin = prop.line
		b.open, b.zone = b.open[:0], nil
	case "VEVENT":
		b.endEvent(false)
		if len(b.c.events) >= maxEvents {
			b.c.over = "events"
			return false
		}
		b.event = &icalEvent{line: prop.line}
		b.zone, b.open = nil, append(b.open[:0], "VCALENDAR")
	case "VTIMEZONE":
		b.zone, b.zoneCut = make([]icalProp, 0, 16), false
	default:
		b.addToZone(prop)
	}
	if len(b.open) < 20 {
		b.open = append(b.open, name)
	}
	return true
}

func (b *icalBuilder) end(name string, prop icalProp) {
	switch name {
	case "VEVENT":
		b.endEvent(true)
	case "VCALENDAR":
		b.endEvent(false)
		b.c.ended = true
	case "VTIMEZONE":
		for _, p := range b.zone {
			if p.name == "TZID" && len(b.c.zones) < 50 && !b.zoneCut {
				b.c.zones[p.value] = b.zone
			}
		}
		b.zone = nil
	default:
		b.addToZone(prop)
	}
	for i := len(b.open) - 1; i >= 0; i-- {
		if b.open[i] == name {
			b.open = b.open[:i]
			return
		}
	}
}

// addToZone takes a line of the open zone. A zone with too many is not known:
// its rules would be half of what it says.
func (b *icalBuilder) addToZone(prop icalProp) {
	switch {
	case b.zone == nil:
	case len(b.zone) >= maxZoneLines:
		b.zoneCut = true
	default:
		b.zone = append(b.zone, prop)
	}
}

func (b *icalBuilder) endEvent(ended bool) {
	if b.event == nil {
		return
	}
	b.event.ended = ended
	b.c.events = append(b.c.events, *b.event)
	b.event = nil
}

// parseProp splits a content line.
func parseProp(s string, line int) (icalProp, bool) {
	p := icalProp{line: line, raw: Clip(s, 200)}
	end := strings.IndexAny(s, ":;")
	if end <= 0 {
		return p, false
	}
	p.name = strings.ToUpper(strings.TrimSpace(s[:end]))
	for s[end] == ';' {
		s = s[end+1:]
		end = paramEnd(s)
		if end < 0 {
			return p, false
		}
		name, value, _ := strings.Cut(s[:end], "=")
		if len(p.params) < 50 {
			p.params = append(p.params, icalParam{strings.ToUpper(strings.TrimSpace(name)), strings.Trim(strings.TrimSpace(value), `"`)})
		}
	}
	p.value = s[end+1:]
	return p, true
}

// paramEnd finds the ":" or ";" that ends a parameter, outside quotes; -1 if
// the line ends first.
func paramEnd(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ':' || c == ';'):
			return i
		}
	}
	if quoted { // a quote that nobody closed
		return strings.IndexByte(s, ':')
	}
	return -1
}

// unescape undoes the escapes of a TEXT value; an unknown one stays.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case '\\', ',', ';', ':', '"':
				b.WriteByte(s[i+1])
				i++
				continue
			case 'n', 'N':
				b.WriteByte('\n')
				i++
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
