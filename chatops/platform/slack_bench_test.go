package platform_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	fake "lineman/internal/fake/slack"
)

// BenchmarkSlackAck sends a hundred slash commands a second for ten seconds
// over HTTP, and tells how long the slowest hundredth waited for its
// acknowledgement. The target is 50 ms.
func BenchmarkSlackAck(b *testing.B) { benchSlack(b, 100, 10*time.Second) }

// BenchmarkSlackAnswers sends fifty commands a second for a minute; all of them
// are answered, once.
func BenchmarkSlackAnswers(b *testing.B) { benchSlack(b, 50, time.Minute) }

func benchSlack(b *testing.B, perSecond int, length time.Duration) {
	for b.Loop() {
		w := newWorld(b, func(w *world, o *fake.Options) { w.now, o.Now = time.Now, time.Now })
		n := perSecond * int(length/time.Second)
		var mu sync.Mutex
		var took []time.Duration
		var all sync.WaitGroup
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		for i := range n {
			<-tick.C
			all.Go(func() {
				d, err := w.slack.Person("U0KIM").Slash(context.Background(), "C0NOC", "/work", fmt.Sprintf("list number-%d", i))
				mu.Lock()
				defer mu.Unlock()
				if took = append(took, d.Ack.Took); err != nil {
					b.Errorf("command %d: %v", i, err)
				}
			})
		}
		tick.Stop()
		all.Wait()
		w.await(func() bool { return len(w.slack.Messages()) >= n })
		w.stop()
		if got := len(w.slack.Messages()); got != n || len(w.ran) != n {
			b.Errorf("%d commands ran and %d were answered, want %d", len(w.ran), got, n)
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ack-ms")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ack-ms")
		b.ReportMetric(float64(n), "commands")
	}
}
