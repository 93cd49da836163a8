package parsers

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	maxRepeats    = 100
	maxRule       = 2000     // bytes of an RRULE
	maxRepeatDays = 10 * 366 // days that are looked at for a rule
)

// icalRule is an RRULE of the kinds that maintenance has: by days.
type icalRule struct {
	freq     string
	interval int
	count    int
	until    time.Time
	byDay    []ruleDay
	byMDay   []int
	byMonth  []int
}

// ruleDay is a BYDAY value: "MO", "1SU", "-1FR".
type ruleDay struct {
	nth int
	day time.Weekday
}

var ruleDays = map[string]time.Weekday{
	"SU": time.Sunday, "MO": time.Monday, "TU": time.Tuesday, "WE": time.Wednesday,
	"TH": time.Thursday, "FR": time.Friday, "SA": time.Saturday,
}

// parseRule reads an RRULE. Rules that repeat within a day, and parts that
// nobody uses for maintenance, are errors.
func parseRule(v string, loc *time.Location) (icalRule, error) {
	r := icalRule{interval: 1}
	if len(v) > maxRule {
		return r, fmt.Errorf("RRULE cannot be read: it is longer than %d bytes", maxRule)
	}
	for _, item := range strings.Split(strings.ToUpper(strings.TrimSpace(v)), ";") {
		name, value, _ := strings.Cut(item, "=")
		var err error
		switch name {
		case "", "WKST":
		case "FREQ":
			r.freq = value
		case "INTERVAL":
			r.interval, err = rulePositive(value)
		case "COUNT":
			r.count, err = rulePositive(value)
		case "UNTIL":
			var w icalWhen
			w, err = icalTime(icalProp{name: "UNTIL", value: value}, loc, nil)
			if r.until = w.at; w.allDay {
				r.until = w.at.AddDate(0, 0, 1).Add(-time.Second)
			}
		case "BYDAY":
			r.byDay, err = parseRuleDays(value)
		case "BYMONTHDAY":
			r.byMDay, err = ruleNumbers(value)
		case "BYMONTH":
			r.byMonth, err = ruleNumbers(value)
		default:
			err = fmt.Errorf("%s is not supported", name)
		}
		if err != nil {
			return r, fmt.Errorf("RRULE cannot be read: %w", err)
		}
	}
	switch r.freq {
	case "DAILY", "WEEKLY", "MONTHLY", "YEARLY":
		return r, nil
	}
	return r, fmt.Errorf("RRULE cannot be read: FREQ=%s is not supported", Clip(r.freq, 20))
}

func rulePositive(v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is no positive number", Clip(v, 20))
	}
	return n, nil
}

func ruleNumbers(v string) ([]int, error) {
	var all []int
	for _, s := range strings.Split(v, ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil, fmt.Errorf("%q is no number", Clip(s, 20))
		}
		all = append(all, n)
	}
	return all, nil
}

func parseRuleDays(v string) ([]ruleDay, error) {
	var all []ruleDay
	for _, s := range strings.Split(v, ",") {
		if len(s) < 2 {
			return nil, fmt.Errorf("%q is no weekday", s)
		}
		day, ok := ruleDays[s[len(s)-2:]]
		nth := 0
		if n := s[:len(s)-2]; n != "" {
			var err error
			if nth, err = strconv.Atoi(n); err != nil {
				ok = false
			}
		}
		if !ok {
			return nil, fmt.Errorf("%q is no weekday", Clip(s, 20))
		}
		all = append(all, ruleDay{nth, day})
	}
	return all, nil
}

// starts gives the starts that the rule makes from the first, which counts;
// capped says that there were more than the limit. It counts days on the
// calendar of the first's zone.
func (r icalRule) starts(first icalWhen) (all []icalWhen, capped bool) {
	loc := first.at.Location()
	for n := 0; n < maxRepeatDays; n++ {
		w := first
		if n > 0 {
			w.wall = first.wall.AddDate(0, 0, n)
			if !r.until.IsZero() && w.wall.After(r.until.AddDate(0, 0, 2)) {
				return all, false
			}
			if !r.matches(first.wall, w.wall, n) {
				continue
			}
			w.at, w.remark = clockTime(w.wall, loc)
		}
		if !r.until.IsZero() && w.at.After(r.until) {
			return all, false
		}
		if len(all) == maxRepeats {
			return all, true
		}
		all = append(all, w)
		if r.count > 0 && len(all) == r.count {
			return all, false
		}
	}
	return all, r.count == 0 && r.until.IsZero()
}

// matches reports whether the rule has the day t, n days after first.
func (r icalRule) matches(first, t time.Time, n int) bool {
	months := (t.Year()-first.Year())*12 + int(t.Month()) - int(first.Month())
	var step int
	switch r.freq {
	case "DAILY":
		step = n
	case "WEEKLY":
		step = (n + (int(first.Weekday())+6)%7) / 7
	case "MONTHLY":
		step = months
	case "YEARLY":
		step = t.Year() - first.Year()
	}
	if step%r.interval != 0 {
		return false
	}
	if len(r.byMonth) > 0 && !contains(r.byMonth, int(t.Month())) {
		return false
	}
	last := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if len(r.byMDay) > 0 && !contains(r.byMDay, t.Day()) && !contains(r.byMDay, t.Day()-last-1) {
		return false
	}
	if len(r.byDay) > 0 {
		return r.onWeekday(t, last)
	}
	if len(r.byMDay) > 0 {
		return true
	}
	return r.sameDay(first, t)
}

// sameDay holds for rules that name no day: they repeat the day of the first.
func (r icalRule) sameDay(first, t time.Time) bool {
	switch r.freq {
	case "WEEKLY":
		return t.Weekday() == first.Weekday()
	case "MONTHLY":
		return t.Day() == first.Day()
	case "YEARLY":
		return t.Day() == first.Day() && (len(r.byMonth) > 0 || t.Month() == first.Month())
	}
	return true
}

func (r icalRule) onWeekday(t time.Time, last int) bool {
	for _, d := range r.byDay {
		if d.day != t.Weekday() {
			continue
		}
		if d.nth == 0 || d.nth == (t.Day()-1)/7+1 || d.nth == -((last-t.Day())/7+1) {
			return true
		}
	}
	return false
}

func contains(all []int, n int) bool {
	for _, v := range all {
		if v == n {
			return true
		}
	}
	return false
}
