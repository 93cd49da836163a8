package rest

import (
	"context"
	"fmt"
	"time"

	"lineman/models"
)

// DriftReader is what the API reads of how providers' mail drifts.
type DriftReader interface {
	Drifts(ctx context.Context, s models.Scope, f models.DriftFilter) ([]models.Drift, int, error)
}

func (s *server) registerDrifts() {
	get(s, "/api/v1/drifts", "list-drifts", "Where the mail of a provider is not any more what it usually is, those that were found last first", s.listDrifts)
}

type driftsQuery struct {
	Cursors
	Provider []string `query:"provider,explode" maxItems:"100" doc:"Any of these providers, by slug"`
	Kind     []string `query:"kind,explode" enum:"failing,field,silent" doc:"Any of these kinds"`
	State    string   `query:"state" enum:"open,closed,all" default:"open"`
}

type driftJSON struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind" doc:"failing: mail cannot be read any more; field: a layout lost a field; silent: no mail comes"`
	Provider string     `json:"provider" doc:"Slug"`
	Format   string     `json:"format" doc:"The layout; empty: the provider's mail as a whole"`
	Field    string     `json:"field" doc:"The field that is missing"`
	Wrong    int        `json:"wrong" doc:"So many of the last mails went wrong"`
	Of       int        `json:"of" doc:"Of so many"`
	Monthly  float64    `json:"monthly" doc:"Mails in 30 days, usually; of silence"`
	Since    time.Time  `json:"since" doc:"Receipt of the first mail that went wrong; of silence, of the last mail"`
	Text     string     `json:"text" doc:"One sentence"`
	FoundAt  time.Time  `json:"found_at"`
	ClosedAt *time.Time `json:"closed_at" doc:"Null while it lasts"`
}

func (s *server) listDrifts(ctx context.Context, in *driftsQuery) (*answer[flow[driftJSON]], error) {
	f := models.DriftFilter{Providers: in.Provider, State: models.FindingState(in.State)}
	for _, k := range in.Kind {
		f.Kinds = append(f.Kinds, models.DriftKind(k))
	}
	var err error
	if f.Page, err = in.pageFrom(ctx, "drifts"); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.Drifts(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list drifts: %w", err)
	}
	keys := func(d models.Drift) []string { return []string{timeKey(d.FoundAt), d.ID} }
	return newFlow(ctx, "drifts", rows, total, f.Page, keys, drift), nil
}

func drift(d models.Drift) driftJSON {
	return driftJSON{
		ID: d.ID, Kind: string(d.Kind), Provider: d.Provider, Format: d.Format, Field: d.Field, Wrong: d.Wrong, Of: d.Of, Monthly: d.Monthly,
		Since: d.Since.UTC(), Text: d.Text(), FoundAt: d.FoundAt.UTC(), ClosedAt: instant(d.ClosedAt),
	}
}
