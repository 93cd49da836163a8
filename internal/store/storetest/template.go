package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lineman/internal/store"
	"lineman/migrations"
)

// The schema takes a second to make and is the same for every test, so it is
// made once and copied: for SQLite once in each process, for PostgreSQL once on
// each server, as the database lineman_test_template_ with a digest of the
// migrations. Two processes that want to make it wait for each other.

var sqliteTemplate = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "lineman-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "lineman.db")
	if err := migrated("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// copySQLite writes a migrated database to a file that is not there yet.
func copySQLite(t testing.TB, path string) {
	t.Helper()
	content, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("make the database that tests copy: %v", err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// postgresTemplate gives the name of the database that tests copy, made if the
// server has none.
func postgresTemplate(server *url.URL, admin *sql.DB) (name string, err error) {
	ctx := context.Background()
	digest, err := schemaDigest()
	if err != nil {
		return "", err
	}
	name = "lineman_test_template_" + digest
	conn, err := admin.Conn(ctx) // the lock is this connection's
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	const lock = 0x6c696e656d616e // any number that nobody else takes
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(lock)); err != nil {
		return "", fmt.Errorf("wait for other tests: %w", err)
	}
	defer func() {
		_, failed := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", int64(lock))
		err = errors.Join(err, failed)
	}()
	var there bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name + "_new WITH (FORCE)", "CREATE DATABASE " + name + "_new"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return "", err
		}
	}
	at := *server
	at.Path = "/" + name + "_new"
	if err := migrated(at.String()); err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+name+"_new RENAME TO "+name)
	return name, err
}

// schemaDigest changes with every change of a migration.
func schemaDigest() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, "postgres", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := migrations.FS.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, _ = io.WriteString(h, path) // a hash takes everything
		_, err = io.Copy(h, f)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

// migrated makes the schema in an empty database.
func migrated(address string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: address, Now: time.Now})
	if err != nil {
		return err
	}
	if err := s.MigrateUp(ctx); err != nil {
		_ = s.Close() // the first error is the one to tell
		return err
	}
	return s.Close()
}
