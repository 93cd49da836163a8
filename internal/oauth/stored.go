package oauth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"lineman/internal/config"
)

// Grant is what a person consented to, as it is stored.
type Grant struct {
	Account string // whose mailbox it is for
	Access  config.Secret
	Refresh config.Secret
	Expiry  time.Time // of Access
	Scopes  []string  // that were granted
}

// Keeper stores the grant of one source.
type Keeper interface {
	// Load gives the stored grant; false when there is none.
	Load(ctx context.Context) (Grant, bool, error)
	// Renew stores a grant in the place of one that was loaded; another one
	// that came meanwhile stays.
	Renew(ctx context.Context, old, fresh Grant) error
	// Drop removes a grant that was loaded; another one that came meanwhile
	// stays.
	Drop(ctx context.Context, old Grant) error
}

// Stored makes the access tokens of a person's stored consent: it refreshes
// them, stores what is new, and drops a consent that was withdrawn. The error
// is then ErrConsent with what to do. It does no I/O itself.
func Stored(src config.Source, c Credentials, client *http.Client, keeper Keeper, scopes ...string) *Source {
	return newSource(client, func(ctx context.Context, refused string) (*oauth2.Token, error) {
		grant, ok, err := keeper.Load(ctx)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read the stored token: %w", err)
		case !ok:
			return nil, fmt.Errorf("%w to read the mailbox was given yet; run: lineman sources validate %s", ErrConsent, src.Name)
		case !strings.EqualFold(grant.Account, src.Account):
			return nil, fmt.Errorf("%w for the mailbox of %s: it was given for that of %s; run: lineman sources validate %s", ErrConsent, src.Account, grant.Account, src.Name)
		case !Covers(grant.Scopes, scopes):
			return nil, fmt.Errorf("%w for the scopes %s: it was given for others; run: lineman sources validate %s",
				ErrConsent, strings.Join(missing(grant.Scopes, scopes), ", "), src.Name)
		}
		if t := grant.token(); t.AccessToken != refused && usable(t) {
			return t, nil
		}
		return refresh(ctx, src, c, keeper, grant)
	})
}

func refresh(ctx context.Context, src config.Source, c Credentials, keeper Keeper, grant Grant) (*oauth2.Token, error) {
	app := c.config("", nil)
	token, err := app.TokenSource(ctx, &oauth2.Token{RefreshToken: grant.Refresh.Reveal()}).Token()
	var e *oauth2.RetrieveError
	switch {
	case err == nil:
	case !refusal(err, &e):
		return nil, err
	case e.ErrorCode == "invalid_grant":
		if err := keeper.Drop(ctx, grant); err != nil {
			return nil, fmt.Errorf("drop a token that was withdrawn: %w", err)
		}
		return nil, fmt.Errorf("%w any more: it was withdrawn or has expired (%s), and the stored token was dropped; run: lineman sources validate %s",
			ErrConsent, plain(e.ErrorCode+": "+e.ErrorDescription), src.Name)
	default:
		return nil, &Refused{fmt.Sprintf("Google does not take the OAuth client of %s (%s); check credentials_file", src.CredentialsFile, plain(e.ErrorCode+": "+e.ErrorDescription))}
	}
	fresh := grantOf(token, grant.Scopes)
	fresh.Account = grant.Account
	if err := keeper.Renew(ctx, grant, fresh); err != nil {
		return nil, fmt.Errorf("store the refreshed token: %w", err)
	}
	return token, nil
}

func (g Grant) token() *oauth2.Token {
	return &oauth2.Token{AccessToken: g.Access.Reveal(), RefreshToken: g.Refresh.Reveal(), Expiry: g.Expiry}
}

// grantOf takes a grant from a token; scopes are those if the server names
// none.
func grantOf(t *oauth2.Token, scopes []string) Grant {
	if s, ok := t.Extra("scope").(string); ok && s != "" {
		scopes = strings.Fields(s)
	}
	return Grant{Access: config.Secret(t.AccessToken), Refresh: config.Secret(t.RefreshToken), Expiry: t.Expiry.UTC(), Scopes: scopes}
}

// The scopes of Gmail of which one includes another.
const (
	ScopeMail   = "https://mail.google.com/"
	ScopeModify = "https://www.googleapis.com/auth/gmail.modify"
	ScopeRead   = "https://www.googleapis.com/auth/gmail.readonly"
)

// Covers reports whether granted scopes include all wanted ones.
func Covers(granted, wanted []string) bool { return len(missing(granted, wanted)) == 0 }

func missing(granted, wanted []string) []string {
	var lack []string
	for _, w := range wanted {
		has := slices.Contains(granted, w) ||
			w == ScopeRead && (slices.Contains(granted, ScopeModify) || slices.Contains(granted, ScopeMail)) ||
			w == ScopeModify && slices.Contains(granted, ScopeMail)
		if !has {
			lack = append(lack, w)
		}
	}
	return lack
}
