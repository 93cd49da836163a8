package app

import (
	"context"
	"sync"
	"time"

	"lineman/models"
)

// habits gives phase rules by provider, read again each minute.
type habits struct {
	app  *App
	mu   sync.Mutex
	read time.Time
	last map[string]models.PhaseRules
}

// of gives a provider's rules; the hold-over of the configuration where the
// provider has none of its own.
func (h *habits) of(slug string) models.PhaseRules {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.app.Now()
	if h.last == nil || now.Sub(h.read) > time.Minute {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		rules, err := h.app.store.PhaseRules(ctx)
		if err != nil {
			h.app.Logger.Warn("habits of providers could not be read; the last ones stand", "error", err)
		} else {
			h.last = rules
		}
		h.read = now
	}
	rules := h.last[slug]
	if rules.HoldOver == 0 {
		rules.HoldOver = h.app.Config.Overlap.HoldOver
	}
	return rules
}
