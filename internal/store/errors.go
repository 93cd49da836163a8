package store

import (
	"errors"
	"fmt"

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

// found turns GORM's "no such row" into models.ErrNotFound with what was
// looked for.
func found(err error, format string, args ...any) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return fmt.Errorf(format+": %w", append(args, models.ErrNotFound)...)
	}
	return err
}
