package provider

import (
	"fmt"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// calendarSlack is how far a window of the text may lie from the calendar's.
const calendarSlack = 15 * time.Minute

// maxCalendarHead is how many lines of a text beside a calendar are searched
// for a status where no detail ends them.
const maxCalendarHead = 20

var (
	// calendarLabels are those by which any text beside a calendar tells its
	// details.
	calendarLabels = parsers.NewLabels(map[string][]string{
		"id": {"maintenance id", "maintenance ticket*", "ticket", "ticket number", "ticket id", "reference", "reference number", "case number",
			"change number", "work order", "pwic number"},
		"window": {"maintenance window*", "window", "date and time", "date/time", "service window*", "schedule"},
		"start":  {"start", "start time*", "start date*", "scheduled start*", "from"},
		"end":    {"end", "end time*", "end date*", "scheduled end*", "until"},
		"work":   {"description", "reason", "details", "purpose", "action and reason", "work description"},
	})

	// calendarTimes: a text beside a calendar must say its zone to be compared.
	calendarTimes = parsers.Times{Order: parsers.Undecided}

	calendarDetails = []string{"id", "window", "start", "end", "work"}
)

// calendarMail are the formats of a provider that sends the standard's
// calendar; the other one knows its mail about faults.
func calendarMail() []parsers.Format {
	return []parsers.Format{checkedCalendar(calendarLabels, calendarDetails...), {
		Name: "calendar/none",
		Fits: func(m *parsers.Message) (bool, string) {
			return noNotice(m.Subject) != "", "the subject speaks of nothing else"
		},
		Read: func(m *parsers.Message) parsers.Reading { return parsers.Reading{Ignored: noNotice(m.Subject)} },
	}}
}

// checkedCalendar reads the standard's calendar and holds it against the
// subject and the text above the details: where these say that the work is
// cancelled or over and the calendar does not, they contradict each other and
// the end of the work wins. What the mail says of some of several events is not
// said of the others. Where the text has other windows than the calendar, the
// calendar's are taken, with a warning.
func checkedCalendar(labels *parsers.Labels, until ...string) parsers.Format {
	return timedCalendar(labels, calendarTimes, until...)
}

// timedCalendar is checkedCalendar for a layout that is known to write its
// times so.
func timedCalendar(labels *parsers.Labels, times parsers.Times, until ...string) parsers.Format {
	f := parsers.Calendar("")
	read := f.Read
	f.Read = func(m *parsers.Message) parsers.Reading {
		r := read(m)
		if len(r.Notices) == 0 {
			return r
		}
		hits := unsaidByEvents(r.Notices, calendarHits(m, labels, until))
		for i := range r.Notices {
			for _, h := range append(hits[:len(hits):len(hits)], summaryHit(&r.Notices[i])...) {
				overrule(&r, i, h)
			}
		}
		compareWindows(r.Notices, m, labels, times)
		return r
	}
	return f
}

// calendarHits are the statuses that the subject and the text above the
// details state.
func calendarHits(m *parsers.Message, labels *parsers.Labels, until []string) []parsers.StatusHit {
	hits := saySubject(nil, letterStatus, m.Subject)
	for _, d := range parsers.ReadBodies(m).All() {
		l := letter{}
		end := min(l.head(d, d.Pairs(labels), until), maxCalendarHead)
		hits = say(hits, letterStatus, d.Span(0, min(end, d.QuoteAt(0))), d.Part, "the text")
	}
	return hits
}

// unsaidByEvents drops what one of several events says itself.
func unsaidByEvents(notices []models.Notice, hits []parsers.StatusHit) []parsers.StatusHit {
	var kept []parsers.StatusHit
	for _, h := range hits {
		said := false
		for i := range notices {
			said = said || notices[i].Status == h.Status
		}
		if !said {
			kept = append(kept, h)
		}
	}
	return kept
}

// overrule gives a notice the status of a hit that ends it. A calendar that
// states no status is not contradicted.
func overrule(r *parsers.Reading, i int, h parsers.StatusHit) {
	n := &r.Notices[i]
	if !h.Status.Closed() || n.Status == models.StatusCancelled || n.Status == h.Status {
		return
	}
	if n.Status != models.StatusNoChange {
		n.Warnings = append(n.Warnings, fmt.Sprintf("the mail contradicts itself: %s says %s (%q), the calendar says %s",
			h.Where, h.Status, parsers.Clip(h.Text, 100), n.Status))
	}
	n.Status = h.Status
	r.Found(i, "status", h.Part, h.Text, "status words of "+h.Where)
}

// compareWindows warns of windows of the text that the calendar does not have.
// A text whose times cannot be read says nothing.
func compareWindows(notices []models.Notice, m *parsers.Message, labels *parsers.Labels, times parsers.Times) {
	l, _, ok := openLetter(m, labels, times, "id")
	if !ok {
		return
	}
	l.windows()
	if len(l.r.Fields) > 0 {
		return
	}
	for _, w := range l.n.Windows {
		if hasWindow(notices, w) {
			continue
		}
		for i := range notices {
			notices[i].Warnings = append(notices[i].Warnings, fmt.Sprintf("the mail contradicts itself: the text has a window from %s to %s, which the calendar does not have",
				w.Start.UTC().Format("2006-01-02 15:04"), w.End.UTC().Format("2006-01-02 15:04 UTC")))
		}
		return
	}
}

func hasWindow(notices []models.Notice, w models.NoticeWindow) bool {
	for _, n := range notices {
		for _, own := range n.Windows {
			if own.Start.Sub(w.Start).Abs() < calendarSlack && own.End.Sub(w.End).Abs() < calendarSlack {
				return true
			}
		}
	}
	return false
}

func summaryHit(n *models.Notice) []parsers.StatusHit {
	return say(nil, letterStatus, n.Summary, -1, "the calendar's summary")
}
