package models_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"lineman/models"
)

// worstByMinute is the worst severity of the minutes of a time.
func worstByMinute(p models.Protected, all []models.Impairment, from, to int) models.Severity {
	var worst models.Severity
	for n := from; n < to; n++ {
		if s := bruteSeverity(p, all, minute(n)); s.Worse(worst) {
			worst = s
		}
	}
	return worst
}

// TestPlanAgainstEveryMinute compares the answer to what-if with a look at each
// minute of the time that is asked about.
func TestPlanAgainstEveryMinute(t *testing.T) {
	for seed := range uint64(1000) {
		random := rand.New(rand.NewPCG(seed, 9))
		p := models.Protected{MinUp: random.IntN(4), Single: random.IntN(2) == 0}
		for i := range random.IntN(5) {
			p.Circuits = append(p.Circuits, fmt.Sprintf("c%d", i))
		}
		var all []models.Impairment
		for range random.IntN(8) {
			start := random.IntN(60)
			all = append(all, models.Impairment{
				CircuitID: fmt.Sprintf("c%d", random.IntN(6)), MaintenanceID: fmt.Sprintf("m%d", random.IntN(4)),
				Start: minute(start), End: minute(start + random.IntN(30)), Down: random.IntN(2) > 0,
			})
		}
		from := random.IntN(60)
		to := from + 1 + random.IntN(30)
		var taken []string
		with := all
		for _, c := range p.Circuits {
			if random.IntN(4) == 0 {
				taken = append(taken, c)
				with = append(with[:len(with):len(with)], models.Impairment{CircuitID: c, Start: minute(from), End: minute(to), Down: true})
			}
		}
		w := models.Plan(paris, p, all, taken, minute(from), minute(to))
		if want := worstByMinute(p, with, from, to); w.Severity != want {
			t.Fatalf("seed %d: %q, want %q", seed, w.Severity, want)
		}
		for _, c := range w.Circuits {
			state := models.OutlookUp
			for _, i := range with {
				if i.CircuitID != c.Circuit.ID || !i.Start.Before(i.End) || !i.Start.Before(minute(to)) || !minute(from).Before(i.End) {
					continue
				}
				if i.Down {
					state = models.OutlookDown
				} else if state == models.OutlookUp {
					state = models.OutlookAtRisk
				}
			}
			down := append(with[:len(with):len(with)], models.Impairment{CircuitID: c.Circuit.ID, Start: minute(from), End: minute(to), Down: true})
			if want := worstByMinute(p, down, from, to); c.State != state || c.IfDown != want {
				t.Fatalf("seed %d, %s: %s and %q, want %s and %q", seed, c.Circuit.ID, c.State, c.IfDown, state, want)
			}
		}
	}
}
