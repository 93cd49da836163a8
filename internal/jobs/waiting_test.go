package jobs

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// TestWaiting: every kind is told of; what is put off, runs or is done does
// not wait.
func TestWaiting(t *testing.T) {
	now := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	onEach(t, func(t *testing.T, db database) {
		q := newQueue(t, db, Config{Now: func() time.Time { return now }})
		waiting := func() map[models.JobKind]models.Waiting {
			t.Helper()
			all, err := q.Waiting(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		want := map[models.JobKind]models.Waiting{}
		for kind := range policies {
			want[kind] = models.Waiting{}
		}
		if d := cmp.Diff(want, waiting()); d != "" {
			t.Errorf("an empty queue (-want +got):\n%s", d)
		}
		for range 2 {
			if err := q.Enqueue(t.Context(), models.Job{Kind: models.JobProcess, RawIDs: []string{"a"}}, models.Job{Kind: models.JobPoll, Source: "noc"},
				models.Job{Kind: models.JobLabel, Source: "noc"}, models.Job{Kind: models.JobRetain}); err != nil {
				t.Fatal(err)
			}
		}
		zone := ""
		if db.pool != nil {
			zone = "+00"
		}
		for _, set := range []string{
			"scheduled_at = '2031-05-01 11:58:00.250%s' WHERE kind = 'process'",
			"scheduled_at = '2031-05-01 11:00:00.000%s' WHERE id = (SELECT max(id) FROM river_job WHERE kind = 'process')",
			"scheduled_at = '2031-05-01 12:00:00.000%s', state = 'retryable' WHERE kind = 'poll'",
			"scheduled_at = '2031-05-01 12:00:00.001%s', state = 'retryable' WHERE kind = 'label'",
			"scheduled_at = '2031-05-01 10:00:00.000%s', state = 'running' WHERE kind = 'retain'",
		} {
			db.exec(t, "UPDATE river_job SET "+fmt.Sprintf(set, zone))
		}
		want[models.JobProcess] = models.Waiting{Count: 2, Oldest: now.Add(-time.Hour)}
		want[models.JobPoll] = models.Waiting{Count: 1, Oldest: now}
		if d := cmp.Diff(want, waiting()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}
