package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// Store is what users and tokens are kept in.
type Store interface {
	TokenStore
	UserStore
	Names
}

// UserStore keeps users; its writes go to the audit log.
type UserStore interface {
	User(ctx context.Context, name string) (models.User, error)
	Users(ctx context.Context) ([]models.User, error)
	CreateUser(ctx context.Context, by models.Principal, u models.User) (models.User, error)
	ChangeUser(ctx context.Context, by models.Principal, name string, c models.UserChange) (models.User, error)
	DeleteUser(ctx context.Context, by models.Principal, name string, expected int64) error
}

// Accounts makes and changes users and tokens. An InputError of its methods
// names the field: name, role, user, expires, password, tenant, site,
// provider, tag or circuit.
type Accounts struct {
	Store  Store
	Random io.Reader
	Now    func() time.Time
}

// NewUser is what a user is made of.
type NewUser struct {
	Name      string
	Role      models.Role
	Scope     models.Scope // Circuits are CIDs, or PROVIDER:CID; nothing in it: everything
	ExpiresAt time.Time    // zero: never
	Password  string       // empty: none
}

// UserChange is what is changed of a user; nil leaves it as it is.
type UserChange struct {
	Role      *models.Role
	Scope     *models.Scope // as in NewUser
	ExpiresAt *time.Time    // zero: never
	Disabled  *bool
	Password  *string
	Expected  int64 // the revision that is changed; 0: any
}

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

// nameKey is a user's name as it is kept.
func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// CreateUser makes a user.
func (a Accounts) CreateUser(ctx context.Context, by models.Principal, n NewUser) (models.User, error) {
	u := models.User{Name: nameKey(n.Name), Role: n.Role}
	if !userName.MatchString(u.Name) {
		return models.User{}, models.Invalid("name", "%.80q cannot be a user's name; use up to 64 letters a to z, digits, dots, hyphens, underscores and @, with a letter or digit first", n.Name)
	}
	c, err := a.change(ctx, UserChange{Role: &n.Role, Scope: &n.Scope, ExpiresAt: &n.ExpiresAt})
	if err != nil {
		return models.User{}, err
	}
	u.Scope, u.ExpiresAt = *c.Scope, *c.ExpiresAt
	if n.Password != "" {
		if u.Password, err = HashPassword(a.Random, n.Password); err != nil {
			return models.User{}, err
		}
	}
	u, err = a.Store.CreateUser(ctx, by, u)
	if err != nil {
		return models.User{}, fmt.Errorf("create the user: %w", err)
	}
	return u, nil
}

// ChangeUser changes a user; models.ErrNotFound when nobody is called so.
func (a Accounts) ChangeUser(ctx context.Context, by models.Principal, name string, c UserChange) (models.User, error) {
	change, err := a.change(ctx, c)
	if err != nil {
		return models.User{}, err
	}
	u, err := a.Store.ChangeUser(ctx, by, name, change)
	if err != nil {
		return models.User{}, fmt.Errorf("change the user: %w", err)
	}
	return u, nil
}

// change checks a change.
func (a Accounts) change(ctx context.Context, c UserChange) (models.UserChange, error) {
	change := models.UserChange{Role: c.Role, ExpiresAt: c.ExpiresAt, Disabled: c.Disabled, Expected: c.Expected}
	if c.Role != nil && !slices.Contains(models.Roles, *c.Role) {
		return change, models.Invalid("role", "%q is no role of a user; it is one of %v", *c.Role, models.Roles)
	}
	if c.ExpiresAt != nil && !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(a.Now()) {
		return change, models.Invalid("expires", "%s has passed already; give a later time", c.ExpiresAt.UTC().Format(time.RFC3339))
	}
	if c.Scope != nil {
		scope, err := a.scope(ctx, *c.Scope)
		if err != nil {
			return change, err
		}
		change.Scope = &scope
	}
	if c.Password != nil {
		hash, err := HashPassword(a.Random, *c.Password)
		if err != nil {
			return change, err
		}
		change.Password = &hash
	}
	return change, nil
}

// DeleteUser removes a user, whose tokens stop; models.ErrNotFound when nobody
// is called so, models.ErrStale when the user has another revision than is
// expected (0: any).
func (a Accounts) DeleteUser(ctx context.Context, by models.Principal, name string, expected int64) error {
	if err := a.Store.DeleteUser(ctx, by, name, expected); err != nil {
		return fmt.Errorf("delete the user: %w", err)
	}
	return nil
}

// User gives a user by name; models.ErrNotFound when nobody is called so.
func (a Accounts) User(ctx context.Context, name string) (models.User, error) {
	return a.Store.User(ctx, name)
}

// Users lists all users by name.
func (a Accounts) Users(ctx context.Context) ([]models.User, error) { return a.Store.Users(ctx) }

// activeUser is the user whom a token is made for.
func (a Accounts) activeUser(ctx context.Context, name string) (models.User, error) {
	u, err := a.Store.User(ctx, name)
	if errors.Is(err, models.ErrNotFound) {
		return u, models.Invalid("user", "there is no user called %.80q", name)
	}
	if err != nil {
		return u, fmt.Errorf("find the user: %w", err)
	}
	if !u.Active(a.Now()) {
		return u, models.Invalid("user", "%s is disabled or has expired; a token would open nothing", u.Name)
	}
	return u, nil
}
