package jobs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/stdlib"

	"lineman/models"
)

// enqueueIn writes a row and enqueues jobs in one transaction, which it then
// ends as asked, the way the store does it.
func enqueueIn(t *testing.T, db database, q *Queue, commit bool, jobs ...models.Job) {
	t.Helper()
	ctx := t.Context()
	if db.pool == nil {
		tx, err := db.sql.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(ctx, "INSERT INTO mails VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		if err := q.EnqueueSQL(ctx, tx, jobs); err != nil {
			t.Fatal(err)
		}
		if commit {
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	sqlDB := stdlib.OpenDBFromPool(db.pool)
	defer func() { _ = sqlDB.Close() }()
	conn, err := sqlDB.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "INSERT INTO mails VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	err = conn.Raw(func(driver any) error {
		return q.EnqueuePgx(ctx, driver.(*stdlib.Conn).Conn(), jobs)
	})
	if err != nil {
		t.Fatal(err)
	}
	if commit {
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestJobsShareTheTransaction(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		q := newQueue(t, db, Config{})
		db.exec(t, "CREATE TABLE mails (id integer)")
		jobs := []models.Job{
			{Kind: models.JobProcess, RawIDs: []string{"a", "b"}},
			{Kind: models.JobLabel, Source: "noc"},
			{Kind: models.JobLabel, Source: "noc"},
			{Kind: models.JobLabel, Source: "lab"},
			{Kind: models.JobProcess, RawIDs: []string{"a", "b"}},
		}
		for _, step := range []struct {
			commit      bool
			mails, jobs int
		}{{false, 0, 0}, {true, 1, 4}, {false, 1, 4}, {true, 2, 6}} {
			enqueueIn(t, db, q, step.commit, jobs...)
			got := [2]int{db.count(t, "SELECT count(*) FROM mails"), db.count(t, "SELECT count(*) FROM river_job")}
			if want := [2]int{step.mails, step.jobs}; got != want {
				t.Errorf("commit %v: mails and jobs %v, want %v", step.commit, got, want)
			}
		}
	})
}

func TestOpenTxNeverEndsTheTransaction(t *testing.T) {
	var tx openTx
	if _, err := tx.Begin(t.Context()); !errors.Is(err, errNested) {
		t.Errorf("Begin: %v, want errNested", err)
	}
	if err := errors.Join(tx.Commit(t.Context()), tx.Rollback(t.Context())); err != nil {
		t.Errorf("Commit and Rollback: %v, want nothing", err)
	}
}

func TestEnqueueRefuses(t *testing.T) {
	q := newQueue(t, sqlite(t), Config{})
	for _, job := range []models.Job{
		{Kind: models.JobPoll}, {Kind: models.JobLabel}, {Kind: models.JobProcess}, {Kind: "cook"}, {},
	} {
		var input *models.InputError
		if err := q.Enqueue(t.Context(), job); !errors.As(err, &input) {
			t.Errorf("Enqueue(%+v): %v, want an InputError", job, err)
		}
	}
	if err := q.Enqueue(t.Context()); err != nil {
		t.Errorf("Enqueue of nothing: %v", err)
	}
	if err := q.EnqueuePgx(t.Context(), nil, []models.Job{{Kind: models.JobSweep}}); err == nil {
		t.Error("EnqueuePgx on SQLite gave no error")
	}
	if err := q.Start(t.Context()); err == nil {
		t.Error("Start without handlers gave no error")
	}
}

func TestHandlersGetTheirJobs(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		done := make(chan models.Job, 10)
		q := newQueue(t, db, Config{Handlers: handlers(func(_ context.Context, job models.Job) error {
			done <- job
			return nil
		})})
		jobs := []models.Job{
			{Kind: models.JobLabel, Source: "noc"},
			{Kind: models.JobPoll, Source: "noc"},
			{Kind: models.JobProcess, RawIDs: []string{"1", "2"}},
			{Kind: models.JobSweep},
		}
		start(t, q)
		if err := q.Enqueue(t.Context(), jobs...); err != nil {
			t.Fatal(err)
		}
		var got []models.Job
		for range jobs {
			got = append(got, next(t, done))
		}
		slices.SortFunc(got, func(a, b models.Job) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
		if diff := cmp.Diff(jobs, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A poll is added beside a running one, once, and beside no waiting one.
func TestPollWaitsOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, db database) {
		t.Parallel()
		started, release := make(chan string), make(chan struct{})
		q := newQueue(t, db, Config{Handlers: handlers(func(ctx context.Context, job models.Job) error {
			select {
			case started <- job.Source:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case <-release:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})})
		poll := models.Job{Kind: models.JobPoll, Source: "noc"}
		const waiting = "SELECT count(*) FROM river_job WHERE kind = 'poll' AND state = 'available'"
		for range 3 {
			if err := q.Enqueue(t.Context(), poll); err != nil {
				t.Fatal(err)
			}
		}
		if n := db.count(t, waiting); n != 1 {
			t.Errorf("%d polls wait, want 1", n)
		}
		start(t, q)
		next(t, started)
		if err := q.Enqueue(t.Context(), poll); err != nil {
			t.Fatal(err)
		}
		next(t, started) // runs beside the first: the lease is not the queue's business
		close(release)
		events := ended(t, q)
		next(t, events)
		next(t, events)
		if err := q.Enqueue(t.Context(), poll); err != nil {
			t.Fatal(err)
		}
		next(t, started) // completed ones do not stand in the way
	})
}

func TestFailedJobsAreTriedAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, db database) {
		t.Parallel()
		var log syncBuffer
		q := newQueue(t, db, Config{
			Logger: slog.New(slog.NewJSONHandler(&log, nil)),
			Handlers: handlers(func(_ context.Context, job models.Job) error {
				switch job.Kind {
				case models.JobProcess:
					panic("no such mail")
				case models.JobPoll:
					return Permanent(errors.New("password refused"))
				case models.JobLabel:
					return errors.New("connection lost")
				}
				return nil
			}),
		})
		start(t, q)
		events := ended(t, q)
		before := time.Now()
		for _, job := range []models.Job{
			{Kind: models.JobProcess, RawIDs: []string{"1"}},
			{Kind: models.JobPoll, Source: "noc"},
			{Kind: models.JobLabel, Source: "noc"},
		} {
			if err := q.Enqueue(t.Context(), job); err != nil {
				t.Fatal(err)
			}
		}
		want := map[string]string{"process": "retryable", "poll": "cancelled", "label": "retryable"}
		for range want {
			e := next(t, events)
			if got := string(e.Job.State); got != want[e.Job.Kind] {
				t.Errorf("%s is %s, want %s", e.Job.Kind, got, want[e.Job.Kind])
			}
			if e.Job.Kind == "poll" {
				continue
			}
			if wait := e.Job.ScheduledAt.Sub(before); wait < minBackoff-time.Second {
				t.Errorf("%s runs again after %s, want %s at least", e.Job.Kind, wait, minBackoff)
			}
		}
		for _, s := range []string{`"msg":"job panicked","kind":"process"`, "no such mail", "connection lost", "password refused"} {
			if !strings.Contains(log.String(), s) {
				t.Errorf("the log lacks %q:\n%s", s, log.String())
			}
		}
	})
}

// syncBuffer is a bytes.Buffer for several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// BenchmarkStart is the queue's share of the time to ready: New, Migrate with
// nothing to do, Start.
func BenchmarkStart(b *testing.B) {
	db := sqlite(b)
	idle := handlers(func(context.Context, models.Job) error { return nil })
	newQueue(b, db, Config{})
	for b.Loop() {
		q := newQueue(b, db, Config{Handlers: idle, Schedules: []Schedule{{"noc", "@hourly"}}})
		if err := q.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		stop(b, q, 10*time.Second)
		b.StartTimer()
	}
}

// BenchmarkFirstMigration is what a fresh file costs beside that.
func BenchmarkFirstMigration(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		db := sqlite(b)
		b.StartTimer()
		newQueue(b, db, Config{})
	}
}
