package models

import (
	"slices"
	"time"
)

// Fields that a person can set.
const (
	fieldStatus  = "status"
	fieldSummary = "summary"
	fieldWindows = "windows"
)

// watch follows a field that a person set through the notices.
type watch struct {
	field string
	base  string // before the first notice
	steps []watchStep
}

// watchStep is a watched field after one notice.
type watchStep struct {
	received time.Time
	stated   bool   // the notice said something of the field
	value    string // as the notices so far have it
}

// holds reports whether a field that was set at an instant still has the set
// value, and what the notices say.
//
// It holds until a notice received after it changes the field against the
// notice before. Only notices later in the canonical order than all that the
// person could see stating the field count: a stale mail that arrives late
// changes nothing.
func (f *folder) holds(field string, set time.Time) (now string, holds bool) {
	i := slices.IndexFunc(f.watched, func(w watch) bool { return w.field == field })
	if i < 0 {
		return "", true
	}
	w := f.watched[i]
	before, holds, seen := w.base, true, -1
	for i, s := range w.steps {
		if s.stated && !s.received.After(set) {
			seen = i
		}
	}
	now = w.base
	for i, s := range w.steps {
		if i > seen && s.received.After(set) && s.value != before {
			holds = false
		}
		before, now = s.value, s.value
	}
	return now, holds
}

// stated reports whether a notice says something of the watched field.
func (w watch) stated(n Notice, status Status, windows []NoticeWindow) bool {
	switch w.field {
	case fieldStatus:
		return status != ""
	case fieldSummary:
		return n.Summary != ""
	case fieldWindows:
		return len(windows) > 0
	}
	for _, key := range circuitKeys(n) {
		if impactField(key) == w.field {
			return true
		}
	}
	return false
}

// watchedFields lists the fields whose course through the notices edits depend
// on.
func watchedFields(edits []Edit) []watch {
	var out []watch
	add := func(field string) {
		if !slices.ContainsFunc(out, func(w watch) bool { return w.field == field }) {
			out = append(out, watch{field: field})
		}
	}
	for _, e := range edits {
		switch e.Kind {
		case EditCreate:
			add(fieldWindows)
			for _, c := range noticeCircuits(e.Windows) {
				add(impactField(c.CID))
			}
		case EditSet:
			add(e.Field)
		case EditImpact:
			add(impactField(e.CID))
		case EditDelete:
			add(fieldStatus)
			add(fieldWindows)
		}
	}
	return out
}

// valueOf gives a watched field as the notices so far have it.
func (f *folder) valueOf(field string) string {
	switch field {
	case fieldStatus:
		return string(f.status)
	case fieldSummary:
		return f.summary
	case fieldWindows:
		windows := make([]NoticeWindow, 0, len(f.windows))
		for _, w := range f.windows {
			windows = append(windows, NoticeWindow{Kind: w.Kind, Start: w.Start, End: w.End})
		}
		return windowsText(windows)
	}
	var worst Impact
	for _, l := range f.lists {
		for _, c := range l.items {
			if c.Impact.Worse(worst) && impactField(c.CID) == field {
				worst = c.Impact
			}
		}
	}
	return string(worst)
}

func impactField(cid string) string { return "circuit[" + CIDKey(cid) + "].impact" }
