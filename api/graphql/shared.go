package graphql

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"lineman/models"
)

// maxRecords bounds the records that one query reads and shows.
const maxRecords = 25_000

// errTooMuch is why a query is given up that reads more than maxRecords.
var errTooMuch = models.Invalid("", "The query reads more than %d records; ask for a smaller page (limit) or for less below it.", maxRecords)

// errPanicked is why a query is given up of which a part panicked.
var errPanicked = errors.New("a resolver panicked")

// request is what all resolvers of one query share. They report errors to it
// and return none, since a query is answered whole or not at all; and they take
// its context from it, since the library runs what takes none of its own in the
// goroutine of its parent.
type request struct {
	ctx      context.Context
	reader   Reader
	scope    models.Scope
	left     atomic.Int64 // records that may still be shown
	ofSchema bool         // asks for nothing but the schema
	giveUp   context.CancelCauseFunc
}

type requestKey struct{}

// of is the request that a root resolver works for.
func of(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// take counts records that are shown.
func (r *request) take(n int) {
	if r.left.Add(-int64(n)) < 0 {
		r.fail(errTooMuch)
	}
}

// batch asks for what belongs to records, within what may still be shown.
func (r *request) batch(ids []string, page models.Page) models.Batch {
	return models.Batch{IDs: ids, Page: page, Most: int(max(r.left.Load(), 0)) + 1}
}

// fail gives the query up.
func (r *request) fail(err error) {
	if errors.Is(err, models.ErrTooMany) {
		err = errTooMuch
	}
	r.giveUp(err)
}

// shared is what many records ask for one by one and what is read for all of
// them at once, when the first of them asks.
type shared[V any] struct {
	r    *request
	load func(context.Context) (map[string]V, error)
	once sync.Once
	all  map[string]V
	err  error
}

func share[V any](r *request, load func(context.Context) (map[string]V, error)) *shared[V] {
	return &shared[V]{r: r, load: load, err: errPanicked}
}

// of gives what belongs to one record; the zero value when nothing does, or
// when the query was given up.
func (s *shared[V]) of(id string) V {
	s.once.Do(func() { s.all, s.err = s.load(s.r.ctx) })
	if s.err != nil {
		s.r.fail(fmt.Errorf("read for a query: %w", s.err))
	}
	return s.all[id]
}

// list gives what belongs to one record and counts it.
func list[N any](s *shared[[]N], id string) []N {
	nodes := s.of(id)
	s.r.take(len(nodes))
	return nodes
}

// span is one page of what belongs to a record.
type span struct{ limit, offset int }

// sharedPages is shared, for each page that is asked for.
type sharedPages[N any] struct {
	r    *request
	load func(context.Context, models.Page) (map[string][]N, error)
	mu   sync.Mutex
	by   map[span]*shared[[]N]
}

func sharePages[N any](r *request, load func(context.Context, models.Page) (map[string][]N, error)) *sharedPages[N] {
	return &sharedPages[N]{r: r, load: load, by: map[span]*shared[[]N]{}}
}

// list gives one page of what belongs to one record and counts it.
func (s *sharedPages[N]) list(id string, args pageArgs) ([]N, error) {
	page, err := args.page()
	if err != nil {
		return nil, err
	}
	key := span{page.Limit, page.Offset}
	s.mu.Lock()
	of := s.by[key]
	if of == nil {
		of = share(s.r, func(ctx context.Context) (map[string][]N, error) { return s.load(ctx, page) })
		s.by[key] = of
	}
	s.mu.Unlock()
	return list(of, id), nil
}
