package app_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	fake "lineman/internal/fake/slack"
)

// BenchmarkSlackAck sends a hundred slash commands a second for ten seconds to
// the service on SQLite, and tells what the slowest hundredth waited for the
// acknowledgement: 50 ms is the target.
func BenchmarkSlackAck(b *testing.B) { benchSlack(b, 100, 10*time.Second) }

// BenchmarkSlackAnswers sends fifty commands a second for a minute; each is
// answered, once.
func BenchmarkSlackAnswers(b *testing.B) { benchSlack(b, 50, time.Minute) }

func benchSlack(b *testing.B, perSecond int, length time.Duration) {
	for b.Loop() {
		slack := fake.New(fake.Options{})
		in := plain(b, slackSettings(slack, "slack_signing_secret: signing-secret"))
		everything(b, in)
		s := in.serve(b)
		slack.CallAt(s.base + "/chat/slack")
		n := perSecond * int(length/time.Second)
		var mu sync.Mutex
		var took []time.Duration
		var all sync.WaitGroup
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		for range n {
			<-tick.C
			all.Go(func() {
				d, err := slack.Person("U0KIM").Slash(context.Background(), "C0NOC", "/maintenance", "list week")
				mu.Lock()
				defer mu.Unlock()
				if took = append(took, d.Ack.Took); err != nil {
					b.Error(err)
				}
			})
		}
		tick.Stop()
		all.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		err := slack.Await(ctx, func() bool { return len(slack.Messages()) >= n })
		cancel()
		s.stop(b)
		if got := len(slack.Messages()); got != n || err != nil {
			b.Errorf("%d of %d commands were answered; %v", got, n, err)
		}
		slack.Close()
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ack-ms")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ack-ms")
		b.ReportMetric(float64(n), "commands")
	}
}
