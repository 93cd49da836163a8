// Package storetest gives tests an open, migrated store: SQLite in a temporary
// folder always, PostgreSQL where a server is named.
package storetest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"lineman/internal/store"
)

// PostgresEnv names a PostgreSQL server on which databases may be created:
// postgres://USER:PASSWORD@HOST:PORT/postgres.
const PostgresEnv = "LINEMAN_TEST_POSTGRES"

// NoPostgres is why a test is skipped where no server is named.
const NoPostgres = "no PostgreSQL: set LINEMAN_TEST_POSTGRES or run make test"

// SQLite gives a migrated store in a file of its own.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, SQLiteURL(t), time.Now)
}

// SQLiteURL gives the URL of a migrated database of the test's own.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	address := EmptySQLiteURL(t)
	copySQLite(t, strings.TrimPrefix(address, "sqlite:"))
	return address
}

// EmptySQLiteURL gives the URL of a database file that is not there yet.
func EmptySQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "lineman.db")
}

// Postgres gives a migrated store in a database of its own, or skips the test.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, PostgresURL(t), time.Now)
}

// PostgresURL creates a migrated database that is dropped with the test, or
// skips the test.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return newPostgres(t, func(server *url.URL, admin *sql.DB) string {
		template, err := postgresTemplate(server, admin)
		if err != nil {
			t.Fatalf("make the database that tests copy: %v", err)
		}
		return " TEMPLATE " + template
	})
}

// EmptyPostgresURL creates an empty database that is dropped with the test, or
// skips the test.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	return newPostgres(t, func(*url.URL, *sql.DB) string { return "" })
}

// newPostgres creates a database; of what, says the end of the statement.
func newPostgres(t testing.TB, of func(server *url.URL, admin *sql.DB) string) string {
	t.Helper()
	server := os.Getenv(PostgresEnv)
	if server == "" {
		t.Skip(NoPostgres)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s cannot be read", PostgresEnv)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "lineman_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := admin.Exec("CREATE DATABASE " + name + of(u, admin)); err != nil {
		t.Fatalf("create a database for the test: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the database of the test: %v", err)
		}
		if err := admin.Close(); err != nil {
			t.Errorf("close the server's connection: %v", err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

// Open gives the store at a URL, migrated, with a clock of the test's choice.
func Open(t testing.TB, address string, now func() time.Time) *store.Store {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: address, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.MigrateUp(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// Each runs f on SQLite and on PostgreSQL, as subtests.
func Each(t *testing.T, f func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// EachURL runs f with the URL of a migrated database of each kind, as subtests.
func EachURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, PostgresURL(t)) })
}

// EachEmptyURL runs f with the URL of an empty database of each kind, as
// subtests.
func EachEmptyURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, EmptySQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, EmptyPostgresURL(t)) })
}
