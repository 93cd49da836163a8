package models_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

var overlapDay = time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return overlapDay.Add(time.Duration(n) * time.Minute) }

// bruteSeverity looks at one minute alone.
func bruteSeverity(p models.Protected, all []models.Impairment, at time.Time) models.Severity {
	if len(p.Circuits) == 0 || len(p.Circuits) == 1 && !p.Single {
		return ""
	}
	p.MinUp = min(p.MinUp, len(p.Circuits))
	up, left := 0, 0
	for _, c := range p.Circuits {
		down, risk := false, false
		for _, i := range all {
			if i.CircuitID == c && !at.Before(i.Start) && at.Before(i.End) {
				down, risk = down || i.Down, risk || !i.Down
			}
		}
		if !down {
			up++
		}
		if !down && !risk {
			left++
		}
	}
	switch {
	case up == 0:
		return models.SeverityIsolated
	case up < p.MinUp:
		return models.SeverityDegraded
	case left == 0 || left < p.MinUp:
		return models.SeverityRisk
	}
	return ""
}

// TestExposuresAgainstEveryMinute compares the sweep with a look at each
// minute, for random sets and impairments.
func TestExposuresAgainstEveryMinute(t *testing.T) {
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 7))
		p := models.Protected{MinUp: random.IntN(4), Single: random.IntN(2) == 0}
		for i := range random.IntN(6) {
			p.Circuits = append(p.Circuits, fmt.Sprintf("c%d", i))
		}
		var all []models.Impairment
		for range random.IntN(12) {
			start := random.IntN(100)
			all = append(all, models.Impairment{
				CircuitID: fmt.Sprintf("c%d", random.IntN(7)), MaintenanceID: fmt.Sprintf("m%d", random.IntN(4)),
				Start: minute(start), End: minute(start + random.IntN(30) - 2), Down: random.IntN(3) > 0,
			})
		}
		got := models.Exposures(p, all)
		for i, e := range got {
			if !e.Start.Before(e.End) || i > 0 && e.Start.Before(got[i-1].End) {
				t.Fatalf("seed %d: exposures %+v are not in order", seed, got)
			}
		}
		for n := -5; n < 140; n++ {
			want := bruteSeverity(p, all, minute(n))
			found := models.Severity("")
			for _, e := range got {
				if !minute(n).Before(e.Start) && minute(n).Before(e.End) {
					found = e.Severity
				}
			}
			if found != want {
				t.Fatalf("seed %d, minute %d: %q, want %q\nset %+v\nimpairments %+v\nexposures %+v", seed, n, found, want, p, all, got)
			}
		}
	}
}

func impaired(circuit string, from, to int, down bool) models.Impairment {
	return models.Impairment{CircuitID: circuit, MaintenanceID: "m-" + circuit, Start: minute(from), End: minute(to), Down: down}
}

func TestExposures(t *testing.T) {
	two := models.Protected{Circuits: []string{"a", "b"}, MinUp: 1}
	for name, tt := range map[string]struct {
		set  models.Protected
		all  []models.Impairment
		want []models.Exposure
	}{
		"both down together": {two, []models.Impairment{impaired("a", 0, 60, true), impaired("b", 30, 90, true)}, []models.Exposure{
			{Start: minute(30), End: minute(60), Severity: models.SeverityIsolated, Down: []string{"a", "b"}, Maintenances: []string{"m-a", "m-b"}},
		}},
		"one after the other": {two, []models.Impairment{impaired("a", 0, 60, true), impaired("b", 60, 90, true)}, nil},
		"one down, one at risk": {two, []models.Impairment{impaired("a", 0, 60, true), impaired("b", 30, 90, false)}, []models.Exposure{
			{Start: minute(30), End: minute(60), Severity: models.SeverityRisk, Down: []string{"a"}, AtRisk: []string{"b"}, Maintenances: []string{"m-a", "m-b"}},
		}},
		"the same circuit twice": {two, []models.Impairment{impaired("a", 0, 60, true), impaired("a", 30, 90, true)}, nil},
		"one circuit":            {models.Protected{Circuits: []string{"a"}, MinUp: 1}, []models.Impairment{impaired("a", 0, 60, true)}, nil},
		"one circuit, asked for": {models.Protected{Circuits: []string{"a"}, MinUp: 1, Single: true}, []models.Impairment{impaired("a", 0, 60, true)}, []models.Exposure{
			{Start: minute(0), End: minute(60), Severity: models.SeverityIsolated, Down: []string{"a"}, Maintenances: []string{"m-a"}},
		}},
		"fewer than must be": {models.Protected{Circuits: []string{"a", "b", "c"}, MinUp: 2}, []models.Impairment{impaired("a", 0, 60, true), impaired("b", 0, 60, true)}, []models.Exposure{
			{Start: minute(0), End: minute(60), Severity: models.SeverityDegraded, Down: []string{"a", "b"}, Maintenances: []string{"m-a", "m-b"}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, models.Exposures(tt.set, tt.all)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestRuns(t *testing.T) {
	e := func(from, to int) models.Exposure { return models.Exposure{Start: minute(from), End: minute(to)} }
	got := models.Runs([]models.Exposure{e(0, 5), e(5, 9), e(10, 12)})
	if len(got) != 2 || len(got[0]) != 2 || len(got[1]) != 1 {
		t.Errorf("%v", got)
	}
}

func TestImpairments(t *testing.T) {
	m := models.Maintenance{
		ID: "m", Status: models.StatusConfirmed,
		Circuits: []models.CircuitImpact{{CID: "A", CircuitID: "a"}, {CID: "B", CircuitID: "b"}, {CID: "X"}},
		Windows: []models.Window{
			{Ordinal: 1, Start: minute(0), End: minute(60), Impacts: []models.WindowImpact{{CID: "a", Impact: models.ImpactOutage}, {CID: "B", Impact: models.ImpactReducedRedundancy}, {CID: "X", Impact: models.ImpactOutage}}},
			{Ordinal: 2, Kind: models.WindowBackup, Start: minute(100), End: minute(160), Impacts: []models.WindowImpact{{CID: "A", Impact: models.ImpactOutage}}},
		},
	}
	with := func(status models.Status) models.Maintenance {
		c := m
		c.Status = status
		return c
	}
	first := []models.Impairment{{"a", "m", minute(0), minute(60), true}, {"b", "m", minute(0), minute(60), false}}
	night := func(ordinal, from, to int, cids ...string) models.Window {
		w := models.Window{Ordinal: ordinal, Start: minute(from), End: minute(to)}
		for _, cid := range cids {
			w.Impacts = append(w.Impacts, models.WindowImpact{CID: cid, Impact: models.ImpactOutage})
		}
		return w
	}
	nights := models.Maintenance{ID: "m", Circuits: m.Circuits, Windows: []models.Window{night(1, 0, 60, "A"), night(2, 400, 460, "B")}}
	lists := models.Maintenance{ID: "m", Circuits: []models.CircuitImpact{{CID: "A", CircuitID: "a", Impact: models.ImpactOutage}, {CID: "X"}}, Windows: []models.Window{night(1, 0, 60)}}
	linked := models.Maintenance{ID: "m", Windows: nights.Windows, Circuits: []models.CircuitImpact{
		{CID: "A", CircuitID: "a", Manual: true, Impact: models.ImpactOutage}, {CID: "B", CircuitID: "b", Impact: models.ImpactOutage},
	}}
	partly := models.Maintenance{ID: "m", Windows: m.Windows[:1], Circuits: []models.CircuitImpact{{CID: "A", CircuitID: "a", Cancelled: true}, {CID: "B", CircuitID: "b"}}}
	backup := models.Impairment{CircuitID: "a", MaintenanceID: "m", Start: minute(100), End: minute(160)}
	held := []models.Impairment{{"a", "m", minute(0), minute(90), true}, {"b", "m", minute(0), minute(90), false}, backup}
	for name, tt := range map[string]struct {
		m     models.Maintenance
		now   int
		rules models.PhaseRules
		want  []models.Impairment
	}{
		"before":              {m, -10, models.PhaseRules{}, append(slices.Clone(first), backup)},
		"running":             {m, 30, models.PhaseRules{}, append(slices.Clone(first), backup)},
		"held over":           {m, 70, models.PhaseRules{}, held},
		"over":                {m, 95, models.PhaseRules{}, []models.Impairment{backup}},
		"cancelled":           {with(models.StatusCancelled), 30, models.PhaseRules{}, nil},
		"completed":           {with(models.StatusCompleted), 30, models.PhaseRules{}, nil},
		"tentative":           {with(models.StatusTentative), -10, models.PhaseRules{}, append(slices.Clone(first), backup)},
		"unknown":             {with(models.StatusUnknown), -10, models.PhaseRules{}, append(slices.Clone(first), backup)},
		"overrun day":         {m, 1440, models.PhaseRules{SendsCompletions: true}, []models.Impairment{{"a", "m", minute(0), minute(1470), true}, {"b", "m", minute(0), minute(1470), false}}},
		"overrun too long":    {m, 60 + 24*60, models.PhaseRules{SendsCompletions: true}, nil},
		"overrun, two nights": {nights, 500, models.PhaseRules{SendsCompletions: true}, []models.Impairment{{"b", "m", minute(400), minute(520), true}}},
		"no list":             {lists, -10, models.PhaseRules{}, []models.Impairment{{"a", "m", minute(0), minute(60), true}}},
		"linked by a person":  {linked, -10, models.PhaseRules{}, []models.Impairment{{"a", "m", minute(0), minute(60), true}, {"b", "m", minute(400), minute(460), true}}},
		"cancelled for one":   {partly, -10, models.PhaseRules{}, first[1:]},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, models.Impairments(tt.m, minute(tt.now), tt.rules)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
