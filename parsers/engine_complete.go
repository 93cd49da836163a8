package parsers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// completeReading fills what a layout does not say and checks what it does; whatever
// is missing or impossible becomes a FieldError of the reading.
func completeReading(r *Reading, p Provider, format string, m *Mail, msg *Message) {
	for i := range r.Notices {
		n := &r.Notices[i]
		fillWindows(n)
		r.SortWindows(i, n.Windows)
		fill(n, p, format, m, msg)
		r.Fields = append(r.Fields, check(n)...)
		sane(n, m)
		n.Digest = models.DigestNotice(*n)
	}
	for i := range r.Partial {
		fillWindows(&r.Partial[i].Notice)
		fill(&r.Partial[i].Notice, p, format, m, msg)
	}
}

// partial gives what a reading that is not complete has of its notices.
func partial(r Reading) []PartialNotice {
	if len(r.Notices) == 0 {
		return r.Partial
	}
	all := make([]PartialNotice, len(r.Notices))
	for i, n := range r.Notices {
		all[i].Notice = n
	}
	for _, e := range r.Evidence {
		if e.Notice < len(all) {
			all[e.Notice].Evidence = append(all[e.Notice].Evidence, e)
		}
	}
	return all
}

func fill(n *models.Notice, p Provider, format string, m *Mail, msg *Message) {
	n.Parser, n.ParserVersion = format, Version
	n.MaintenanceID = strings.TrimSpace(n.MaintenanceID)
	n.Account = strings.TrimSpace(n.Account)
	if n.Provider == "" {
		n.Provider = p.Slug
	}
	if n.Organizer == "" {
		n.Organizer = organizer(p, m)
	}
	if n.Account == "" {
		n.Account = p.Filler
	}
	if n.UID == "" {
		n.UID = "0"
	}
	if n.Sequence == 0 && format != FormatBCOP {
		n.Sequence = 1
	}
	fillTimes(n, m, msg)
	if n.MaintenanceID == "" && n.Synthetic && len(n.Windows) > 0 {
		n.MaintenanceID = models.SyntheticID(p.Slug, n.Account, cids(n), n.Windows[0].Start)
	}
}

func organizer(p Provider, m *Mail) string {
	if p.Organizer != "" {
		return p.Organizer
	}
	if from := m.sole("From"); from != "" {
		return from
	}
	return "unknown"
}

// fillTimes sets Stamp (the mail's date where the layout has none) and Issued
// (that of the original in a forward), never later than the mail was received.
func fillTimes(n *models.Notice, m *Mail, msg *Message) {
	stamped := !n.Stamp.IsZero()
	for _, t := range []time.Time{m.Date, msg.Date, m.Received} {
		if n.Stamp.IsZero() {
			n.Stamp = t
		}
	}
	if n.Stamp.IsZero() {
		n.Warnings = append(n.Warnings, "neither the notice nor the mail has a date")
	}
	if n.Issued.IsZero() {
		n.Issued = n.Stamp
		if !stamped && msg != &m.Message && !msg.Date.IsZero() {
			n.Issued = msg.Date
		}
	}
	if !m.Received.IsZero() && n.Issued.After(m.Received) {
		n.Issued = m.Received
	}
	n.Stamp, n.Issued = n.Stamp.UTC(), n.Issued.UTC()
}

func fillWindows(n *models.Notice) {
	for i := range n.Windows {
		w := &n.Windows[i]
		w.Start, w.End = w.Start.UTC(), w.End.UTC()
		if w.Kind == "" {
			w.Kind = models.WindowPrimary
		}
		for k := range w.Circuits {
			if w.Circuits[k].Impact == "" {
				w.Circuits[k].Impact = models.ImpactOutage
			}
		}
	}
}

func cids(n *models.Notice) []string {
	var all []string
	for _, w := range n.Windows {
		for _, c := range w.Circuits {
			all = append(all, c.CID)
		}
	}
	return all
}

// check gives the required fields that a notice lacks.
func check(n *models.Notice) []FieldError {
	var bad []FieldError
	need := func(field, value string) {
		if value == "" {
			bad = append(bad, FieldError{field, "the notice has none"})
		}
	}
	need("maintenance_id", n.MaintenanceID)
	need("account", n.Account)
	need("status", string(n.Status))
	if len(n.Windows) == 0 {
		bad = append(bad, FieldError{"start", "the notice has no window"}, FieldError{"end", "the notice has no window"})
	}
	bad = append(bad, tooLong("maintenance_id", n.MaintenanceID)...)
	bad = append(bad, tooLong("account", n.Account)...)
	circuits := 0
	for i, w := range n.Windows {
		bad = append(bad, checkWindow(i, w, slices.Contains(n.Warnings, warnZeroLength))...)
		circuits += len(w.Circuits)
		for _, c := range w.Circuits {
			if long := tooLong("circuits", c.CID); long != nil {
				bad = append(bad, long...)
				break
			}
		}
	}
	if circuits == 0 && len(n.Windows) > 0 && !n.Status.Closed() {
		bad = append(bad, FieldError{"circuits", "the notice lists no circuit and is neither cancelled nor completed"})
	}
	return bad
}

// maxID is how many bytes an id may have; what is longer is another text.
const maxID = 1000

func tooLong(field, id string) []FieldError {
	if len(id) <= maxID {
		return nil
	}
	return []FieldError{{field, fmt.Sprintf("%q… is no id: it is %d bytes long", Clip(id, 60), len(id))}}
}

func checkWindow(i int, w models.NoticeWindow, zeroLength bool) []FieldError {
	switch {
	case w.Start.IsZero():
		return []FieldError{{"start", fmt.Sprintf("window %d has no start", i+1)}}
	case w.End.IsZero():
		return []FieldError{{"end", fmt.Sprintf("window %d has no end", i+1)}}
	case w.End.Before(w.Start), w.End.Equal(w.Start) && !zeroLength:
		return []FieldError{{"end", fmt.Sprintf("window %d ends at %s, which is not after its start at %s",
			i+1, w.End.Format(time.RFC3339), w.Start.Format(time.RFC3339))}}
	}
	return nil
}

// sane warns of what is possible but unlikely.
func sane(n *models.Notice, m *Mail) {
	const day = 24 * time.Hour
	for i, w := range n.Windows {
		if d := w.End.Sub(w.Start); d > 31*day {
			n.Warnings = append(n.Warnings, fmt.Sprintf("window %d is %d days long", i+1, int(d/day)))
		}
		if m.Date.IsZero() || w.Start.IsZero() {
			continue
		}
		if d := w.Start.Sub(m.Date); d > 400*day || d < -400*day {
			n.Warnings = append(n.Warnings, fmt.Sprintf("window %d starts %d days from the mail's date", i+1, int(d/day)))
		}
	}
}
