package rest

import (
	"context"
	"net/url"
	"strconv"

	"lineman/models"
)

// Reader is what the API reads; each method answers with one query and only
// what the scope shows.
type Reader interface {
	MaintenanceReader
	InventoryReader
	MailReader
	OverlapReader
	DriftReader
	HistoryReader
	AliasReader
}

// Writer is what the API writes with: all of it, or nothing.
type Writer interface {
	Edit(ctx context.Context, by models.Principal, writes []models.Write) ([]models.Edited, error)
	AliasWriter
	// Audit keeps that something was done which is committed already.
	Audit(ctx context.Context, by models.Principal, action, object, id, name string) error
}

// Paging are the parameters of every list; exported, since the API library
// passes over embedded fields that are not.
type Paging struct {
	Limit  int `query:"limit" minimum:"0" maximum:"1000" default:"50" doc:"Rows in one answer; 0 is as many as there may be"`
	Offset int `query:"offset" minimum:"0" maximum:"1000000000" default:"0" doc:"Rows to leave out"`
}

func (p Paging) page() models.Page {
	if p.Limit == 0 {
		p.Limit = 1000
	}
	return models.Page{Limit: p.Limit, Offset: p.Offset}
}

// List is the shape of every list; exported as Paging is.
type List[T any] struct {
	Count    int     `json:"count" doc:"Rows in all"`
	Next     *string `json:"next" doc:"URL of the next page"`
	Previous *string `json:"previous" doc:"URL of the page before"`
	Results  []T     `json:"results" nullable:"false"`
}

type answer[T any] struct{ Body T }

// newList makes a list of one page, with the links to its neighbours.
func newList[R, T any](ctx context.Context, rows []R, total int, page models.Page, show func(R) T) *answer[List[T]] {
	l := List[T]{Count: total, Results: make([]T, 0, len(rows))}
	for _, r := range rows {
		l.Results = append(l.Results, show(r))
	}
	at := whoAsks(ctx).url
	if at != nil && page.Offset+page.Limit < total {
		l.Next = neighbour(at, page.Limit, page.Offset+page.Limit)
	}
	if at != nil && page.Offset > 0 {
		l.Previous = neighbour(at, page.Limit, max(0, page.Offset-page.Limit))
	}
	return &answer[List[T]]{Body: l}
}

func neighbour(at *url.URL, limit, offset int) *string {
	u := *at
	q := u.Query()
	q.Set("limit", strconv.Itoa(limit))
	q.Set("offset", strconv.Itoa(offset))
	u.RawQuery = q.Encode()
	text := u.String()
	return &text
}
