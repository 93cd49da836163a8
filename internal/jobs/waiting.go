package jobs

import (
	"context"
	"fmt"
	"time"

	"lineman/models"
)

// sqliteTime is how River writes times on SQLite.
const sqliteTime = "2006-01-02 15:04:05.000"

// due are the jobs that could run at an instant and do not: what is put off
// until later does not wait.
const due = `SELECT kind, COUNT(*), MIN(scheduled_at) FROM river_job
	WHERE state IN ('available', 'retryable', 'scheduled') AND scheduled_at <= $1 GROUP BY kind`

// Waiting tells for every kind of job how many are due and not begun, and
// since when the oldest is.
func (q *Queue) Waiting(ctx context.Context) (map[models.JobKind]models.Waiting, error) {
	all := make(map[models.JobKind]models.Waiting, len(policies))
	for kind := range policies {
		all[kind] = models.Waiting{}
	}
	read := q.readSQLite
	if q.cfg.Pool != nil {
		read = q.readPostgres
	}
	if err := read(ctx, all); err != nil {
		return nil, fmt.Errorf("read what waits in the queue: %w", err)
	}
	return all, nil
}

func (q *Queue) readSQLite(ctx context.Context, all map[models.JobKind]models.Waiting) error {
	rows, err := q.cfg.Read.QueryContext(ctx, due, q.cfg.Now().UTC().Format(sqliteTime))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind models.JobKind
		var w models.Waiting
		var oldest string
		if err := rows.Scan(&kind, &w.Count, &oldest); err != nil {
			return err
		}
		if w.Oldest, err = time.Parse(time.DateTime, oldest); err != nil {
			return err
		}
		keepKnown(all, kind, w)
	}
	return rows.Err()
}

func (q *Queue) readPostgres(ctx context.Context, all map[models.JobKind]models.Waiting) error {
	rows, err := q.cfg.Pool.Query(ctx, due, q.cfg.Now())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind models.JobKind
		var w models.Waiting
		if err := rows.Scan(&kind, &w.Count, &w.Oldest); err != nil {
			return err
		}
		keepKnown(all, kind, w)
	}
	return rows.Err()
}

// keepKnown leaves out what another version of lineman enqueued.
func keepKnown(all map[models.JobKind]models.Waiting, kind models.JobKind, w models.Waiting) {
	if _, known := all[kind]; known {
		w.Oldest = w.Oldest.UTC()
		all[kind] = w
	}
}
