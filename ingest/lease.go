package ingest

import (
	"context"
	"fmt"
	"time"
)

// withLease runs f while this process holds the named lease and renews it; f's
// context ends when the lease is lost. It waits for a lease that somebody else
// holds; ErrBusy when that takes too long.
func (p *Pipeline) withLease(ctx context.Context, name string, wait time.Duration, f func(context.Context) error) error {
	if err := p.acquire(ctx, name, wait); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		p.renew(ctx, name, cancel)
	}()
	defer func() {
		cancel(nil)
		<-renewed
		// The lease must go back even when ctx is what ended f.
		back, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer done()
		if err := p.Store.ReleaseLease(back, name, p.Owner); err != nil {
			p.Logger.Warn("lease not released; it lapses by itself", "lease", name, "error", err)
		}
	}()
	return f(ctx)
}

// acquire takes the lease. That of a process which died on this machine is
// taken over at once, that of any other when it lapses.
func (p *Pipeline) acquire(ctx context.Context, name string, wait time.Duration) error {
	tick := time.NewTicker(leaseRetry)
	defer tick.Stop()
	for waited := time.Duration(0); ; waited += leaseRetry {
		got, err := p.Store.AcquireLease(ctx, name, p.Owner, leaseTTL)
		if err == nil && !got && p.Dead != nil {
			got, err = p.inherit(ctx, name)
		}
		switch {
		case err != nil:
			return fmt.Errorf("take the lease %s: %w", name, err)
		case got:
			return nil
		case waited >= wait:
			return ErrBusy
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

func (p *Pipeline) inherit(ctx context.Context, name string) (bool, error) {
	owner, err := p.Store.LeaseOwner(ctx, name)
	if err != nil || owner == "" || !p.Dead(owner) {
		return false, err
	}
	p.Logger.Warn("taking over from a process that died", "lease", name, "owner", owner)
	if err := p.Store.ReleaseLease(ctx, name, owner); err != nil {
		return false, err
	}
	return p.Store.AcquireLease(ctx, name, p.Owner, leaseTTL)
}

func (p *Pipeline) renew(ctx context.Context, name string, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(leaseTTL / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			got, err := p.Store.AcquireLease(ctx, name, p.Owner, leaseTTL)
			if err == nil && !got {
				cancel(fmt.Errorf("the lease %s was taken over", name))
				return
			}
			if err != nil && ctx.Err() == nil {
				p.Logger.Warn("lease not renewed; trying again", "lease", name, "error", err)
			}
		}
	}
}
