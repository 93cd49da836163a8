package graphql

import (
	"fmt"
	"time"
)

// dateTime is the scalar DateTime.
type dateTime struct{ time.Time }

// ImplementsGraphQLType tells which scalar this is.
func (dateTime) ImplementsGraphQLType(name string) bool { return name == "DateTime" }

// The forms of a time in an argument. Those without a zone are in UTC.
var layouts = []string{
	time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
}

// UnmarshalGraphQL reads an argument.
func (d *dateTime) UnmarshalGraphQL(input any) error {
	text, ok := input.(string)
	if ok && len(text) <= len("2006-01-02T15:04:05.000000000+00:00") {
		for _, layout := range layouts {
			if t, err := time.Parse(layout, text); err == nil {
				d.Time = t.UTC()
				return nil
			}
		}
	}
	return fmt.Errorf("%.40q is no DateTime; write it like 2026-03-02T12:00:00Z", fmt.Sprint(input))
}

// MarshalJSON writes it in UTC.
func (d dateTime) MarshalJSON() ([]byte, error) {
	return d.UTC().AppendFormat([]byte(`"`), time.RFC3339Nano+`"`), nil
}

// moment is a time; the zero time is null.
func moment(t time.Time) *dateTime {
	if t.IsZero() {
		return nil
	}
	return &dateTime{t}
}

// orZero is the time of an argument; zero when it was left out.
func (d *dateTime) orZero() time.Time {
	if d == nil {
		return time.Time{}
	}
	return d.Time
}
