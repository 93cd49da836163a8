package models_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// everyFive is a schedule of five minutes on the clock.
func everyFive(t time.Time) time.Time { return t.Truncate(5 * time.Minute).Add(5 * time.Minute) }

// workdays is 08:00 from Monday to Friday.
func workdays(t time.Time) time.Time {
	d := time.Date(t.Year(), t.Month(), t.Day(), 8, 0, 0, 0, time.UTC)
	for !d.After(t) || d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		d = d.AddDate(0, 0, 1)
	}
	return d
}

func TestPollGaps(t *testing.T) {
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	at := func(clock string) time.Time {
		d, err := time.Parse("2 15:04:05", clock)
		if err != nil {
			t.Fatal(err)
		}
		return monday.AddDate(0, 0, d.Day()-2).Add(time.Duration(d.Hour())*time.Hour + time.Duration(d.Minute())*time.Minute + time.Duration(d.Second())*time.Second)
	}
	good := func(clock string) models.Poll {
		return models.Poll{Started: at(clock), Finished: at(clock).Add(time.Second)}
	}
	bad := func(clock, text string) models.Poll {
		p := good(clock)
		p.Error = text
		return p
	}
	tests := map[string]struct {
		passes   []models.Poll
		from, to string
		next     func(time.Time) time.Time
		want     []models.PollGap
	}{
		"on time": {
			[]models.Poll{good("2 09:55:00"), good("2 10:00:01"), good("2 10:05:09"), good("2 10:10:00"), good("2 10:15:00")},
			"2 10:00:00", "2 10:15:00", everyFive, nil,
		},
		"one was missed, and the next is a little late": {
			[]models.Poll{good("2 10:00:00"), good("2 10:10:00")}, "2 10:00:00", "2 10:12:00", everyFive, nil,
		},
		"two were missed": {
			[]models.Poll{good("2 10:00:00"), good("2 10:15:00")}, "2 10:00:00", "2 10:15:00", everyFive,
			[]models.PollGap{{From: at("2 10:00:00"), To: at("2 10:15:00")}},
		},
		"they failed, and one never ended": {
			[]models.Poll{good("2 10:00:00"), bad("2 10:05:00", "refused"), bad("2 10:10:00", "no such host"), {Started: at("2 10:12:00")}, good("2 10:15:00")},
			"2 10:00:00", "2 10:15:00", everyFive,
			[]models.PollGap{{From: at("2 10:00:00"), To: at("2 10:15:00"), Failed: 3, Error: "it did not end"}},
		},
		"never read before": {
			[]models.Poll{good("2 10:15:00")}, "2 10:00:00", "2 10:20:00", everyFive,
			[]models.PollGap{{From: at("2 10:00:00"), To: at("2 10:15:00"), First: true}},
		},
		"never read at all": {
			nil, "2 10:00:00", "2 10:15:00", everyFive,
			[]models.PollGap{{From: at("2 10:00:00"), To: at("2 10:15:00"), First: true}},
		},
		"it stopped": {
			[]models.Poll{good("2 10:00:00")}, "2 09:00:00", "2 12:00:00", everyFive,
			[]models.PollGap{{From: at("2 09:00:00"), To: at("2 10:00:00"), First: true}, {From: at("2 10:00:00"), To: at("2 12:00:00")}},
		},
		"cut to what is asked for": {
			[]models.Poll{good("2 08:00:00"), good("2 14:00:00")}, "2 10:00:00", "2 12:00:00", everyFive,
			[]models.PollGap{{From: at("2 10:00:00"), To: at("2 12:00:00")}},
		},
		"a gap before what is asked for": {
			[]models.Poll{good("2 08:00:00"), good("2 10:00:00"), good("2 10:05:00")}, "2 10:00:00", "2 10:05:00", everyFive, nil,
		},
		"a weekend is no gap": {
			[]models.Poll{good("6 08:00:00"), good("9 08:00:01")}, "6 08:00:00", "9 10:00:00", workdays, nil,
		},
		"a Monday that was missed is none, with a Tuesday it is": {
			[]models.Poll{good("6 08:00:00"), good("11 08:00:00")}, "6 08:00:00", "11 10:00:00", workdays,
			[]models.PollGap{{From: at("6 08:00:00"), To: at("11 08:00:00")}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := models.PollGaps(test.passes, at(test.from), at(test.to), test.next)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestPollGapsCover holds that every instant which is further from the last good
// pass than the schedule permits is in a gap, and that gaps are in order, in
// what was asked for, and without a good pass inside.
func TestPollGapsCover(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 1))
		from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
		to := from.Add(6 * time.Hour)
		var passes []models.Poll
		for at := from.Add(-20 * time.Minute); at.Before(to.Add(20 * time.Minute)); at = at.Add(time.Duration(1+random.IntN(20)) * time.Minute) {
			p := models.Poll{Started: at, Finished: at.Add(time.Second)}
			if random.IntN(3) == 0 {
				p.Error = "refused"
			}
			passes = append(passes, p)
		}
		random.Shuffle(len(passes), func(i, j int) { passes[i], passes[j] = passes[j], passes[i] })
		gaps := models.PollGaps(passes, from, to, everyFive)
		end := from
		for _, g := range gaps {
			if g.From.Before(end) || !g.From.Before(g.To) || g.To.After(to) {
				t.Fatalf("seed %d: %v is not after %v, or not before %v", seed, g, end, to)
			}
			end = g.To
			for _, p := range passes {
				if p.Error == "" && p.Started.After(g.From) && p.Started.Before(g.To) {
					t.Fatalf("seed %d: a good pass at %v is in %v", seed, p.Started, g)
				}
			}
		}
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			var last time.Time
			for _, p := range passes {
				if p.Error == "" && !p.Started.After(at) && p.Started.After(last) {
					last = p.Started
				}
			}
			inside := false
			for _, g := range gaps {
				inside = inside || !at.Before(g.From) && at.Before(g.To)
			}
			if late := at.Sub(last) > 15*time.Minute; late && !inside {
				t.Fatalf("seed %d: %v, %v after the last good pass, is in no gap of %v", seed, at, at.Sub(last), gaps)
			}
		}
	}
}
