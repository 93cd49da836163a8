package store_test

import (
	"testing"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestStatisticsAreKept: on SQLite, retention lets the database count what its
// plans are made from.
func TestStatisticsAreKept(t *testing.T) {
	s := storetest.SQLite(t)
	newWorld(t, s).crowd(t, 12, 2)
	const counted = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"
	if _, err := s.SQL().Exec("DROP TABLE IF EXISTS sqlite_stat1"); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, counted); n != 0 {
		t.Fatal("there are statistics before")
	}
	var n int
	ok(t, s.ReadSQL().QueryRow("SELECT count(*) FROM circuits").Scan(&n))
	_, err := s.Retain(ctx, models.RetentionPlan{})
	ok(t, err)
	if s.ReadSQL().Stats().MaxIdleClosed == 0 {
		t.Error("a connection for reading was not opened anew, and goes by what was counted before")
	}
	if n := count(t, s, counted); n != 1 {
		t.Fatal("there are no statistics")
	}
	if n := count(t, s, "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'circuits'"); n == 0 {
		t.Error("none of circuits")
	}
}
