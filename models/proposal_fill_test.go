package models_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// proposed is a run of pairs of fields and values.
func proposed(pairs ...string) models.ProposalRun {
	run := models.ProposalRun{ID: "1"}
	for i := 0; i+1 < len(pairs); i += 2 {
		run.Proposals = append(run.Proposals, models.Proposal{Field: pairs[i], Value: pairs[i+1]})
	}
	return run
}

func TestFillProposed(t *testing.T) {
	start, end := time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC), time.Date(2026, 3, 5, 5, 0, 0, 0, time.UTC)
	window := []models.NoticeWindow{{Kind: models.WindowPrimary, Start: start, End: end}}
	whole := proposed("maintenance_id", "CR-1", "status", "CONFIRMED", "start", "2026-03-05T01:00:00Z", "end", "2026-03-05T05:00:00Z", "circuit_id", "A-1", "circuit_id", "A-2", "impact", "DEGRADED")
	tests := map[string]struct {
		run    models.ProposalRun
		fields []string
		want   models.NoticeFill
		err    string
	}{
		"all": {whole, nil, models.NoticeFill{
			MaintenanceID: "CR-1", Status: models.StatusConfirmed, Windows: window,
			Circuits: []models.NoticeCircuit{{CID: "A-1", Impact: models.ImpactDegraded}, {CID: "A-2", Impact: models.ImpactDegraded}},
		}, ""},
		"the window":          {whole, []string{"start", "end"}, models.NoticeFill{Windows: window}, ""},
		"circuits alone":      {whole, []string{"circuit_id"}, models.NoticeFill{Circuits: []models.NoticeCircuit{{CID: "A-1", Impact: models.ImpactOutage}, {CID: "A-2", Impact: models.ImpactOutage}}}, ""},
		"a start alone":       {proposed("start", "2026-03-05T01:00:00Z", "maintenance_id", "CR-1"), nil, models.NoticeFill{MaintenanceID: "CR-1"}, ""},
		"start without end":   {whole, []string{"start"}, models.NoticeFill{}, "a window needs start and end"},
		"impact of nothing":   {whole, []string{"impact"}, models.NoticeFill{}, "take circuit_id over too"},
		"not proposed":        {whole, []string{"account"}, models.NoticeFill{}, "nothing is proposed for account"},
		"no field":            {whole, []string{"sumary"}, models.NoticeFill{}, `"sumary" is no field`},
		"nothing":             {proposed(), nil, models.NoticeFill{}, "nothing is proposed for this mail"},
		"times that are none": {proposed("start", "x", "end", "y"), nil, models.NoticeFill{}, "is no time"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.run.Fill(tt.fields)
			if input := new(models.InputError); tt.err != "" && (!errors.As(err, &input) || !strings.Contains(err.Error(), tt.err)) || tt.err == "" && err != nil {
				t.Fatalf("%v, want %q", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); tt.err == "" && diff != "" {
				t.Error(diff)
			}
		})
	}
	own := models.NoticeFill{Notice: 2, Status: models.StatusTentative, Circuits: []models.NoticeCircuit{{CID: "B-1", Impact: models.ImpactOutage}}}
	all, _ := whole.Fill(nil)
	want := models.NoticeFill{Notice: 2, MaintenanceID: "CR-1", Status: models.StatusTentative, Windows: window, Circuits: own.Circuits}
	if diff := cmp.Diff(want, own.With(all)); diff != "" {
		t.Error(diff)
	}
}
