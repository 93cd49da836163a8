package rest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

type sourceJSON struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Kind        string     `json:"kind"`
	Messages    int64      `json:"messages" doc:"Messages in its ledger"`
	LastMail    *time.Time `json:"last_mail"`
	LastSuccess *time.Time `json:"last_success"`
	Failing     bool       `json:"failing" doc:"Its last pass failed"`
	FailedAt    *time.Time `json:"failed_at"`
	LagSeconds  int64      `json:"lag_seconds"`
}

type sourcesQuery struct {
	Cursors
	Q       string   `query:"q" maxLength:"200" doc:"Part of the name"`
	Kind    []string `query:"kind,explode" maxItems:"20" doc:"Any of these kinds"`
	Failing string   `query:"failing" enum:"true,false" doc:"Its last pass failed"`
}

func source(h models.SourceHealth) sourceJSON {
	return sourceJSON{
		ID: h.ID, Name: h.Name, Kind: h.Kind, Messages: h.Messages, LastMail: instant(h.LastMail), LastSuccess: instant(h.LastSuccess),
		Failing: h.LastError != "", FailedAt: instant(h.LastErrorAt), LagSeconds: int64(h.Lag / time.Second),
	}
}

func (s *server) listSources(ctx context.Context, in *sourcesQuery) (*answer[flow[sourceJSON]], error) {
	rows, err := s.o.Reader.SourceHealths(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	failing := truth(in.Failing)
	rows = slices.DeleteFunc(rows, func(h models.SourceHealth) bool {
		return len(in.Kind) > 0 && !slices.Contains(in.Kind, h.Kind) || failing != nil && *failing != (h.LastError != "") ||
			!strings.Contains(strings.ToLower(h.Name), strings.ToLower(in.Q))
	})
	return shelf(ctx, in.Cursors, "sources", rows, func(h models.SourceHealth) string { return h.Name }, source)
}

func (s *server) getSource(ctx context.Context, in *idPath) (*answer[sourceJSON], error) {
	rows, err := s.o.Reader.SourceHealths(ctx)
	rows = slices.DeleteFunc(rows, func(h models.SourceHealth) bool { return h.ID != in.ID && h.Name != in.ID })
	return only(rows, err, "read a source", source)
}

type pollJSON struct {
	ID       string       `json:"id"`
	Source   string       `json:"source"`
	Started  *time.Time   `json:"started"`
	Finished *time.Time   `json:"finished" doc:"Null while it runs, or when the process died"`
	Failed   bool         `json:"failed"`
	Counts   models.Tally `json:"counts"`
}

type pollsQuery struct {
	Cursors
	Source []string `query:"source,explode" maxItems:"100" doc:"Any of these sources, by name"`
	Since  string   `query:"since" maxLength:"40" doc:"Started at this time or later"`
	Until  string   `query:"until" maxLength:"40" doc:"Started at this time or earlier"`
}

func poll(p models.PollItem) pollJSON {
	return pollJSON{ID: p.ID, Source: p.Source, Started: instant(p.Started), Finished: instant(p.Finished), Failed: p.Error != "", Counts: p.Tally}
}

func (s *server) listPolls(ctx context.Context, in *pollsQuery) (*answer[flow[pollJSON]], error) {
	f := models.PollFilter{Sources: in.Source}
	var err error
	if f.Started, err = between([]bound{{"since", in.Since}}, []bound{{"until", in.Until}}); err != nil {
		return nil, err
	}
	if f.Page, err = in.pageFrom(ctx, "polls"); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.FindPolls(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list polls: %w", err)
	}
	keys := func(p models.PollItem) []string { return []string{timeKey(p.Started), p.ID} }
	return newFlow(ctx, "polls", rows, total, f.Page, keys, poll), nil
}

func (s *server) getPoll(ctx context.Context, in *idPath) (*answer[pollJSON], error) {
	rows, _, err := s.o.Reader.FindPolls(ctx, whoAsks(ctx).Scope, models.PollFilter{IDs: []string{in.ID}, Page: models.Page{Limit: 1}})
	return only(rows, err, "read a poll", poll)
}
