package parsers_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
	"lineman/parsers"
)

func letterDocument(t *testing.T, text string) *parsers.Document {
	t.Helper()
	d, err := parsers.ReadText(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestNewest holds that what stands under a second ticket belongs to an older
// notice, and that a ticket without a value does not count.
func TestNewest(t *testing.T) {
	labels := parsers.NewLabels(map[string][]string{"id": {"Ticket"}, "start": {"Start"}})
	for text, want := range map[string]struct{ pairs, end int }{
		"Ticket: A\nStart: 1\nTicket: B\nStart: 2": {2, 2},
		"Ticket: A\nStart: 1":                      {2, 2},
		"Start: 1\nStart: 2":                       {2, 2},
		"Ticket:\n\nTicket: A\nStart: 1":           {3, 3},
	} {
		d := letterDocument(t, text)
		pairs, end := d.Newest(d.Pairs(labels), "id")
		if len(pairs) != want.pairs || end != want.end {
			t.Errorf("%q: %d labels up to line %d, want %v", text, len(pairs), end, want)
		}
	}
}

// TestWhole holds that a value goes on to the next label, the end or, as a
// paragraph, to an empty line.
func TestWhole(t *testing.T) {
	labels := parsers.NewLabels(map[string][]string{"why": {"Reason"}, "start": {"Start"}})
	d := letterDocument(t, "Reason: one\ntwo\n\nthree\nStart: 1")
	p := d.Pairs(labels)[0]
	got := []string{d.Whole(p, len(d.Lines), false), d.Whole(p, len(d.Lines), true), d.Whole(p, 1, false), d.Whole(p, 0, true)}
	if diff := cmp.Diff([]string{"one two three", "one two", "one", "one"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestMissingTime(t *testing.T) {
	var r parsers.Reading
	for _, text := range []string{"start: no zone", "end: before the start", "undecidable"} {
		r.MissingTime(errors.New(text))
	}
	want := []parsers.FieldError{{Field: "start", Reason: "no zone"}, {Field: "end", Reason: "before the start"}, {Field: "start", Reason: "undecidable"}}
	if diff := cmp.Diff(want, r.Fields); diff != "" {
		t.Error(diff)
	}
}

// TestSettleStatus holds that a notice that says nothing is CONFIRMED, and that
// a contradiction is a warning.
func TestSettleStatus(t *testing.T) {
	hits := parsers.CommonStatus.Say(nil, "The work is completed", -1, "the subject")
	both := parsers.CommonStatus.Say(hits, "The work was CANCELLED", 2, "the text")
	for name, test := range map[string]struct {
		hits     []parsers.StatusHit
		want     models.Status
		part     int
		warnings int
	}{
		"nothing": {nil, models.StatusConfirmed, 5, 0},
		"one":     {hits, models.StatusCompleted, -1, 0},
		"two":     {both, models.StatusCancelled, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var r parsers.Reading
			var n models.Notice
			r.SettleStatus(&n, test.hits, 5, "Dear customer")
			if n.Status != test.want || len(r.Warnings) != test.warnings || len(r.Evidence) != 1 || r.Evidence[0].Part != test.part {
				t.Errorf("%s, %v, %v", n.Status, r.Warnings, r.Evidence)
			}
		})
	}
}
