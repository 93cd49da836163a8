package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"lineman/models"
)

func (s *server) registerDestinations() {
	get(s, "/api/v1/destinations", "list-destinations", "How deliveries of announcements go, by destination", s.listDestinations)
	register(s, operation{method: http.MethodPost, path: "/api/v1/destinations/{name}/test", id: "test-destination", summary: "Send a destination a test", status: http.StatusOK}, s.testDestination)
}

// DestinationJSON is how deliveries to a destination go; exported as Paging is.
type DestinationJSON struct {
	Name        string     `json:"name"`
	Kind        string     `json:"kind" doc:"chat, email, webhook, alertmanager or pagerduty; empty: it is not configured any more"`
	Waiting     int64      `json:"waiting" doc:"Deliveries that are due or held"`
	Due         int64      `json:"due" doc:"Of them, those that are due"`
	DueSince    *time.Time `json:"due_since"`
	Failures    int        `json:"failures" doc:"One after the other"`
	OpenUntil   *time.Time `json:"open_until" doc:"Until when it is left alone after failures"`
	LastError   string     `json:"last_error"`
	LastErrorAt *time.Time `json:"last_error_at"`
	LastSuccess *time.Time `json:"last_success_at"`
}

func destinationOf(h models.DestinationHealth) DestinationJSON {
	return DestinationJSON{
		Name: h.Name, Kind: h.Kind, Waiting: h.Waiting, Due: h.Due.Count, DueSince: instant(h.Due.Oldest), Failures: h.Failures,
		OpenUntil: instant(h.OpenUntil), LastError: h.LastError, LastErrorAt: instant(h.LastErrorAt), LastSuccess: instant(h.LastSuccess),
	}
}

func (s *server) listDestinations(ctx context.Context, in *struct{ Paging }) (*answer[List[DestinationJSON]], error) {
	all, err := s.o.Announcer.Destinations(ctx)
	if err != nil {
		return nil, fmt.Errorf("list destinations: %w", err)
	}
	page, total := in.page(), len(all)
	from := min(page.Offset, total)
	return newList(ctx, all[from:min(from+page.Limit, total)], total, page, destinationOf), nil
}

type destinationPath struct {
	Name string `path:"name"`
}

type triedJSON struct {
	Delivered bool   `json:"delivered"`
	Note      string `json:"note" doc:"What the destination remarked"`
	Error     string `json:"error" doc:"Why it did not take the test"`
}

// testDestination answers also where the destination fails: that is what was
// asked for.
func (s *server) testDestination(ctx context.Context, in *destinationPath) (*answer[triedJSON], error) {
	note, err := s.o.Announcer.Try(ctx, whoAsks(ctx).Principal, in.Name)
	if errors.Is(err, models.ErrNotFound) {
		return nil, err
	}
	if input := new(models.InputError); errors.As(err, &input) {
		return nil, fmt.Errorf("destination %q: %w", in.Name, models.ErrNotFound)
	}
	if err != nil {
		return &answer[triedJSON]{triedJSON{Error: err.Error()}}, nil
	}
	return &answer[triedJSON]{triedJSON{Delivered: true, Note: note}}, nil
}
