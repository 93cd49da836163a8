package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lineman/ingest/trust"
)

// truster judges senders by the configured mail server and name servers.
func (a *App) truster() *trust.Judge {
	t := a.Config.Trust
	return trust.New(trust.Options{AuthservID: t.AuthservID, Lookup: trust.Resolver(t.Resolver), Now: a.Now})
}

// rejudgeWithin is how long one look at mail whose sender is not settled may
// take.
const rejudgeWithin = 30 * time.Second

// rejudge judges again the senders about which name servers were silent. What
// it does not come to is due the next time.
func (a *App) rejudge(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, rejudgeWithin)
	defer cancel()
	err := a.pipeline.Rejudge(within)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("judge senders again: %w", err)
	}
	return nil
}

// doctorKey is a name under which nobody publishes a key. That it is not there
// is an answer as good as any.
const doctorKey = "lineman-doctor._domainkey.example.com"

// trust asks the name servers and looks at the settings of trust.
func (d *doctor) trust(ctx context.Context) []Finding {
	const name = "trust"
	if !d.Reading.Usable("trust") {
		return []Finding{unchecked(name)}
	}
	t := d.config.Trust
	servers := "the system's name servers"
	if t.Resolver != "" {
		servers = "the name server " + t.Resolver
	}
	var list []Finding
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	switch _, err := trust.Resolver(t.Resolver)(ctx, doctorKey); {
	case err == nil, errors.Is(err, trust.ErrNoRecord):
		list = append(list, fine(name, "%s can be asked for DKIM keys", servers))
	case t.Untrusted == "review":
		list = append(list, warn(name, "%s gave no answer (%v), so signed mail waits for a person as well; set trust.resolver to one that does, or trust.untrusted to flag", servers, err))
	default:
		list = append(list, warn(name, "%s gave no answer (%v), so no DKIM signature can be checked; set trust.resolver to one that does", servers, err))
	}
	if t.AuthservID == "" {
		return append(list, fine(name, "trust.authserv_id is not set, so only signatures count that lineman checks itself"))
	}
	return append(list, fine(name, "the Authentication-Results of %s count as well", t.AuthservID))
}
