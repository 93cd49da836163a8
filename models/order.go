package models

import (
	"cmp"
	"slices"
	"time"
)

// closedFor is how long a maintenance has been closed when a notice under its
// id is taken for another maintenance.
const closedFor = 180 * 24 * time.Hour

// Order gives the notices of one maintenance in their canonical total order
// (oldest statement first), whatever order they are passed in.
//
// Notices with the same UID (not empty, not "0") and a SEQUENCE of 0 or more
// form a chain, sorted by (sequence, issued, received, status rank, digest). A
// member's key is the running maximum of (issued, received, status rank) along
// its chain; any other notice is a chain of one. All are sorted by (key, chain,
// place in the chain). SEQUENCE is never compared across chains: that would
// not be transitive.
//
// Issued counts as Received where it is absent or later than it, so that a
// wrong clock at the provider cannot pin the order.
func Order(notices []Notice) []Notice {
	placed := place(notices)
	out := make([]Notice, len(placed))
	for i, p := range placed {
		out[i] = p.notice
	}
	return out
}

// Generations splits the notices of one id where the id came back long after
// its maintenance closed, each part in canonical order.
//
// A maintenance closes with the notice that cancels or completes it, else with
// the end of its last window, and not before the newest notice about it was
// issued. A notice issued 180 days after that opens a new generation if it
// names a window that the closed maintenance does not have; a late copy or a
// remark without windows stays with the old one.
//
// Where other notices stand beside them, guarded ones open no generation: they
// are put to the one that their time falls in.
func Generations(notices []Notice) [][]Notice {
	sure := slices.DeleteFunc(slices.Clone(notices), func(n Notice) bool { return n.Guarded })
	if len(sure) == 0 || len(sure) == len(notices) {
		return generations(notices)
	}
	out := generations(sure)
	begins := make([]time.Time, len(out))
	for i, part := range out {
		begins[i] = issuedOf(part[0])
	}
	for _, n := range notices {
		if !n.Guarded {
			continue
		}
		i := len(out) - 1
		for i > 0 && begins[i].After(issuedOf(n)) {
			i--
		}
		out[i] = append(out[i], n)
	}
	for i := range out {
		out[i] = Order(out[i])
	}
	return out
}

func generations(notices []Notice) [][]Notice {
	var out [][]Notice
	var current []Notice
	var last time.Time
	for _, p := range place(notices) {
		if len(current) > 0 && p.key.issued.Sub(last) >= closedFor && opensGeneration(current, last, p) {
			out = append(out, current)
			current = nil
		}
		current = append(current, p.notice)
		last = p.key.issued
	}
	if len(current) > 0 {
		out = append(out, current)
	}
	return out
}

func opensGeneration(current []Notice, last time.Time, p placed) bool {
	m, _ := Fold(current, nil)
	closed := last
	if !m.Status.Closed() {
		if len(m.Windows) == 0 {
			return false
		}
		if end := m.End(); end.After(closed) {
			closed = end
		}
	}
	if p.key.issued.Sub(closed) < closedFor {
		return false
	}
	for _, w := range realWindows(p.notice.Windows) {
		known := slices.ContainsFunc(current, func(n Notice) bool {
			return slices.ContainsFunc(n.Windows, func(o NoticeWindow) bool {
				return o.Start.Equal(w.Start) && o.End.Equal(w.End)
			})
		})
		if !known {
			return true
		}
	}
	return false
}

// Outdated reports whether a notice is not the last of the canonical order of
// its maintenance: at its first processing that makes its mail out of
// sequence. It does not matter whether ordered holds the notice already. A
// notice that says the same as the last one is not outdated.
func Outdated(ordered []Notice, n Notice) bool {
	all := make([]Notice, 0, len(ordered)+1)
	for _, o := range ordered {
		if n.ID == "" || o.ID != n.ID {
			all = append(all, o)
		}
	}
	placed := Order(append(all, n))
	last := placed[len(placed)-1]
	if n.ID != "" && last.ID == n.ID {
		return false
	}
	return !Equal(last, n)
}

// orderKey is what notices of different chains are compared by.
type orderKey struct {
	issued   time.Time
	received time.Time
	rank     int
}

func (k orderKey) compare(o orderKey) int {
	return cmp.Or(k.issued.Compare(o.issued), k.received.Compare(o.received), cmp.Compare(k.rank, o.rank))
}

// placed is a notice with its place in the order.
type placed struct {
	notice Notice
	digest string
	own    orderKey
	key    orderKey // running maximum of own along the chain
	chain  string
	place  int
}

// compare orders notices of any chains; it is a total order on the result of
// place, up to notices that say the same.
func (p placed) compare(o placed) int {
	return cmp.Or(
		p.key.compare(o.key),
		cmp.Compare(p.chain, o.chain),
		cmp.Compare(p.place, o.place),
		p.compareIDs(o),
	)
}

func (p placed) compareIDs(o placed) int {
	return cmp.Or(cmp.Compare(p.notice.RawID, o.notice.RawID), cmp.Compare(p.notice.ID, o.notice.ID))
}

// compareInChain orders notices of one chain.
func (p placed) compareInChain(o placed) int {
	return cmp.Or(
		cmp.Compare(p.notice.Sequence, o.notice.Sequence),
		p.own.compare(o.own),
		cmp.Compare(p.digest, o.digest),
		p.compareIDs(o),
	)
}

// place gives every notice its key and sorts them.
func place(notices []Notice) []placed {
	all := make([]placed, len(notices))
	chains := map[string][]int{}
	for i, n := range notices {
		p := placed{notice: n, digest: n.Digest, own: orderKey{issuedOf(n), n.Received, n.Status.rank()}}
		if p.digest == "" {
			p.digest = DigestNotice(n)
		}
		p.key = p.own
		if uid := uidOf(n); uid != "" && n.Sequence >= 0 {
			p.chain = "uid " + uid
			chains[p.chain] = append(chains[p.chain], i)
		} else {
			p.chain = "one " + p.digest
		}
		all[i] = p
	}
	for _, members := range chains {
		slices.SortFunc(members, func(a, b int) int { return all[a].compareInChain(all[b]) })
		for place, i := range members {
			all[i].place = place
			if place > 0 {
				if before := all[members[place-1]].key; before.compare(all[i].key) > 0 {
					all[i].key = before
				}
			}
		}
	}
	slices.SortFunc(all, placed.compare)
	return all
}

// issuedOf is when a notice was issued: never later than it was received, and
// then where the notice does not say.
func issuedOf(n Notice) time.Time {
	if n.Issued.IsZero() || (!n.Received.IsZero() && n.Issued.After(n.Received)) {
		return n.Received
	}
	return n.Issued
}

// rank breaks ties between notices of one instant: the later a status stands
// in the life of a maintenance, the later its notice.
func (s Status) rank() int {
	switch s {
	case StatusCompleted, StatusCancelled:
		return 5
	case StatusInProcess:
		return 4
	case StatusRescheduled:
		return 3
	case StatusConfirmed:
		return 2
	case StatusTentative:
		return 1
	case StatusNoChange, StatusUnknown:
	}
	return 0
}
