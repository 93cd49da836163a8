package models

import (
	"cmp"
	"slices"
	"time"
)

// History tells how a record came about: what each notice changed.
type History struct {
	Entries []HistoryEntry // every notice, in canonical order
	Remarks []string       // on edits that could not be applied
	Held    []string       // IDs of the notices that wait for a person, see Pending
}

// HistoryEntry is one notice in the history of its maintenance.
type HistoryEntry struct {
	NoticeID string
	RawID    string
	Received time.Time
	Applied  bool     // false: a person rejected the notice, or it waits for one
	Changes  []Change // against the record before it; Field, Old, New only
	Remarks  []string // how it was understood where that is not plain
}

// Fold computes a maintenance from all of its notices and from what people did
// to it. It is pure: the order of its arguments does not matter, nothing is
// changed in them, and no clock is read.
//
// The caller fills in what follows from the inventory and the database: ID,
// ProviderID, Key, Generation, Name, Revision, the times of the row, and the
// links of circuits that no person linked. Without any notice or created
// record the result is empty, or, where there are other edits, an Orphan.
//
// Notices are applied in the order of Order, by these rules:
//
//   - Status: NO-CHANGE (and whatever is no status) keeps it; as first notice it
//     gives UNKNOWN. A notice about some windows gives its status to those; the
//     record then has the status of its open windows, the liveliest of them.
//   - Windows and circuits: see applyWindows and applyCircuits.
//   - A guarded notice that would cancel, complete or move the record, or some
//     of its windows or circuits, is kept out until a person accepts it; while
//     it would make a difference it stands in Pending.
//   - Summary and organizer: the newest that is not empty. ExternalID is the id
//     as the newest notice that has one writes it; every other id, and every id
//     that a notice supersedes, is an alias.
//
// Edits are applied by applyEdits.
func Fold(notices []Notice, edits []Edit) (Maintenance, History) {
	edits = sortEdits(edits)
	rejected, accepted := rejectedNotices(edits), AcceptedNotices(edits)
	f := newFolder(edits)
	var history History
	m := f.record()
	ordered, kept := Order(notices), map[string]bool{}
	for _, n := range ordered {
		entry := HistoryEntry{NoticeID: n.ID, RawID: n.RawID, Received: n.Received}
		if rejected[n.ID] {
			entry.Remarks = []string{"rejected by a person"}
			history.Entries = append(history.Entries, entry)
			continue
		}
		if f.keepsOut(n, accepted) {
			kept[n.ID] = true
			entry.Remarks = []string{"its sender is in doubt: it waits for a person"}
			history.Entries = append(history.Entries, entry)
			continue
		}
		f.remarks = nil
		f.apply(n)
		after := f.record()
		entry.Applied = true
		entry.Remarks = f.remarks
		entry.Changes = Diff(m, after)
		f.vouch(n, entry.Changes, accepted[n.ID])
		after.Trust = f.trust
		m = after
		history.Entries = append(history.Entries, entry)
	}
	history.Remarks = f.applyEdits(&m, edits)
	history.wait(&m, ordered, kept, edits)
	return m, history
}

// rejectedNotices lists the notices whose last verdict by a person is a
// rejection. Edits are in order.
func rejectedNotices(edits []Edit) map[string]bool {
	rejected := map[string]bool{}
	for _, e := range edits {
		switch e.Kind {
		case EditRejectNotice:
			rejected[e.NoticeID] = true
		case EditAcceptNotice, EditReopenNotice:
			delete(rejected, e.NoticeID)
		}
	}
	return rejected
}

// AcceptedNotices lists the IDs of the notices whose last verdict by a person is
// an acceptance. Edits are in the order in which they were made.
func AcceptedNotices(edits []Edit) map[string]bool {
	accepted := map[string]bool{}
	for _, e := range edits {
		switch e.Kind {
		case EditAcceptNotice:
			accepted[e.NoticeID] = true
		case EditRejectNotice, EditReopenNotice:
			delete(accepted, e.NoticeID)
		}
	}
	return accepted
}

// sortEdits gives the edits in the order in which they were made.
func sortEdits(edits []Edit) []Edit {
	out := slices.Clone(edits)
	slices.SortFunc(out, func(a, b Edit) int {
		return cmp.Or(
			a.At.Compare(b.At),
			cmp.Compare(a.ID, b.ID),
			cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Value, b.Value),
			cmp.Compare(a.CID, b.CID),
			cmp.Compare(a.CircuitID, b.CircuitID),
			cmp.Compare(a.Impact, b.Impact),
			cmp.Compare(a.NoticeID, b.NoticeID),
			cmp.Compare(a.Target, b.Target),
			cmp.Compare(a.Digest, b.Digest),
			cmp.Compare(a.Author, b.Author),
			cmp.Compare(windowsText(a.Windows), windowsText(b.Windows)),
		)
	})
	return out
}

// folder is the state of a fold between two notices.
type folder struct {
	status    Status // empty before the first notice
	summary   string
	organizer string
	trust     TrustLevel
	ids       []maintenanceID // ids in the order in which notices name them
	accounts  []string
	firstSeen time.Time
	last      time.Time

	windows     []foldWindow
	lastOrdinal int // highest that was ever given: ordinals are not used again
	lists       []circuitList
	hand        []CircuitImpact // circuits that people added, account empty
	listed      cids            // every circuit that a notice ever listed

	watched []watch // fields that people set, as notices state them
	remarks []string
}

type maintenanceID struct {
	id        string
	synthetic bool
	alias     bool // named by "supersedes" only
}

// newFolder starts from what people created: their values are like those of a
// first notice, except that their circuits stay.
func newFolder(edits []Edit) *folder {
	f := &folder{watched: watchedFields(edits), listed: cids{}}
	for _, e := range edits {
		if e.Kind != EditCreate {
			continue
		}
		if f.status == "" {
			f.status = StatusTentative
		}
		if e.Value != "" {
			f.summary = e.Value
		}
		if f.firstSeen.IsZero() {
			f.firstSeen = e.At
		}
		f.applyWindows(realWindows(e.Windows), "", noticeCircuits(e.Windows), "")
		for _, c := range noticeCircuits(e.Windows) {
			f.addByHand(c)
		}
	}
	for i := range f.watched {
		f.watched[i].base = f.valueOf(f.watched[i].field)
	}
	return f
}

// apply applies one notice.
func (f *folder) apply(n Notice) {
	f.applyNames(n)
	status := n.Status
	if status.rank() == 0 {
		status = "" // keeps what is there
	}
	circuits := noticeCircuits(n.Windows)
	for _, c := range circuits {
		f.listed[CIDKey(c.CID)] = true
	}
	windows := realWindows(n.Windows)
	switch {
	case status == StatusCancelled && !f.coversAll(circuits):
		f.cancelCircuits(n.Account, windows, circuits)
	default:
		f.applyStatements(n.Account, status, windows, circuits)
	}
	if f.status == "" {
		f.status = StatusUnknown
	}
	for i := range f.watched {
		w := &f.watched[i]
		w.steps = append(w.steps, watchStep{
			received: n.Received,
			stated:   w.stated(n, status, windows),
			value:    f.valueOf(w.field),
		})
	}
}

// applyStatements applies a notice that is not a partial cancellation.
func (f *folder) applyStatements(account string, status Status, windows []NoticeWindow, circuits []CircuitImpact) {
	partial := f.applyWindows(windows, status, circuits, account)
	reopened := f.status == StatusCancelled && status != "" && !status.Closed()
	f.applyCircuits(account, status, circuits, partial)
	switch {
	case status == "":
	case partial:
		f.status = f.statusOfWindows()
	case len(windows) == 0:
		f.statusWithoutWindows(status)
		f.status = status
	default:
		f.status = status
	}
	if reopened && len(circuits) == 0 {
		f.markCircuits(func(CircuitImpact) bool { return true }, false)
	}
}

// applyNames applies the values of a notice that only the newest word counts
// for.
func (f *folder) applyNames(n Notice) {
	if n.MaintenanceID != "" {
		f.ids = append(f.ids, maintenanceID{id: n.MaintenanceID, synthetic: n.Synthetic})
	}
	for _, id := range n.Supersedes {
		f.ids = append(f.ids, maintenanceID{id: id, alias: true})
	}
	if n.Summary != "" {
		f.summary = n.Summary
	}
	if n.Organizer != "" {
		f.organizer = n.Organizer
	}
	if n.Account != "" && !slices.Contains(f.accounts, n.Account) {
		f.accounts = append(f.accounts, n.Account)
	}
	if f.firstSeen.IsZero() || (!n.Received.IsZero() && n.Received.Before(f.firstSeen)) {
		f.firstSeen = n.Received
	}
	f.last = n.Received
}

// record gives the state as a record, without edits.
func (f *folder) record() Maintenance {
	if f.status == "" {
		return Maintenance{}
	}
	m := Maintenance{
		Generation: 1,
		Status:     f.status,
		Summary:    f.summary,
		Organizer:  f.organizer,
		Trust:      f.trust,
		Accounts:   sorted(f.accounts),
		Windows:    f.recordWindows(),
		Circuits:   f.recordCircuits(),
		Notes:      f.recordNotes(),
		FirstSeen:  f.firstSeen,
		LastNotice: f.last,
	}
	m.ExternalID, m.Synthetic, m.Aliases = f.names()
	return m
}

// names gives the id as the newest notice writes it, a provider's own before a
// derived one, and all other ids as aliases.
func (f *folder) names() (id string, synthetic bool, aliases []string) {
	for _, n := range f.ids {
		if !n.alias && (id == "" || synthetic || !n.synthetic) {
			id, synthetic = n.id, n.synthetic
		}
	}
	seen := map[string]bool{idKey(id): true, "": true}
	for _, n := range f.ids {
		if key := idKey(n.id); !seen[key] {
			seen[key] = true
			aliases = append(aliases, n.id)
		}
	}
	return id, synthetic, sorted(aliases)
}
