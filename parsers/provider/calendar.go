package provider

import (
	"fmt"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// calendarLabels are those of the text beside a calendar.
var calendarLabels = parsers.NewLabels(map[string][]string{
	"id": {"planned work reference", "work reference", "reference", "reference number", "maintenance id", "maintenance reference",
		"ticket", "ticket number", "vnoc", "case number"},
	"start":    {"start", "start time", "start date", "start date and time", "start date & time", "start*", "planned start*", "scheduled start*"},
	"end":      {"end", "end time", "end date", "end date and time", "end date & time", "end*", "planned end*", "scheduled end*"},
	"circuits": {"service id", "circuit id", "circuit", "circuits", "impacted services", "affected services", "services affected"},
	"work":     {"action and reason", "reason", "description", "details", "purpose", "purpose of work"},
	"other":    {"location", "impact", "customer", "account"},
})

// calendarMail are the formats of a provider that sends the standard's
// calendar; the other one knows its mail about faults.
func calendarMail() []parsers.Format {
	return []parsers.Format{checkedCalendar(calendarLabels, "id", "start", "work"), {
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
// the end of the work wins. A window of the text that the calendar does not
// have is a warning.
func checkedCalendar(labels *parsers.Labels, until ...string) parsers.Format {
	f := parsers.Calendar("")
	read := f.Read
	f.Read = func(m *parsers.Message) parsers.Reading {
		r := read(m)
		hits := saySubject(nil, letterStatus, m.Subject)
		for _, d := range parsers.ReadBodies(m).All() {
			pairs := d.Pairs(labels)
			l := letter{m: m, labels: labels, doc: d, pairs: pairs, end: len(d.Lines), near: m.Day()}
			hits = say(hits, letterStatus, d.Span(0, l.head(d, pairs, until)), d.Part, "the text")
			l.compare(r.Notices)
		}
		for i := range r.Notices {
			contradict(&r, i, append(hits[:len(hits):len(hits)], summaryHit(&r.Notices[i])...))
		}
		return r
	}
	return f
}

// contradict holds the status of one notice against what the rest of the mail
// says. Where another event of the calendar has that status, that one is meant.
func contradict(r *parsers.Reading, i int, hits []parsers.StatusHit) {
	n := &r.Notices[i]
	for _, h := range hits {
		if !h.Status.Closed() || n.Status == models.StatusCancelled || n.Status == h.Status {
			continue
		}
		meant := false
		for k := range r.Notices {
			meant = meant || k != i && r.Notices[k].Status == h.Status
		}
		if meant {
			continue
		}
		n.Warnings = append(n.Warnings, fmt.Sprintf("the mail contradicts itself: %s says %s (%q), the calendar says %s",
			h.Where, h.Status, parsers.Clip(h.Text, 100), n.Status))
		n.Status = h.Status
		r.Found(i, "status", h.Part, h.Text, "status words of "+h.Where)
	}
}

// compare holds the windows of the text, where all of them can be read, against
// those of the calendar.
func (l *letter) compare(notices []models.Notice) {
	if len(notices) == 0 || !has(l.pairs, "start") || !has(l.pairs, "end") {
		return
	}
	if l.windows(); len(l.r.Fields) > 0 {
		return
	}
	for _, w := range l.n.Windows {
		if inCalendar(notices, w) {
			continue
		}
		text := fmt.Sprintf("the mail contradicts itself: the text says %s to %s, which the calendar does not have",
			w.Start.Format(time.DateTime), w.End.Format(time.DateTime))
		for i := range notices {
			notices[i].Warnings = append(notices[i].Warnings, text)
		}
		return
	}
}

func inCalendar(notices []models.Notice, w models.NoticeWindow) bool {
	for _, n := range notices {
		for _, c := range n.Windows {
			if c.Start.Equal(w.Start) && c.End.Equal(w.End) {
				return true
			}
		}
	}
	return false
}

func summaryHit(n *models.Notice) []parsers.StatusHit {
	return say(nil, letterStatus, n.Summary, -1, "the calendar's summary")
}
