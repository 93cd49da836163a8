package access

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxKeys bounds how many askers a limiter remembers; the one that has not
// asked for longest is forgotten first, and starts anew.
const maxKeys = 10_000

// limiter lets each key do something so often. A nil limiter lets everything
// through.
type limiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time

	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // of *allowance, the latest first
}

type allowance struct {
	key string
	of  *rate.Limiter
}

func newLimiter(perSecond float64, burst int, now func() time.Time) *limiter {
	return &limiter{perSecond: rate.Limit(perSecond), burst: max(burst, 1), now: now, byKey: map[string]*list.Element{}, order: list.New()}
}

// take takes one from a key's allowance; where there is none left, wait tells
// how long it takes until there is. back gives it back.
func (l *limiter) take(key string) (back func(), wait time.Duration) {
	if l == nil {
		return func() {}, 0
	}
	now := l.now()
	r := l.of(key).ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return func() {}, wait
	}
	return func() { r.CancelAt(now) }, 0
}

func (l *limiter) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, known := l.byKey[key]; known {
		l.order.MoveToFront(e)
		return e.Value.(*allowance).of
	}
	if l.order.Len() >= maxKeys {
		last := l.order.Back()
		l.order.Remove(last)
		delete(l.byKey, last.Value.(*allowance).key)
	}
	a := &allowance{key, rate.NewLimiter(l.perSecond, l.burst)}
	l.byKey[key] = l.order.PushFront(a)
	return a.of
}
