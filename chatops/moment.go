package chatops

import (
	"fmt"
	"strings"
	"time"
)

// How people write an instant without a zone of its own.
var momentLayouts = []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02"}

// readTime reads an instant: 2026-03-01 22:00 or 2026-03-01 in zone, 22:00 of
// this day, any of these with UTC behind it, RFC 3339 with its own offset, now,
// today, tomorrow, or +2h and -7d from now. A time that the clock of the zone
// skips or shows twice is refused.
func readTime(text string, now time.Time, zone *time.Location) (time.Time, error) {
	text = strings.Join(strings.Fields(text), " ")
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(text)); err == nil {
		return t, nil
	}
	if head, found := cutSuffixFold(text, " utc"); found {
		text, zone = head, time.UTC
	} else if head, found := cutSuffixFold(text, "z"); found {
		text, zone = head, time.UTC
	}
	local := now.In(zone)
	switch strings.ToLower(text) {
	case "now":
		return now, nil
	case "today":
		return midnight(local, 0), nil
	case "tomorrow":
		return midnight(local, 1), nil
	}
	if sign, rest := text[:min(1, len(text))], text[min(1, len(text)):]; sign == "+" || sign == "-" {
		if d, ok := readDuration(rest); ok && sign == "+" {
			return now.Add(d), nil
		} else if ok {
			return now.Add(-d), nil
		}
	}
	if clock, err := time.Parse("15:04", text); err == nil {
		return onClock(local.Format("2006-01-02 ")+clock.Format("15:04"), "2006-01-02 15:04", zone)
	}
	for _, layout := range momentLayouts {
		if _, err := time.Parse(layout, strings.ToUpper(text)); err == nil {
			return onClock(strings.ToUpper(text), layout, zone)
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write it like 2026-03-01 22:00 (%s), 2026-03-01T22:00:00Z, 22:00, tomorrow or +2h", CleanLine(text), zone)
}

func midnight(local time.Time, days int) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day()+days, 0, 0, 0, 0, local.Location())
}

// onClock is the one instant at which the zone's clocks show this.
func onClock(text, layout string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(layout, text, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time", CleanLine(text))
	}
	if t.Format(layout) != text {
		return time.Time{}, fmt.Errorf("%q does not exist in %s, where the clock is put forward; write it with UTC behind it", text, zone)
	}
	for _, shift := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := t.Zone()
		_, other := t.Add(shift).Zone()
		twin := t.Add(time.Duration(offset-other) * time.Second)
		if !twin.Equal(t) && twin.Format(layout) == text {
			return time.Time{}, fmt.Errorf("%q happens twice in %s, where the clock is put back; write it with UTC behind it", text, zone)
		}
	}
	return t, nil
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if at := len(s) - len(suffix); at > 0 && strings.EqualFold(s[at:], suffix) {
		return s[:at], true
	}
	return s, false
}
