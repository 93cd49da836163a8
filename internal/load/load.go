// Package load asks a server over HTTP and measures how long its answers take.
// It asks at a fixed rate whatever the server does: a request is due at its
// time even while others still wait, and its answer's time counts from then, so
// that a server that stalls cannot hide it. It knows nothing of what it asks.
package load

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Plan says what is asked.
type Plan struct {
	Count int                              // how many requests
	Rate  float64                          // in a second; 0: all at once
	Next  func(i int) (Request, error)     // the request of a number, from 0
	Check func(status int, b []byte) error // nil: any 2xx will do
	Do    *http.Client
}

// Request is one request; Do adds nothing to it.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        func() io.Reader // nil: none
}

// Result tells how it went.
type Result struct {
	Took   []time.Duration // of all requests that were answered as they should be, sorted
	Failed int
	First  error // the first of those that failed
	Bytes  int64 // of the answers
	Late   time.Duration
}

// Run asks all of it and waits for the last answer. Late in the result is how
// far behind its time a request was sent at most: where it is much, this
// machine and not the server is too slow.
func Run(ctx context.Context, p Plan) Result {
	var r Result
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for i := range p.Count {
		due := began
		if p.Rate > 0 {
			due = began.Add(time.Duration(float64(i) / p.Rate * float64(time.Second)))
		}
		if !until(ctx, due) {
			r.fail(p.Count-i, ctx.Err())
			break
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			late := time.Since(due)
			n, err := p.ask(ctx, i)
			took := time.Since(due)
			mu.Lock()
			defer mu.Unlock()
			r.Late, r.Bytes = max(r.Late, late), r.Bytes+n
			if err != nil {
				r.fail(1, err)
				return
			}
			r.Took = append(r.Took, took)
		}()
	}
	wg.Wait()
	slices.Sort(r.Took)
	return r
}

// until waits for a time; false when ctx ends before.
func until(ctx context.Context, due time.Time) bool {
	wait := time.NewTimer(time.Until(due))
	defer wait.Stop()
	select {
	case <-wait.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func (r *Result) fail(n int, err error) {
	r.Failed += n
	if r.First == nil {
		r.First = err
	}
}

func (p Plan) ask(ctx context.Context, i int) (int64, error) {
	q, err := p.Next(i)
	if err != nil {
		return 0, err
	}
	var body io.Reader
	if q.Body != nil {
		body = q.Body()
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, q.URL, body)
	if err != nil {
		return 0, fmt.Errorf("make a request: %w", err)
	}
	if q.Header != nil {
		req.Header = q.Header
	}
	answer, err := p.Do.Do(req)
	if err != nil {
		return 0, fmt.Errorf("ask: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, fmt.Errorf("read an answer: %w", err)
	}
	if p.Check != nil {
		return int64(len(text)), p.Check(answer.StatusCode, text)
	}
	if answer.StatusCode/100 != 2 {
		return 0, fmt.Errorf("%s %s: %d %.200s", q.Method, q.URL, answer.StatusCode, text)
	}
	return int64(len(text)), nil
}

// Quantile is how long the fastest part q of the answers took at most: 0.5 the
// median, 1 the slowest. Zero without answers.
func (r Result) Quantile(q float64) time.Duration {
	if len(r.Took) == 0 {
		return 0
	}
	return r.Took[min(len(r.Took)-1, int(q*float64(len(r.Took))))]
}

// Client is a client that keeps as many connections open as it needs.
func Client(within time.Duration) *http.Client {
	return &http.Client{Timeout: within, Transport: &http.Transport{MaxIdleConnsPerHost: 1000, MaxIdleConns: 1000, DisableCompression: true}}
}

// String gives the figures on one line.
func (r Result) String() string {
	return fmt.Sprintf("%d answered, %d failed, p50 %s, p99 %s, max %s, %.1f MB", len(r.Took), r.Failed,
		millis(r.Quantile(0.5)), millis(r.Quantile(0.99)), millis(r.Quantile(1)), float64(r.Bytes)/1e6)
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// Bearer are the headers of whoever has a token.
func Bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
