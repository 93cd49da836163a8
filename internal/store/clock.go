package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Clocks gives the time of the database server, which is zero where there is
// none (SQLite), and the start of the newest pass over a mailbox, which is zero
// before the first one.
func (s *Store) Clocks(ctx context.Context) (server, lastPass time.Time, err error) {
	var now, last instant
	err = s.read(ctx, "read the clocks", func(tx *gorm.DB) error {
		if s.dialect == dialectPostgres {
			if err := tx.Raw(`SELECT clock_timestamp()`).Row().Scan(&now); err != nil {
				return err
			}
		}
		return tx.Raw(`SELECT MAX(started) FROM polls`).Row().Scan(&last)
	})
	return now.Time, last.Time, err
}
