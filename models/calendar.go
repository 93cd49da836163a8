package models

import (
	"slices"
	"time"
)

// CalendarFilter says which windows a calendar shows; empty fields do not
// filter. Several values of one field mean any of them, several fields all.
type CalendarFilter struct {
	Statuses  []Status
	Providers []string // slugs
	Sites     []string // names; only circuits that end there count
	Circuits  []string // CIDs, without regard to case; only these count
	MinImpact Impact   // in the window, on a circuit that counts; empty: any
	EndAfter  time.Time
	OffSince  time.Time // windows that do not take place are left out unless the maintenance changed at or after this
	Limit     int       // of maintenances; those that ended first are left out
}

// CalendarItem is a maintenance as a calendar shows it: with the windows and
// circuits that are asked for and in scope, and no others.
type CalendarItem struct {
	MaintenanceItem // without Windows and Circuits; Accounts are those of circuits that are shown
	Shown           []CalendarWindow
}

// CalendarWindow is one window of a CalendarItem. Of the circuits, CID,
// account, impact in this window and the names of their sites are filled.
type CalendarWindow struct {
	Window   // without Impacts
	Circuits []CircuitImpact
	Off      bool   // it does not take place: cancelled, or a spare one that is no longer needed
	Pending  string // what waits for a person and would change it; empty: nothing
	Notice   string // ID of the notice that waits and would put the window here; empty: it is one of the record's
}

// MarkPending marks the windows of a maintenance that a calendar shows where
// something waits for a person, and adds those that there would be, with all
// circuits of the maintenance. The Circuits of the item must be there.
func (m *CalendarItem) MarkPending() {
	for i, w := range m.Shown {
		for _, p := range m.Pending {
			if !w.Off && !w.Status.Closed() {
				m.Shown[i].Pending = p.Text()
				break
			}
		}
	}
	for _, p := range m.Pending {
		for _, w := range p.Elsewhere() {
			m.Shown = append(m.Shown, CalendarWindow{
				Window:   Window{Ordinal: w.Ordinal, Kind: w.Kind, Status: StatusTentative, Start: w.Start, End: w.End},
				Circuits: HitsOf(Window{}, m.Circuits), Pending: p.Text(), Notice: p.NoticeID,
			})
		}
	}
}

// HitsOf gives those of some circuits that a window of their maintenance hits,
// with the impact in it, in their order; cancelled ones are left out. A notice
// may name other circuits for each night; where it names none, a window hits
// them all.
func HitsOf(w Window, circuits []CircuitImpact) []CircuitImpact {
	type key struct{ account, cid string }
	named := make(map[key]Impact, len(w.Impacts))
	for _, i := range w.Impacts {
		k := key{i.Account, CIDKey(i.CID)}
		if i.Impact.Worse(named[k]) {
			named[k] = i.Impact
		}
	}
	hits := make([]CircuitImpact, 0, len(circuits))
	for _, c := range circuits {
		impact, is := named[key{c.Account, CIDKey(c.CID)}]
		switch {
		case c.Cancelled, !is && len(named) > 0:
			continue
		case is:
			c.Impact = impact
		}
		hits = append(hits, c)
	}
	return hits
}

// Off reports whether a window of a maintenance with this status does not take
// place: it or all of it was cancelled, or it is a spare one and the work is
// done.
func (w Window) Off(of Status) bool {
	if of == StatusCancelled || w.Status == StatusCancelled {
		return true
	}
	return !w.planned() && (of == StatusCompleted || w.Status == StatusCompleted)
}

// AtLeast lists the impacts that are as bad as i or worse.
func (i Impact) AtLeast() []Impact {
	return slices.DeleteFunc(slices.Clone(Impacts), func(o Impact) bool { return i.Worse(o) })
}
