package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// arrivals is a receiver of webhooks that notes when it was first told of each
// start of a window.
type arrivals struct {
	mu sync.Mutex
	at map[int64]time.Time
}

func (a *arrivals) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	now := time.Now()
	var body struct {
		Items []struct {
			Event struct {
				Start time.Time `json:"window_start"`
			}
		}
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, i := range body.Items {
		if _, known := a.at[i.Event.Start.Unix()]; !known {
			a.at[i.Event.Start.Unix()] = now
		}
	}
}

func (a *arrivals) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.at)
}

// BenchmarkStoredToSent pushes a mail each 50 ms to a running service, each with
// a new maintenance, and tells how long after it was stored a webhook
// hears of it. What people read waits two seconds for company besides.
func BenchmarkStoredToSent(b *testing.B) {
	const mails = 200
	hook := &arrivals{at: map[int64]time.Time{}}
	receiver := httptest.NewServer(hook)
	defer receiver.Close()
	in := plain(b, fmt.Sprintf("notify:\n  destinations: [{name: hook, webhook: {url: %q, secrets: [0123456789abcdef], allow_private: [127.0.0.1]}}]\n", receiver.URL))
	s := in.serve(b)
	token := strings.TrimSpace(in.run(b, "token", "create", "--name", "pusher", "--role", "operator"))
	for range b.N {
		start := time.Now().AddDate(0, 0, 30).Truncate(time.Hour)
		stored := map[int64]time.Time{}
		tick := time.NewTicker(50 * time.Millisecond)
		for n := range mails {
			at := start.Add(time.Duration(n) * time.Hour)
			raw := bytes.ReplaceAll(work(1, "CONFIRMED", at), []byte("VNOC-7"), fmt.Appendf(nil, "VNOC-%d", n))
			s.push(b, token, bytes.ReplaceAll(raw, []byte("UID:7@"), fmt.Appendf(nil, "UID:%d@", n)))
			stored[at.Unix()] = time.Now()
			<-tick.C
		}
		tick.Stop()
		until(b, "the last webhook", func() bool { return hook.count() == mails })
		var took []time.Duration
		for at, when := range stored {
			took = append(took, hook.at[at].Sub(when))
		}
		slices.Sort(took)
		b.ReportMetric(took[len(took)/2].Seconds(), "s/p50")
		b.ReportMetric(took[len(took)*99/100].Seconds(), "s/p99")
		b.ReportMetric(took[len(took)-1].Seconds(), "s/max")
	}
	s.stop(b)
}
