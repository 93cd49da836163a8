package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lineman/models"
)

// Handler does the work of one job. An error means that the job is tried again
// by the policy of its kind, unless it is Permanent. ctx ends at the kind's
// timeout or when the queue must stop; a handler returns soon after.
type Handler func(ctx context.Context, job models.Job) error

type permanentError struct{ err error }

func (e permanentError) Error() string { return e.err.Error() }
func (e permanentError) Unwrap() error { return e.err }

// Permanent marks an error of a handler that another attempt cannot mend, such
// as a refused password: the job is not tried again. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanentError{err}
}

// errInterrupted is what a job that is single fails with when the queue stops:
// River would put it back at once for a context error, beside the one that may
// be waiting already.
var errInterrupted = errors.New("interrupted because the process stops")

// worker runs the handler of one kind.
type worker[T jobArgs] struct {
	river.WorkerDefaults[T]
	kind   models.JobKind
	handle Handler
	logger *slog.Logger
}

// Timeout is the policy's.
func (w *worker[T]) Timeout(*river.Job[T]) time.Duration { return policies[w.kind].timeout }

// Work runs the handler; a panic in it is an error like others.
func (w *worker[T]) Work(ctx context.Context, row *river.Job[T]) error {
	job := row.Args.job()
	err := w.call(ctx, job)
	if err == nil {
		return nil
	}
	// River cancels a job's context at the timeout with DeadlineExceeded, so
	// Canceled means that the queue stops.
	if errors.Is(ctx.Err(), context.Canceled) {
		w.logger.InfoContext(ctx, "job interrupted, it will run again", "kind", w.kind, "source", job.Source)
		if policies[w.kind].single {
			return errInterrupted
		}
		return err
	}
	var permanent permanentError
	final := errors.As(err, &permanent)
	w.logger.WarnContext(ctx, "job failed", "kind", w.kind, "source", job.Source, "mails", len(job.RawIDs),
		"attempt", row.Attempt, "of", row.MaxAttempts, "again", !final && row.Attempt < row.MaxAttempts, "error", err)
	if final {
		return river.JobCancel(err)
	}
	return err
}

func (w *worker[T]) call(ctx context.Context, job models.Job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			w.logger.ErrorContext(ctx, "job panicked", "kind", w.kind, "source", job.Source,
				"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			err = fmt.Errorf("%s job panicked: %v", w.kind, v)
		}
	}()
	return w.handle(ctx, job)
}

// workers makes River's bundle; every kind must have a handler.
func workers(handlers map[models.JobKind]Handler, logger *slog.Logger) (*river.Workers, error) {
	for kind := range handlers {
		if _, ok := policies[kind]; !ok {
			return nil, models.Invalid("jobs", "there is no kind %q to handle", kind)
		}
	}
	for kind := range policies {
		if handlers[kind] == nil {
			return nil, models.Invalid("jobs", "kind %q has no handler", kind)
		}
	}
	bundle := river.NewWorkers()
	err := errors.Join(
		river.AddWorkerSafely(bundle, &worker[pollArgs]{kind: models.JobPoll, handle: handlers[models.JobPoll], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[labelArgs]{kind: models.JobLabel, handle: handlers[models.JobLabel], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[reconcileArgs]{kind: models.JobReconcile, handle: handlers[models.JobReconcile], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[retainArgs]{kind: models.JobRetain, handle: handlers[models.JobRetain], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[findingsArgs]{kind: models.JobFindings, handle: handlers[models.JobFindings], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[driftArgs]{kind: models.JobDrift, handle: handlers[models.JobDrift], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[syncArgs]{kind: models.JobSync, handle: handlers[models.JobSync], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[sweepArgs]{kind: models.JobSweep, handle: handlers[models.JobSweep], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[routeArgs]{kind: models.JobRoute, handle: handlers[models.JobRoute], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[deliverArgs]{kind: models.JobDeliver, handle: handlers[models.JobDeliver], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[clockArgs]{kind: models.JobClock, handle: handlers[models.JobClock], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[proposeArgs]{kind: models.JobPropose, handle: handlers[models.JobPropose], logger: logger}),
		river.AddWorkerSafely(bundle, &worker[processArgs]{kind: models.JobProcess, handle: handlers[models.JobProcess], logger: logger}),
	)
	return bundle, err
}

// NextRetry is River's question when a failed job runs again.
func (p retryPolicy) NextRetry(row *rivertype.JobRow) time.Time {
	return p.now().UTC().Add(after(models.JobKind(row.Kind), row.Attempt, row.ID))
}
