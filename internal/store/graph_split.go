package store

import (
	"slices"

	"lineman/models"
)

// split takes a group apart where a notice that is no longer in force was all
// that held it together. The largest part keeps the records.
func (g *graph) split(home *group, touched *touched) {
	parts := g.connected(home.notices)
	if len(parts) < 2 {
		return
	}
	largest := 0
	for i, p := range parts {
		if len(p) > len(parts[largest]) {
			largest = i
		}
	}
	home.notices = parts[largest]
	for _, part := range slices.Delete(parts, largest, largest+1) {
		fresh := g.newGroup(home.provider)
		for _, n := range part {
			fresh.add(n)
			for _, k := range g.keysOf(n) {
				g.byKey[k] = fresh
				g.freshKeys = append(g.freshKeys, k)
			}
		}
		touched.gain(fresh)
	}
}

// connected sorts notices into parts that the rules of resolve join.
func (g *graph) connected(notices []*noticeRow) [][]*noticeRow {
	part := make([]int, len(notices)) // each notice's part; parts that join take the lower number
	join := func(a, b int) {
		from, to := max(part[a], part[b]), min(part[a], part[b])
		for i, p := range part {
			if p == from {
				part[i] = to
			}
		}
	}
	first := map[models.Identity]int{}
	for i, n := range notices {
		part[i] = i
		for _, k := range g.keysOf(n) {
			if j, known := first[k]; known {
				join(i, j)
			} else {
				first[k] = i
			}
		}
	}
	for i, n := range notices {
		for j, o := range notices[:i] {
			if part[i] != part[j] && !n.Guarded && !o.Guarded && hasUID(n.UID) && n.UID == o.UID && models.SameUnderNewID(o.notice, n.notice) {
				join(i, j)
			}
		}
	}
	var all [][]*noticeRow
	place := map[int]int{}
	for i, n := range notices {
		p, known := place[part[i]]
		if !known {
			p = len(all)
			place[part[i]] = p
			all = append(all, nil)
		}
		all[p] = append(all[p], n)
	}
	return all
}
