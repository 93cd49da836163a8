package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"lineman/migrations"
	"lineman/models"
)

// SchemaState is where the database stands against this program.
type SchemaState string

// The states of a schema.
const (
	SchemaCurrent SchemaState = "current"
	SchemaBehind  SchemaState = "behind"          // MigrateUp brings it up
	SchemaFuture  SchemaState = "from the future" // a newer lineman made it
	SchemaEmpty   SchemaState = "empty"           // MigrateUp makes it
)

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string // file name
	Applied bool
	At      time.Time // when it was applied
}

func (s *Store) goose() (*goose.Provider, error) {
	folder, kind := "sqlite", goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.dialect == dialectPostgres {
		folder, kind = "postgres", goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("make the migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations.FS, folder)
	if err != nil {
		return nil, fmt.Errorf("open migrations: %w", err)
	}
	p, err := goose.NewProvider(kind, s.sql, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

// Versions gives the version of the schema, 0 for an empty database, and the
// one that this program knows. It changes nothing.
func (s *Store) Versions(ctx context.Context) (have, known int64, err error) {
	if known, err = s.latest(); err != nil {
		return 0, 0, err
	}
	if have, err = s.version(ctx); err != nil {
		return 0, 0, fmt.Errorf("read the version of the schema: %w", err)
	}
	return have, known, nil
}

// CheckSchema tells where the schema stands. It changes nothing.
func (s *Store) CheckSchema(ctx context.Context) (SchemaState, error) {
	have, known, err := s.Versions(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case have == 0:
		return SchemaEmpty, nil
	case have < known:
		return SchemaBehind, nil
	case have > known:
		return SchemaFuture, nil
	}
	return SchemaCurrent, nil
}

func (s *Store) latest() (int64, error) {
	p, err := s.goose()
	if err != nil {
		return 0, err
	}
	list := p.ListSources()
	return list[len(list)-1].Version, nil
}

// version reads the highest applied version without making goose's table.
func (s *Store) version(ctx context.Context) (int64, error) {
	query := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'`
	if s.dialect == dialectPostgres {
		query = `SELECT count(*) FROM (SELECT to_regclass('goose_db_version') AS found) t WHERE found IS NOT NULL`
	}
	db := s.sql
	var tables int
	if err := db.QueryRowContext(ctx, query).Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	var version sql.NullInt64
	err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&version)
	return version.Int64, err
}

// MigrateUp brings the schema to that of this program. Several processes may
// do it at once on PostgreSQL. A schema from the future is refused with an
// InputError.
func (s *Store) MigrateUp(ctx context.Context) error {
	p, err := s.known(ctx)
	if err != nil {
		return err
	}
	done, err := p.Up(ctx)
	if err != nil {
		// On SQLite another process may have been quicker.
		if state, _ := s.CheckSchema(ctx); state == SchemaCurrent {
			return nil
		}
		return fmt.Errorf("migrate the database: %w", err)
	}
	for _, m := range done {
		s.log.Info("schema migrated", "version", m.Source.Version, "duration", m.Duration)
	}
	if len(done) == 0 {
		return nil
	}
	s.replan()
	return s.optimize(ctx)
}

// replan opens connections anew that planned queries for tables as they were.
func (s *Store) replan() {
	if s.pool != nil {
		s.pool.Reset()
	}
}

// MigrateDown takes the last step of the schema back, with all data in it.
func (s *Store) MigrateDown(ctx context.Context) error {
	p, err := s.known(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Down(ctx); err != nil {
		if errors.Is(err, goose.ErrNoNextVersion) {
			return models.Invalid("", "the database is empty; there is no step to take back")
		}
		return fmt.Errorf("migrate the database down: %w", err)
	}
	s.replan()
	return nil
}

// known gives the migrations, unless the schema is from the future.
func (s *Store) known(ctx context.Context) (*goose.Provider, error) {
	state, err := s.CheckSchema(ctx)
	if err != nil {
		return nil, err
	}
	if state == SchemaFuture {
		return nil, s.futureError(ctx)
	}
	return s.goose()
}

func (s *Store) futureError(ctx context.Context) error {
	have, known, err := s.Versions(ctx)
	if err != nil {
		return err
	}
	return models.Invalid("database.url", "the schema of this database is from the future (version %d, this lineman knows %d); run the newer lineman that made it, or name another database", have, known)
}

// MigrationStatus lists all steps that this program knows, oldest first.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	p, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	status, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the state of the schema: %w", err)
	}
	all := make([]Migration, len(status))
	for i, m := range status {
		all[i] = Migration{Version: m.Source.Version, Name: m.Source.Path, Applied: m.State == goose.StateApplied}
		if all[i].Applied {
			all[i].At = m.AppliedAt.UTC()
		}
	}
	return all, nil
}
