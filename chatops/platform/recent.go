package platform

import (
	"context"
	"sync"
	"time"

	"lineman/chatops"
)

// recent remembers events for a while, so that one that is sent twice is taken
// once, also where it stores no command.
type recent struct {
	now   func() time.Time
	most  int
	lasts time.Duration

	mu   sync.Mutex
	seen map[string]time.Time
}

// first reports whether an event was not seen lately. One without an id always
// is the first.
func (r *recent) first(id string) bool {
	if id == "" {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if at, is := r.seen[id]; is && now.Sub(at) < r.lasts {
		return false
	}
	if len(r.seen) >= r.most {
		for key, at := range r.seen {
			if now.Sub(at) >= r.lasts/10 {
				delete(r.seen, key)
			}
		}
	}
	if r.seen == nil || len(r.seen) >= r.most {
		r.seen = map[string]time.Time{}
	}
	r.seen[id] = now
	return true
}

// How often interrupted commands are looked for, and how often a process says
// that it still has its own.
const (
	recoverEvery = 15 * time.Second
	touchEvery   = chatops.Untouched / 3
)

// recoverAgain answers, at once and then again and again, what was acknowledged
// and is not answered, until ctx ends.
func recoverAgain(ctx context.Context, o Options, name string, send func(ctx context.Context, r chatops.Request, m chatops.Message) error) {
	again(ctx, recoverEvery, func() {
		if err := o.Turns.Recover(ctx, name, send); err != nil && ctx.Err() == nil {
			o.Logger.Warn("interrupted commands could not be looked for", "platform", name, "error", err)
		}
	})
}

// touchAgain holds what this process took in until ctx ends, however long the
// answers of recoverAgain take.
func touchAgain(ctx context.Context, o Options, name string) {
	again(ctx, touchEvery, func() {
		if err := o.Turns.Touch(ctx); err != nil && ctx.Err() == nil {
			o.Logger.Warn("commands could not be held, and may be answered twice", "platform", name, "error", err)
		}
	})
}

// again does something at once, and then as often as is said until ctx ends.
func again(ctx context.Context, every time.Duration, do func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
