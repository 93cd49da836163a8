package models

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// circuitList is one list of circuits that a notice of an account stated. The
// lists of one account have no circuit in common.
type circuitList struct {
	account string
	items   []CircuitImpact
	added   bool // beside another list of the account: worth a note
}

// applyCircuits applies the circuit list of a notice.
//
// A notice without circuits changes none. A list replaces the lists of the same
// account with which it shares a circuit; one that shares none is added, with a
// note; lists of other accounts stay. A notice about some windows, and a
// cancellation, add to the lists and drop nothing.
//
// A circuit that was cancelled by itself is back when a notice lists it under
// a status that says so (NO-CHANGE, COMPLETED and CANCELLED do not), and when a
// notice without circuits re-opens a record that was cancelled as a whole.
func (f *folder) applyCircuits(account string, status Status, circuits []CircuitImpact, partial bool) {
	if len(circuits) == 0 {
		return
	}
	stated := cidSet(circuits)
	f.hand = slices.DeleteFunc(slices.Clone(f.hand), stated.has)
	list := circuitList{account: account}
	var kept []circuitList
	at, others := -1, 0
	for _, l := range f.lists {
		if l.account != account {
			kept = append(kept, l)
			continue
		}
		if !slices.ContainsFunc(l.items, stated.has) {
			kept = append(kept, l)
			others++
			continue
		}
		if at < 0 {
			at = len(kept)
			kept = append(kept, circuitList{}) // the place of the list
			list.added = l.added
		}
		list.items = append(list.items, l.items...)
	}
	if at < 0 {
		at = len(kept)
		kept = append(kept, circuitList{})
		list.added = others > 0
	} else {
		list.added = list.added && others > 0
	}
	keepFlags := status == "" || status.Closed()
	list.items = mergeCircuits(list.items, circuits, account, keepFlags, partial || status == StatusCancelled)
	kept[at] = list
	f.lists = kept
	if list.added {
		f.remark("circuits %s have nothing in common with those known: added", cidsText(circuits))
	}
	if partial {
		f.worstOverWindows(account, circuits)
	}
	f.pruneImpacts()
}

// mergeCircuits gives what becomes of a list: the new circuits, and with union
// also the old ones that are not among them.
func mergeCircuits(old, circuits []CircuitImpact, account string, keepFlags, union bool) []CircuitImpact {
	var items []CircuitImpact
	cancelled := cidSet(slices.DeleteFunc(slices.Clone(old), func(o CircuitImpact) bool { return !o.Cancelled }))
	for _, c := range circuits {
		c.Account = account
		c.Cancelled = keepFlags && cancelled.has(c)
		items = append(items, c)
	}
	if union {
		items = append(items, slices.DeleteFunc(slices.Clone(old), cidSet(circuits).has)...)
	}
	sortCircuits(items)
	return items
}

// cancelCircuits applies a CANCELLED that lists only some of the circuits: it
// cancels those and leaves the rest of the record as it is. With "day n of m"
// it cancels them in those windows only.
func (f *folder) cancelCircuits(account string, windows []NoticeWindow, circuits []CircuitImpact) {
	if someDays(windows) {
		f.cancelInWindows(windows, circuits)
		return
	}
	f.applyCircuits(account, StatusCancelled, circuits, false)
	f.markCircuits(cidSet(circuits).has, true)
	f.remark("cancels only the circuits %s", cidsText(circuits))
}

func (f *folder) cancelInWindows(windows []NoticeWindow, circuits []CircuitImpact) {
	stated := cidSet(circuits)
	for _, i := range matchDays(f.windows, windows) {
		if i < 0 {
			f.remark("cancels circuits on a day that is not known")
			continue
		}
		w := &f.windows[i]
		had := len(w.Impacts)
		w.Impacts = slices.DeleteFunc(slices.Clone(w.Impacts), func(c WindowImpact) bool { return stated[CIDKey(c.CID)] })
		f.remark("cancels only the circuits %s, on day %d", cidsText(circuits), w.day)
		if had > 0 && len(w.Impacts) == 0 {
			w.Status = StatusCancelled
		}
	}
	f.status = f.statusOfWindows()
}

// coversAll reports whether a cancellation that lists these circuits is one of
// the whole record: no circuit would be left.
func (f *folder) coversAll(circuits []CircuitImpact) bool {
	if len(circuits) == 0 || f.status == StatusCancelled {
		return true
	}
	stated := cidSet(circuits)
	for _, c := range f.recordCircuits() {
		if !c.Cancelled && !stated.has(c) {
			return false
		}
	}
	return true
}

// markCircuits cancels circuits or takes that back.
func (f *folder) markCircuits(which func(CircuitImpact) bool, cancelled bool) {
	for i := range f.lists {
		f.lists[i].items = slices.Clone(f.lists[i].items)
		for j := range f.lists[i].items {
			if which(f.lists[i].items[j]) {
				f.lists[i].items[j].Cancelled = cancelled
			}
		}
	}
	for i := range f.hand {
		if which(f.hand[i]) {
			f.hand[i].Cancelled = cancelled
		}
	}
}

// worstOverWindows sets the impact of circuits to the worst that any window
// has, after a notice about some windows.
func (f *folder) worstOverWindows(account string, circuits []CircuitImpact) {
	worst := map[string]Impact{}
	for _, c := range circuits {
		worst[CIDKey(c.CID)] = ""
	}
	for _, w := range f.windows {
		for _, i := range w.Impacts {
			key := CIDKey(i.CID)
			if before, ok := worst[key]; ok && i.Account == account && i.Impact.Worse(before) {
				worst[key] = i.Impact
			}
		}
	}
	for i := range f.lists {
		if f.lists[i].account != account {
			continue
		}
		for j := range f.lists[i].items {
			c := &f.lists[i].items[j]
			c.Impact = cmp.Or(worst[CIDKey(c.CID)], c.Impact)
		}
	}
}

// pruneImpacts drops from the windows what the record does not list any more.
func (f *folder) pruneImpacts() {
	listed := map[[2]string]bool{}
	for _, c := range f.recordCircuits() {
		listed[[2]string{c.Account, CIDKey(c.CID)}] = true
	}
	for i := range f.windows {
		f.windows[i].Impacts = slices.DeleteFunc(slices.Clone(f.windows[i].Impacts), func(w WindowImpact) bool {
			return !listed[[2]string{w.Account, CIDKey(w.CID)}]
		})
	}
}

// addByHand adds a circuit that a person named; it stays until a notice lists
// it and so decides over it.
func (f *folder) addByHand(c CircuitImpact) {
	c.Account = ""
	if !cidSet(f.hand).has(c) {
		f.hand = append(f.hand, c)
		sortCircuits(f.hand)
	}
}

// recordCircuits gives all circuits, sorted by account and CID.
func (f *folder) recordCircuits() []CircuitImpact {
	var out []CircuitImpact
	for _, l := range f.lists {
		out = append(out, l.items...)
	}
	out = append(out, f.hand...)
	sortCircuits(out)
	return out
}

// recordNotes gives a note for each list that stands beside another one of
// its account.
func (f *folder) recordNotes() []Note {
	var out []Note
	for _, l := range f.lists {
		if !l.added || len(l.items) == 0 {
			continue
		}
		keys := make([]string, 0, len(l.items))
		for _, c := range l.items {
			keys = append(keys, CIDKey(c.CID))
		}
		sum := sha256.Sum256([]byte(fmt.Sprintf("%q", append([]string{l.account}, keys...))))
		out = append(out, Note{
			Key:   "circuits-added:" + hex.EncodeToString(sum[:6]),
			Title: "Circuits added by a separate list",
			Comment: fmt.Sprintf("A notice listed circuits that have nothing in common with those known before, so they were added: %s.",
				cidsText(l.items)),
			Level: NoteInfo,
		})
	}
	slices.SortFunc(out, func(a, b Note) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (f *folder) remark(format string, args ...any) {
	f.remarks = append(f.remarks, fmt.Sprintf(format, args...))
}

// restateImpacts applies what a notice says of the circuits in one window:
// stated are those of the window, all those of the whole notice.
func restateImpacts(w *foldWindow, stated []NoticeCircuit, all []CircuitImpact, account string) {
	if len(all) == 0 {
		return
	}
	listed := cidSet(all)
	w.Impacts = slices.DeleteFunc(w.Impacts, func(i WindowImpact) bool {
		return i.Account == account && listed[CIDKey(i.CID)]
	})
	for _, c := range noticeCircuits([]NoticeWindow{{Circuits: stated}}) {
		w.Impacts = append(w.Impacts, WindowImpact{CID: c.CID, Account: account, Impact: c.Impact})
	}
	slices.SortFunc(w.Impacts, func(a, b WindowImpact) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(CIDKey(a.CID), CIDKey(b.CID)))
	})
}

// cids is a set of circuits by CIDKey.
type cids map[string]bool

func cidSet(circuits []CircuitImpact) cids {
	set := make(cids, len(circuits))
	for _, c := range circuits {
		set[CIDKey(c.CID)] = true
	}
	return set
}

func (s cids) has(c CircuitImpact) bool { return s[CIDKey(c.CID)] }

// noticeCircuits gives the circuits of windows, each once with the worst
// impact that it is listed with, sorted. An impact that is not stated is
// OUTAGE, the worst case, as the BCOP has it.
func noticeCircuits(windows []NoticeWindow) []CircuitImpact {
	var out []CircuitImpact
	index := map[string]int{}
	for _, w := range windows {
		for _, c := range w.Circuits {
			key := CIDKey(c.CID)
			if key == "" {
				continue
			}
			impact := c.Impact
			if impact.rank() == 0 {
				impact = ImpactOutage
			}
			i, known := index[key]
			if !known {
				index[key] = len(out)
				out = append(out, CircuitImpact{CID: strings.TrimSpace(c.CID), Impact: impact, RawImpact: c.RawImpact})
			} else if impact.Worse(out[i].Impact) {
				out[i].Impact, out[i].RawImpact = impact, c.RawImpact
			}
		}
	}
	sortCircuits(out)
	return out
}

func sortCircuits(circuits []CircuitImpact) {
	slices.SortFunc(circuits, func(a, b CircuitImpact) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(CIDKey(a.CID), CIDKey(b.CID)))
	})
}

func cidsText(circuits []CircuitImpact) string {
	names := make([]string, 0, len(circuits))
	for _, c := range circuits {
		names = append(names, c.CID)
	}
	return strings.Join(sorted(names), ", ")
}
