package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"lineman/models"
)

// migrationLock is the PostgreSQL advisory lock under which the queue's tables
// are changed.
const migrationLock = 0x6c696e656d616e71

// migrator is what both of River's migrators can do.
type migrator interface {
	AllVersions() []rivermigrate.Migration
	ExistingVersions(ctx context.Context) ([]rivermigrate.Migration, error)
	Migrate(ctx context.Context, direction rivermigrate.Direction, opts *rivermigrate.MigrateOpts) (*rivermigrate.MigrateResult, error)
}

func (q *Queue) migrator() (migrator, error) {
	cfg := &rivermigrate.Config{Logger: slog.New(quiet{q.cfg.Logger.Handler()})}
	if q.pg != nil {
		return rivermigrate.New(riverpgxv5.New(q.cfg.Pool), cfg)
	}
	return rivermigrate.New(riversqlite.New(q.cfg.SQL), cfg)
}

// Migrate brings the queue's own tables up. When they are up already it only
// reads the version table. Several processes may call it at once. Tables of a
// newer release are an InputError.
func (q *Queue) Migrate(ctx context.Context) error {
	m, err := q.migrator()
	if err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	done, err := q.current(ctx, m)
	if err != nil || done {
		return err
	}
	unlock, err := q.lockMigration(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return q.migrateUp(ctx, m)
}

// migrateUp migrates, and again as long as it fails because another process
// took a step at the same time, which on SQLite nothing prevents.
func (q *Queue) migrateUp(ctx context.Context, m migrator) error {
	for before := -1; ; {
		_, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		if err == nil {
			return nil
		}
		version, ok := q.highestVersion(ctx)
		if !ok || version == before {
			return fmt.Errorf("migrate the queue: %w", err)
		}
		before = version
	}
}

// MigrateDown removes the queue's tables and all jobs in them.
func (q *Queue) MigrateDown(ctx context.Context) error {
	m, err := q.migrator()
	if err != nil {
		return fmt.Errorf("remove the queue's tables: %w", err)
	}
	unlock, err := q.lockMigration(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := m.Migrate(ctx, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{TargetVersion: -1}); err != nil {
		return fmt.Errorf("remove the queue's tables: %w", err)
	}
	return nil
}

// Migrated reports whether the queue's tables are exactly those of this
// release. Tables of a newer release are an InputError.
func (q *Queue) Migrated(ctx context.Context) (bool, error) {
	m, err := q.migrator()
	if err != nil {
		return false, fmt.Errorf("check the queue's tables: %w", err)
	}
	return q.current(ctx, m)
}

// current reports whether all of River's migrations are there.
func (q *Queue) current(ctx context.Context, m migrator) (bool, error) {
	all := m.AllVersions() // in order
	have, err := m.ExistingVersions(ctx)
	if err == nil {
		return len(have) == len(all), nil
	}
	// River fails on a version that it does not know, without saying so in its
	// type: look ourselves.
	latest := all[len(all)-1].Version
	if found, ok := q.highestVersion(ctx); ok && found > latest {
		return false, models.Invalid("database", "the queue's tables have version %d, this release knows %d: "+
			"they belong to a newer lineman; run that one", found, latest)
	}
	return false, fmt.Errorf("read the version of the queue's tables: %w", err)
}

func (q *Queue) highestVersion(ctx context.Context) (version int, ok bool) {
	const query = "SELECT coalesce(max(version), 0) FROM river_migration"
	var err error
	if q.pg != nil {
		err = q.cfg.Pool.QueryRow(ctx, query).Scan(&version)
	} else {
		err = q.cfg.SQL.QueryRowContext(ctx, query).Scan(&version)
	}
	return version, err == nil
}

// lockMigration keeps other processes away on PostgreSQL until unlock. It uses
// a connection of its own, since the pool may have none to spare.
func (q *Queue) lockMigration(ctx context.Context) (unlock func(), err error) {
	if q.pg == nil {
		return func() {}, nil
	}
	conn, err := pgx.ConnectConfig(ctx, q.cfg.Pool.Config().ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("lock the queue's tables: %w", err)
	}
	unlock = func() {
		// The lock ends with its session.
		if err := conn.Close(context.WithoutCancel(ctx)); err != nil {
			q.cfg.Logger.WarnContext(ctx, "migration lock not given back", "error", err)
		}
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		unlock()
		return nil, fmt.Errorf("lock the queue's tables: %w", err)
	}
	return unlock, nil
}
