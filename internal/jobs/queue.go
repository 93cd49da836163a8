package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"lineman/models"
)

// Config says where the queue lives and who does the work.
type Config struct {
	SQL    *sql.DB       // SQLite's database; unused when Pool is set
	Read   *sql.DB       // the same for reading alone; nil: SQL
	Pool   *pgxpool.Pool // PostgreSQL; nil: SQLite
	Logger *slog.Logger

	// Handlers has one for every kind of job, or none at all for a queue that
	// only enqueues (Start is then refused).
	Handlers    map[models.JobKind]Handler
	Schedules   []Schedule // one a source
	Syncs       []Schedule // one an inventory, by its name as Source
	Propose     bool       // a model is asked about mail that could not be read, every minute
	PollOnStart bool       // Start enqueues a poll for every source of Schedules
	Workers     int        // process jobs at a time; 0: the processors, at most 2 on SQLite
	Now         func() time.Time
}

// StopGrace is how long Stop waits after its deadline for jobs that it
// cancelled to return and be written down.
const StopGrace = 2 * time.Second

// networkWorkers is how many polls and label jobs run at a time.
const networkWorkers = 8

// notifyWorkers is how many destinations are delivered to side by side.
const notifyWorkers = 64

// client is what both of River's clients can do.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
}

// Queue is the queue. Its methods may be called from several goroutines.
type Queue struct {
	cfg    Config
	client client                 // lite or pg
	lite   *river.Client[*sql.Tx] // nil on PostgreSQL
	pg     *river.Client[pgx.Tx]  // nil on SQLite
}

// New checks cfg and makes a queue. It does no I/O; the tables are there after
// Migrate. An InputError names the schedule or handler that is wrong.
func New(cfg Config) (*Queue, error) {
	if cfg.SQL == nil && cfg.Pool == nil {
		return nil, errors.New("make the queue: no database was given")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Read = cmp.Or(cfg.Read, cfg.SQL)
	rc, err := riverConfig(cfg)
	if err != nil {
		return nil, err
	}
	q := &Queue{cfg: cfg}
	if cfg.Pool != nil {
		q.pg, err = river.NewClient(riverpgxv5.New(cfg.Pool), rc)
		q.client = q.pg
	} else {
		q.lite, err = river.NewClient(riversqlite.New(cfg.SQL), rc)
		q.client = q.lite
	}
	if err != nil {
		return nil, fmt.Errorf("make the queue: %w", err)
	}
	return q, nil
}

func riverConfig(cfg Config) (*river.Config, error) {
	jobs, err := periodic(cfg.Schedules, cfg.Syncs, cfg.Now())
	if err != nil {
		return nil, err
	}
	if cfg.Propose {
		jobs = append(jobs, river.NewPeriodicJob(river.PeriodicInterval(proposeEvery),
			func() (river.JobArgs, *river.InsertOpts) { return proposeArgs{}, insertOpts(models.JobPropose) }, nil))
	}
	rc := &river.Config{
		CompletedJobRetentionPeriod: keepCompleted,
		Hooks:                       []rivertype.Hook{river.HookInsertBeginFunc(waitOnce)},
		Logger:                      slog.New(quiet{cfg.Logger.Handler()}),
		FetchCooldown:               fetchPause,
		RescueStuckJobsAfter:        rescueAfter,
		RetryPolicy:                 retryPolicy{cfg.Now},
	}
	if len(cfg.Handlers) == 0 {
		return rc, nil
	}
	if rc.Workers, err = workers(cfg.Handlers, cfg.Logger); err != nil {
		return nil, err
	}
	n := cfg.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
		if cfg.Pool == nil {
			n = min(n, 2)
		}
	}
	rc.Queues = map[string]river.QueueConfig{
		queueNetwork: {MaxWorkers: networkWorkers},
		queueWork:    {MaxWorkers: n},
		queueNotify:  {MaxWorkers: notifyWorkers},
	}
	rc.PeriodicJobs = jobs
	if cfg.Pool == nil {
		rc.FetchPollInterval = fetchEvery
	}
	return rc, nil
}

// Start begins to work; it returns when the queue runs. Only Stop ends it: a
// cancelled ctx ends Start itself, not the queue.
func (q *Queue) Start(ctx context.Context) error {
	if len(q.cfg.Handlers) == 0 {
		return errors.New("start the queue: it was made without handlers, to enqueue only")
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	if !q.cfg.PollOnStart {
		return nil
	}
	polls := make([]models.Job, 0, len(q.cfg.Schedules))
	for _, s := range q.cfg.Schedules {
		polls = append(polls, models.Job{Kind: models.JobPoll, Source: s.Source})
	}
	return q.Enqueue(ctx, polls...)
}

// Stop takes no new jobs and waits for the running ones until ctx ends, then
// cancels them and waits up to StopGrace more. A cancelled job runs again
// later, here or elsewhere. The error says that jobs still run after all that;
// they are taken up again when they have been silent for ten minutes. Stopping
// a queue that does not run does nothing.
func (q *Queue) Stop(ctx context.Context) error {
	err := q.client.Stop(ctx)
	if err == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), StopGrace)
	defer cancel()
	if err := q.client.StopAndCancel(hard); err != nil {
		return fmt.Errorf("stop the queue: running jobs did not end: %w", err)
	}
	return nil
}
