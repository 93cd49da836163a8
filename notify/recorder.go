package notify

import (
	"context"
	"sync"

	"lineman/models"
)

// recorder keeps what was sent. What several couriers have to keep at the same
// time is kept in one transaction.
type recorder struct {
	store interface {
		Dispatched(ctx context.Context, list []models.Dispatch) error
	}
	mu      sync.Mutex
	waiting []entry
	working bool
}

type entry struct {
	what models.Dispatch
	done chan error
	lead chan struct{} // whoever waits is to keep what waits
}

// keep returns when d is kept. It does not end with ctx: what was sent must be
// known.
func (r *recorder) keep(ctx context.Context, d models.Dispatch) error {
	e := entry{d, make(chan error, 1), make(chan struct{}, 1)}
	r.mu.Lock()
	r.waiting = append(r.waiting, e)
	if !r.working {
		r.working = true
		e.lead <- struct{}{}
	}
	r.mu.Unlock()
	select {
	case err := <-e.done:
		return err
	case <-e.lead:
	}
	r.work(context.WithoutCancel(ctx))
	return <-e.done
}

// work keeps what waits, the caller's own among it, and hands on to the next.
func (r *recorder) work(ctx context.Context) {
	r.mu.Lock()
	list := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	all := make([]models.Dispatch, len(list))
	for i, e := range list {
		all[i] = e.what
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	err := r.store.Dispatched(ctx, all)
	for _, e := range list {
		e.done <- err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) > 0 {
		r.waiting[0].lead <- struct{}{}
		return
	}
	r.working = false
}
