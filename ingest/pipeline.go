package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// Source is one configured mailbox as the pipeline sees it.
type Source struct {
	Name        string
	Kind        string
	Open        func(ctx context.Context) (Mailbox, error)
	Providers   []string          // slugs it reads for; empty: all
	Header      string            // header that names the sender; empty: From
	Labels      map[string]string // label key → name in the mailbox; empty: no labels
	Shadow      bool              // read only: no labels
	InitialDays int               // how far the first run goes back
	Every       time.Duration     // how often to look for new mail beside the schedule; 0: only by it
}

// What is kept of mail that no provider's address matches.
const (
	UnknownKeep   = "keep"   // the whole mail
	UnknownLedger = "ledger" // its row without the body
	UnknownSkip   = "skip"   // its row, marked skipped
)

// Truster judges whether mail comes from whom its sender address names.
type Truster interface {
	Judge(ctx context.Context, c models.Claim) models.Trust
}

// Options are what a Pipeline is made of. All but UnknownSenders, Forwarders,
// Truster, Review, Dead, Wait, Counted and Step are required.
type Options struct {
	Store          Store
	Engine         *parsers.Engine
	Sources        []Source
	UnknownSenders string                  // UnknownKeep when empty
	Forwarders     []string                // senders whose forwards count as from the inner sender
	Truster        Truster                 // nil: nobody judges
	Review         bool                    // what a sender in doubt cancels, completes or moves waits for a person
	Owner          string                  // unique to this process, for leases
	Dead           func(owner string) bool // surely a process that runs no more; nil: nobody knows
	Wait           time.Duration           // how long a pass waits for a poll of another process to end
	Now            func() time.Time
	Logger         *slog.Logger

	// Counted is told of each mail that was read and recorded, with the slug of
	// its provider and the format of the verdict; nil: nobody counts.
	Counted func(provider, format string, state models.MailState)

	// Step is called at each of Steps, so that tests can end the process there;
	// nil: nobody asks.
	Step func(name string)
}

// Steps are the places at which a process may die with something begun: each
// is on the way of every mail, in this order.
var Steps = []string{"list", "fetched", "keep", "kept", "attempt", "judged", "apply", "applied", "label", "labelled", "noted"}

// at says where the work stands.
func (p *Pipeline) at(step string) {
	if p.Step != nil {
		p.Step(step)
	}
}

// Pipeline runs the way of a mail for a set of sources. It may be used from
// several goroutines.
type Pipeline struct {
	Options
	byName map[string]Source

	mu  sync.Mutex
	ids map[string]Source // by source ID in the store

	known  knownCircuits
	states watchStates
}

// New checks the options and makes a Pipeline. It does no I/O.
func New(o Options) (*Pipeline, error) {
	p := &Pipeline{Options: o, byName: map[string]Source{}, ids: map[string]Source{}}
	for _, s := range o.Sources {
		if _, twice := p.byName[s.Name]; twice {
			return nil, models.Invalid("notification_sources", "the name %q is used twice; source names must differ", s.Name)
		}
		p.byName[s.Name] = s
	}
	return p, nil
}

// Limits of one step. A page is what is listed, fetched and kept at once.
const (
	pageMessages = 200
	pageBytes    = 8 << 20
	batchRaws    = 50
	leaseTTL     = 60 * time.Second
	lateArrival  = time.Hour // what a mailbox may need to show a mail that it received
	leaseRetry   = 200 * time.Millisecond

	// A process may die once with a mail among others and four times with it
	// alone. Fewer would not do: kills from outside hit one mail twice by chance.
	maxAttempts = 5
)

// ErrBusy is returned when another process reads the source right now.
var ErrBusy = errors.New("another process is reading this source")

// source finds a configured source and its row.
func (p *Pipeline) source(ctx context.Context, name string) (Source, models.Source, error) {
	src, ok := p.byName[name]
	if !ok {
		return Source{}, models.Source{}, fmt.Errorf("source %q is not configured: %w", name, models.ErrNotFound)
	}
	row, err := p.Store.EnsureSource(ctx, src.Name, src.Kind)
	if err != nil {
		return Source{}, models.Source{}, fmt.Errorf("find source %s: %w", name, err)
	}
	p.mu.Lock()
	p.ids[row.ID] = src
	p.mu.Unlock()
	return src, row, nil
}

// sourceByID finds the configured source of a stored mail; the zero Source
// (reads for all providers, header From) when it is configured no more.
func (p *Pipeline) sourceByID(ctx context.Context, id string) Source {
	p.mu.Lock()
	src, ok := p.ids[id]
	n := len(p.ids)
	p.mu.Unlock()
	if ok || n == len(p.byName) {
		return src
	}
	for name := range p.byName {
		if _, _, err := p.source(ctx, name); err != nil {
			return Source{}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ids[id]
}
