package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestBodiless lists the messages of which nothing was kept, by the time at
// which they came, or at which they were listed where nobody knows.
func TestBodiless(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.Open(t, url, func() time.Time { return day })
		b := newBench(t, s)
		skipped := func(received time.Time, outcome models.MailState, reason string) {
			a := b.arrival(reason)
			a.Raw, a.Message.Received, a.Message.Outcome, a.Message.Reason = nil, received, outcome, reason
			b.keep(a)
		}
		b.mail()
		skipped(day.Add(-time.Hour), models.StateQuarantined, "too large")
		skipped(day.AddDate(0, 0, -9), models.StateSkipped, "long ago")
		skipped(time.Time{}, models.StateSkipped, "nobody knows when")
		read := func(scope models.Scope, p models.Page) (got []string, total int) {
			t.Helper()
			all, total, err := s.Bodiless(ctx, scope, models.TimeRange{From: day.AddDate(0, 0, -1), To: day}, p)
			ok(t, err)
			for _, m := range all {
				got = append(got, m.Source+" "+string(m.Outcome)+" "+m.Reason+" "+m.Received.Sub(day).String())
			}
			return got, total
		}
		got, total := read(models.ScopeAll, models.Page{})
		if diff := cmp.Diff([]string{"noc quarantined too large -1h0m0s", "noc skipped nobody knows when 0s"}, got); diff != "" || total != 2 {
			t.Errorf("%d: %s", total, diff)
		}
		if got, total := read(models.ScopeAll, models.Page{Limit: 1, Offset: 1}); len(got) != 1 || total != 2 {
			t.Errorf("the second page: %v of %d", got, total)
		}
		if got, total := read(models.Scope{Providers: []string{"zayo"}}, models.Page{}); got != nil || total != 0 {
			t.Errorf("a narrowed scope sees %v", got)
		}
	})
}
