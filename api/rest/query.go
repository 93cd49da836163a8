package rest

import (
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// timeForms are the ways in which a time may be written in a filter or in the
// body of an app resource; without a zone it is UTC, as the app has it.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// instantOf reads a time; the zero time for no text.
func instantOf(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range timeForms {
		// A "+" in an address is read as a blank.
		for _, t := range []string{text, strings.Replace(text, " ", "+", 1)} {
			if at, err := time.Parse(form, t); err == nil {
				return at.UTC(), nil
			}
		}
	}
	return time.Time{}, models.Invalid(field, "%q is no time; write it as 2006-01-02T15:04:05Z or 2006-01-02", text)
}

// bound is one parameter that bounds a time.
type bound struct{ name, text string }

// between reads a range of time; of several bounds of an end the narrowest
// counts.
func between(from, to []bound) (r models.TimeRange, err error) {
	for _, b := range from {
		at, err := instantOf(b.name, b.text)
		if err != nil {
			return r, err
		}
		if at.After(r.From) {
			r.From = at
		}
	}
	for _, b := range to {
		at, err := instantOf(b.name, b.text)
		if err != nil {
			return r, err
		}
		if !at.IsZero() && (r.To.IsZero() || at.Before(r.To)) {
			r.To = at
		}
	}
	return r, nil
}

// truth reads a boolean; nil for no text. The words are checked by the schema.
func truth(text string) *bool {
	if text == "" {
		return nil
	}
	yes := slices.Contains([]string{"true", "True", "1"}, text)
	return &yes
}

// likeStrings converts a list of names of a vocabulary.
func likeStrings[T ~string](values []string) []T {
	var list []T
	for _, v := range values {
		list = append(list, T(v))
	}
	return list
}

// Stamps are the filters by the times of a row that all lists of the app take;
// exported as Paging is.
type Stamps struct {
	Created   string `query:"created__gte" maxLength:"40" doc:"Made at this time or later"`
	CreatedTo string `query:"created__lte" maxLength:"40" doc:"Made at this time or earlier"`
	CreatedOn string `query:"created" maxLength:"40" doc:"Made on this day, or at this instant"`
	Updated   string `query:"last_updated__gte" maxLength:"40" doc:"Changed at this time or later"`
	UpdatedTo string `query:"last_updated__lte" maxLength:"40" doc:"Changed at this time or earlier"`
	UpdatedOn string `query:"last_updated" maxLength:"40" doc:"Changed on this day, or at this instant"`
}

func (s Stamps) ranges() (created, updated models.TimeRange, err error) {
	if created, err = spanOf("created", s.CreatedOn, s.Created, s.CreatedTo); err != nil {
		return created, updated, err
	}
	updated, err = spanOf("last_updated", s.UpdatedOn, s.Updated, s.UpdatedTo)
	return created, updated, err
}

// spanOf joins "on this day" with the two ends.
func spanOf(field, on, gte, lte string) (models.TimeRange, error) {
	r, err := between([]bound{{field + "__gte", gte}}, []bound{{field + "__lte", lte}})
	if err != nil || on == "" {
		return r, err
	}
	day, err := instantOf(field, on)
	if err != nil {
		return r, err
	}
	end := day
	if len(on) == len(time.DateOnly) {
		end = day.AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	if r.From.IsZero() || day.After(r.From) {
		r.From = day
	}
	if r.To.IsZero() || end.Before(r.To) {
		r.To = end
	}
	return r, nil
}
