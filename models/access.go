package models

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"
)

// Token is an API token; only the hash of its secret is kept.
type Token struct {
	ID        string
	Name      string // unique among tokens that are not revoked; USER/NAME where it is a user's
	Hash      string // hex SHA-256 of the token as printed
	UserID    string // whose it is; empty: it stands for itself
	User      string // name of that user; readers fill it, empty also once the user is deleted
	Role      Role
	Scope     Scope
	CreatedAt time.Time
	LastUsed  time.Time
	ExpiresAt time.Time // it opens nothing from then on; zero: never
	RevokedAt time.Time // zero: not revoked
}

// Valid reports whether a token opens anything at an instant, as far as it
// goes by itself; a user's token needs an active user as well.
func (t Token) Valid(at time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || at.Before(t.ExpiresAt))
}

// Under gives the token as it counts for its user: never with a higher role
// or a wider scope, and not for longer.
func (t Token) Under(u User) Token {
	t.User = u.Name
	if t.Role.Allows(RoleCalendar) && !u.Role.Allows(t.Role) { // an unknown role stays one: it allows nothing
		t.Role = u.Role
	}
	t.Scope = t.Scope.Both(u.Scope)
	if !u.ExpiresAt.IsZero() && (t.ExpiresAt.IsZero() || u.ExpiresAt.Before(t.ExpiresAt)) {
		t.ExpiresAt = u.ExpiresAt
	}
	return t
}

// Principal is whoever shows the token. A user's tokens write in the user's
// name.
func (t Token) Principal() Principal {
	p := Principal{Name: t.Name, Role: t.Role, Scope: t.Scope, TokenID: t.ID, UserID: t.UserID, User: t.User, ExpiresAt: t.ExpiresAt}
	if t.User != "" {
		p.Name = t.User
	}
	return p
}

// PasswordHash is a password as it is kept: a PHC string of argon2id. Empty:
// there is none, and nobody can log in with one. It prints as ***.
type PasswordHash string

// String keeps the hash out of logs and errors.
func (h PasswordHash) String() string {
	if h == "" {
		return ""
	}
	return "***"
}

// GoString keeps the hash out of %#v.
func (h PasswordHash) GoString() string { return h.String() }

// MarshalText keeps the hash out of JSON.
func (h PasswordHash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// User is a person, or what stands for one: whom tokens, chat accounts and
// pages belong to.
type User struct {
	ID         string
	Name       string // unique, lower case
	Password   PasswordHash
	Role       Role
	Scope      Scope
	CreatedAt  time.Time
	LastSeen   time.Time // by the minute; zero: never
	ExpiresAt  time.Time // may do nothing from then on; zero: never
	DisabledAt time.Time // zero: not disabled
	Revision   int64     // from 1; each change adds one
}

// Active reports whether a user may do anything at an instant.
func (u User) Active(at time.Time) bool {
	return u.DisabledAt.IsZero() && (u.ExpiresAt.IsZero() || at.Before(u.ExpiresAt))
}

// Principal is the user who asks in person.
func (u User) Principal() Principal {
	return Principal{Name: u.Name, Role: u.Role, Scope: u.Scope, UserID: u.ID, User: u.Name, ExpiresAt: u.ExpiresAt}
}

// UserChange is what is changed of a user; nil leaves it as it is.
type UserChange struct {
	Role      *Role
	Scope     *Scope
	ExpiresAt *time.Time // zero: never
	Disabled  *bool
	Password  *PasswordHash
	Expected  int64 // the revision that is changed, else ErrStale; 0: any
}

// Principal is whoever asks: what a token, user or the terminal amounts to.
type Principal struct {
	Name  string // in whose name is written
	Role  Role
	Scope Scope

	TokenID   string    // of the token that was shown; empty: none
	UserID    string    // of the user whose token or password was shown; empty: none
	User      string    // name of that user
	ExpiresAt time.Time // of what was shown; zero: never
}

// Terminal is whoever may open the database and works with commands.
func Terminal() Principal { return Principal{Name: "terminal", Role: RoleAdmin, Scope: ScopeAll} }

// TokenPrefix starts every API token, so that a leaked one can be recognised.
const TokenPrefix = "lm_"

// NewToken makes a token's secret from 32 random bytes and its hash. The
// secret is shown once and never kept.
func NewToken(random io.Reader) (secret, hash string, err error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", "", fmt.Errorf("make a token: %w", err)
	}
	secret = TokenPrefix + base64.RawURLEncoding.EncodeToString(b)
	return secret, HashToken(secret), nil
}

// HashToken gives the hex SHA-256 under which a token's secret is looked up.
func HashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Both gives a scope that shows nothing that either of two does not show: of
// two narrow ones, the values that stand in both.
func (s Scope) Both(o Scope) Scope {
	switch {
	case o.All:
		return s
	case s.All:
		return o
	}
	common := func(a, b []string) (both []string) {
		for _, v := range a {
			if slices.Contains(b, v) {
				both = append(both, v)
			}
		}
		return both
	}
	return Scope{
		Tenants: common(s.Tenants, o.Tenants), Sites: common(s.Sites, o.Sites), Providers: common(s.Providers, o.Providers),
		Tags: common(s.Tags, o.Tags), Circuits: common(s.Circuits, o.Circuits),
	}
}

// Beyond names the first part of a scope that another does not have, such as
// "site" and "Paris"; both are empty where there is none. What is "everything"
// to a narrow one is no part.
func (s Scope) Beyond(o Scope) (part, value string) {
	if o.All {
		return "", ""
	}
	if s.All {
		return "scope", "everything"
	}
	for _, p := range []struct {
		part      string
		mine, its []string
	}{
		{"tenant", s.Tenants, o.Tenants}, {"site", s.Sites, o.Sites}, {"provider", s.Providers, o.Providers},
		{"tag", s.Tags, o.Tags}, {"circuit", s.Circuits, o.Circuits},
	} {
		for _, v := range p.mine {
			if !slices.Contains(p.its, v) {
				return p.part, v
			}
		}
	}
	return "", ""
}

// Empty reports whether a scope names nothing and is not everything either.
func (s Scope) Empty() bool {
	return !s.All && len(s.Tenants)+len(s.Sites)+len(s.Providers)+len(s.Tags)+len(s.Circuits) == 0
}
