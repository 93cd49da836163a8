package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/chatops/platform"
	"lineman/internal/metrics"
	"lineman/models"
)

// ErrCommandFailed says that a command of an input that is no terminal failed.
var ErrCommandFailed = platform.ErrFailed

// ChatOptions say how the terminal chat meets its user.
type ChatOptions struct {
	In          io.Reader
	Out         io.Writer
	Interactive bool   // a person is typing
	Width       int    // columns of the terminal; 0: no limit
	User        string // whose role is taken; empty: admin, as whoever opens the database is
}

// chatEnd is how long commands that outlived their deadline are waited for.
const chatEnd = 2 * time.Second

// Chat runs the terminal chat until its input or ctx ends. ErrCommandFailed
// when a command of an input that is no terminal failed.
func (a *App) Chat(ctx context.Context, o ChatOptions) error {
	who := terminal
	if o.User != "" {
		user, err := a.user(ctx, o.User)
		if err != nil {
			return err
		}
		who = user.Principal()
	}
	return a.chat(ctx, o, who)
}

// user finds whose role is taken; an InputError when nobody is called so, or
// the user is disabled.
func (a *App) user(ctx context.Context, name string) (models.User, error) {
	user, err := a.store.User(ctx, name)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return models.User{}, fmt.Errorf("find the user %s: %w", name, err)
	}
	if err == nil && user.Active(a.Now()) {
		return user, nil
	}
	all, listed := a.store.Users(ctx)
	if listed != nil {
		return models.User{}, listed
	}
	var names []string
	for _, u := range all {
		if u.Active(a.Now()) {
			names = append(names, u.Name)
		}
	}
	advice := "leave --user out to ask as whoever may open the database"
	if len(names) > 0 {
		advice = fmt.Sprintf("choose one of %s, or %s", clip(names, 10), advice)
	}
	if err != nil {
		return models.User{}, models.Invalid("--user", "there is no user called %q; %s", name, advice)
	}
	return models.User{}, models.Invalid("--user", "%s is disabled or has expired; %s", user.Name, advice)
}

// clip joins the first words of a list.
func clip(words []string, most int) string {
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
}

// commandCounter counts commands for the metrics.
type commandCounter struct{ process *metrics.Process }

// CountCommand counts one command.
func (c commandCounter) CountCommand(platform, command, subcommand string, o models.ChatOutcome, took time.Duration) {
	c.process.Command(platform, command, subcommand, string(o), took)
}

// platformCounter counts for the metrics what platforms do.
type platformCounter struct{ process *metrics.Process }

// CountPlatform counts one thing.
func (c platformCounter) CountPlatform(platform, event, kind string) {
	c.process.Platform(platform, event, kind)
}

func (a *App) chat(ctx context.Context, o ChatOptions, who models.Principal) error {
	dispatcher, err := chatops.New(chatops.Options{
		Commands: command.All(a.commandOptions()),
		Grants:   chatops.WithTerminal{Given: a.store},
		Accounts: chatops.Fixed(who),
		Journal:  a.store,
		Seen:     a.store,
		Counter:  commandCounter{a.counted},
		Logger:   a.Logger,
		Now:      a.Now,
		Zone:     a.location,
	})
	if err != nil {
		return err
	}
	err = platform.NewTerminal(platform.TerminalOptions{
		Handler: dispatcher, In: o.In, Out: o.Out, User: who.Name,
		Zone: a.location, Interactive: o.Interactive, Width: o.Width,
	}).Run(ctx)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), chatEnd)
	defer cancel()
	return errors.Join(err, dispatcher.Wait(end))
}
