package rest

import (
	"context"
	"fmt"
	"time"

	"lineman/internal/access"
	"lineman/models"
)

type userJSON struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Role     string     `json:"role"`
	Scope    ScopeJSON  `json:"scope"`
	Password bool       `json:"password" doc:"Whether there is one"`
	Created  *time.Time `json:"created"`
	LastSeen *time.Time `json:"last_seen" doc:"By the minute"`
	Expires  *time.Time `json:"expires"`
	Disabled *time.Time `json:"disabled" doc:"Since when; null: not"`
}

func userOf(u models.User) userJSON {
	return userJSON{
		ID: u.ID, Name: u.Name, Role: string(u.Role), Scope: ScopeJSON(u.Scope), Password: u.Password != "", Created: instant(u.CreatedAt),
		LastSeen: instant(u.LastSeen), Expires: instant(u.ExpiresAt), Disabled: instant(u.DisabledAt),
	}
}

func (s *server) listUsers(ctx context.Context, in *struct{ Paging }) (*answer[List[userJSON]], error) {
	all, err := s.o.Accounts.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return newList(ctx, slice(all, in.page()), len(all), in.page(), userOf), nil
}

// UserPath names a user; exported as Paging is.
type UserPath struct {
	Name string `path:"name" maxLength:"64" doc:"Name of the user"`
}

func (s *server) getUser(ctx context.Context, in *UserPath) (*answer[userJSON], error) {
	u, err := s.o.Accounts.User(ctx, in.Name)
	if err != nil {
		return nil, fmt.Errorf("read a user: %w", err)
	}
	whoAsks(ctx).reply.revision = u.Revision
	return &answer[userJSON]{userOf(u)}, nil
}

// UserWrite is what a user is made of; exported as Paging is.
type UserWrite struct {
	Name     string     `json:"name" maxLength:"64"`
	Role     string     `json:"role" maxLength:"20" doc:"viewer, operator or admin"`
	Scope    *ScopeJSON `json:"scope,omitempty" doc:"Left out: everything"`
	Expires  *string    `json:"expires,omitempty" maxLength:"40" doc:"Time from which the user may do nothing; left out: never"`
	Password *string    `json:"password,omitempty" maxLength:"1024" doc:"Left out: none, and nobody logs in with one"`
}

func (s *server) createUser(ctx context.Context, in *RawInput) (*answer[userJSON], error) {
	w, err := decode[UserWrite](s, *in)
	if err != nil {
		return nil, err
	}
	n := access.NewUser{Name: w.Name, Role: models.Role(w.Role)}
	if n.Scope, err = scopeOf(w.Scope); err != nil {
		return nil, err
	}
	if n.ExpiresAt, err = instantOf("expires", textOf(w.Expires)); err != nil {
		return nil, err
	}
	if w.Password != nil {
		if n.Password = *w.Password; n.Password == "" {
			return nil, badField("password", "it is empty; leave it out, or choose one")
		}
	}
	u, err := s.o.Accounts.CreateUser(ctx, whoAsks(ctx).Principal, n)
	if err != nil {
		return nil, placed(err)
	}
	return &answer[userJSON]{userOf(u)}, nil
}

// UserChangeWrite is what is changed of a user; exported as Paging is.
type UserChangeWrite struct {
	Role     *string    `json:"role,omitempty" maxLength:"20" doc:"viewer, operator or admin"`
	Scope    *ScopeJSON `json:"scope,omitempty"`
	Expires  *string    `json:"expires,omitempty" maxLength:"40" doc:"Time from which the user may do nothing; empty: never"`
	Disabled *bool      `json:"disabled,omitempty" doc:"true: the user may do nothing, and the user's tokens open nothing, until it is false"`
	Password *string    `json:"password,omitempty" maxLength:"1024" doc:"The user's tokens stay"`
}

type userChangeInput struct {
	UserPath
	RawInput
}

func (s *server) changeUser(ctx context.Context, in *userChangeInput) (*answer[userJSON], error) {
	w, err := decode[UserChangeWrite](s, in.RawInput)
	if err != nil {
		return nil, err
	}
	c := access.UserChange{Disabled: w.Disabled, Password: w.Password}
	if w.Role != nil {
		role := models.Role(*w.Role)
		c.Role = &role
	}
	if w.Scope != nil {
		scope, err := scopeOf(w.Scope)
		if err != nil {
			return nil, err
		}
		c.Scope = &scope
	}
	if w.Expires != nil {
		at, err := instantOf("expires", *w.Expires)
		if err != nil {
			return nil, err
		}
		c.ExpiresAt = &at
	}
	if c.Expected, err = s.expectedUser(ctx, in.Name); err != nil {
		return nil, err
	}
	u, err := s.o.Accounts.ChangeUser(ctx, whoAsks(ctx).Principal, in.Name, c)
	if err != nil {
		return nil, placed(err)
	}
	whoAsks(ctx).reply.revision = u.Revision
	return &answer[userJSON]{userOf(u)}, nil
}

func (s *server) deleteUser(ctx context.Context, in *UserPath) (*nothing, error) {
	expected, err := s.expectedUser(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return nil, s.o.Accounts.DeleteUser(ctx, whoAsks(ctx).Principal, in.Name, expected)
}

// expectedUser gives the revision at which a user may be written; 0 for any.
func (s *server) expectedUser(ctx context.Context, name string) (int64, error) {
	u, err := s.o.Accounts.User(ctx, name)
	if err != nil {
		return 0, fmt.Errorf("read a user: %w", err)
	}
	return whoAsks(ctx).match.expected(u.Revision)
}
