package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestBacklog(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		want := models.Backlog{Labels: map[string]models.Waiting{}}
		if diff := cmp.Diff(want, must(s.Backlog(ctx, []string{"noc", "none"}))); diff != "" {
			t.Errorf("nothing waits (-want +got):\n%s", diff)
		}
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		first := b.mail()
		now = now.Add(time.Hour)
		second := b.mail()
		want.Mails = models.Waiting{Count: 2, Oldest: day}
		if diff := cmp.Diff(want, must(s.Backlog(ctx, []string{"noc", "none"}))); diff != "" {
			t.Errorf("two mails wait (-want +got):\n%s", diff)
		}
		b.apply(first, zayo, notice(zayo, "TTN-1", 3, "Z/1"))
		want = models.Backlog{Mails: models.Waiting{Count: 1, Oldest: now}, Labels: map[string]models.Waiting{"noc": {Count: 1, Oldest: day}}}
		if diff := cmp.Diff(want, must(s.Backlog(ctx, []string{"noc", "none"}))); diff != "" {
			t.Errorf("a mail and a label wait (-want +got):\n%s", diff)
		}
		if other := must(s.Backlog(ctx, nil)); len(other.Labels) != 0 || other.Mails != want.Mails {
			t.Errorf("of no source: %+v", other)
		}
		b.apply(second, zayo, notice(zayo, "TTN-2", 3, "Z/1"))
		b.labelled()
		want = models.Backlog{Labels: map[string]models.Waiting{}}
		if diff := cmp.Diff(want, must(s.Backlog(ctx, []string{"noc", "none"}))); diff != "" {
			t.Errorf("all is done (-want +got):\n%s", diff)
		}
	})
}
