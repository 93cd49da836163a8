package parsers

import "time"

// Day is the day near which the times of a message lie: its date, or that of
// the small header above a forward that a person pasted, whose hour has no
// zone; zero where neither can be read.
func (m *Message) Day() time.Time {
	if !m.Date.IsZero() {
		return m.Date
	}
	times := Times{Order: Undecided, Zones: Zones{Home: "Etc/UTC"}}
	for _, v := range m.Header["Date"] {
		when, _, ok := times.Scan(v)
		if !ok || when.Year == 0 {
			continue
		}
		when.HasTime, when.Zone = true, ""
		if t, err := times.Resolve(when, time.Time{}); err == nil {
			return t
		}
	}
	return time.Time{}
}
