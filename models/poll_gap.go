package models

import (
	"cmp"
	"slices"
	"time"
)

// PollGap is a time in which a source was not read to its end, although its
// schedule had come round. Mail of that time is only found if it was still in
// the mailbox at To.
type PollGap struct {
	From   time.Time
	To     time.Time
	Failed int    // passes that failed meanwhile
	Error  string // of the last of them; empty: no pass ran at all
	First  bool   // the source was never read before To
}

// PollGaps finds the gaps of one source between two instants, in order. A gap is
// a time between two passes that ended well which is longer than twice the
// schedule, and in which the schedule came round twice; or in which there is no
// pass that ended well before it or after it. Passes are those that started in
// that time, with the last good one before it and the first good one after it
// where there are any. next gives the time at which the schedule comes round
// after an instant.
func PollGaps(passes []Poll, from, to time.Time, next func(time.Time) time.Time) []PollGap {
	passes = slices.Clone(passes)
	slices.SortFunc(passes, func(a, b Poll) int { return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID)) })
	var gaps []PollGap
	var last time.Time // start of the last good pass
	var since []Poll   // those that failed after it
	gap := func(until time.Time) {
		begin, first := last, last.IsZero()
		switch {
		case first:
			begin = from
		case !until.After(overdue(last, next)):
			return
		}
		g := PollGap{From: latest(begin, from), To: earliest(until, to), First: first}
		for _, p := range since {
			if !p.Started.Before(g.From) && !p.Started.After(g.To) {
				g.Failed++
				g.Error = cmp.Or(p.Error, "it did not end")
			}
		}
		if g.From.Before(g.To) {
			gaps = append(gaps, g)
		}
	}
	for _, p := range passes {
		if p.Error != "" || p.Finished.IsZero() {
			since = append(since, p)
			continue
		}
		gap(p.Started)
		last, since = p.Started, nil
	}
	if last.Before(to) {
		gap(to)
	}
	return gaps
}

// overdue is the instant up to which the pass after a good one may start: twice
// the schedule, and not before it came round twice.
func overdue(good time.Time, next func(time.Time) time.Time) time.Time {
	one := next(good)
	two := next(one)
	return latest(good.Add(2*two.Sub(one)), two)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
