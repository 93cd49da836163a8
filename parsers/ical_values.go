package parsers

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"lineman/models"
)

func itoa(n int) string { return strconv.Itoa(n) }

// enumKey folds the spellings of an enumerated value.
func enumKey(s string) string {
	s = strings.ToUpper(strings.Trim(strings.TrimSpace(s), `"'`))
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' {
			return -1
		}
		return r
	}, s)
}

// maintStatus gives the status that X-MAINTNOTE-STATUS means; ok is false for
// one that is not known.
func maintStatus(s string) (models.Status, bool) {
	switch enumKey(s) {
	case "TENTATIVE":
		return models.StatusTentative, true
	case "CONFIRMED":
		return models.StatusConfirmed, true
	case "CANCELLED", "CANCELED":
		return models.StatusCancelled, true
	case "INPROCESS", "INPROGRESS":
		return models.StatusInProcess, true
	case "COMPLETED", "COMPLETE":
		return models.StatusCompleted, true
	case "RESCHEDULED":
		return models.StatusRescheduled, true
	case "NOCHANGE":
		return models.StatusNoChange, true
	}
	return models.StatusNoChange, false
}

// maintImpact gives the impact that X-MAINTNOTE-IMPACT means; OUTAGE and false
// for one that is not known.
func maintImpact(s string) (models.Impact, bool) {
	switch enumKey(s) {
	case "NOIMPACT", "NONE":
		return models.ImpactNone, true
	case "REDUCEDREDUNDANCY":
		return models.ImpactReducedRedundancy, true
	case "DEGRADED":
		return models.ImpactDegraded, true
	case "OUTAGE":
		return models.ImpactOutage, true
	}
	return models.ImpactOutage, false
}

// icalWhen is a DTSTART, DTEND or the like.
type icalWhen struct {
	at       time.Time // in its own zone
	wall     time.Time // what is written, as UTC
	allDay   bool
	floating bool
	remark   string // where the clocks of the zone skip or repeat the time
}

// zoneFinder finds the zone of a TZID; ok is false for one that is not known.
type zoneFinder func(tzid string) (loc *time.Location, ok bool)

// icalTime reads a DATE or DATE-TIME property. home is used for floating times
// and days.
func icalTime(p icalProp, home *time.Location, zones zoneFinder) (icalWhen, error) {
	v := strings.TrimSpace(p.value)
	loc, named := home, false
	if tzid := p.param("TZID"); tzid != "" {
		z, ok := zones(tzid)
		if !ok && !strings.HasSuffix(v, "Z") {
			return icalWhen{}, fmt.Errorf("the time zone %q of %s is not known", Clip(tzid, 80), p.name)
		}
		if ok {
			loc, named = z, true
		}
	}
	w := icalWhen{floating: !named}
	var layout string
	switch {
	case len(v) == 8:
		layout, w.allDay = "20060102", true
	case len(v) == 16 && (v[15] == 'Z' || v[15] == 'z'):
		layout, v, loc, w.floating = "20060102T150405", v[:15], time.UTC, false
	case len(v) == 15:
		layout = "20060102T150405"
	case len(v) == 20 && (v[15] == '+' || v[15] == '-'):
		layout, w.floating = "20060102T150405-0700", false
	default:
		return icalWhen{}, fmt.Errorf("%s is no date and time: %q", p.name, Clip(v, 60))
	}
	t, err := time.ParseInLocation(layout, strings.ToUpper(v), time.UTC)
	if err != nil {
		return icalWhen{}, fmt.Errorf("%s is no date and time: %q", p.name, Clip(v, 60))
	}
	if t.Year() < 1971 || t.Year() > 2200 {
		return icalWhen{}, fmt.Errorf("%s is in the year %d", p.name, t.Year())
	}
	w.at, w.wall = t, onClock(t)
	if len(v) != 20 {
		w.at, w.remark = clockTime(t, loc)
	}
	return w, nil
}

// maxDuration is the longest DURATION that is believed.
const maxDuration = 400 * 24 * time.Hour

// icalLength is a DURATION: days of the calendar, which may have 23 or 25
// hours, and time (RFC 5545, 3.3.6).
type icalLength struct {
	days int
	time time.Duration
}

// after gives the instant that lies the length after w.
func (l icalLength) after(w icalWhen) time.Time {
	if l.days == 0 {
		return w.at.Add(l.time)
	}
	at, _ := clockTime(w.wall.AddDate(0, 0, l.days), w.at.Location())
	return at.Add(l.time)
}

// icalDuration reads an RFC 5545 DURATION; it must be positive.
func icalDuration(v string) (icalLength, error) {
	s := strings.ToUpper(strings.TrimSpace(v))
	var l icalLength
	bad := fmt.Errorf("DURATION cannot be read: %q", Clip(v, 60))
	s = strings.TrimPrefix(s, "+")
	if strings.HasPrefix(s, "-") {
		return l, fmt.Errorf("DURATION is negative: %q", Clip(v, 60))
	}
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || len(rest) < 2 {
		return l, bad
	}
	const day = 24 * time.Hour
	units := map[byte]time.Duration{'W': 7 * day, 'D': day}
	for rest != "" {
		if rest[0] == 'T' {
			units = map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}
			rest = rest[1:]
			continue
		}
		n := digits(rest)
		if n == 0 || n == len(rest) {
			return l, bad
		}
		unit, known := units[rest[n]]
		count, err := strconv.Atoi(rest[:n])
		total := time.Duration(l.days)*day + l.time
		if !known || err != nil || float64(count)*float64(unit)+float64(total) > float64(maxDuration) {
			return l, fmt.Errorf("DURATION cannot be read or is too long: %q", Clip(v, 60))
		}
		if unit >= day {
			l.days += count * int(unit/day)
		} else {
			l.time += time.Duration(count) * unit
		}
		rest = rest[n+1:]
	}
	return l, nil
}

// icalSequence reads a SEQUENCE: -1 where there is none or it is no number
// from 0 to 2147483647.
func icalSequence(p icalProp, there bool) (seq int, warning string) {
	if !there {
		return -1, ""
	}
	n, err := strconv.ParseInt(strings.TrimSpace(p.value), 10, 64)
	if err != nil || n < 0 || n > math.MaxInt32 {
		return -1, fmt.Sprintf("SEQUENCE %q is no number from 0 to 2147483647 and does not count", Clip(p.value, 40))
	}
	return int(n), ""
}
