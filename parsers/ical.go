package parsers

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// FormatBCOP is the name of the format that Calendar gives.
const FormatBCOP = "bcop/ical"

// warnZeroLength is the warning of a window that ends when it starts.
const warnZeroLength = "the window has zero length: its end is its start"

// Calendar gives the format that reads the NANOG BCOP's calendar notices
// (X-MAINTNOTE) tolerantly. home is the IANA name of the zone for times and
// days that name none; empty: UTC. Such a notice carries a warning.
//
// Our own reader stands here and no library: what senders break (lost folding,
// raw line breaks, missing END, one bad event among good ones) would have to
// be mended before a strict reader, which is most of the reading; and lines
// need their numbers for the evidence and for Lint.
func Calendar(home string) Format {
	return Format{
		Name: FormatBCOP,
		Fits: func(m *Message) (bool, string) {
			for _, p := range m.Parts {
				if isNoticeCalendar(p) {
					return true, ""
				}
			}
			return false, "no calendar with X-MAINTNOTE properties"
		},
		Read: func(m *Message) Reading {
			loc := Place(home)
			if loc == nil {
				loc = time.UTC
			}
			r := &calendarReading{home: loc, homeName: loc.String()}
			for _, p := range m.Parts {
				if isNoticeCalendar(p) {
					r.part(p)
				}
			}
			return r.finish()
		},
	}
}

// isNoticeCalendar reports whether a part holds a maintenance calendar.
func isNoticeCalendar(p *Part) bool {
	if p.ContentType != TypeCalendar && !(strings.HasPrefix(p.ContentType, "text/") && bytes.Contains(p.Data, []byte("BEGIN:VCALENDAR"))) {
		return false
	}
	text := p.Text()
	for _, name := range []string{"X-MAINTNOTE-", "x-maintnote-", "X-Maintnote-", "X-MaintNote-"} {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// maxCalendarRows is how many circuits the windows of one mail's calendars may
// list together: a rule of repetition multiplies them.
const maxCalendarRows = 100_000

// calendarReading collects what the events of a mail say.
type calendarReading struct {
	home     *time.Location
	homeName string
	notices  []models.Notice
	evidence [][]Evidence             // by notice
	seen     []map[windowKey]struct{} // by notice: its windows
	rows     int
	over     []FieldError // limits that were exceeded: what is behind them is not known
	broken   []FieldError
	partial  []PartialNotice // of broken events
	warnings []string
}

// windowKey tells two windows of a notice apart.
type windowKey struct {
	start, end int64
	circuits   [sha256.Size]byte
}

// circuitsKey tells two lists of circuits apart.
func circuitsKey(circuits []models.NoticeCircuit) [sha256.Size]byte {
	h := sha256.New()
	for _, c := range circuits {
		fmt.Fprintf(h, "%q %q %q\n", c.CID, c.Impact, c.RawImpact) // a hash takes everything
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func (r *calendarReading) part(p *Part) {
	c := readCalendar(p.Text())
	r.warnings = append(r.warnings, c.warnings()...)
	if c.over != "" {
		r.over = append(r.over, FieldError{"calendar", "the calendar is over the limit of " + c.over})
	}
	found := false
	for i := range c.events {
		e := &eventReading{c: c, props: c.events[i].props, part: p.Index, home: r.home, homeName: r.homeName}
		if !e.isNotice() {
			continue
		}
		found = true
		e.read()
		if len(e.fields) > 0 {
			r.addBroken(e, c.events[i].line, len(c.events) > 1)
			r.addPartial(e)
			continue
		}
		r.add(e)
	}
	if !found && c.over == "" {
		r.broken = append(r.broken, FieldError{"calendar", "the calendar has no event with X-MAINTNOTE properties"})
	}
}

func (r *calendarReading) addBroken(e *eventReading, line int, several bool) {
	for _, f := range e.fields {
		if several {
			f.Reason += fmt.Sprintf(" (event at calendar line %d)", line)
		}
		if len(r.broken) < 50 {
			r.broken = append(r.broken, f)
		}
	}
}

// maxPartial bounds the broken events of which is kept what could be read.
const maxPartial = 20

// addPartial keeps what could be read of a broken event.
func (r *calendarReading) addPartial(e *eventReading) {
	if len(r.partial) >= maxPartial {
		return
	}
	n := PartialNotice{Notice: e.notice, Evidence: e.evidence}
	if len(n.Windows) == 0 {
		w := models.NoticeWindow{Kind: models.WindowPrimary, Circuits: e.listed}
		if e.begun != nil {
			w.Start = e.begun.at.UTC()
			n.Evidence = append(n.Evidence, e.evidenceOf("start", e.begun.of, e.begun.rule))
		}
		n.Windows = []models.NoticeWindow{w}
	}
	for i := range n.Evidence {
		n.Evidence[i].Notice = len(r.partial)
	}
	r.partial = append(r.partial, n)
}

// add takes a notice; one of the same maintenance, account and status gives
// its windows to the one that is there.
func (r *calendarReading) add(e *eventReading) {
	for _, w := range e.notice.Windows {
		r.rows += 1 + len(w.Circuits)
	}
	if r.rows > maxCalendarRows {
		if len(r.over) == 0 {
			r.over = append(r.over, FieldError{"calendar", fmt.Sprintf("the calendar is over the limit of %d circuits in all windows together", maxCalendarRows)})
		}
		return
	}
	for i := range r.notices {
		n := &r.notices[i]
		if n.MaintenanceID == e.notice.MaintenanceID && n.Account == e.notice.Account && n.Status == e.notice.Status {
			r.merge(i, e)
			return
		}
	}
	n := e.notice
	n.Windows = nil
	r.notices = append(r.notices, n)
	r.evidence = append(r.evidence, e.evidence)
	r.seen = append(r.seen, map[windowKey]struct{}{})
	r.addWindows(len(r.notices)-1, e)
}

// merge adds what a further event says of a notice.
func (r *calendarReading) merge(i int, e *eventReading) {
	n := &r.notices[i]
	r.addWindows(i, e)
	if e.notice.Stamp.After(n.Stamp) {
		n.Stamp, n.Issued = e.notice.Stamp, e.notice.Issued
	}
	n.Sequence = max(n.Sequence, e.notice.Sequence)
	n.Warnings = appendNew(n.Warnings, e.notice.Warnings)
}

// addWindows gives a notice the windows of an event that it has not, with
// where they were found.
func (r *calendarReading) addWindows(i int, e *eventReading) {
	n := &r.notices[i]
	var circuits [sha256.Size]byte
	for k, w := range e.notice.Windows {
		if k == 0 { // all windows of an event have the same circuits
			circuits = circuitsKey(w.Circuits)
		}
		key := windowKey{w.Start.Unix(), w.End.Unix(), circuits}
		if _, there := r.seen[i][key]; there {
			continue
		}
		r.seen[i][key] = struct{}{}
		at := len(n.Windows)
		n.Windows = append(n.Windows, w)
		own := e.windows[k]
		if at > 0 && !slices.Equal(w.Circuits, n.Windows[0].Circuits) {
			own = append(own, e.circuitEvidence()...)
		}
		for _, ev := range own {
			ev.Field = WindowField(at, ev.Field)
			r.evidence[i] = append(r.evidence[i], ev)
		}
	}
}

func appendNew(all, more []string) []string {
	for _, s := range more {
		there := false
		for _, have := range all {
			there = there || have == s
		}
		if !there {
			all = append(all, s)
		}
	}
	return all
}

// finish gives the reading. Good events stand although others are broken,
// which is then a warning.
func (r *calendarReading) finish() Reading {
	out := Reading{Notices: r.notices, Warnings: appendNew(nil, r.warnings)}
	for i, list := range r.evidence {
		for _, e := range list {
			e.Notice = i
			out.Evidence = append(out.Evidence, e)
		}
	}
	if len(r.over) > 0 || len(r.notices) == 0 {
		out.Notices, out.Partial, out.Fields = nil, r.partial, append(r.over, r.broken...)
		return out
	}
	for _, f := range r.broken {
		out.Warnings = append(out.Warnings, "one event could not be read: "+f.Field+": "+f.Reason)
	}
	return out
}
