package ingest

import (
	"context"
	"fmt"
	"sync"

	"lineman/parsers"
)

// knownCircuits keeps the scanner of the installation's circuits from batch to
// batch, for as long as they do not change.
type knownCircuits struct {
	mu      sync.Mutex
	stamp   string
	scanner *parsers.Scanner
}

// scan gives the scanner of the circuits as they are now.
func (k *knownCircuits) scan(ctx context.Context, store Records) (*parsers.Scanner, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, stamp, err := store.KnownCircuits(ctx, k.stamp)
	if err != nil {
		return nil, fmt.Errorf("read circuits: %w", err)
	}
	if k.scanner != nil && stamp == k.stamp {
		return k.scanner, nil
	}
	known := make([]parsers.Known, len(all))
	for i, c := range all {
		known[i] = parsers.Known{CID: c.CID, Text: c.Text}
	}
	k.scanner, k.stamp = parsers.NewScanner(known), stamp
	return k.scanner, nil
}

// matcher reads what mail is judged by: providers, and known circuits.
func (p *Pipeline) matcher(ctx context.Context) (matcher, error) {
	providers, err := p.Store.Providers(ctx)
	if err != nil {
		return matcher{}, fmt.Errorf("read providers: %w", err)
	}
	circuits, err := p.known.scan(ctx, p.Store)
	if err != nil {
		return matcher{}, err
	}
	return matcher{providers: providers, forwarders: p.Forwarders, circuits: circuits}, nil
}

// misses reports whether a mail names a known circuit that was not read.
func (m matcher) misses(mail *parsers.Mail, r parsers.Result) bool {
	return m.circuits != nil && m.circuits.Scan(mail, r).Incomplete()
}
