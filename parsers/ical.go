package parsers

import (
	"bytes"
	"fmt"
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

// calendarReading collects what the events of a mail say.
type calendarReading struct {
	home     *time.Location
	homeName string
	notices  []models.Notice
	evidence [][]Evidence // by notice
	broken   []FieldError
	warnings []string
}

func (r *calendarReading) part(p *Part) {
	c := readCalendar(p.Text())
	r.warnings = append(r.warnings, c.warnings()...)
	if c.over != "" {
		r.broken = append(r.broken, FieldError{"calendar", "the calendar is over the limit of " + c.over})
	}
	found := false
	for i := range c.events {
		e := &eventReading{c: c, props: c.events[i].props, part: p.Index, home: r.home, homeName: r.homeName}
		if !e.isNotice() {
			continue
		}
		found = true
		e.read()
		if c.events[i].cut {
			e.fail("calendar", "the event is over the limit of "+c.over)
		}
		if len(e.fields) > 0 {
			r.addBroken(e, c.events[i].line, len(c.events) > 1)
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

// add takes a notice; one of the same maintenance, account and status gives
// its windows to the one that is there.
func (r *calendarReading) add(e *eventReading) {
	for i := range r.notices {
		n := &r.notices[i]
		if n.MaintenanceID != e.notice.MaintenanceID || n.Account != e.notice.Account || n.Status != e.notice.Status {
			continue
		}
		for _, w := range e.notice.Windows {
			if !hasWindow(n.Windows, w) {
				n.Windows = append(n.Windows, w)
			}
		}
		if e.notice.Stamp.After(n.Stamp) {
			n.Stamp, n.Issued = e.notice.Stamp, e.notice.Issued
		}
		n.Sequence = max(n.Sequence, e.notice.Sequence)
		n.Warnings = appendNew(n.Warnings, e.notice.Warnings)
		return
	}
	r.notices = append(r.notices, e.notice)
	r.evidence = append(r.evidence, e.evidence)
}

func hasWindow(all []models.NoticeWindow, w models.NoticeWindow) bool {
	for _, have := range all {
		if !have.Start.Equal(w.Start) || !have.End.Equal(w.End) || len(have.Circuits) != len(w.Circuits) {
			continue
		}
		same := true
		for i := range w.Circuits {
			same = same && have.Circuits[i] == w.Circuits[i]
		}
		if same {
			return true
		}
	}
	return false
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
	if len(r.notices) == 0 {
		out.Fields = r.broken
		return out
	}
	for _, f := range r.broken {
		out.Warnings = append(out.Warnings, "one event could not be read: "+f.Field+": "+f.Reason)
	}
	return out
}
