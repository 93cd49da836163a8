package app

import (
	"context"
	"errors"
	"time"

	"lineman/internal/access"
	"lineman/models"
)

// NewUser is what a user is made of.
type NewUser struct {
	Name     string
	Role     models.Role
	Expires  time.Duration // from now; 0: never
	Scope    models.Scope  // Circuits are CIDs, or PROVIDER:CID; nothing in it: everything
	Password string        // empty: none
}

// ChangedUser is what is changed of a user; nil leaves it as it is.
type ChangedUser struct {
	Role     *models.Role
	Scope    *models.Scope  // as in NewUser
	Expires  *time.Duration // from now; 0: never
	Disabled *bool
	Password *string
}

// CreateUser makes a user. An InputError names the flag that is off.
func (a *App) CreateUser(ctx context.Context, n NewUser) error {
	expires, err := a.expiry(n.Expires)
	if err != nil {
		return err
	}
	_, err = a.accounts().CreateUser(ctx, terminal, access.NewUser{
		Name: n.Name, Role: n.Role, Scope: n.Scope, ExpiresAt: expires, Password: n.Password,
	})
	return flaggedUser("user create", err)
}

// ChangeUser changes a user; an InputError when nobody is called so.
func (a *App) ChangeUser(ctx context.Context, name string, c ChangedUser) error {
	change := access.UserChange{Role: c.Role, Scope: c.Scope, Disabled: c.Disabled, Password: c.Password}
	if c.Expires != nil {
		expires, err := a.expiry(*c.Expires)
		if err != nil {
			return err
		}
		change.ExpiresAt = &expires
	}
	_, err := a.accounts().ChangeUser(ctx, terminal, name, change)
	return unknownUser(name, flaggedUser("user", err))
}

// DeleteUser removes a user, whose tokens stop; an InputError when nobody is
// called so.
func (a *App) DeleteUser(ctx context.Context, name string) error {
	return unknownUser(name, a.accounts().DeleteUser(ctx, terminal, name, 0))
}

// Users lists all users by name.
func (a *App) Users(ctx context.Context) ([]models.User, error) { return a.accounts().Users(ctx) }

func unknownUser(name string, err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return models.Invalid("user", "there is no user called %q; `lineman user list` shows them all", name)
	}
	return err
}

// flaggedUser names the flag, or the command whose word it is.
func flaggedUser(command string, err error) error {
	var input *models.InputError
	if errors.As(err, &input) && input.Field == "name" {
		return models.Invalid(command, "%s", input.Reason)
	}
	return flagged(err)
}
