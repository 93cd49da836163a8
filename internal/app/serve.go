package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"lineman/ingest"
	"lineman/internal/jobs"
	"lineman/models"
)

// stopWithin is how long a clean stop may take after the signal; jobs that do
// not end by then are cancelled and have jobs.StopGrace to be written down.
const stopWithin = 7 * time.Second

// Serve runs the service until ctx ends: schedule, jobs and HTTP. ready is
// called once everything answers, with the address that HTTP listens on.
// Nothing is half done when it returns.
func (a *App) Serve(ctx context.Context, ready func(net.Addr)) error {
	listener, err := net.Listen("tcp", a.Config.HTTP.Address)
	if err != nil {
		return models.Invalid("http.address", "cannot listen on %s: %v; choose another address", a.Config.HTTP.Address, err)
	}
	return a.serveOn(ctx, listener, ready)
}

func (a *App) serveOn(ctx context.Context, listener net.Listener, ready func(net.Addr)) error {
	chat, err := a.openChat()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	handler, err := a.handler()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	queue, err := a.startQueue(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	watches := a.startWatches(context.WithoutCancel(ctx), queue)
	defer watches.stop()
	chat.start(ctx)
	defer chat.stop()
	server := httpServer(handler)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	ready(listener.Addr())

	select {
	case <-ctx.Done():
		err = nil
	case err = <-served:
	}
	down, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	a.Logger.Info("stopping")
	watches.cancel()
	err = errors.Join(err, stopHTTP(down, server))
	chat.cancel() // nothing comes in any more; what runs is waited for
	return errors.Join(err, queue.Stop(down))
}

func httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// stopHTTP waits for open requests for a part of the time that a stop may
// take, then cuts them off.
func stopHTTP(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}

// startQueue starts the schedule and the workers.
func (a *App) startQueue(ctx context.Context) (*jobs.Queue, error) {
	var queue *jobs.Queue
	handlers := map[models.JobKind]jobs.Handler{
		models.JobPoll:    func(ctx context.Context, j models.Job) error { return a.poll(ctx, queue, j) },
		models.JobProcess: a.process,
		models.JobLabel:   a.label,
		models.JobSweep:   a.sweep,

		models.JobReconcile: a.reconcile,
		models.JobRetain:    a.retain,
		models.JobFindings:  a.findings,
		models.JobDrift:     a.drift,
		models.JobSync:      a.syncJob,

		models.JobRoute:   a.route,
		models.JobDeliver: a.deliver,
		models.JobClock:   a.tick,
		models.JobPropose: a.proposals,
	}
	queue, err := a.newQueue(handlers)
	if err != nil {
		return nil, err
	}
	a.store.SetEnqueuer(queue)
	if err := queue.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start the queue: %w", err)
	}
	if err := queue.Enqueue(ctx, models.Job{Kind: models.JobFindings}, models.Job{Kind: models.JobDrift}); err != nil {
		a.Logger.Warn("findings are brought up to date within a minute, and drifts within an hour, not now", "error", err)
	}
	// What a process that died left behind need not wait for the sweep.
	if err := a.requeue(ctx, a.Now()); err != nil {
		a.Logger.Warn("waiting mail could not be enqueued; the sweep tries again", "error", err)
	}
	return queue, nil
}

// poll keeps one page of a source and asks for another pass when there is
// more, also where a folder of it was refused. A source that is being read
// already is left to that, and polled again when it is done.
func (a *App) poll(ctx context.Context, queue *jobs.Queue, j models.Job) error {
	more, err := a.pipeline.Poll(ctx, j.Source)
	if errors.Is(err, ingest.ErrBusy) {
		a.busy.add(j.Source)
		return nil
	}
	if err != nil {
		a.Logger.Warn("source failed; the next run continues where it stopped", "source", j.Source, "error", err)
	}
	if more {
		return queue.Enqueue(ctx, models.Job{Kind: models.JobPoll, Source: j.Source})
	}
	return nil // the schedule is the retry of what failed
}

func (a *App) process(ctx context.Context, j models.Job) error {
	_, err := a.pipeline.ProcessIDs(ctx, j.RawIDs, "")
	return err
}

func (a *App) label(ctx context.Context, j models.Job) error {
	err := a.pipeline.Label(ctx, j.Source)
	switch {
	case errors.Is(err, ingest.ErrBusy):
		return nil // whoever holds the lease labels all that is due
	case errors.Is(err, models.ErrNotFound):
		return nil // mail that was handed over, or of a source that is gone: there is no mailbox
	case errors.Is(err, ingest.ErrLogin), errors.Is(err, ingest.ErrLabels):
		return jobs.Permanent(err) // the sweep tries again
	}
	return err
}

// reconcile compares a source with its ledger. A source that is read right now
// is compared the next time.
func (a *App) reconcile(ctx context.Context, j models.Job) error {
	_, err := a.pipeline.Reconcile(ctx, j.Source)
	if errors.Is(err, ingest.ErrBusy) {
		return nil
	}
	if err != nil {
		a.Logger.Warn("mailbox and ledger could not be compared", "source", j.Source, "error", err)
	}
	return nil
}

// retain removes what is older than the configuration lets it be.
func (a *App) retain(ctx context.Context, _ models.Job) error {
	_, err := a.retainBy(ctx, service, false)
	return err
}

// findings computes anew what time has changed in what falls together.
func (a *App) findings(ctx context.Context, _ models.Job) error {
	n, err := a.store.SweepFindings(ctx)
	if err != nil {
		return fmt.Errorf("compute findings that are due: %w", err)
	}
	a.Logger.Debug("computed findings that were due", "subjects", n)
	return nil
}

// sweep gives mail that waits without a job a new one, and labels what is due.
func (a *App) sweep(ctx context.Context, _ models.Job) error {
	failed := []error{a.requeue(ctx, a.Now().Add(-time.Minute)), a.revisit(ctx), a.rejudge(ctx)}
	for _, s := range a.Config.Sources {
		if err := a.label(ctx, models.Job{Kind: models.JobLabel, Source: s.Name}); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// revisit looks through mail that no poll looks through: what was handed over
// or brought in files, if there ever was any.
func (a *App) revisit(ctx context.Context) error {
	var failed []error
	for _, name := range []string{ingest.PushSource, ingest.ImportSource} {
		_, err := a.store.SourceByName(ctx, name)
		if errors.Is(err, models.ErrNotFound) {
			continue
		}
		if err == nil {
			err = a.pipeline.Revisit(ctx, name)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// requeue gives mail that was kept before an instant and still waits a new
// job. One job too many does no harm: what is processed is not processed
// again.
func (a *App) requeue(ctx context.Context, before time.Time) error {
	ids, err := a.store.Orphans(ctx, before.UTC(), 1000)
	if err != nil {
		return fmt.Errorf("look for waiting mail: %w", err)
	}
	if err := a.store.EnqueueProcess(ctx, ids); err != nil {
		return fmt.Errorf("enqueue %d waiting mails: %w", len(ids), err)
	}
	return nil
}
