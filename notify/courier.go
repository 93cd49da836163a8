package notify

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// CourierStore is what the Courier reads and writes.
type CourierStore interface {
	Records
	Book
	// Outgoing gives what waits for a destination by an instant, the oldest
	// first.
	Outgoing(ctx context.Context, destination string, by time.Time, limit int) ([]models.Outgoing, error)
	SentSince(ctx context.Context, destination string, since time.Time) (map[string]int, error)
	SaveDeliveries(ctx context.Context, list []models.Delivery) error
	// Dispatched keeps what came of attempts, all or none.
	Dispatched(ctx context.Context, list []models.Dispatch) error
	Mutes(ctx context.Context, now time.Time) ([]models.AnnouncementMute, error)
	Threads(ctx context.Context, destination string, about []string) (map[string]string, error)
	DestinationHealth(ctx context.Context, name string) (models.DestinationHealth, error)
	AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (bool, error)
	LeaseOwner(ctx context.Context, name string) (string, error)
	ReleaseLease(ctx context.Context, name, owner string) error
}

// Renderer puts a parcel into words: what happened, and the present state of
// what it is about for the root of a thread, nil where there is none.
type Renderer interface {
	Render(ctx context.Context, p Parcel) (message chatops.Message, head *chatops.Message, err error)
}

// Courier brings deliveries to their destinations: one message after the other
// to each, and to all of them side by side.
type Courier struct {
	o        Options
	store    CourierStore
	renderer Renderer
	owner    string
	dead     func(owner string) bool
	record   *recorder

	mu   sync.Mutex
	busy map[string]bool // destinations; true: look again
}

// NewCourier makes a Courier. The owner names this process in leases; dead
// tells of another owner that it surely runs no more.
func NewCourier(o Options, s CourierStore, r Renderer, owner string, dead func(string) bool) *Courier {
	o.complete()
	if dead == nil {
		dead = func(string) bool { return false }
	}
	return &Courier{o: o, store: s, renderer: r, owner: owner, dead: dead, record: &recorder{store: s}, busy: map[string]bool{}}
}

const (
	sendTimeout   = 30 * time.Second
	leaseTTL      = 2 * sendTimeout
	plannedAtOnce = 20_000 // deliveries that are looked at together
	claimedAtOnce = 50     // messages that are begun together
	breakAfter    = 5      // failures one after the other
	firstPause    = 5 * time.Second
	longestPause  = 15 * time.Minute
	longestWish   = time.Hour // that a destination may ask for
	giveUpAfter   = 7 * 24 * time.Hour
)

// Deliver sends what is due for a destination until nothing is, or ctx ends.
// It returns at once where another process or goroutine delivers to it.
func (c *Courier) Deliver(ctx context.Context, destination string) error {
	if !c.enter(destination) {
		return nil
	}
	for again := true; again; again = c.leave(destination) {
		if err := c.withLease(ctx, destination); err != nil {
			for c.leave(destination) {
			}
			return fmt.Errorf("deliver to %s: %w", destination, err)
		}
	}
	return nil
}

// enter reports whether nobody of this process delivers to a destination; else
// whoever does looks once more.
func (c *Courier) enter(destination string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, is := c.busy[destination]; is {
		c.busy[destination] = true
		return false
	}
	c.busy[destination] = false
	return true
}

func (c *Courier) leave(destination string) (again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[destination] {
		c.busy[destination] = false
		return true
	}
	delete(c.busy, destination)
	return false
}

// withLease delivers while no other process does.
func (c *Courier) withLease(ctx context.Context, destination string) error {
	name := "deliver:" + destination
	got, err := c.store.AcquireLease(ctx, name, c.owner, leaseTTL)
	if err == nil && !got {
		var owner string
		if owner, err = c.store.LeaseOwner(ctx, name); err == nil && owner != "" && c.dead(owner) {
			if err = c.store.ReleaseLease(ctx, name, owner); err == nil {
				got, err = c.store.AcquireLease(ctx, name, c.owner, leaseTTL)
			}
		}
	}
	if err != nil || !got {
		return err
	}
	defer func() {
		back, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer done()
		if err := c.store.ReleaseLease(back, name, c.owner); err != nil {
			c.o.Logger.Warn("lease not released; it lapses by itself", "lease", name, "error", err)
		}
	}()
	r := &round{c: c, destination: destination, lease: name, held: c.o.Now()}
	for {
		more, err := r.run(ctx)
		if err != nil || !more || ctx.Err() != nil {
			return err
		}
	}
}
