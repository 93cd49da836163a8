package app

import (
	"context"
	"sync"
	"time"

	"lineman/internal/jobs"
	"lineman/models"
)

// pollAgain is how long after a poll that found its source busy the next one
// is asked for.
const pollAgain = 500 * time.Millisecond

// watches are the goroutines that ask for polls of sources beside the schedule.
type watches struct {
	app    *App
	queue  *jobs.Queue
	cancel context.CancelFunc
	all    sync.WaitGroup
}

// busySources are those that a poll found busy: what came after the reading
// that went on began would wait for the schedule, so they are polled again.
type busySources struct {
	mu   sync.Mutex
	list map[string]bool
}

func (b *busySources) add(source string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.list == nil {
		b.list = map[string]bool{}
	}
	b.list[source] = true
}

// take gives the sources and forgets them.
func (b *busySources) take() map[string]bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.list
	b.list = nil
	return list
}

// startWatches begins to watch all sources that can be.
func (a *App) startWatches(ctx context.Context, queue *jobs.Queue) *watches {
	w := &watches{app: a, queue: queue}
	ctx, w.cancel = context.WithCancel(ctx)
	for _, s := range a.Config.Sources {
		w.all.Go(func() {
			a.pipeline.Watch(ctx, s.Name, func(ctx context.Context) { w.poll(ctx, s.Name) })
		})
	}
	w.all.Go(func() { w.repeat(ctx) })
	if a.announcer != nil {
		w.all.Go(func() { w.deliver(ctx) })
	}
	return w
}

// stop ends the watching and waits until nothing of it runs any more.
func (w *watches) stop() {
	w.cancel()
	w.all.Wait()
}

// poll asks for a look at a source.
func (w *watches) poll(ctx context.Context, source string) {
	if err := w.queue.Enqueue(ctx, models.Job{Kind: models.JobPoll, Source: source}); err != nil && ctx.Err() == nil {
		w.app.Logger.Warn("new mail will be read by the schedule only", "source", source, "error", err)
	}
}

// repeat polls again what was busy.
func (w *watches) repeat(ctx context.Context) {
	tick := time.NewTicker(pollAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for source := range w.app.busy.take() {
			w.poll(ctx, source)
		}
	}
}

// deliverEvery is how often it is looked for deliveries that came due.
const deliverEvery = 500 * time.Millisecond

// deliver asks for the delivery of what came due: what was held, put off or is
// to be tried again.
func (w *watches) deliver(ctx context.Context) {
	tick := time.NewTicker(deliverEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		names, err := w.app.store.DueDestinations(ctx, w.app.Now())
		var jobs []models.Job
		for _, name := range names {
			jobs = append(jobs, models.Job{Kind: models.JobDeliver, Source: name})
		}
		if err == nil {
			err = w.queue.Enqueue(ctx, jobs...)
		}
		if err != nil && ctx.Err() == nil {
			w.app.Logger.Warn("what is due to be told could not be looked for; trying again", "error", err)
		}
	}
}
