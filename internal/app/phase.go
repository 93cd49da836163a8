package app

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"lineman/models"
)

// habits gives phase rules by provider, read again each minute by the first who
// asks; whoever asks meanwhile goes by what was read before.
type habits struct {
	app     *App
	last    atomic.Pointer[rulesRead]
	reading sync.Mutex
}

type rulesRead struct {
	at    time.Time
	rules map[string]models.PhaseRules
}

// of gives a provider's rules; the hold-over of the configuration where the
// provider has none of its own.
func (h *habits) of(slug string) models.PhaseRules {
	rules := h.all()[slug]
	if rules.HoldOver == 0 {
		rules.HoldOver = h.app.Config.Overlap.HoldOver
	}
	return rules
}

// all gives the rules of the providers that have any.
func (h *habits) all() map[string]models.PhaseRules {
	now := h.app.Now()
	fresh := func(r *rulesRead) bool { return r != nil && now.Sub(r.at) <= time.Minute }
	last := h.last.Load()
	if fresh(last) || last != nil && !h.reading.TryLock() {
		return last.rules
	}
	if last == nil {
		h.reading.Lock()
	}
	defer h.reading.Unlock()
	if last = h.last.Load(); fresh(last) {
		return last.rules
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	rules, err := h.app.store.PhaseRules(ctx)
	if err != nil {
		h.app.Logger.Warn("habits of providers could not be read; the last ones stand", "error", err)
		if last == nil {
			return nil
		}
		rules = last.rules
	}
	h.last.Store(&rulesRead{now, rules})
	return rules
}
