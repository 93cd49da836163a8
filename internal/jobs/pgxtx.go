package jobs

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// errNested is returned when River asks openTx for a transaction of its own.
var errNested = errors.New("the queue may not begin a transaction inside the one it was given")

// openTx lets River write inside a transaction that somebody else opened on
// conn, and that somebody else will end: Begin is refused, Commit and Rollback
// do nothing.
type openTx struct{ conn *pgx.Conn }

var _ pgx.Tx = openTx{}

// Begin is refused.
func (openTx) Begin(context.Context) (pgx.Tx, error) { return nil, errNested }

// Commit does nothing.
func (openTx) Commit(context.Context) error { return nil }

// Rollback does nothing.
func (openTx) Rollback(context.Context) error { return nil }

// CopyFrom copies rows.
func (t openTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return t.conn.CopyFrom(ctx, table, columns, rows)
}

// SendBatch sends queries together.
func (t openTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.conn.SendBatch(ctx, b)
}

// LargeObjects is not for use by a queue.
func (openTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Prepare prepares a statement.
func (t openTx) Prepare(ctx context.Context, name, query string) (*pgconn.StatementDescription, error) {
	return t.conn.Prepare(ctx, name, query)
}

// Exec runs a statement.
func (t openTx) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	return t.conn.Exec(ctx, query, args...)
}

// Query runs a query.
func (t openTx) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	return t.conn.Query(ctx, query, args...)
}

// QueryRow runs a query for one row.
func (t openTx) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	return t.conn.QueryRow(ctx, query, args...)
}

// Conn is the connection with the open transaction.
func (t openTx) Conn() *pgx.Conn { return t.conn }
