package models

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// keepsOut reports whether a notice is kept out of the fold until a person
// accepts it: it is guarded, and would cancel, complete, move or bring back what
// is there.
// The first notice of a record does nothing of that kind.
func (f *folder) keepsOut(n Notice, accepted map[string]bool) bool {
	if !n.Guarded || accepted[n.ID] || f.status == "" {
		return false
	}
	trial := f.clone()
	trial.apply(n)
	return harms(f.record(), trial.record())
}

// harms reports whether a record was cancelled, completed, moved or brought
// back, as a whole or in part.
func harms(before, after Maintenance) bool {
	if after.Status != before.Status && (after.Status.Closed() || before.Status.Closed()) {
		return true
	}
	if after.Status == StatusRescheduled && before.Status != StatusRescheduled {
		return true
	}
	for _, w := range before.Windows {
		i := slices.IndexFunc(after.Windows, func(o Window) bool { return o.Ordinal == w.Ordinal })
		if i < 0 {
			return true
		}
		now := after.Windows[i]
		if !now.Start.Equal(w.Start) || !now.End.Equal(w.End) || now.Status.Closed() && !w.Status.Closed() || now.Called != w.Called {
			return true
		}
	}
	return len(lostCircuits(before, after)) > 0
}

// lostCircuits gives the circuits that are cancelled or not listed any more,
// as a whole or in a window.
func lostCircuits(before, after Maintenance) []string {
	var lost []string
	for _, c := range before.Circuits {
		stays := func(o CircuitImpact) bool {
			return o.Account == c.Account && CIDKey(o.CID) == CIDKey(c.CID) && !o.Cancelled
		}
		if !c.Cancelled && !slices.ContainsFunc(after.Circuits, stays) {
			lost = append(lost, c.CID)
		}
	}
	for _, w := range before.Windows {
		for _, o := range after.Windows {
			if o.Ordinal == w.Ordinal {
				lost = append(lost, lostImpacts(w, o)...)
			}
		}
	}
	slices.Sort(lost)
	return slices.Compact(lost)
}

func lostImpacts(before, after Window) []string {
	var lost []string
	for _, c := range before.Impacts {
		same := func(o WindowImpact) bool { return o.Account == c.Account && CIDKey(o.CID) == CIDKey(c.CID) }
		if !slices.ContainsFunc(after.Impacts, same) {
			lost = append(lost, c.CID)
		}
	}
	return lost
}

// clone gives a copy on which notices can be tried.
func (f *folder) clone() *folder {
	c := *f
	c.ids = slices.Clone(f.ids)
	c.accounts = slices.Clone(f.accounts)
	c.windows = slices.Clone(f.windows)
	for i := range c.windows {
		c.windows[i].Impacts = slices.Clone(f.windows[i].Impacts)
	}
	c.lists = slices.Clone(f.lists)
	for i := range c.lists {
		c.lists[i].items = slices.Clone(f.lists[i].items)
	}
	c.hand = slices.Clone(f.hand)
	c.listed = maps.Clone(f.listed)
	c.watched, c.remarks = nil, nil
	return &c
}

// wait finds among the notices that were kept out those that would still
// change the record, and shows the newest of them in it.
func (h *History) wait(m *Maintenance, ordered []Notice, kept map[string]bool, edits []Edit) {
	if len(kept) == 0 {
		return
	}
	for _, n := range slices.Backward(ordered) {
		if !kept[n.ID] {
			continue
		}
		if len(m.Pending) == maxPending {
			h.Held = append(h.Held, n.ID) // nobody looked whether it is overtaken
			continue
		}
		after := foldWith(ordered, kept, n.ID, edits)
		if after.Deleted || m.Deleted || !differs(*m, after) {
			continue
		}
		h.Held = append(h.Held, n.ID)
		m.Pending = append(m.Pending, Pending{
			NoticeID: n.ID, RawID: n.RawID, Received: n.Received, Trust: n.Trust, Reason: n.TrustReason, Said: n.Status,
			Was: m.Status, Before: pendingWindows(m.Windows), Status: after.Status, Windows: pendingWindows(after.Windows), Circuits: lostCircuits(*m, after),
		})
	}
	m.notePending()
}

// notePending writes a note for each notice that waits: it is closed when the
// notice does not wait any more.
func (m *Maintenance) notePending() {
	for _, p := range m.Pending {
		m.Notes = append(m.Notes, Note{
			Key: "pending:" + p.NoticeID, Level: NoteWarning, Title: "PENDING: a notice waits for a person",
			Comment: fmt.Sprintf("A notice whose sender is %s would change this maintenance: %s. Accept or reject it. The sender: %s.", p.Trust, p.Text(), p.Reason),
		})
	}
	slices.SortFunc(m.Notes, func(a, b Note) int { return cmp.Compare(a.Key, b.Key) })
}

// foldWith is the record as it would be if one of the notices that were kept
// out were accepted.
func foldWith(ordered []Notice, kept map[string]bool, accepted string, edits []Edit) Maintenance {
	rejected := rejectedNotices(edits)
	f := newFolder(edits)
	for _, n := range ordered {
		if n.ID == accepted || !kept[n.ID] && !rejected[n.ID] {
			f.apply(n)
		}
	}
	m := f.record()
	f.applyEdits(&m, edits)
	return m
}

// differs reports whether two states of a record differ in what a notice can
// be kept out for.
func differs(a, b Maintenance) bool {
	same := a.Status == b.Status && slices.EqualFunc(a.Windows, b.Windows, func(x, y Window) bool {
		return x.Kind == y.Kind && x.Called == y.Called && x.Status == y.Status && x.Start.Equal(y.Start) && x.End.Equal(y.End)
	})
	return !same || len(lostCircuits(a, b)) > 0
}

// vouch keeps the level of the record: that of the notice which last changed
// its status, windows or circuits, and the best one once such a notice says
// the same.
func (f *folder) vouch(n Notice, changes []Change, accepted bool) {
	level := n.Trust
	if accepted {
		level = TrustVerified // a person vouches for it
	}
	switch {
	case slices.ContainsFunc(changes, Change.substance):
		f.trust = level
	case level == TrustVerified && n.Status.rank() > 0:
		f.trust = level
	}
}
