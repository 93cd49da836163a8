package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// work is one open write transaction.
type work struct {
	*gorm.DB
	s    *Store
	jobs []models.Job // enqueued before the commit

	touched map[subjectKey]bool // sites and groups whose findings are computed anew before the commit
	cause   models.Cause        // of that

	events []models.Event // to be announced
}

func (w *work) enqueue(jobs ...models.Job) { w.jobs = append(w.jobs, jobs...) }

// A deadlock on PostgreSQL ends one of the two transactions; it is simply run
// again.
const deadlockTries = 3

// run does the work and what follows from it.
func (w *work) run(f func(w *work) error) error {
	if err := f(w); err != nil {
		return err
	}
	if err := w.refind(); err != nil {
		return err
	}
	return w.saveEvents()
}

// write runs f in one transaction and commits it together with the jobs that f
// enqueued. On SQLite the transaction holds the write lock from its start. f
// may be run again and must set its results anew each time.
func (s *Store) write(ctx context.Context, what string, f func(w *work) error) error {
	var err error
	for range deadlockTries {
		if s.dialect == dialectSQLite {
			err = s.writeSQLite(ctx, f)
		} else {
			err = s.writePostgres(ctx, f)
		}
		if !isDeadlock(err) {
			break
		}
	}
	if inTrouble(err) {
		return fmt.Errorf("%s: %w: %w", what, models.ErrDatabase, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (s *Store) writeSQLite(ctx context.Context, f func(w *work) error) error {
	return s.writer.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		w := &work{DB: tx, s: s}
		if err := w.run(f); err != nil || len(w.jobs) == 0 || s.enqueuer == nil {
			return err
		}
		if err := s.enqueuer.EnqueueSQL(ctx, tx.Statement.ConnPool.(*sql.Tx), w.jobs); err != nil {
			return fmt.Errorf("enqueue jobs: %w", err)
		}
		return nil
	})
}

// writePostgres holds one connection, because the queue needs the pgx
// connection below the open transaction.
func (s *Store) writePostgres(ctx context.Context, f func(w *work) error) error {
	return s.writer.WithContext(ctx).Connection(func(db *gorm.DB) error {
		conn := db.Statement.ConnPool.(*sql.Conn)
		return db.Transaction(func(tx *gorm.DB) error {
			w := &work{DB: tx, s: s}
			if err := w.run(f); err != nil || len(w.jobs) == 0 || s.enqueuer == nil {
				return err
			}
			err := conn.Raw(func(driverConn any) error {
				return s.enqueuer.EnqueuePgx(ctx, driverConn.(*stdlib.Conn).Conn(), w.jobs)
			})
			if err != nil {
				return fmt.Errorf("enqueue jobs: %w", err)
			}
			return nil
		})
	})
}

// read runs f on one snapshot of the database.
func (s *Store) read(ctx context.Context, what string, f func(tx *gorm.DB) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if s.dialect == dialectPostgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	if err := s.reader.WithContext(ctx).Transaction(f, o); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// peek runs f, each statement of which sees the database as it is then. It is
// for what one statement reads: to begin and end a snapshot costs two more.
func (s *Store) peek(ctx context.Context, what string, f func(tx *gorm.DB) error) error {
	if err := f(s.reader.WithContext(ctx)); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// newID gives a UUID that sorts by time, so that new rows stand together.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// isID reports whether text can be the ID of a row; PostgreSQL refuses a query
// with any other.
func isID(text string) bool {
	return len(text) == 36 && uuid.Validate(text) == nil
}

// Most values in one statement: well below the limits of both databases.
const chunkRows = 400

// chunks calls f with consecutive parts of list.
func chunks[T any](list []T, f func(part []T) error) error {
	for len(list) > 0 {
		n := min(chunkRows, len(list))
		if err := f(list[:n]); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// insert writes rows in as few statements as may be.
func insert[T any](tx *gorm.DB, rows []T) error {
	return chunks(rows, func(part []T) error { return tx.Create(&part).Error })
}

// loadIn reads the rows whose column is one of values.
func loadIn[R any, V any](tx *gorm.DB, column string, values []V) ([]R, error) {
	var all []R
	base := tx.Session(&gorm.Session{}) // conditions of one chunk must not reach the next
	err := chunks(values, func(part []V) error {
		rows, err := scanned[R](base.Where(oneOf(tx, column, part)))
		all = append(all, rows...)
		return err
	})
	return all, err
}

// oneOf holds where a column is one of values. On PostgreSQL they are one
// argument, so that it plans the statement once for any number of them.
func oneOf[V any](tx *gorm.DB, column string, values []V) clause.Expr {
	if tx.Name() == string(dialectPostgres) {
		return gorm.Expr(column+" = ANY(?)", array[V](values))
	}
	return gorm.Expr(column+" IN ?", values)
}

// array is a single argument of PostgreSQL.
type array[V any] []V

// Value gives what pgx writes as an array.
func (a array[V]) Value() (driver.Value, error) { return []V(a), nil }

// upsert writes rows that may be there already, whole.
func upsert[T any](tx *gorm.DB, rows []T) error {
	return chunks(rows, func(part []T) error {
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&part).Error
	})
}

// locked makes the next query hold its rows to the end of the transaction. On
// SQLite the transaction holds everything from its start. NO KEY UPDATE lets
// others insert rows that refer to these.
func locked(s *Store, tx *gorm.DB) *gorm.DB {
	if s.dialect == dialectSQLite {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}

// errDry ends a transaction that was only tried.
var errDry = errors.New("tried, and taken back")

// dry runs f as write does, and takes everything back: nothing is kept,
// enqueued or announced.
func (s *Store) dry(ctx context.Context, what string, f func(w *work) error) error {
	err := s.write(ctx, what, func(w *work) error {
		if err := f(w); err != nil {
			return err
		}
		return errDry
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}
