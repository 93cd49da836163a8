package notify_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"lineman/models"
	"lineman/notify"
)

// counting is a destination that takes everything.
type counting struct {
	mu sync.Mutex
	n  int
}

func (c *counting) Deliver(context.Context, notify.Parcel) (notify.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return notify.Receipt{Posted: "there"}, nil
}

// BenchmarkAnnounce routes 10,000 changes by three rules and delivers each of
// them alone to a destination of its own, on SQLite.
func BenchmarkAnnounce(b *testing.B) {
	const changes = 10_000
	for range b.N {
		b.StopTimer()
		rules := []models.Rule{everything("one"), everything("two"), everything("three")}
		rules[1].Filter.MinImpact = models.ImpactDegraded
		rules[2].Filter.Providers = []string{"zayo"}
		w := newWorld(b, sqlite(b), rules...)
		for _, r := range rules {
			w.targets[r.Destination] = notify.Target{Name: r.Destination, Kind: "webhook", Machine: true, Destination: &counting{}}
		}
		p := w.provider("zayo")
		ids := w.mails(models.CauseLive, changes)
		for at := 0; at < changes; at += 250 {
			var all []models.Verdict
			for i, id := range ids[at : at+250] {
				n := notice(fmt.Sprintf("TTN-%d", at+i), w.Now().AddDate(0, 0, 30), "ABC/1", "ABC/2")
				all = append(all, models.Verdict{RawID: id, State: models.StateParsed, ProviderID: p.ID, Cause: models.CauseLive, ParserVersion: "1", Notices: []models.Notice{n}})
			}
			w.apply(all...)
		}
		b.StartTimer()
		begun := time.Now()
		ok(b, w.router.Route(ctx))
		routed := time.Since(begun)
		var all sync.WaitGroup
		for _, r := range rules {
			all.Go(func() {
				if err := w.courier.Deliver(ctx, r.Destination); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		b.ReportMetric(routed.Seconds(), "s/route")
		b.ReportMetric(time.Since(begun).Seconds(), "s/all")
		for _, r := range rules {
			if n := w.targets[r.Destination].Destination.(*counting).n; n != changes {
				b.Errorf("%s got %d of %d", r.Destination, n, changes)
			}
		}
	}
}
