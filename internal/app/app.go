// Package app is the wiring: it makes every room from the configuration, joins
// them in one straight line, runs them and closes them. It holds no rule of
// the product.
package app

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/ingest/propose"
	"lineman/internal/config"
	"lineman/internal/metrics"
	"lineman/internal/store"
	"lineman/internal/vault"
	"lineman/internal/webclient"
	"lineman/models"
	"lineman/parsers"
)

// Options are what an App is made of.
type Options struct {
	Config  config.Config
	Logger  *slog.Logger
	Now     func() time.Time // nil: time.Now
	Version string

	// OpenAccess lets everybody in as admin without a token. It is for the
	// demo, on loopback.
	OpenAccess bool
}

// App is lineman with an open database.
type App struct {
	Options
	store    *store.Store
	engine   *parsers.Engine
	disabled []string // files of provider definitions that are wrong
	pipeline *ingest.Pipeline
	location *time.Location
	habits   *habits
	counted  *metrics.Process
	busy     busySources
	web      *http.Client // calls other systems
	vault    *vault.Vault // nil: no secret_key is configured
	tokens   tokens
	chats    *chatService // nil: not opened

	proposer *propose.Proposer // nil: no model is asked

	announcer *announcer // nil: nobody is to be told
}

// Open connects to the database, brings its schema up to date unless the
// configuration says migrate: off, and builds the rooms. An InputError when
// the configuration or the schema does not fit.
func Open(ctx context.Context, o Options) (*App, error) {
	a, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := a.prepare(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func connect(ctx context.Context, o Options) (*App, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	location, err := time.LoadLocation(o.Config.Display.TimeZone)
	if err != nil {
		return nil, models.Invalid("display.time_zone", "%q is no time zone; use a name such as UTC or Europe/Berlin", o.Config.Display.TimeZone)
	}
	s, err := store.Open(ctx, store.Options{
		URL: o.Config.Database.URL.Reveal(), Logger: o.Logger, Now: o.Now,
		Overlap:  models.OverlapRules{HoldOver: o.Config.Overlap.HoldOver, Single: o.Config.Overlap.Single},
		Announce: announces(o.Config),
	})
	if err != nil {
		return nil, err
	}
	a := &App{Options: o, store: s, location: location, web: webclient.New(webclient.Options{Logger: o.Logger})}
	a.habits, a.counted = &habits{app: a}, metrics.NewProcess(o.Now)
	return a, nil
}

// prepare brings the schema up and makes the pipeline.
func (a *App) prepare(ctx context.Context) error {
	if err := a.schema(ctx); err != nil {
		return err
	}
	if err := a.openVault(); err != nil {
		return err
	}
	known, off := providers(a.Config.Parsers.Folder, a.Logger)
	a.engine, a.disabled = parsers.NewEngine(known), off
	sources, err := a.sources()
	if err != nil {
		return err
	}
	if err := a.warnUnlabelled(ctx); err != nil {
		return err
	}
	a.pipeline, err = ingest.New(ingest.Options{
		Store: a.store, Engine: a.engine, Sources: sources, Truster: a.truster(), Review: a.Config.Trust.Untrusted == "review",
		UnknownSenders: a.Config.UnknownSenders, Forwarders: a.Config.Forwarders,
		Owner: owner(), Dead: dead, Wait: 30 * time.Second, Now: a.Now, Logger: a.Logger, Step: fault(),
		Counted: func(provider, format string, state models.MailState) {
			a.counted.Parsed(provider, format, string(state))
		},
	})
	if err != nil {
		return err
	}
	if err := a.openPropose(); err != nil {
		return err
	}
	return a.openNotify()
}

// sources turns the configured mailboxes into those of the pipeline.
func (a *App) sources() ([]ingest.Source, error) {
	var list []ingest.Source
	for _, c := range a.Config.Sources {
		kind, err := mailbox.Find(c)
		if err != nil {
			return nil, err
		}
		options := a.mailboxOptions(c)
		options.Memory = &mailbox.Memory{}
		box, err := mailbox.Open(c, options)
		if err != nil {
			return nil, err
		}
		open := func(context.Context) (ingest.Mailbox, error) { return mailbox.Open(c, options) }
		src := ingest.Source{
			Name: c.Name, Kind: kind.Name, Open: open, Providers: c.Providers, Header: c.SourceHeader,
			Labels: c.Labels, Shadow: c.Mode == "shadow", InitialDays: a.Config.InitialDays,
			Every: kind.Every,
		}
		if c.AttachAllProviders {
			src.Providers = nil
		}
		if _, can := box.(ingest.Labeler); !can {
			src.Labels = nil
		}
		list = append(list, src)
	}
	return list, nil
}

// Close closes the database. It may be called once Run has returned.
func (a *App) Close() error { return a.store.Close() }
