package chatops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lineman/models"
)

// AccountReader tells who chat users are.
type AccountReader interface {
	// ChatAccount gives the user whom a chat user is linked to, whatever the
	// user's state; models.ErrNotFound when there is none.
	ChatAccount(ctx context.Context, platform, chatUser string) (models.User, error)
	// User gives a user by name, whatever its state; models.ErrNotFound when
	// there is none.
	User(ctx context.Context, name string) (models.User, error)
}

// Linked are the accounts of users who linked theirs; everybody else is the
// fallback user.
type Linked struct {
	Reader   AccountReader
	Fallback string // name of a user
	Now      func() time.Time
}

// Principal is the linked user, else the fallback user. Whose user is disabled
// or has expired is refused, and never the fallback user instead.
func (l Linked) Principal(ctx context.Context, r Request) (models.Principal, error) {
	u, err := models.User{}, fmt.Errorf("a request without a user: %w", models.ErrNotFound)
	if r.User.ID != "" {
		u, err = l.Reader.ChatAccount(ctx, r.Platform, r.User.ID)
	}
	if err == nil {
		if !u.Active(l.Now()) {
			return models.Principal{}, refused(fmt.Sprintf("Your user %s in lineman is disabled or has expired; ask an administrator of lineman.", u.Name))
		}
		return u.Principal(), nil
	}
	if !errors.Is(err, models.ErrNotFound) {
		return models.Principal{}, fmt.Errorf("find the user of a chat account: %w", err)
	}
	u, err = l.Reader.User(ctx, l.Fallback)
	switch {
	case errors.Is(err, models.ErrNotFound) || err == nil && !u.Active(l.Now()):
		return models.Principal{}, refused("Your account is linked to no user of lineman, and nobody may ask without one here; ask an administrator of lineman.")
	case err != nil:
		return models.Principal{}, fmt.Errorf("find the fallback user: %w", err)
	}
	return u.Principal(), nil
}
