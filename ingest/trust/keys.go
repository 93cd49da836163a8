package trust

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

// Lookup asks for the TXT records of a name, each with its strings joined. A
// name that is not there, or has none, is ErrNoRecord; any other error means
// that it is worth asking again.
type Lookup func(ctx context.Context, name string) ([]string, error)

// ErrNoRecord is returned by a Lookup for a name without TXT records.
var ErrNoRecord = errors.New("there is no such record")

// errSilent is returned while no name server is asked, because several
// questions in a row had no answer.
var errSilent = errors.New("the name servers do not answer")

// Resolver makes the Lookup that asks a name server (host:port), or those of
// the system where it is empty.
func Resolver(server string) Lookup {
	r := net.DefaultResolver
	if server != "" {
		r = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, server)
		}}
	}
	return func(ctx context.Context, name string) ([]string, error) {
		records, err := r.LookupTXT(ctx, name+".") // with the dot no search domain is tried
		if e := new(net.DNSError); errors.As(err, &e) && e.IsNotFound {
			return nil, ErrNoRecord
		}
		if err == nil && len(records) == 0 {
			return nil, ErrNoRecord
		}
		return records, err
	}
}

// How long an answer counts. The records themselves do not tell.
const (
	keepKey     = time.Hour
	keepAbsence = 5 * time.Minute
	keepSilence = 30 * time.Second // also: how long nobody is asked after several questions had no answer
	maxSilence  = 3                // questions
	maxKeys     = 4096
	maxRecord   = 16 << 10 // bytes of all records of a name
	maxQuestion = 2 * time.Second
)

// keys asks for TXT records and remembers the answers.
type keys struct {
	lookup Lookup
	now    func() time.Time

	mu     sync.Mutex
	known  map[string]*answer
	silent int       // questions in a row without an answer
	until  time.Time // nobody is asked before
}

// answer is what a question came to; done is closed once it is there.
type answer struct {
	done    chan struct{}
	records []string
	err     error
	until   time.Time
}

func newKeys(lookup Lookup, now func() time.Time) *keys {
	return &keys{lookup: lookup, now: now, known: map[string]*answer{}}
}

// get gives the records of a name. However many ask at once, one question is
// sent.
func (k *keys) get(ctx context.Context, name string) ([]string, error) {
	now := k.now()
	k.mu.Lock()
	a := k.known[name]
	if a != nil && (a.until.IsZero() || now.Before(a.until)) {
		k.mu.Unlock()
		select {
		case <-a.done:
			return a.records, a.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if now.Before(k.until) {
		k.mu.Unlock()
		return nil, errSilent
	}
	k.forget(now)
	a = &answer{done: make(chan struct{})}
	k.known[name] = a
	k.mu.Unlock()

	ask, cancel := context.WithTimeout(ctx, maxQuestion)
	defer cancel()
	records, err := k.lookup(ask, name)
	k.keep(a, records, err)
	close(a.done)
	return a.records, a.err
}

// keep keeps an answer before others see it.
func (k *keys) keep(a *answer, records []string, err error) {
	size := 0
	for _, r := range records {
		size += len(r)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	switch {
	case err == nil && size <= maxRecord:
		a.records, a.until, k.silent = slices.Clone(records), now.Add(keepKey), 0
	case err == nil:
		a.err, a.until, k.silent = ErrNoRecord, now.Add(keepAbsence), 0
	case errors.Is(err, ErrNoRecord):
		a.err, a.until, k.silent = ErrNoRecord, now.Add(keepAbsence), 0
	default:
		a.err, a.until = err, now.Add(keepSilence)
		if k.silent++; k.silent >= maxSilence {
			k.silent, k.until = 0, now.Add(keepSilence)
		}
	}
}

// forget makes room for one more.
func (k *keys) forget(now time.Time) {
	if len(k.known) < maxKeys {
		return
	}
	for name, a := range k.known {
		if !a.until.IsZero() && !now.Before(a.until) {
			delete(k.known, name)
		}
	}
	if len(k.known) >= maxKeys {
		clear(k.known) // whoever waits for an answer has it in hand
	}
}
