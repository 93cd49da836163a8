package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver "sqlite", without cgo

	"lineman/models"
)

// Readers beside the one writer. With WAL they never wait for it.
const sqliteReaders = 4

// sqliteReaderLives is how long a connection for reading goes by what was
// counted when it was opened.
const sqliteReaderLives = time.Hour

// openSQLite opens one connection that writes and a few that only read. One
// writer means that goroutines wait in Go's fair queue and not in SQLite's
// busy loop; other processes are waited for by busy_timeout.
func (s *Store) openSQLite(ctx context.Context, file string) error {
	s.dialect = dialectSQLite
	if dir := filepath.Dir(file); dir != "." {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return models.Invalid("database.url", "the folder %s of the database file is not there; create it or name another file", dir)
		}
	}
	writer, err := s.openSQLitePool(sqliteDSN(file, false), 1)
	if err != nil {
		return err
	}
	if err := writer.PingContext(ctx); err != nil {
		return models.Invalid("database.url", "cannot open the SQLite file %s: %v; check that it is a database of lineman and that you may write it and its folder", file, err)
	}
	reader, err := s.openSQLitePool(sqliteDSN(file, true), sqliteReaders)
	if err != nil {
		return err
	}
	reader.SetConnMaxLifetime(sqliteReaderLives)
	s.sql, s.readSQL = writer, reader
	if s.writer, err = gorm.Open(sqlite.New(sqlite.Config{Conn: writer}), gormConfig()); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if s.reader, err = gorm.Open(sqlite.New(sqlite.Config{Conn: reader}), gormConfig()); err != nil {
		return fmt.Errorf("open the database for reading: %w", err)
	}
	return nil
}

func (s *Store) openSQLitePool(dsn string, conns int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s.closers = append([]func() error{db.Close}, s.closers...)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// sqliteDSN: synchronous=FULL, because mail that was pushed to us cannot be
// fetched again after a power loss; times are written as integers, which
// compare.
func sqliteDSN(file string, readOnly bool) string {
	q := url.Values{
		"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
			"temp_store(MEMORY)", "cache_size(-16000)", "journal_size_limit(67108864)",
		},
		"_txlock":              {"immediate"},
		"_time_integer_format": {"unix_micro"},
	}
	if readOnly {
		q["_pragma"] = append(q["_pragma"], "query_only(1)")
	}
	path := (&url.URL{Path: filepath.ToSlash(filepath.Clean(file))}).EscapedPath()
	return "file:" + path + "?" + q.Encode()
}

// optimize lets SQLite count anew what its plans are made from, where that is
// missing or has changed much. It looks at some rows of each index only.
// A connection goes by the counts that were there when it was opened, so that
// those for reading are opened anew. PostgreSQL does all this by itself.
func (s *Store) optimize(ctx context.Context) error {
	if s.dialect != dialectSQLite {
		return nil
	}
	conn, err := s.sql.Conn(ctx)
	if err != nil {
		return fmt.Errorf("optimize the database: %w", err)
	}
	_, err = conn.ExecContext(ctx, "PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002")
	if err = errors.Join(err, conn.Close()); err != nil {
		return fmt.Errorf("optimize the database: %w", err)
	}
	s.readSQL.SetMaxIdleConns(0) // those that are in use end with their time
	s.readSQL.SetMaxIdleConns(sqliteReaders)
	return nil
}
