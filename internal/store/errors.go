package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"

	"lineman/models"
)

// Result codes: SQLITE_CONSTRAINT_UNIQUE and …_PRIMARYKEY; SQLSTATE of
// PostgreSQL.
const (
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
	postgresUnique   = "23505"
	postgresDeadlock = "40P01"
)

// isUnique reports whether err says that a unique value is in use already.
func isUnique(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqliteUnique || e.Code() == sqlitePrimaryKey
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == postgresUnique
	}
	return false
}

func isDeadlock(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == postgresDeadlock
}

// SQLite's primary result codes that tell of the database and not of what was
// asked: BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL,
// CANTOPEN, NOTADB.
var sqliteTrouble = []int{5, 6, 7, 8, 9, 10, 11, 13, 14, 26}

// Classes of SQLSTATE that do: connection, resources, operator intervention,
// system, rolled back for others' sake, internal.
var postgresTrouble = []string{"08", "53", "57", "58", "40", "XX"}

// inTrouble reports whether err is the database's own.
func inTrouble(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return slices.Contains(sqliteTrouble, e.Code()&0xff)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return len(e.Code) == 5 && slices.Contains(postgresTrouble, e.Code[:2])
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// found turns GORM's "no such row" into models.ErrNotFound with what was
// looked for.
func found(err error, format string, args ...any) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return fmt.Errorf(format+": %w", append(args, models.ErrNotFound)...)
	}
	return err
}
