package chatops

import (
	"maps"
	"slices"
	"sync"
)

// begun are the commands that this process has taken in and not answered yet:
// however long they take, it does not recover them from itself.
type begun struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (b *begun) add(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ids == nil {
		b.ids = map[string]bool{}
	}
	b.ids[id] = true
}

func (b *begun) remove(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.ids, id)
}

// all are the ids, in any order.
func (b *begun) all() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Keys(b.ids))
}

func (b *begun) has(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ids[id]
}
