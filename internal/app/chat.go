package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
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

	Raw  bool                       // In and Out are a terminal in raw mode
	Size func() (width, height int) // of the terminal now; nil: Width

	Words []string // of the only command to answer; one is a whole line; none: the commands of In
	Files string   // folder for files of an answer; empty: they are only named
}

// chatEnd is how long commands that outlived their deadline are waited for.
const chatEnd = 2 * time.Second

// Chat runs the terminal chat until its input or ctx ends, or for one command.
// ErrCommandFailed when that failed, or a command of an input that is no
// terminal.
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

var parameter = regexp.MustCompile(`^([a-z0-9-]+)=(.*)$`)

// commandLine writes arguments as a line that is read as those words. A single
// one is a whole line.
func commandLine(args []string) string {
	if len(args) == 1 {
		return args[0]
	}
	words := make([]string, len(args))
	for i, a := range args {
		if m := parameter.FindStringSubmatch(a); m != nil {
			words[i] = m[1] + "=" + chatops.Quote(m[2])
			continue
		}
		words[i] = chatops.Quote(a)
	}
	return strings.Join(words, " ")
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
		Finder:   command.NewFinder(a.store),
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
	terminal := platform.NewTerminal(platform.TerminalOptions{
		Handler: dispatcher, Complete: dispatcher, In: o.In, Out: o.Out, User: who.Name,
		Zone: a.location, Interactive: o.Interactive, Raw: o.Raw, Width: o.Width, Size: o.Size, Files: o.Files,
	})
	if len(o.Words) > 0 {
		err = terminal.Once(ctx, commandLine(o.Words))
	} else {
		err = terminal.Run(ctx)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), chatEnd)
	defer cancel()
	return errors.Join(err, dispatcher.Wait(end))
}
