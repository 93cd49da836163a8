package parsers

import (
	"fmt"
	"slices"
	"time"
)

// clockTime gives the instant at which the clocks of a zone show wall, whose
// own zone does not count. Where they never show it (they go forward over it)
// the offset before the change is used, and where they show it twice (they go
// back over it) the first time is meant: RFC 5545, 3.3.5. remark then says so,
// as a part of a sentence; it is empty otherwise.
func clockTime(wall time.Time, loc *time.Location) (at time.Time, remark string) {
	guess := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, loc)
	var found []time.Time
	changes := changesAround(guess)
	for _, offset := range changes.offsets() {
		if t := atOffset(wall, offset).In(loc); offsetOf(t) == offset {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 0:
		for _, c := range changes {
			if t := atOffset(wall, c.before).In(loc); !t.Before(c.at) && atOffset(wall, c.after).Before(c.at) {
				return t, fmt.Sprintf("%s does not exist in %s, where the clocks go forward over it; the offset before the change is used", clockText(wall), loc)
			}
		}
		return guess, ""
	case 1:
		return found[0], ""
	}
	sortTimes(found)
	return found[0], fmt.Sprintf("%s comes twice in %s, where the clocks go back over it; the first time is taken", clockText(wall), loc)
}

func clockText(wall time.Time) string { return wall.Format("2006-01-02 15:04") }

// offsetChange is a change of a zone's offset, in seconds east of UTC.
type offsetChange struct {
	at            time.Time
	before, after int
}

type offsetChanges []offsetChange

// changesAround gives the change before and the one after t; where there is
// none on a side, one from and to t's own offset stands for it.
func changesAround(t time.Time) offsetChanges {
	own := offsetOf(t)
	all := offsetChanges{{t, own, own}}
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		all = append(all, offsetChange{from, offsetOf(from.Add(-time.Second)), own})
	}
	if !to.IsZero() {
		all = append(all, offsetChange{to, own, offsetOf(to)})
	}
	return all
}

// offsets gives the distinct offsets of the changes.
func (all offsetChanges) offsets() []int {
	var out []int
	for _, c := range all {
		for _, o := range []int{c.before, c.after} {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}

func offsetOf(t time.Time) int {
	_, offset := t.Zone()
	return offset
}

// atOffset gives the instant of a clock that is offset seconds east of UTC.
func atOffset(wall time.Time, offset int) time.Time {
	return onClock(wall).Add(-time.Duration(offset) * time.Second)
}
