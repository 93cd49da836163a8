package provider

import (
	"fmt"

	"lineman/models"
	"lineman/parsers"
)

// checkedCalendar reads the standard's calendar and holds it against the
// subject and the text above the details: where these say that the work is
// cancelled or over and the calendar does not, they contradict each other and
// the end of the work wins.
func checkedCalendar(labels *parsers.Labels, until ...string) parsers.Format {
	f := parsers.Calendar("")
	read := f.Read
	f.Read = func(m *parsers.Message) parsers.Reading {
		r := read(m)
		hits := saySubject(nil, letterStatus, m.Subject)
		for _, d := range parsers.ReadBodies(m).All() {
			l := letter{}
			hits = say(hits, letterStatus, d.Span(0, l.head(d, d.Pairs(labels), until)), d.Part, "the text")
		}
		for i := range r.Notices {
			n := &r.Notices[i]
			for _, h := range append(hits, summaryHit(n)...) {
				if !h.Status.Closed() || n.Status == models.StatusCancelled || n.Status == h.Status {
					continue
				}
				n.Warnings = append(n.Warnings, fmt.Sprintf("the mail contradicts itself: %s says %s (%q), the calendar says %s",
					h.Where, h.Status, parsers.Clip(h.Text, 100), n.Status))
				n.Status = h.Status
				r.Found(i, "status", h.Part, h.Text, "status words of "+h.Where)
			}
		}
		return r
	}
	return f
}

func summaryHit(n *models.Notice) []parsers.StatusHit {
	return say(nil, letterStatus, n.Summary, -1, "the calendar's summary")
}
