package chatops

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lineman/models"
)

// Memory keeps conversations as long as the process lives: the terminal's way.
// Its zero value is empty.
type Memory struct {
	mu   sync.Mutex
	kept map[string]models.Conversation
}

// memorySize bounds what a Memory keeps; the oldest go first.
const memorySize = 10_000

// KeepConversations stores these and forgets what would be too much.
func (m *Memory) KeepConversations(_ context.Context, list []models.Conversation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[string]models.Conversation{}
	}
	for _, c := range list {
		m.kept[c.ID] = c
	}
	for len(m.kept) > memorySize {
		oldest := models.Conversation{}
		for _, c := range m.kept {
			if oldest.ID == "" || c.Expires.Before(oldest.Expires) {
				oldest = c
			}
		}
		delete(m.kept, oldest.ID)
	}
	return nil
}

// Conversation reads one.
func (m *Memory) Conversation(_ context.Context, id string) (models.Conversation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.kept[id]
	if !ok {
		return c, fmt.Errorf("conversation %s: %w", id, models.ErrNotFound)
	}
	return c, nil
}

// UseConversation marks one as used.
func (m *Memory) UseConversation(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.kept[id]
	switch {
	case !ok:
		return fmt.Errorf("conversation %s: %w", id, models.ErrNotFound)
	case !c.Used.IsZero():
		return fmt.Errorf("conversation %s: %w", id, models.ErrUsed)
	}
	c.Used = at
	m.kept[id] = c
	return nil
}
