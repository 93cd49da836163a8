package models_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

var paris = models.Subject{Kind: models.SubjectSite, ID: "s", Name: "Paris"}

func downBy(maintenance, circuit string, from, to int) models.Impairment {
	return models.Impairment{CircuitID: circuit, MaintenanceID: maintenance, Start: minute(from), End: minute(to), Down: true}
}

// TestFindingsOf: runs of the same maintenances are one finding, others are
// others, and what follows without a gap stands together.
func TestFindingsOf(t *testing.T) {
	set := models.Protected{Circuits: []string{"a", "b", "c"}, MinUp: 2}
	got := models.FindingsOf(paris, set, []models.Impairment{
		downBy("m1", "a", 0, 60), downBy("m2", "b", 30, 90), // m1, m2
		downBy("m1", "a", 1000, 1060), downBy("m2", "b", 1030, 1090), // and again the next night
		downBy("m1", "a", 2000, 2060), downBy("m2", "b", 2000, 2050), downBy("m3", "c", 2040, 2060), // with m3
	})
	type short struct {
		Maintenances, Circuits []string
		Severity               models.Severity
		From, To               int
		Exposures              int
	}
	var have []short
	for _, f := range got {
		have = append(have, short{f.Maintenances, f.Circuits, f.Severity, int(f.Start.Sub(overlapDay).Minutes()), int(f.End.Sub(overlapDay).Minutes()), len(f.Exposures)})
		if f.Key != models.FindingKey(paris, f.Maintenances) || f.Subject != paris {
			t.Errorf("%+v", f)
		}
	}
	want := []short{
		{[]string{"m1", "m2"}, []string{"a", "b"}, models.SeverityDegraded, 30, 1060, 2},
		{[]string{"m1", "m2", "m3"}, []string{"a", "b", "c"}, models.SeverityIsolated, 2000, 2060, 3},
	}
	if len(have) == 2 && len(have[0].Maintenances) == 3 { // the order is by key
		have[0], have[1] = have[1], have[0]
	}
	if d := cmp.Diff(want, have); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestMatchFindings(t *testing.T) {
	of := func(sets ...[]string) (all []models.Finding) {
		for _, m := range sets {
			all = append(all, models.Finding{Key: models.FindingKey(paris, m), Maintenances: m})
		}
		return all
	}
	ab, abc, ac, cd := []string{"a", "b"}, []string{"a", "b", "c"}, []string{"a", "c"}, []string{"c", "d"}
	for name, tt := range map[string]struct {
		open, now []models.Finding
		want      []int
	}{
		"nothing":           {nil, nil, []int{}},
		"new":               {nil, of(ab), []int{-1}},
		"the same":          {of(cd, ab), of(ab), []int{1}},
		"one joined":        {of(ab), of(abc), []int{0}},
		"one dropped out":   {of(abc), of(ac), []int{0}},
		"one took another":  {of(ab), of(ac), []int{-1}},
		"the same first":    {of(ab, ac), of(abc, ab), []int{1, 0}},
		"once only":         {of(abc), of(ab, ac), []int{0, -1}},
		"the larger common": {of([]string{"a"}, ab), of(abc), []int{1}},
	} {
		if got := models.MatchFindings(tt.open, tt.now); !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestUpdatedFinding(t *testing.T) {
	found := func(severity models.Severity, from, to int, down ...string) models.Finding {
		return models.Finding{
			Key: "k", Subject: paris, Severity: severity, Start: minute(from), End: minute(to), Circuits: down, Maintenances: []string{"m"},
			Exposures: []models.Exposure{{Start: minute(from), End: minute(to), Severity: severity, Down: down, Maintenances: []string{"m"}}},
		}
	}
	was := found(models.SeverityDegraded, 0, 60, "a")
	was.ID, was.Revision = "id", 3
	was.Ack = &models.Acknowledgement{Author: "kim", At: minute(-5), Digest: models.FindingDigest(was)}
	renamed := found(models.SeverityDegraded, 0, 60, "a")
	renamed.Subject.Name = "Paris 2"
	for name, tt := range map[string]struct {
		now     models.Finding
		cause   models.Cause
		tell    models.FindingChange
		changed bool
		acked   bool
	}{
		"the same":                {found(models.SeverityDegraded, 0, 60, "a"), models.CauseLive, "", false, true},
		"worse":                   {found(models.SeverityIsolated, 0, 60, "a"), models.CauseLive, models.FindingWorse, true, false},
		"milder":                  {found(models.SeverityRisk, 0, 60, "a"), models.CauseLive, models.FindingMilder, true, false},
		"later":                   {found(models.SeverityDegraded, 0, 90, "a"), models.CauseLive, models.FindingMoved, true, false},
		"another circuit":         {found(models.SeverityDegraded, 0, 60, "b"), models.CauseLive, models.FindingMoved, true, false},
		"later by the clock":      {found(models.SeverityDegraded, 0, 90, "a"), models.CauseClock, "", true, true},
		"worse by the clock":      {found(models.SeverityIsolated, 0, 90, "a"), models.CauseClock, models.FindingWorse, true, false},
		"milder by the clock":     {found(models.SeverityRisk, 0, 60, "a"), models.CauseClock, models.FindingMilder, true, true},
		"another by the clock":    {found(models.SeverityDegraded, 0, 60, "b"), models.CauseClock, models.FindingMoved, true, true},
		"acknowledged then moved": {found(models.SeverityDegraded, 5, 60, "a"), models.CauseEdit, models.FindingMoved, true, false},
		"renamed":                 {renamed, models.CauseImport, "", true, true},
	} {
		next, tell, changed := was.Updated(tt.now, tt.cause)
		if tell != tt.tell || changed != tt.changed || next.Acknowledged() != tt.acked || next.ID != "id" || next.Ack == nil || next.Ack.Author != "kim" || next.Subject != tt.now.Subject {
			t.Errorf("%s: tell %q, changed %v, acknowledged %v, %+v", name, tell, changed, next.Acknowledged(), next)
		}
	}
}

func TestPlan(t *testing.T) {
	set := models.Protected{Circuits: []string{"a", "b"}, MinUp: 1}
	all := []models.Impairment{downBy("m", "a", 10, 20), {CircuitID: "b", MaintenanceID: "n", Start: minute(15), End: minute(40)}}
	for name, tt := range map[string]struct {
		taken    []string
		from, to int
		severity models.Severity
		states   []models.CircuitOutlook
		ifDown   []models.Severity
	}{
		"before":          {nil, 0, 10, "", []models.CircuitOutlook{"up", "up"}, []models.Severity{"", ""}},
		"first alone":     {nil, 5, 15, "", []models.CircuitOutlook{"down", "up"}, []models.Severity{"", "isolated"}},
		"both":            {nil, 10, 20, "risk", []models.CircuitOutlook{"down", "at-risk"}, []models.Severity{"risk", "isolated"}},
		"after the first": {nil, 20, 30, "", []models.CircuitOutlook{"up", "at-risk"}, []models.Severity{"risk", ""}},
		"one taken":       {[]string{"a"}, 20, 30, "risk", []models.CircuitOutlook{"down", "at-risk"}, []models.Severity{"risk", "isolated"}},
		"both taken":      {[]string{"a", "b"}, 50, 60, "isolated", []models.CircuitOutlook{"down", "down"}, []models.Severity{"isolated", "isolated"}},
	} {
		w := models.Plan(paris, set, all, tt.taken, minute(tt.from), minute(tt.to))
		var states []models.CircuitOutlook
		var ifDown []models.Severity
		for _, c := range w.Circuits {
			states, ifDown = append(states, c.State), append(ifDown, c.IfDown)
		}
		if w.Severity != tt.severity || !cmp.Equal(states, tt.states) || !cmp.Equal(ifDown, tt.ifDown) {
			t.Errorf("%s: %q %v %v, want %q %v %v", name, w.Severity, states, ifDown, tt.severity, tt.states, tt.ifDown)
		}
		for _, e := range w.Exposures {
			if e.Start.Before(minute(tt.from)) || e.End.After(minute(tt.to)) || len(e.Maintenances) > 2 || len(e.Maintenances) > 0 && e.Maintenances[0] == "" {
				t.Errorf("%s: %+v", name, e)
			}
		}
	}
}
