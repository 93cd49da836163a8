package load

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func asks(url string) func(int) (Request, error) {
	return func(int) (Request, error) { return Request{Method: http.MethodGet, URL: url}, nil }
}

// TestStallIsSeen: while the server answers nobody, requests go on being due,
// and the time that they wait counts.
func TestStallIsSeen(t *testing.T) {
	const count, rate = 50, 500
	var asked atomic.Int32
	stalled := make(chan struct{})
	var end sync.Once
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if asked.Add(1) == count { // had one waited for another, this would never come
			end.Do(func() { close(stalled) })
		}
		<-stalled
	}))
	defer s.Close()
	r := Run(t.Context(), Plan{Count: count, Rate: rate, Next: asks(s.URL), Do: Client(time.Minute)})
	if r.Failed != 0 || len(r.Took) != count {
		t.Fatalf("%d answered, %d failed: %v", len(r.Took), r.Failed, r.First)
	}
	// The first was due 49 steps of 2 ms before the last was sent.
	if slowest := r.Quantile(1); slowest < (count-1)*time.Second/rate {
		t.Errorf("the slowest answer took %v, less than the stall", slowest)
	}
	if r.Quantile(0.5) > r.Quantile(0.99) {
		t.Error("the times are not in order")
	}
}

func TestFailuresAreCounted(t *testing.T) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1)%2 == 0 {
			http.Error(w, "no", http.StatusTeapot)
		}
	}))
	defer s.Close()
	r := Run(t.Context(), Plan{Count: 10, Next: asks(s.URL), Do: Client(time.Minute)})
	if r.Failed != 5 || len(r.Took) != 5 || r.First == nil || !strings.Contains(r.First.Error(), "418 no") {
		t.Errorf("%d answered, %d failed: %v", len(r.Took), r.Failed, r.First)
	}
}

// TestEndedInTime: nothing is asked any more, and what was not asked is no
// success.
func TestEndedInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := Run(ctx, Plan{Count: 7, Rate: 1, Next: asks("http://127.0.0.1:1"), Do: Client(time.Minute)})
	if r.Failed != 7 || r.First == nil || r.Quantile(0.5) != 0 {
		t.Errorf("%d failed: %v", r.Failed, r.First)
	}
}
