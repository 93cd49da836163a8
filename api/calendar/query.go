package calendar

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"lineman/models"
)

// The limits of what a feed can be asked for.
const (
	maxQuery  = 8 << 10 // bytes
	maxValues = 100     // of one filter
	maxValue  = 300     // bytes
)

// query is what a subscriber asks for.
type query struct {
	filter models.CalendarFilter
	said   []string // the values, in words
}

// name is what calendars show the feed as.
func (q query) name() string {
	if len(q.said) == 0 {
		return "Maintenances"
	}
	name := "Maintenances: " + strings.Join(q.said, "; ")
	if runes := []rune(name); len(runes) > 120 {
		name = string(runes[:119]) + "…"
	}
	return name
}

// filters are all there are, each with how its values are read.
var filters = map[string]func(*models.CalendarFilter, []string) error{
	"site":       func(f *models.CalendarFilter, v []string) error { f.Sites = v; return nil },
	"provider":   func(f *models.CalendarFilter, v []string) error { f.Providers = v; return nil },
	"circuit":    func(f *models.CalendarFilter, v []string) error { f.Circuits = v; return nil },
	"min_impact": minImpact,
	"status":     statuses,
}

// parse reads a query strictly: an unknown filter, a value that a filter
// cannot have and an empty one are errors that name the filter.
func parse(raw string) (query, error) {
	var q query
	if len(raw) > maxQuery {
		return q, fmt.Errorf("the address is too long; filters may have %d bytes", maxQuery)
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, fmt.Errorf("the filters cannot be read: write them as ?site=…&provider=…, with special characters as %%XX")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		set, known := filters[name]
		if !known {
			return q, fmt.Errorf("%q is no filter of a calendar; there are %s", short(name), strings.Join(slices.Sorted(maps.Keys(filters)), ", "))
		}
		list, err := check(name, values[name])
		if err != nil {
			return q, err
		}
		if err := set(&q.filter, list); err != nil {
			return q, err
		}
		q.said = append(q.said, name+" "+strings.Join(list, ", "))
	}
	return q, nil
}

func check(name string, values []string) ([]string, error) {
	if len(values) > maxValues {
		return nil, fmt.Errorf("%s: at most %d values are taken", name, maxValues)
	}
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = strings.TrimSpace(v)
		switch {
		case list[i] == "":
			return nil, fmt.Errorf("%s: it is empty; leave it out, or give it a value", name)
		case len(v) > maxValue, !utf8.ValidString(v), strings.ContainsRune(v, 0):
			return nil, fmt.Errorf("%s: a value is no text of at most %d bytes", name, maxValue)
		}
	}
	return list, nil
}

func minImpact(f *models.CalendarFilter, values []string) error {
	if len(values) > 1 {
		return fmt.Errorf("min_impact: give it once")
	}
	impact := models.Impact(strings.ToUpper(values[0]))
	if !slices.Contains(models.Impacts, impact) {
		return fmt.Errorf("min_impact: %q is no impact; it is one of %v", short(values[0]), models.Impacts)
	}
	f.MinImpact = impact
	return nil
}

func statuses(f *models.CalendarFilter, values []string) error {
	for _, v := range values {
		status := models.Status(strings.ToUpper(v))
		if !slices.Contains(models.RecordStatuses, status) {
			return fmt.Errorf("status: %q is no status; it is one of %v", short(v), models.RecordStatuses)
		}
		f.Statuses = append(f.Statuses, status)
	}
	return nil
}

// short is the start of what somebody sent, for an answer.
func short(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), 60)])
}
