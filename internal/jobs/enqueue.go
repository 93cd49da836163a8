package jobs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lineman/models"
)

// EnqueueSQL adds jobs inside an open transaction on SQLite: they are there if
// and only if it commits.
func (q *Queue) EnqueueSQL(ctx context.Context, tx *sql.Tx, jobs []models.Job) error {
	if q.lite == nil {
		return errors.New("enqueue in an SQLite transaction: the queue runs on PostgreSQL")
	}
	params, err := insertParams(jobs)
	if err != nil || len(params) == 0 {
		return err
	}
	if _, err := q.lite.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(params), err)
	}
	return nil
}

// EnqueuePgx adds jobs inside the transaction that is open on conn: they are
// there if and only if it commits.
func (q *Queue) EnqueuePgx(ctx context.Context, conn *pgx.Conn, jobs []models.Job) error {
	if q.pg == nil {
		return errors.New("enqueue in a PostgreSQL transaction: the queue runs on SQLite")
	}
	params, err := insertParams(jobs)
	if err != nil || len(params) == 0 {
		return err
	}
	if _, err := q.pg.InsertManyTx(ctx, openTx{conn}, params); err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(params), err)
	}
	return nil
}

// Enqueue adds jobs in a transaction of its own: all or none.
func (q *Queue) Enqueue(ctx context.Context, jobs ...models.Job) error {
	params, err := insertParams(jobs)
	if err != nil || len(params) == 0 {
		return err
	}
	if _, err := q.client.InsertMany(ctx, params); err != nil {
		return fmt.Errorf("enqueue %d jobs: %w", len(params), err)
	}
	return nil
}

// insertParams turns jobs into River's. Jobs that wait once are listed once and
// in one order: PostgreSQL refuses a row twice in one statement, and two
// transactions that lock the same rows must do it in the same order.
func insertParams(jobs []models.Job) ([]river.InsertManyParams, error) {
	jobs = slices.Clone(jobs)
	slices.SortStableFunc(jobs, func(a, b models.Job) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Source, b.Source))
	})
	params := make([]river.InsertManyParams, 0, len(jobs))
	for i, job := range jobs {
		args, err := argsOf(job)
		if err != nil {
			return nil, err
		}
		if i > 0 && policies[job.Kind].single && jobs[i-1].Kind == job.Kind && jobs[i-1].Source == job.Source {
			continue
		}
		params = append(params, river.InsertManyParams{Args: args, InsertOpts: insertOpts(job.Kind)})
	}
	return params, nil
}

func insertOpts(kind models.JobKind) *river.InsertOpts {
	p := policies[kind]
	return &river.InsertOpts{Queue: p.queue, MaxAttempts: p.attempts}
}

// The bits of River's unique_states column, as its index reads them.
const (
	bitAvailable = 1 << 0
	bitPending   = 1 << 4
	bitScheduled = 1 << 7
)

// waitOnce is River's hook before an insert. It gives a single job a unique
// key that counts only while the job waits; River's own options insist on
// "running" too. This is sound as long as no single job goes from running
// straight back to a waiting state: see minBackoff and errInterrupted. From
// "retryable" the scheduler itself drops a job that finds an equal one waiting.
func waitOnce(_ context.Context, p *rivertype.JobInsertParams) error {
	args, ok := p.Args.(jobArgs)
	if !ok {
		return nil
	}
	job := args.job()
	if !policies[job.Kind].single {
		return nil
	}
	key := sha256.Sum256([]byte("lineman\x00" + string(job.Kind) + "\x00" + job.Source))
	p.UniqueKey = key[:]
	p.UniqueStates = bitAvailable | bitPending | bitScheduled
	return nil
}
