package app

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"lineman/internal/access"
	"lineman/models"
)

// NewToken is what a token is made of.
type NewToken struct {
	Name    string
	User    string // whose it is; empty: it stands for itself
	Role    models.Role
	Expires time.Duration // from now; 0: never
	Scope   models.Scope  // Circuits are CIDs, or PROVIDER:CID; nothing in it: everything
}

// terminal is who runs a command: whoever may open the database.
var terminal = models.Terminal()

// accounts makes and changes users and tokens.
func (a *App) accounts() access.Accounts {
	return access.Accounts{Store: a.store, Random: rand.Reader, Now: a.Now}
}

// CreateToken makes an API token and gives its secret, which is kept nowhere.
// An InputError names the flag that is off.
func (a *App) CreateToken(ctx context.Context, n NewToken) (string, error) {
	expires, err := a.expiry(n.Expires)
	if err != nil {
		return "", err
	}
	secret, _, err := a.accounts().CreateToken(ctx, terminal, access.NewToken{
		Name: n.Name, User: n.User, Role: n.Role, Scope: n.Scope, ExpiresAt: expires,
	})
	return secret, flagged(err)
}

// Tokens lists the API tokens.
func (a *App) Tokens(ctx context.Context) ([]models.Token, error) {
	return a.accounts().Tokens(ctx, terminal)
}

// RevokeToken ends the validity of a token; an InputError when none of this
// name is valid.
func (a *App) RevokeToken(ctx context.Context, name string) error {
	err := a.accounts().RevokeToken(ctx, terminal, name)
	if errors.Is(err, models.ErrNotFound) {
		return models.Invalid("token revoke", "no valid token is called %q; `lineman token list` shows them all", name)
	}
	return err
}

// expiry is the instant of a span from now; zero for none.
func (a *App) expiry(span time.Duration) (time.Time, error) {
	switch {
	case span < 0:
		return time.Time{}, models.Invalid("--expires", "%s has passed already; give a time from now, such as 90d", span)
	case span == 0:
		return time.Time{}, nil
	}
	return a.Now().UTC().Add(span), nil
}

// accountFlags are the fields of access that commands have flags for.
var accountFlags = []string{"name", "role", "user", "expires", "tenant", "site", "provider", "tag", "circuit"}

// flagged names the flag where an InputError names a field.
func flagged(err error) error {
	var input *models.InputError
	if errors.As(err, &input) && slices.Contains(accountFlags, input.Field) {
		return models.Invalid("--"+input.Field, "%s", input.Reason)
	}
	return err
}
