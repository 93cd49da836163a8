package app

import (
	"context"
	"errors"
	"fmt"

	"lineman/internal/access"
	"lineman/models"
)

// LinkChat says who a chat user is. An InputError names the flag.
func (a *App) LinkChat(ctx context.Context, l models.ChatLink) (models.ChatLink, error) {
	if err := knownPlatform("--platform", l.Platform); err != nil {
		return models.ChatLink{}, err
	}
	made, err := a.store.LinkChat(ctx, terminal, l)
	return made, flagOf(err)
}

// RedeemChatLink links the chat user who was given a code to a user. An
// InputError names the flag.
func (a *App) RedeemChatLink(ctx context.Context, user, code string) (models.ChatLink, error) {
	made, err := a.store.RedeemChatLink(ctx, terminal, user, code)
	return made, flagOf(err)
}

// UnlinkChat ends a link; an InputError when there is none.
func (a *App) UnlinkChat(ctx context.Context, platform, chatUser string) error {
	err := a.store.UnlinkChat(ctx, terminal, platform, chatUser)
	if errors.Is(err, models.ErrNotFound) {
		return models.Invalid("--chat-user", "%q is linked to nobody on %q; `lineman user links` shows all links", chatUser, platform)
	}
	return err
}

// ChatLinks lists who chat users are.
func (a *App) ChatLinks(ctx context.Context, f models.ChatLinkFilter) ([]models.ChatLink, error) {
	all, _, err := a.store.ChatLinks(ctx, f)
	return all, err
}

// service is who writes when lineman does by itself.
var service = models.Principal{Name: "lineman", Role: models.RoleAdmin, Scope: models.ScopeAll}

// ensureFallback makes the user whom people in chat act as who linked no user
// of their own, unless it is there.
func (a *App) ensureFallback(ctx context.Context) error {
	name := a.Config.ChatOps.FallbackUser
	_, err := a.store.User(ctx, name)
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	_, err = a.accounts().CreateUser(ctx, service, access.NewUser{Name: name, Role: models.RoleViewer})
	input := new(models.InputError)
	if errors.As(err, &input) {
		if _, there := a.store.User(ctx, name); there == nil { // another process was faster
			return nil
		}
		return models.Invalid("chatops.fallback_chatops_user", "%s", input.Reason)
	}
	if err != nil {
		return fmt.Errorf("make the fallback user of chat: %w", err)
	}
	a.Logger.Info("made the user whom people in chat act as who linked no user of their own", "user", name, "role", models.RoleViewer)
	return nil
}
