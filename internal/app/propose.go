package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"os"

	"lineman/api/rest"
	"lineman/ingest/propose"
	"lineman/internal/config"
	"lineman/internal/webclient"
	"lineman/models"
)

// errNoModel is why nothing is proposed where nothing is configured.
var errNoModel = models.Invalid("propose.url", "there is none, so no model is asked; write the base of an OpenAI-compatible API, and propose.model")

// openPropose makes what asks the language model; nothing where none is
// configured.
func (a *App) openPropose() error {
	if !a.Config.Propose.On() {
		return nil
	}
	client, err := proposeClient(a.Config.Propose)
	if err != nil {
		return err
	}
	a.proposer, err = propose.New(propose.Options{
		Model: client, Store: a.store, PerDay: a.Config.Propose.PerDay, Now: a.Now, Logger: a.Logger, Counted: a.counted.Proposed,
	})
	return err
}

// asking is what asks the language model; nil where none is configured.
func (a *App) asking() rest.Proposer {
	if a.proposer == nil {
		return nil
	}
	return a.proposer
}

// proposeClient calls the endpoint that is configured: a public one, or one
// whose host is allowed by name. Redirects are not followed.
func proposeClient(c config.Propose) (*propose.Client, error) {
	guard := webclient.Guard{Allow: c.AllowPrivate}
	if err := guard.Check(c.URL); err != nil {
		if errors.Is(err, webclient.ErrPrivate) {
			return nil, models.Invalid("propose.url", "leads to an address that is not public; name its host under propose.allow_private if it is meant")
		}
		return nil, models.Invalid("propose.url", "%v", err)
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, models.Invalid("propose.url", "is no web address")
	}
	transport := guard.Transport()
	transport.ResponseHeaderTimeout = c.Timeout
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Hostname()}
	if c.TLS.ServerName != "" {
		transport.TLSClientConfig.ServerName = c.TLS.ServerName
	}
	if c.TLS.CAFile != "" {
		pem, err := os.ReadFile(c.TLS.CAFile)
		if err != nil {
			return nil, models.Invalid("propose.tls.ca_file", "%v", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, models.Invalid("propose.tls.ca_file", "holds no certificate in PEM form")
		}
	}
	return propose.NewClient(propose.ClientOptions{
		URL: c.URL, Model: c.Model, Key: c.Secret.Reveal(), Timeout: c.Timeout,
		HTTP: &http.Client{Transport: transport},
	})
}

// Propose gives what a language model proposes for a mail that could not be
// read, in the name of an author (empty: of the terminal). It is asked unless
// it was before; again asks anew.
func (a *App) Propose(ctx context.Context, rawID, author string, again bool) (models.ProposalRun, error) {
	if a.proposer == nil {
		return models.ProposalRun{}, errNoModel
	}
	by := terminal
	if author != "" {
		by.Name = author
	}
	run, err := a.proposer.Ask(ctx, by, rawID, again)
	if errors.Is(err, models.ErrNotFound) {
		return run, models.Invalid("ID", "no mail is called %q; lineman mail list shows them", rawID)
	}
	return run, err
}

// Proposed gives what was last proposed for a mail, and asks nobody.
func (a *App) Proposed(ctx context.Context, rawID string) (models.ProposalRun, error) {
	run, err := a.store.Proposal(ctx, models.ScopeAll, rawID)
	if err == nil && !run.Asked() {
		err = models.Invalid("ID", "no model was asked about a mail called %q", rawID)
	}
	return run, err
}

// proposals asks about mail that could not be read, where that is wanted.
func (a *App) proposals(ctx context.Context, _ models.Job) error {
	if a.proposer == nil || !a.Config.Propose.Automatic {
		return nil
	}
	return a.proposer.Sweep(ctx)
}

// model asks a language model whether it answers, about nothing.
func (d *doctor) model(ctx context.Context) []Finding {
	c := d.config.Propose
	const name = "propose"
	if !d.Reading.Usable("propose") {
		return []Finding{unchecked(name)}
	}
	client, err := proposeClient(c)
	if err != nil {
		return []Finding{fail(name, "%s", advised(err, "correct its settings"))}
	}
	if err := client.Probe(ctx); err != nil {
		return []Finding{fail(name, "%s", advised(err, "check propose.url, and that it can be reached from here"))}
	}
	when := "when somebody asks"
	if c.Automatic {
		when = "by itself about mail that failed"
	}
	return []Finding{fine(name, "%s answers; it is asked %s, up to %d times in 24 hours", client.Name(), when, c.PerDay)}
}
