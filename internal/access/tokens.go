package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// TokenStore keeps tokens; its writes go to the audit log.
type TokenStore interface {
	CreateToken(ctx context.Context, by models.Principal, t models.Token) error
	Tokens(ctx context.Context) ([]models.Token, error)
	// RevokeToken returns models.ErrNotFound when there is none that is valid.
	RevokeToken(ctx context.Context, by models.Principal, idOrName string) error
}

// NewToken is what a token is made of.
type NewToken struct {
	Name      string
	User      string // whose it is; empty: it stands for itself
	Role      models.Role
	Scope     models.Scope // Circuits are CIDs, or PROVIDER:CID; nothing in it: everything, of a user all that the user sees
	ExpiresAt time.Time    // zero: never
}

// manages reports whether somebody may do everything to users and tokens.
func manages(p models.Principal) bool { return p.Role.Allows(models.RoleAdmin) && p.Scope.All }

// CreateToken makes a token and gives its secret, which is kept nowhere. Admins
// who see everything make any; a user who shows a password, tokens of their
// own; anybody else is refused with models.ErrDenied: who finds a token is not
// to make more of it.
func (a Accounts) CreateToken(ctx context.Context, by models.Principal, n NewToken) (secret string, t models.Token, err error) {
	if !manages(by) {
		if by.UserID == "" || by.TokenID != "" || n.User != "" && nameKey(n.User) != by.User {
			return "", t, fmt.Errorf("make this token: %w", models.ErrDenied)
		}
		n.User = by.User
	}
	if t, err = a.token(ctx, n); err != nil {
		return "", t, err
	}
	outlives := t.ExpiresAt.IsZero() || t.ExpiresAt.After(by.ExpiresAt)
	if by.TokenID != "" && !by.ExpiresAt.IsZero() && outlives {
		return "", t, models.Invalid("expires", "it would outlive the token that asks, which ends at %s; give an earlier time", by.ExpiresAt.UTC().Format(time.RFC3339))
	}
	if secret, t.Hash, err = models.NewToken(a.Random); err != nil {
		return "", t, err
	}
	if err := a.Store.CreateToken(ctx, by, t); err != nil {
		return "", t, fmt.Errorf("create the token: %w", err)
	}
	return secret, t, nil
}

// token checks what a token is made of.
func (a Accounts) token(ctx context.Context, n NewToken) (t models.Token, err error) {
	now := a.Now().UTC()
	name := strings.TrimSpace(n.Name)
	switch {
	case name == "":
		return t, models.Invalid("name", "a token needs a name, so that it can be revoked")
	case len(name) > 200 || strings.ContainsAny(name, "/\x00\r\n"):
		return t, models.Invalid("name", "a token's name has at most 200 bytes, and no slash or line break")
	case !slices.Contains(models.TokenRoles, n.Role):
		return t, models.Invalid("role", "%q is no role; it is one of %v", n.Role, models.TokenRoles)
	case !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(now):
		return t, models.Invalid("expires", "%s has passed already; give a later time", n.ExpiresAt.UTC().Format(time.RFC3339))
	}
	t = models.Token{Name: name, Role: n.Role, CreatedAt: now, ExpiresAt: n.ExpiresAt}
	if t.ID, err = newID(a.Random); err != nil {
		return t, err
	}
	if t.Scope, err = a.scope(ctx, n.Scope); err != nil || n.User == "" {
		return t, err
	}
	u, err := a.activeUser(ctx, n.User)
	if err != nil {
		return t, err
	}
	if !u.Role.Allows(t.Role) {
		return t, models.Invalid("role", "%s is more than %s may do, who is %s", t.Role, u.Name, u.Role)
	}
	if !t.Scope.All { // everything is all that the user sees
		if part, value := t.Scope.Beyond(u.Scope); part != "" {
			return t, models.Invalid(part, "the scope of %s does not have %q; leave it out, or widen the user's", u.Name, value)
		}
	}
	t.UserID, t.User, t.Name = u.ID, u.Name, u.Name+"/"+name
	return t, nil
}

// Tokens lists the tokens that somebody may know of: admins who see everything
// all, users their own, others the one that they show.
func (a Accounts) Tokens(ctx context.Context, by models.Principal) ([]models.Token, error) {
	all, err := a.Store.Tokens(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the tokens: %w", err)
	}
	return slices.DeleteFunc(all, func(t models.Token) bool { return !knows(by, t) }), nil
}

func knows(by models.Principal, t models.Token) bool {
	return manages(by) || by.UserID != "" && t.UserID == by.UserID || by.TokenID != "" && t.ID == by.TokenID
}

// RevokeToken ends a token that somebody may know of, by id or name.
// models.ErrNotFound when there is none that is not revoked.
func (a Accounts) RevokeToken(ctx context.Context, by models.Principal, idOrName string) error {
	all, err := a.Tokens(ctx, by)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t models.Token) bool {
		return t.RevokedAt.IsZero() && (t.ID == idOrName || t.Name == idOrName)
	})
	if i < 0 {
		return fmt.Errorf("token %.80q: %w", idOrName, models.ErrNotFound)
	}
	if err := a.Store.RevokeToken(ctx, by, all[i].ID); err != nil {
		return fmt.Errorf("revoke the token: %w", err)
	}
	return nil
}
