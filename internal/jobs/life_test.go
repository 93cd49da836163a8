package jobs

import (
	"context"
	"sync"
	"testing"
	"time"

	"lineman/models"
)

// Stop waits for a job that ends in time, and cancels one that does not.
func TestStop(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		started := make(chan models.JobKind, 3)
		release := make(chan struct{})
		q := newQueue(t, db, Config{Logger: discard, Handlers: handlers(func(ctx context.Context, job models.Job) error {
			started <- job.Kind
			if job.Kind == models.JobLabel {
				<-release
				return ctx.Err()
			}
			<-ctx.Done()
			return ctx.Err()
		})})
		start(t, q)
		jobs := []models.Job{
			{Kind: models.JobLabel, Source: "noc"},
			{Kind: models.JobPoll, Source: "noc"},
			{Kind: models.JobProcess, RawIDs: []string{"1"}},
		}
		if err := q.Enqueue(t.Context(), jobs...); err != nil {
			t.Fatal(err)
		}
		for range jobs {
			next(t, started)
		}
		// One more of each waits while the first run: none may collide with it.
		if err := q.Enqueue(t.Context(), jobs[:2]...); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			next(t, started)
		}
		if err := q.Enqueue(t.Context(), jobs[:2]...); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(50*time.Millisecond, func() { close(release) })
		begun := time.Now()
		stop(t, q, 500*time.Millisecond)
		if d := time.Since(begun); d > 500*time.Millisecond+StopGrace {
			t.Errorf("Stop took %s", d)
		}
		for _, tt := range []struct {
			query string
			want  int
		}{
			{"SELECT count(*) FROM river_job WHERE state = 'running'", 0},
			// The third of each may have been fetched before the stop, or not.
			{"SELECT count(*) FROM river_job WHERE kind = 'label'", 3},
			{"SELECT count(*) FROM river_job WHERE kind = 'label' AND state NOT IN ('completed', 'available')", 0},
			{"SELECT count(*) FROM river_job WHERE kind = 'poll'", 3},
			{"SELECT count(*) FROM river_job WHERE kind = 'poll' AND state NOT IN ('retryable', 'available')", 0},
			{"SELECT count(*) FROM river_job WHERE kind = 'process' AND state = 'available' AND attempt = 0", 1},
		} {
			if got := db.count(t, tt.query); got != tt.want {
				t.Errorf("%s: %d, want %d", tt.query, got, tt.want)
			}
		}
	})
}

// A handler that does not listen cannot hold Stop up for longer than the grace.
func TestStopGivesUp(t *testing.T) {
	t.Parallel()
	db := sqlite(t)
	started, release := make(chan struct{}), make(chan struct{})
	q := newQueue(t, db, Config{Logger: discard, Handlers: handlers(func(context.Context, models.Job) error {
		close(started)
		<-release
		return nil
	})})
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := q.Enqueue(t.Context(), models.Job{Kind: models.JobSweep}); err != nil {
		t.Fatal(err)
	}
	next(t, started)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := q.Stop(ctx); err == nil {
		t.Error("Stop gave no error though a job still runs")
	}
	if d := time.Since(begun); d > StopGrace+time.Second {
		t.Errorf("Stop took %s", d)
	}
	close(release)
	stop(t, q, 10*time.Second)
}

func TestPollOnStartAndSchedule(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, db database) {
		t.Parallel()
		polls := make(chan string, 100)
		q := newQueue(t, db, Config{
			PollOnStart: true,
			Schedules:   []Schedule{{"noc", "0 0 1 1 *"}, {"lab", "@every 1s"}},
			Handlers: handlers(func(_ context.Context, job models.Job) error {
				if job.Kind == models.JobPoll {
					polls <- job.Source
				}
				return nil
			}),
		})
		start(t, q)
		seen := map[string]int{}
		for seen["lab"] < 3 { // one of the start, the others of the schedule
			seen[next(t, polls)]++
		}
		if seen["noc"] != 1 {
			t.Errorf("source noc was polled %d times, want once, at the start", seen["noc"])
		}
	})
}

// Two queues on one database do every job once, and the schedule goes on when
// the one that leads stops.
func TestTwoQueues(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, db database) {
		t.Parallel()
		const total = 200
		var mu sync.Mutex
		done := map[string]int{}
		all := make(chan struct{})
		polls := [2]chan struct{}{make(chan struct{}, 1000), make(chan struct{}, 1000)}
		inserted := make(chan struct{}, 1000)
		var queues [2]*Queue
		for i := range queues {
			queues[i] = newQueue(t, db, Config{
				Schedules: []Schedule{{"noc", "@every 1s"}},
				Handlers: handlers(func(_ context.Context, job models.Job) error {
					switch job.Kind {
					case models.JobPoll:
						polls[i] <- struct{}{}
						inserted <- struct{}{}
					case models.JobProcess:
						mu.Lock()
						defer mu.Unlock()
						if done[job.RawIDs[0]]++; len(done) == total && done[job.RawIDs[0]] == 1 {
							close(all)
						}
					}
					return nil
				}),
			})
		}
		start(t, queues[0])
		next(t, inserted) // the first one leads
		start(t, queues[1])
		jobs := make([]models.Job, total)
		for i := range jobs {
			jobs[i] = models.Job{Kind: models.JobProcess, RawIDs: []string{string(rune('A' + i))}}
		}
		if err := queues[0].Enqueue(t.Context(), jobs...); err != nil {
			t.Fatal(err)
		}
		next(t, all)
		stop(t, queues[0], 10*time.Second)
		for len(polls[1]) > 0 {
			<-polls[1]
		}
		next(t, polls[1])
		next(t, polls[1])
		stop(t, queues[1], 10*time.Second)
		mu.Lock()
		defer mu.Unlock()
		for id, n := range done {
			if n != 1 {
				t.Errorf("job %s ran %d times", id, n)
			}
		}
		if n := db.count(t, "SELECT count(*) FROM river_job WHERE kind = 'process' AND state <> 'completed'"); n != 0 {
			t.Errorf("%d jobs are not completed", n)
		}
	})
}

// A failed poll comes back; when another waits by then, it gives way.
func TestRetriedPollGivesWay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, db database) {
		t.Parallel()
		q := newQueue(t, db, Config{})
		poll := models.Job{Kind: models.JobPoll, Source: "noc"}
		if err := q.Enqueue(t.Context(), poll); err != nil {
			t.Fatal(err)
		}
		past := "'2001-01-01 00:00:00'"
		db.exec(t, "UPDATE river_job SET state = 'retryable', attempt = 1, scheduled_at = "+past)
		if err := q.Enqueue(t.Context(), poll); err != nil {
			t.Fatal(err)
		}
		ran := make(chan struct{}, 10)
		// The waiting one must not be fetched before the scheduler looks.
		db.exec(t, "UPDATE river_job SET scheduled_at = '2201-01-01 00:00:00' WHERE state = 'available'")
		worker := newQueue(t, db, Config{Handlers: handlers(func(context.Context, models.Job) error {
			ran <- struct{}{}
			return nil
		})})
		start(t, worker)
		const gone = "SELECT count(*) FROM river_job WHERE kind = 'poll' AND state = 'discarded'"
		for deadline := time.Now().Add(20 * time.Second); db.count(t, gone) == 0; {
			if time.Now().After(deadline) {
				t.Fatal("the retried poll did not give way")
			}
			select {
			case <-ran:
				t.Fatal("the retried poll ran although another waits")
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
}

// A job that a killed process was working on is taken up again.
func TestRescue(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, db database) {
		t.Parallel()
		ran := make(chan models.Job, 10)
		// Under this clock the pause before the retry is over already.
		past := func() time.Time { return time.Now().Add(-time.Minute) }
		q := newQueue(t, db, Config{Now: past, Logger: discard, Handlers: handlers(func(_ context.Context, job models.Job) error {
			ran <- job
			return nil
		})})
		poll := models.Job{Kind: models.JobPoll, Source: "noc"}
		if err := q.Enqueue(t.Context(), poll); err != nil {
			t.Fatal(err)
		}
		db.exec(t, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = '2001-01-01 00:00:00'")
		start(t, q)
		if got := next(t, ran); got.Kind != poll.Kind || got.Source != poll.Source {
			t.Errorf("%+v ran, want %+v", got, poll)
		}
	})
}
