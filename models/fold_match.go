package models

// windowMatch says for each window of a notice which present window it is, by
// index; -1: none.
type windowMatch []int

// matchWindows finds the present windows that a notice's windows are, by their
// times: first equal ones of the same kind, then equal ones of another kind,
// then overlapping ones of the same kind, then of another.
func matchWindows(present []foldWindow, windows []NoticeWindow) windowMatch {
	m := newWindowMatch(len(windows))
	equal := func(p foldWindow, w NoticeWindow) bool {
		return p.Start.Equal(w.Start) && p.End.Equal(w.End)
	}
	overlap := func(p foldWindow, w NoticeWindow) bool {
		return overlaps(p.Start, p.End, w.Start, w.End)
	}
	for _, same := range []func(foldWindow, NoticeWindow) bool{equal, overlap} {
		for _, anyKind := range []bool{false, true} {
			m.assign(present, windows, func(p foldWindow, w NoticeWindow) bool {
				return (anyKind || p.Kind == w.Kind) && same(p, w)
			})
		}
	}
	return m
}

// matchDays finds the present windows that a notice about some days means:
// those with the same times, then those that a notice called the same day,
// then overlapping ones, then the day by place.
func matchDays(present []foldWindow, windows []NoticeWindow) windowMatch {
	m := newWindowMatch(len(windows))
	m.assign(present, windows, func(p foldWindow, w NoticeWindow) bool {
		return p.Start.Equal(w.Start) && p.End.Equal(w.End)
	})
	sameDay := func(p foldWindow, w NoticeWindow) bool { return p.Kind == w.Kind && w.Day > 0 && p.day == w.Day }
	m.assign(present, windows, func(p foldWindow, w NoticeWindow) bool { return p.days > 0 && sameDay(p, w) })
	m.assign(present, windows, func(p foldWindow, w NoticeWindow) bool {
		return (p.days == 0 || w.Day == 0) && overlaps(p.Start, p.End, w.Start, w.End)
	})
	m.assign(present, windows, sameDay)
	return m
}

func newWindowMatch(n int) windowMatch {
	m := make(windowMatch, n)
	for i := range m {
		m[i] = -1
	}
	return m
}

// assign gives every window that has no match yet the first present one, in
// order, that is free and the same.
func (m windowMatch) assign(present []foldWindow, windows []NoticeWindow, same func(foldWindow, NoticeWindow) bool) {
	taken := m.taken()
	for i, w := range windows {
		if m[i] >= 0 {
			continue
		}
		for j, p := range present {
			if !taken[j] && same(p, w) {
				m[i] = j
				taken[j] = true
				break
			}
		}
	}
}

// byPlace matches what is left of each kind by place: moved windows.
func (m windowMatch) byPlace(present []foldWindow, windows []NoticeWindow) {
	m.assign(present, windows, func(p foldWindow, w NoticeWindow) bool { return p.Kind == w.Kind })
}

// strictSubset reports whether all windows are present ones, and not all of
// them.
func (m windowMatch) strictSubset(present int) bool {
	return len(m) < present && len(m.taken()) == len(m)
}

func (m windowMatch) taken() map[int]bool {
	taken := map[int]bool{}
	for _, j := range m {
		if j >= 0 {
			taken[j] = true
		}
	}
	return taken
}

// someDays reports whether a notice is about some days of several: a window
// says "day n of m" and not all of the m are there.
func someDays(windows []NoticeWindow) bool {
	days, seen := 0, map[int]bool{}
	for _, w := range windows {
		if w.Day > 0 && w.Days > 0 {
			days = max(days, w.Days)
			seen[w.Day] = true
		}
	}
	for day := 1; day <= days; day++ {
		if !seen[day] {
			return true
		}
	}
	return false
}
