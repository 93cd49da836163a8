// Package store keeps lineman's records in SQLite or PostgreSQL. It is the
// only room that knows GORM. Each exported method is one transaction; what
// follows from it (jobs) is enqueued in the same one. It decides nothing about
// records: the rules are those of package models.
//
// Times go in and come out in UTC with microseconds. Every reader takes a
// models.Scope and enforces it in the query.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"lineman/models"
)

// Options are what a Store is opened with.
type Options struct {
	URL    string // sqlite:FILE or postgres://…
	Logger *slog.Logger
	Now    func() time.Time

	Overlap models.OverlapRules // what counts as a finding

	// Announce keeps what happens for announcements. Without it nothing is
	// written for them.
	Announce bool
}

// Enqueuer puts jobs into the queue inside a transaction of the store. Which
// of the two methods is called depends on the database. The connection's
// transaction is neither committed nor rolled back by it.
type Enqueuer interface {
	EnqueueSQL(ctx context.Context, tx *sql.Tx, jobs []models.Job) error
	EnqueuePgx(ctx context.Context, conn *pgx.Conn, jobs []models.Job) error
}

// Store is an open database. Its methods may be called from many goroutines.
type Store struct {
	log      *slog.Logger
	now      func() time.Time
	enqueuer Enqueuer
	overlap  models.OverlapRules
	announce bool

	dialect dialect
	writer  *gorm.DB
	reader  *gorm.DB // the same as writer on PostgreSQL
	sql     *sql.DB  // below writer
	readSQL *sql.DB  // below reader; nil on PostgreSQL
	closers []func() error
	pool    *pgxpool.Pool // nil on SQLite
	codec   codec

	circuits  remembered[*models.Circuit]      // with all that belongs to them
	heads     remembered[*models.Circuit]      // without
	ends      remembered[[]models.Termination] // by circuit
	endings   remembered[*models.Circuit]      // with nothing but the names of their sites
	providers remembered[models.Provider]
	sites     remembered[models.Site]
}

type dialect string

const (
	dialectSQLite   dialect = "sqlite"
	dialectPostgres dialect = "postgres"
)

// Open connects to the database. It does not migrate it. A URL that makes no
// sense and a database that cannot be reached are an InputError that names
// database.url; no password is in it.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{log: o.Logger, now: o.Now, overlap: o.Overlap, announce: o.Announce, codec: newCodec()}
	var err error
	switch scheme, rest, _ := strings.Cut(o.URL, ":"); {
	case scheme == "sqlite" && rest != "":
		err = s.openSQLite(ctx, rest)
	case scheme == "postgres" || scheme == "postgresql":
		err = s.openPostgres(ctx, o.URL)
	default:
		err = models.Invalid("database.url", "%q is not a database; use sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE", redact(o.URL))
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// Close closes all connections. It waits for running transactions.
func (s *Store) Close() error {
	var first error
	for _, c := range s.closers {
		if err := c(); err != nil && first == nil {
			first = fmt.Errorf("close the database: %w", err)
		}
	}
	s.closers = nil
	return first
}

// SetEnqueuer says where follow-up jobs go. Without one nothing is enqueued.
// It must be called before the store is shared.
func (s *Store) SetEnqueuer(e Enqueuer) { s.enqueuer = e }

// SQL is the database that the queue shares. On SQLite it has one connection,
// whose transactions take the write lock at once.
func (s *Store) SQL() *sql.DB { return s.sql }

// ReadSQL is SQLite's database for reading alone, beside open transactions; nil
// on PostgreSQL.
func (s *Store) ReadSQL() *sql.DB { return s.readSQL }

// Pool is the PostgreSQL pool; nil on SQLite.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping reports whether the database answers and its schema is exactly the one
// that this program knows.
func (s *Store) Ping(ctx context.Context) error {
	state, err := s.CheckSchema(ctx)
	if err != nil {
		return err
	}
	if state != SchemaCurrent {
		return fmt.Errorf("the schema of the database is %s", state)
	}
	return nil
}

// clock gives the time as it is stored.
func (s *Store) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func gormConfig() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard, // errors are returned, never logged here
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		TranslateError:         false, // not right for modernc; see isUnique
		PrepareStmt:            false, // would hide the *sql.Tx that the queue needs
		NowFunc:                func() time.Time { return time.Time{} },
	}
}
