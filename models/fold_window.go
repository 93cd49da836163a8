package models

import (
	"cmp"
	"slices"
	"time"
)

// foldWindow is a window with what the fold must remember of it.
type foldWindow struct {
	Window
	day  int // which day of several it is, else its place among the first primary ones
	days int // of how many, where a notice said so
}

// applyWindows applies the windows of a notice and reports whether the notice
// was about some of the present windows only.
//
// "Day n of m" (unless the notice has all m), and IN-PROCESS or COMPLETED for a
// strict subset of the present windows, touch only those windows. Otherwise
// the new set replaces the present one: a window that is not in it is dropped.
//
// A window is the same as a present one, and keeps its ordinal, if it has the
// same times; else if it overlaps it; else, in a new set, by its place among
// those of its kind that are left: a moved window keeps its ordinal. Ordinals
// of dropped windows are not used again.
//
// A backup window is called by a notice that gives its time as a primary
// window, or that names backup windows only and says IN-PROCESS, COMPLETED or
// RE-SCHEDULED. It then stays called.
func (f *folder) applyWindows(windows []NoticeWindow, status Status, circuits []CircuitImpact, account string) (partial bool) {
	if len(windows) == 0 {
		return false
	}
	m := matchWindows(f.windows, windows)
	switch {
	case someDays(windows):
		partial = true
		m = matchDays(f.windows, windows)
	case (status == StatusInProcess || status == StatusCompleted) && m.strictSubset(len(f.windows)):
		partial = true
	default:
		m.byPlace(f.windows, windows)
	}
	callsBackup := status == StatusInProcess || status == StatusCompleted || status == StatusRescheduled
	for _, w := range windows {
		callsBackup = callsBackup && w.Kind == WindowBackup
	}
	touched := make([]foldWindow, 0, len(windows))
	kept := m.taken()
	for i, w := range windows {
		var was foldWindow
		if m[i] >= 0 {
			was = f.windows[m[i]]
		} else {
			was = f.freshWindow(w)
		}
		now := restate(was, w, status, callsBackup)
		restateImpacts(&now, w.Circuits, circuits, account)
		touched = append(touched, now)
	}
	if partial {
		for i, w := range f.windows {
			if !kept[i] {
				touched = append(touched, w)
			}
		}
	}
	f.windows = touched
	f.numberWindows()
	return partial
}

// freshWindow gives a window that is not known yet. The circuits that the
// record has are hit in it until a notice says otherwise.
func (f *folder) freshWindow(w NoticeWindow) foldWindow {
	fresh := foldWindow{Window: Window{Kind: w.Kind, Status: cmp.Or(f.status, StatusUnknown)}}
	for _, c := range f.recordCircuits() {
		fresh.Impacts = append(fresh.Impacts, WindowImpact{CID: c.CID, Account: c.Account, Impact: c.Impact})
	}
	return fresh
}

// restate applies what a notice says of one window.
func restate(was foldWindow, w NoticeWindow, status Status, calls bool) foldWindow {
	fresh := was.Ordinal == 0
	now := was
	now.Impacts = slices.Clone(was.Impacts)
	now.Start, now.End = w.Start, w.End
	switch {
	case w.Kind == WindowBackup:
		now.Kind = WindowBackup
		now.Called = was.Called || calls
	case !fresh && was.Kind == WindowBackup:
		now.Called = true
	default:
		now.Kind = WindowPrimary
		now.Called = false
	}
	if status != "" {
		now.Status = status
	}
	if w.Day > 0 {
		now.day, now.days = w.Day, w.Days
	}
	return now
}

// numberWindows gives fresh windows their ordinals: the day where it is stated
// and free, else the next, in order of start.
func (f *folder) numberWindows() {
	slices.SortStableFunc(f.windows, func(a, b foldWindow) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(kindRank(a.Kind), kindRank(b.Kind)), a.End.Compare(b.End))
	})
	first := f.lastOrdinal == 0
	used := map[int]bool{}
	for _, w := range f.windows {
		used[w.Ordinal] = true
	}
	for i := range f.windows {
		w := &f.windows[i]
		if w.Ordinal == 0 && w.days > 0 && !used[w.day] && (first || w.day > f.lastOrdinal || f.daysOnly()) {
			w.Ordinal = w.day
			used[w.day] = true
		}
	}
	for _, w := range f.windows {
		f.lastOrdinal = max(f.lastOrdinal, w.Ordinal)
	}
	for i := range f.windows {
		if w := &f.windows[i]; w.Ordinal == 0 {
			f.lastOrdinal++
			w.Ordinal = f.lastOrdinal
		}
	}
	slices.SortFunc(f.windows, func(a, b foldWindow) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	day := 0
	for i := range f.windows {
		if w := &f.windows[i]; w.Kind == WindowPrimary {
			day++
			if w.day == 0 {
				w.day = day
			}
		}
	}
}

// daysOnly reports whether all windows came as days of several.
func (f *folder) daysOnly() bool {
	return !slices.ContainsFunc(f.windows, func(w foldWindow) bool { return w.days == 0 })
}

// statusOfWindows is the status of a record after a notice about some of its
// windows: that of the open ones, the liveliest of them; closed when all are.
// A window that was over before one that is completed began keeps nothing open:
// no more is to come of it.
func (f *folder) statusOfWindows() Status {
	var done time.Time
	for _, w := range f.windows {
		if w.planned() && w.Status == StatusCompleted && w.Start.After(done) {
			done = w.Start
		}
	}
	var open, closed Status
	for _, w := range f.windows {
		switch {
		case !w.planned():
		case w.Status.Closed():
			if closed == "" || w.Status == StatusCompleted {
				closed = w.Status
			}
		case !w.End.After(done):
		case open == "" || w.Status.rank() > open.rank():
			open = w.Status
		}
	}
	switch {
	case open != "":
		return open
	case f.daysMissing() || closed == "":
		return cmp.Or(f.status, StatusUnknown)
	}
	return closed
}

// daysMissing reports whether days are to come that no notice described: days
// before one that is completed are not.
func (f *folder) daysMissing() bool {
	days, done, seen := 0, 0, map[int]bool{}
	for _, w := range f.windows {
		days = max(days, w.days)
		seen[w.day] = true
		if w.Status == StatusCompleted {
			done = max(done, w.day)
		}
	}
	for day := done + 1; day <= days; day++ {
		if !seen[day] {
			return true
		}
	}
	return false
}

// statusWithoutWindows gives a status to the windows that a notice without
// windows means: closing ones to all that are open, the start of work only
// where there is one open window, others to all that were not completed.
func (f *folder) statusWithoutWindows(status Status) {
	setWindowStatus(f.windows, f.status, status)
}

func setWindowStatus(windows []foldWindow, before, status Status) {
	open := 0
	for _, w := range windows {
		if w.planned() && !w.Status.Closed() {
			open++
		}
	}
	for i := range windows {
		w := &windows[i]
		switch {
		case status.Closed() && w.Status.Closed():
		case status == StatusInProcess && len(windows) > 1 && (open != 1 || !w.planned() || w.Status.Closed()):
		case !status.Closed() && w.Status == StatusCompleted && before != StatusCompleted:
		default:
			w.Status = status
		}
	}
}

func (f *folder) recordWindows() []Window {
	var out []Window
	for _, w := range f.windows {
		w.Impacts = slices.Clone(w.Impacts)
		out = append(out, w.Window)
	}
	return out
}

// realWindows gives the windows of a notice, each once, with the circuits of
// its repetitions. An entry without times only carries circuits, of every
// window.
func realWindows(in []NoticeWindow) []NoticeWindow {
	var out []NoticeWindow
	var everywhere []NoticeCircuit
	for _, w := range in {
		if w.Start.IsZero() && w.End.IsZero() {
			everywhere = append(everywhere, w.Circuits...)
			continue
		}
		if w.Kind != WindowBackup {
			w.Kind = WindowPrimary
		}
		i := slices.IndexFunc(out, func(o NoticeWindow) bool { return o.Kind == w.Kind && sameTimes(o, w) })
		if i < 0 {
			w.Circuits = slices.Clone(w.Circuits)
			out = append(out, w)
			continue
		}
		out[i].Circuits = append(out[i].Circuits, w.Circuits...)
	}
	for i := range out {
		out[i].Circuits = append(out[i].Circuits, everywhere...)
	}
	slices.SortStableFunc(out, func(a, b NoticeWindow) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(kindRank(a.Kind), kindRank(b.Kind)), a.End.Compare(b.End))
	})
	return out
}

func sameTimes(a, b NoticeWindow) bool { return a.Start.Equal(b.Start) && a.End.Equal(b.End) }

func kindRank(k WindowKind) int {
	if k == WindowBackup {
		return 1
	}
	return 0
}

func overlaps(startA, endA, startB, endB time.Time) bool {
	return startA.Equal(startB) || (startA.Before(endB) && startB.Before(endA))
}
