package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Occasion is what made a record change.
type Occasion struct {
	Cause    Cause
	RawID    string    // of the mail
	Received time.Time // of the mail
	Author   string    // the person
	At       time.Time
}

// LateMail is how long after its arrival a mail is read at the earliest that
// lineman was down for: longer than any schedule, shorter than a day.
const LateMail = 12 * time.Hour

// CameLate reports whether a mail that was received at one time and read at
// another lay for long where lineman did not see it.
func CameLate(received, read time.Time) bool {
	return !received.IsZero() && read.Sub(received) > LateMail
}

// News reports whether what came of it is told as it happens. What came of
// other causes is collected, as far as it is about what is to come.
func (c Cause) News() bool { return c == CauseLive || c == CauseEdit || c == CauseClock || c == "" }

// ChangeEvent gives what is to be announced of a record that changed, if
// anything: one event for each revision. Old is the zero Maintenance where the
// record is new, and now where it is gone.
//
// Of a source in shadow nothing is told, and of what is over nothing that
// comes from a backfill, a re-parse, an import or a mail that came late. What only lineman's own
// books are about (links, aliases, accounts) is nobody's news.
func ChangeEvent(old, now Maintenance, changes []Change, o Occasion) (Event, bool) {
	m := now
	if now.Status == "" {
		m = old
	}
	news := o.Cause.News() && !CameLate(o.Received, o.At)
	if o.Cause == CauseShadow || !news && m.over(o.At) && (old.Status == "" || old.over(o.At)) {
		return Event{}, false
	}
	kind, also := changeKind(old, now, changes)
	if kind == "" {
		return Event{}, false
	}
	e := Event{
		Kind: kind, Also: also, At: o.At, Cause: o.Cause, Author: o.Author, RawID: o.RawID, Received: o.Received.UTC(),
		MaintenanceID: m.ID, Name: m.Name, Revision: m.Revision, Changes: told(changes), Window: m.Start(), Ends: m.End(),
	}
	if now.gone() {
		e.Changes = withWindows(e.Changes, m.Windows)
	}
	e.Key = fmt.Sprintf("change:%s:%d", m.ID, m.Revision)
	return e, true
}

// gone reports whether a record is no more: it has no state, was deleted, or
// merged into another.
func (m Maintenance) gone() bool { return m.Status == "" || m.Deleted || m.MergedInto != "" }

// withWindows adds the windows that are gone together with their record, so that
// whoever has them in a calendar can take them out.
func withWindows(changes []Change, windows []Window) []Change {
	for _, w := range windows {
		c := Change{Field: fmt.Sprintf("window[%d]", w.Ordinal), Old: windowText(w.Kind, w.Start, w.End)}
		if !slices.ContainsFunc(changes, func(known Change) bool { return known.Field == c.Field }) {
			changes = append(changes, c)
		}
	}
	return changes
}

// over reports whether nothing is to come of a record any more.
func (m Maintenance) over(at time.Time) bool {
	return m.Status.Closed() || m.Deleted || m.MergedInto != "" || len(m.Windows) > 0 && !m.End().After(at)
}

// changeKind gives the kind of what happened, and the others that are true as
// well; an empty one where it is nothing to tell.
func changeKind(old, now Maintenance, changes []Change) (EventKind, []EventKind) {
	var also []EventKind
	if slices.ContainsFunc(changes, func(c Change) bool { return strings.HasPrefix(c.Field, "conflict[") && c.New != "" }) {
		also = append(also, EventConflict)
	}
	if waitsNewly(old, now) {
		also = append(also, EventPending)
	}
	if unknownCircuits(old, now) {
		also = append(also, EventUnknownCircuit)
	}
	fresh := old.Status == "" || old.Deleted && !now.Deleted
	switch {
	case now.gone() && (old.Status == "" || old.Status.Closed() || old.Deleted || old.MergedInto != ""):
		return "", nil
	case now.gone():
		return EventCancelled, nil
	case now.Status == StatusCancelled && old.Status != StatusCancelled:
		return EventCancelled, also
	case now.Status == StatusCompleted && old.Status != StatusCompleted:
		return EventCompleted, also
	case fresh:
		return EventNew, also
	case moved(changes) || now.Status == StatusRescheduled && old.Status != StatusRescheduled:
		return EventRescheduled, also
	}
	rest := told(changes)
	switch {
	case slices.Contains(also, EventPending):
		return EventPending, slices.DeleteFunc(also, func(k EventKind) bool { return k == EventPending })
	case len(also) > 0 && also[0] == EventConflict:
		return EventConflict, also[1:]
	case len(rest) == 1 && rest[0].Field == "acknowledged":
		if rest[0].New == "" {
			return "", nil
		}
		return EventAcknowledged, nil
	case len(rest) == 0 && len(also) == 0:
		return "", nil
	}
	return EventChanged, also
}

// waitsNewly reports whether a notice waits for a person that did not before.
func waitsNewly(old, now Maintenance) bool {
	return slices.ContainsFunc(now.Pending, func(p Pending) bool {
		return !slices.ContainsFunc(old.Pending, func(o Pending) bool { return o.NoticeID == p.NoticeID })
	})
}

// told leaves out what lineman keeps for itself.
func told(changes []Change) []Change {
	var rest []Change
	for _, c := range changes {
		switch c.Field {
		case "aliases", "accounts", "organizer", "orphan", "id", "created":
			continue
		}
		if !strings.HasSuffix(c.Field, ".link") {
			rest = append(rest, Change{Field: c.Field, Old: c.Old, New: c.New})
		}
	}
	return rest
}

// moved reports whether a window is at another time, or came or went.
func moved(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool {
		rest, window := strings.CutPrefix(c.Field, "window[")
		if !window {
			return false
		}
		_, part, _ := strings.Cut(rest, "]")
		return part == "" || part == ".start" || part == ".end" || part == ".called"
	})
}

// unknownCircuits reports whether a record lists a circuit that the inventory
// does not have, and that it did not list before.
func unknownCircuits(old, now Maintenance) bool {
	return slices.ContainsFunc(now.Circuits, func(c CircuitImpact) bool {
		return c.CircuitID == "" && !c.Manual && !c.Cancelled && !slices.ContainsFunc(old.Circuits, func(o CircuitImpact) bool { return CIDKey(o.CID) == CIDKey(c.CID) })
	})
}

// FindingAnnouncement gives what is to be announced of what happened to a
// finding, if anything. What only grew milder, or lies at another time, is no
// news.
func FindingAnnouncement(f Finding, e FindingEvent) (Event, bool) {
	kinds := map[FindingChange]EventKind{
		FindingFound: EventOverlapFound, FindingWorse: EventOverlapWorse, FindingGone: EventOverlapGone, FindingAcknowledged: EventAcknowledged,
	}
	kind, known := kinds[e.Change]
	if !known || e.Cause == CauseShadow {
		return Event{}, false
	}
	return Event{
		Key: "finding:" + e.ID, Kind: kind, At: e.At, Cause: e.Cause, Author: e.Author, FindingID: f.ID, Name: f.Subject.Name,
		Revision: e.Revision, Window: e.Start, Ends: e.End, Severity: e.Severity,
	}, true
}

// IncompleteDetail says why a mail waits that was read, but for circuits of the
// inventory that it names.
const IncompleteDetail = "It names circuits of the inventory that were not read."

// MailAnnouncement gives what is to be announced of a mail that ended in a
// state, if anything: what could not be read, wholly or in part, and what is of
// nobody.
func MailAnnouncement(r RawNotification, cause Cause, at time.Time) (Event, bool) {
	kinds := map[MailState]EventKind{
		StateParsingFailed: EventParseFailed, StateQuarantined: EventParseFailed, StateNeedsReview: EventParseFailed, StateUnknownProvider: EventUnknownProvider,
	}
	kind, known := kinds[r.State]
	key, detail := string(r.State), r.Error
	if !known && r.Flags.Incomplete && r.State != StateReceived && r.State != StateSkipped {
		kind, known, key, detail = EventParseFailed, true, "incomplete", IncompleteDetail
	}
	if !known || !cause.News() {
		return Event{}, false
	}
	return Event{Key: "mail:" + r.ID + ":" + key, Kind: kind, At: at, Cause: cause, RawID: r.ID, Name: r.Subject, Detail: detail}, true
}
