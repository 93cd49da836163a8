package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	_ "modernc.org/sqlite" // the driver that the tests run on

	"lineman/models"
)

// database is one empty database, with what the queue needs to reach it.
type database struct {
	sql  *sql.DB
	pool *pgxpool.Pool
}

// onEach runs a test on SQLite, and on PostgreSQL where there is one.
func onEach(t *testing.T, test func(t *testing.T, db database)) {
	t.Run("sqlite", func(t *testing.T) { test(t, sqlite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, postgres(t)) })
}

func sqlite(t testing.TB) database {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "queue.db")+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"+
		"&_txlock=immediate&_time_integer_format=unix_micro")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // as the store writes
	t.Cleanup(func() { _ = db.Close() })
	return database{sql: db}
}

func postgres(t testing.TB) database {
	t.Helper()
	server := os.Getenv("LINEMAN_TEST_POSTGRES")
	if server == "" {
		t.Skip("no PostgreSQL: set LINEMAN_TEST_POSTGRES or run make test")
	}
	ctx := context.Background()
	admin, err := pgxpool.New(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("lineman_jobs_%d_%d", os.Getpid(), time.Now().UnixNano())
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	pool, err := pgxpool.New(ctx, u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		pool.Close()
		if _, err := admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
		admin.Close()
	})
	return database{pool: pool}
}

func (db database) exec(t testing.TB, query string) {
	t.Helper()
	var err error
	if db.pool != nil {
		_, err = db.pool.Exec(t.Context(), query)
	} else {
		_, err = db.sql.ExecContext(t.Context(), query)
	}
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (db database) count(t testing.TB, query string) (n int) {
	t.Helper()
	var err error
	if db.pool != nil {
		err = db.pool.QueryRow(t.Context(), query).Scan(&n)
	} else {
		err = db.sql.QueryRowContext(t.Context(), query).Scan(&n)
	}
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// handlers gives every kind the same handler.
func handlers(h Handler) map[models.JobKind]Handler {
	all := map[models.JobKind]Handler{}
	for kind := range policies {
		all[kind] = h
	}
	return all
}

func newQueue(t testing.TB, db database, cfg Config) *Queue {
	t.Helper()
	cfg.SQL, cfg.Pool = db.sql, db.pool
	q, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return q
}

// start starts q and stops it when the test ends.
func start(t testing.TB, q *Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, q, 10*time.Second) })
}

func stop(t testing.TB, q *Queue, wait time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// next waits for a value.
func next[T any](t testing.TB, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came within 20 s")
		panic("unreachable")
	}
}

// ended subscribes to the ends of jobs.
func ended(t testing.TB, q *Queue) <-chan *river.Event {
	t.Helper()
	kinds := []river.EventKind{river.EventKindJobCompleted, river.EventKindJobFailed, river.EventKindJobCancelled}
	var ch <-chan *river.Event
	var cancel func()
	if q.pg != nil {
		ch, cancel = q.pg.Subscribe(kinds...)
	} else {
		ch, cancel = q.lite.Subscribe(kinds...)
	}
	t.Cleanup(cancel)
	return ch
}

func TestNewRefuses(t *testing.T) {
	ok := handlers(func(context.Context, models.Job) error { return nil })
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"no cron", Config{Handlers: ok, Schedules: []Schedule{{"noc", "every now and then"}}}, `schedule of source "noc": "every now and then" is no cron expression`},
		{"never", Config{Handlers: ok, Schedules: []Schedule{{"noc", "0 0 30 2 *"}}}, "never comes round"},
		{"machine's zone", Config{Handlers: ok, Schedules: []Schedule{{"noc", "CRON_TZ=Local 0 6 * * *"}}}, "name the zone"},
		{"twice", Config{Handlers: ok, Schedules: []Schedule{{"noc", "@hourly"}, {"noc", "@daily"}}}, `source "noc" has two`},
		{"a sync", Config{Handlers: ok, Syncs: []Schedule{{"netbox", "hourly"}}}, "is no cron expression"},
		{"nameless", Config{Handlers: ok, Schedules: []Schedule{{"", "@hourly"}}}, "names no source"},
		{"a kind without handler", Config{Handlers: map[models.JobKind]Handler{
			models.JobPoll: ok[models.JobPoll], models.JobLabel: ok[models.JobLabel], models.JobSweep: ok[models.JobSweep],
			models.JobReconcile: ok[models.JobReconcile], models.JobRetain: ok[models.JobRetain],
			models.JobFindings: ok[models.JobFindings], models.JobDrift: ok[models.JobDrift],
			models.JobSync:  ok[models.JobSync],
			models.JobRoute: ok[models.JobRoute], models.JobDeliver: ok[models.JobDeliver], models.JobClock: ok[models.JobClock],
			models.JobPropose: ok[models.JobPropose],
		}}, `kind "process" has no handler`},
		{"an unknown kind", Config{Handlers: map[models.JobKind]Handler{"cook": ok[models.JobPoll]}}, `no kind "cook"`},
	}
	db := sqlite(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.SQL = db.sql
			_, err := New(tt.cfg)
			var input *models.InputError
			if !errors.As(err, &input) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New: %v, want an InputError with %q", err, tt.want)
			}
		})
	}
	if _, err := New(Config{}); err == nil {
		t.Error("New took a configuration without a database")
	}
}

func TestSchedulesAreUTC(t *testing.T) {
	now := time.Date(2026, 7, 1, 3, 0, 0, 0, time.FixedZone("elsewhere", 5*3600)) // 22:00 UTC the day before
	tests := []struct{ cron, want string }{
		{"0 6 * * *", "2026-07-01T06:00:00Z"},
		{"CRON_TZ=Europe/Berlin 0 6 * * *", "2026-07-01T04:00:00Z"},
		{"@every 5m", "2026-06-30T22:05:00Z"},
	}
	for _, tt := range tests {
		schedule, err := parseSchedule(Schedule{"noc", tt.cron}, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := schedule.Next(now).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s: next run %s, want %s", tt.cron, got, tt.want)
		}
	}
}

func TestBackoff(t *testing.T) {
	if d := after(models.JobProcess, 1, 0); d != minBackoff {
		t.Errorf("first pause %s, want %s", d, minBackoff)
	}
	if d := after(models.JobProcess, 3, 0); d != 4*minBackoff {
		t.Errorf("third pause %s, want %s", d, 4*minBackoff)
	}
	for n := range 40 {
		for kind := range policies {
			d := after(kind, n, 9)
			if d < minBackoff || d > maxBackoff+maxBackoff/10 {
				t.Errorf("%s, attempt %d: pause %s is out of bounds", kind, n, d)
			}
		}
	}
}

func TestPoliciesFitRiver(t *testing.T) {
	for kind, p := range policies {
		longest := longestTimeout
		if kind == models.JobSync {
			longest = syncTimeout
		}
		if p.timeout <= 0 || p.timeout > longest {
			t.Errorf("%s: timeout %s is not within (0, %s]", kind, p.timeout, longest)
		}
		if p.queue != queueNetwork && p.queue != queueWork && p.queue != queueNotify {
			t.Errorf("%s: no queue %q", kind, p.queue)
		}
		if p.attempts < 1 {
			t.Errorf("%s: %d attempts", kind, p.attempts)
		}
		if kind != models.JobProcess {
			if _, err := argsOf(models.Job{Kind: kind, Source: "noc"}); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
}

func TestMigrate(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		q := newQueue(t, db, Config{})
		for _, step := range []struct {
			name string
			run  func(context.Context) error
			want bool
		}{
			{"again", q.Migrate, true}, {"down", q.MigrateDown, false}, {"up", q.Migrate, true},
		} {
			if err := step.run(t.Context()); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if got, err := q.Migrated(t.Context()); err != nil || got != step.want {
				t.Errorf("%s: Migrated %v, %v; want %v", step.name, got, err, step.want)
			}
		}
	})
}

func TestMigrateRefusesTheFuture(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		q := newQueue(t, db, Config{})
		db.exec(t, "INSERT INTO river_migration (line, version) VALUES ('main', 4711)")
		err := q.Migrate(t.Context())
		var input *models.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), "4711") {
			t.Errorf("Migrate: %v, want an InputError that names the version", err)
		}
	})
}

func TestMigrateAtTheSameTime(t *testing.T) {
	onEach(t, func(t *testing.T, db database) {
		errs := make(chan error)
		for range 4 {
			go func() {
				q, err := New(Config{SQL: db.sql, Pool: db.pool})
				if err == nil {
					err = q.Migrate(t.Context())
				}
				errs <- err
			}()
		}
		for range 4 {
			if err := next(t, errs); err != nil {
				t.Error(err)
			}
		}
	})
}

// discard is a logger for tests that provoke errors.
var discard = slog.New(slog.DiscardHandler)
