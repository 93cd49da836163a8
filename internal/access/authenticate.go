package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"lineman/models"
)

// Authenticator tells who holds a token's secret.
type Authenticator interface {
	// Authenticate returns ErrUnauthorized for an unknown, revoked or expired
	// secret; any other error means that it could not be found out.
	Authenticate(ctx context.Context, secret string) (models.Principal, error)
}

// Loginer tells who knows a password.
type Loginer interface {
	// Login returns ErrUnauthorized for what opens nothing, whatever the reason,
	// and a *LimitError for too many attempts from there; any other error means
	// that it could not be found out.
	Login(ctx context.Context, user, password, from string) (models.Principal, error)
}

// TokenReader finds a valid token by its hash, as it counts for its user;
// models.ErrNotFound when there is none.
type TokenReader interface {
	TokenByHash(ctx context.Context, hash string) (models.Token, error)
}

// Tokens authenticates API tokens. It keeps nothing, so that a revoked token
// opens nothing from then on.
type Tokens struct{ Reader TokenReader }

// maxSecret bounds a secret in bytes; real tokens have 46.
const maxSecret = 256

// Authenticate looks the secret's hash up; the secret itself is never
// compared, so the time this takes tells nothing about it.
func (t Tokens) Authenticate(ctx context.Context, secret string) (models.Principal, error) {
	if secret == "" || len(secret) > maxSecret {
		return models.Principal{}, ErrUnauthorized
	}
	hash := models.HashToken(secret)
	token, err := t.Reader.TokenByHash(ctx, hash)
	if errors.Is(err, models.ErrNotFound) {
		return models.Principal{}, ErrUnauthorized
	}
	if err != nil {
		return models.Principal{}, fmt.Errorf("look a token up: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Hash), []byte(hash)) != 1 || !token.RevokedAt.IsZero() {
		return models.Principal{}, ErrUnauthorized
	}
	return token.Principal(), nil
}

// UserReader is what Passwords reads and notes of users.
type UserReader interface {
	// User returns models.ErrNotFound when there is none of this name.
	User(ctx context.Context, name string) (models.User, error)
	UserSeen(ctx context.Context, id string, old, renewed models.PasswordHash) error
}

// PasswordOptions are what Passwords is made of.
type PasswordOptions struct {
	Users  UserReader
	Random io.Reader
	Now    func() time.Time
	Logger *slog.Logger
}

// Passwords authenticates users by their passwords. Its methods may be called
// from many goroutines.
type Passwords struct {
	o       PasswordOptions
	dummy   models.PasswordHash // what an unknown user's password is compared with
	tries   *limiter
	working chan struct{}
}

// How often a password may be wrong: five times at once, then once in twelve
// seconds, for each user and address; and how many are computed at once.
const (
	wrongAtOnce  = 5
	wrongPerHour = 300
	hashesAtOnce = 4
)

// NewPasswords makes the check of passwords.
func NewPasswords(o PasswordOptions) (*Passwords, error) {
	if o.Users == nil || o.Random == nil || o.Now == nil || o.Logger == nil {
		return nil, errors.New("passwords need Users, Random, Now and a Logger")
	}
	dummy, err := hashWith(o.Random, current, "a password that nobody has")
	if err != nil {
		return nil, err
	}
	return &Passwords{
		o: o, dummy: dummy, tries: newLimiter(wrongPerHour/3600.0, wrongAtOnce, o.Now), working: make(chan struct{}, hashesAtOnce),
	}, nil
}

// Login compares a password. It takes as long for users that are unknown,
// disabled or without a password as for all others.
func (p *Passwords) Login(ctx context.Context, name, password, from string) (models.Principal, error) {
	if name == "" || len(name) > maxSecret || len(password) > maxPassword {
		return models.Principal{}, ErrUnauthorized
	}
	done, wait := p.tries.take(nameKey(name) + "\x00" + from)
	if wait > 0 {
		return models.Principal{}, &LimitError{wait}
	}
	user, err := p.o.Users.User(ctx, name)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		done()
		return models.Principal{}, fmt.Errorf("look a user up: %w", err)
	}
	known := err == nil && user.Active(p.o.Now()) && user.Password != ""
	hash := p.dummy
	if known {
		hash = user.Password
	}
	select {
	case p.working <- struct{}{}:
		defer func() { <-p.working }()
	case <-ctx.Done():
		done()
		return models.Principal{}, fmt.Errorf("wait to check a password: %w", ctx.Err())
	}
	fits, outdated := verify(hash, password)
	if !fits || !known {
		return models.Principal{}, ErrUnauthorized
	}
	done()
	return user.Principal(), p.seen(ctx, user, password, outdated)
}

// seen notes the login, and keeps the password with today's cost.
func (p *Passwords) seen(ctx context.Context, user models.User, password string, outdated bool) error {
	var renewed models.PasswordHash
	if outdated {
		var err error
		if renewed, err = hashWith(p.o.Random, current, password); err != nil {
			return err
		}
		p.o.Logger.Info("a password is kept in a newer way", "user", user.Name)
	}
	if err := p.o.Users.UserSeen(ctx, user.ID, user.Password, renewed); err != nil {
		return fmt.Errorf("note a login: %w", err)
	}
	return nil
}
