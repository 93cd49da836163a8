package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/oauth2"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/oauth"
	"lineman/internal/vault"
	"lineman/models"
)

// tokens are the sources of access tokens that all mailboxes of a source
// share.
type tokens struct {
	mu   sync.Mutex
	held map[string]oauth2.TokenSource
}

// mailboxOptions are what the mailbox of a source is opened with.
func (a *App) mailboxOptions(src config.Source) mailbox.Options {
	o := mailbox.Options{Logger: a.Logger, HTTP: a.web, Token: a.token, Now: a.Now}
	if a.Config.UnknownSenders == ingest.UnknownSkip {
		o.Senders = func(ctx context.Context) ([]string, error) { return a.senders(ctx, src) }
	}
	return o
}

// senders gives the addresses that mail for a source may come from.
func (a *App) senders(ctx context.Context, src config.Source) ([]string, error) {
	providers, err := a.store.Providers(ctx)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(a.Config.Forwarders)
	for _, p := range providers {
		if len(src.Providers) == 0 || slices.Contains(src.Providers, p.Slug) {
			all = append(all, p.Emails...)
		}
	}
	return all, nil
}

// token makes the access tokens of a source: of a stored consent where its
// credentials are those of an OAuth client, else of its settings alone.
func (a *App) token(src config.Source, scopes ...string) (oauth2.TokenSource, error) {
	if src.CredentialsFile == "" {
		return oauth.New(src, a.web, scopes...)
	}
	c, err := oauth.ReadCredentials(src)
	if err != nil {
		return nil, err
	}
	if c.Kind != oauth.KindServiceAccount {
		if a.vault == nil {
			return nil, models.Invalid("secret_key", "is missing; the token of the source %q is stored encrypted with it: make one with `openssl rand -base64 32`", src.Name)
		}
		return oauth.Stored(src, c, a.web, a.keeper(src.Name), scopes...), nil
	}
	a.tokens.mu.Lock()
	defer a.tokens.mu.Unlock()
	key := src.Name + "\n" + strings.Join(scopes, " ")
	if held := a.tokens.held[key]; held != nil {
		return held, nil
	}
	made, err := oauth.New(src, a.web, scopes...)
	if err != nil {
		return nil, err
	}
	if a.tokens.held == nil {
		a.tokens.held = map[string]oauth2.TokenSource{}
	}
	a.tokens.held[key] = made
	return made, nil
}

// openVault makes the vault of the configuration's keys, if there are any.
func (a *App) openVault() error {
	var secrets []string
	for _, k := range a.Config.SecretKeys {
		secrets = append(secrets, k.Reveal())
	}
	if len(secrets) == 0 {
		return nil
	}
	var err error
	a.vault, err = vault.New(secrets...)
	return err
}

// warnUnlabelled says which sources have labels that their settings do not
// permit.
func (a *App) warnUnlabelled(ctx context.Context) error {
	for _, c := range a.Config.Sources {
		if !labelsWanted(c) {
			continue
		}
		box, err := mailbox.Open(c, a.mailboxOptions(c))
		if err != nil {
			return err
		}
		if _, can := box.(ingest.Labeler); can {
			continue
		}
		why := ingest.ErrLabels
		if in, ok := box.(ingest.Inspector); ok {
			if err := in.CanLabel(ctx); err != nil {
				why = err
			}
		}
		a.Logger.Warn("the source is read without labels", "source", c.Name, "reason", why)
	}
	return nil
}

// labelsWanted reports whether the configuration asks for labels.
func labelsWanted(c config.Source) bool {
	return len(c.Labels) > 0 && c.Mode != "shadow" && c.LabelMode != "none"
}

// keeper keeps the grant of one source in the database, encrypted.
type keeper struct {
	a      *App
	source string
}

func (a *App) keeper(source string) keeper { return keeper{a, source} }

var _ oauth.Keeper = keeper{}

func (k keeper) purpose() string { return "token of the source " + k.source }

// Load implements oauth.Keeper.
func (k keeper) Load(ctx context.Context) (oauth.Grant, bool, error) {
	grant, _, err := k.load(ctx)
	if errors.Is(err, models.ErrNotFound) {
		return oauth.Grant{}, false, nil
	}
	return grant, err == nil, err
}

func (k keeper) load(ctx context.Context) (oauth.Grant, []byte, error) {
	sealed, err := k.a.store.SourceToken(ctx, k.source)
	if err != nil {
		return oauth.Grant{}, nil, err
	}
	plain, err := k.a.vault.Open(k.purpose(), sealed)
	if err != nil {
		return oauth.Grant{}, nil, fmt.Errorf("%w that can be used: the stored token %w; name the key that it was stored with as the second secret_key, or run: lineman sources validate %s",
			oauth.ErrConsent, err, k.source)
	}
	grant, err := oauth.UnmarshalGrant(plain)
	return grant, sealed, err
}

// Renew implements oauth.Keeper.
func (k keeper) Renew(ctx context.Context, old, fresh oauth.Grant) error {
	sealed, err := k.still(ctx, old)
	if err != nil || sealed == nil {
		return err
	}
	plain, err := fresh.Marshal()
	if err != nil {
		return err
	}
	return k.a.store.RenewSourceToken(ctx, k.source, sealed, k.a.vault.Seal(k.purpose(), plain))
}

// Drop implements oauth.Keeper.
func (k keeper) Drop(ctx context.Context, old oauth.Grant) error {
	sealed, err := k.still(ctx, old)
	if err != nil || sealed == nil {
		return err
	}
	return k.a.store.DropSourceToken(ctx, k.source, sealed)
}

// still gives the stored bytes if they are those of the old consent.
func (k keeper) still(ctx context.Context, old oauth.Grant) ([]byte, error) {
	now, sealed, err := k.load(ctx)
	if errors.Is(err, models.ErrNotFound) || err == nil && now.Refresh != old.Refresh {
		return nil, nil
	}
	return sealed, err
}

// keep stores the grant of a new consent.
func (k keeper) keep(ctx context.Context, grant oauth.Grant) error {
	plain, err := grant.Marshal()
	if err != nil {
		return err
	}
	return k.a.store.SetSourceToken(ctx, k.source, k.a.vault.Seal(k.purpose(), plain))
}
