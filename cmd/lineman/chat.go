package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) chat() *cobra.Command {
	o := app.ChatOptions{}
	cmd := &cobra.Command{
		Use:   "chat [COMMAND...]",
		Short: "Ask lineman from this terminal",
		Long: "The terminal chat. With a command behind it, it answers that one and ends: with 1 when the command did not do what was asked. " +
			"When standard input is no terminal it answers one command a line and ends with the input.",
		Example: "  lineman chat\n  lineman chat maintenance list week provider=zayo\n  lineman chat --files . maintenance list format=csv",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFolder(o.Files); err != nil {
				return err
			}
			o.In, o.Out, o.Words = cmd.InOrStdin(), cmd.OutOrStdout(), args
			return c.ask(cmd.Context(), o)
		},
	}
	cmd.Flags().SetInterspersed(false) // what is behind the first word is the command's
	cmd.Flags().StringVar(&o.User, "user", "", "take the role of this user")
	cmd.Flags().StringVar(&o.Files, "files", "", "keep files of answers in this folder")
	return cmd
}

// ask answers on the terminal. What is logged goes there, too, so that its lines
// have to end as those of the answers do.
func (c *call) ask(ctx context.Context, o app.ChatOptions) error {
	settings, err := c.options()
	if err != nil {
		return err
	}
	log := &logLines{to: os.Stderr}
	settings.Logger = logger(settings.Config.Log, log)
	a, err := app.Open(ctx, settings)
	if err != nil {
		return err
	}
	defer a.Close()
	restore, err := onTerminal(&o, log)
	if err != nil {
		return err
	}
	err = errors.Join(a.Chat(ctx, o), restore())
	if errors.Is(err, app.ErrCommandFailed) {
		return &exitError{code: exitFailed}
	}
	return err
}

// logLines is where log lines go. While the terminal that they are shown on is
// raw, they begin at its left edge and end with a carriage return, too.
type logLines struct {
	to  io.Writer
	raw atomic.Bool
}

// Write writes whole lines.
func (l *logLines) Write(b []byte) (int, error) {
	if !l.raw.Load() {
		return l.to.Write(b)
	}
	if _, err := l.to.Write(slices.Concat([]byte("\r"), bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))); err != nil {
		return 0, err
	}
	return len(b), nil
}

func checkFolder(name string) error {
	if name == "" {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return models.Invalid("--files", "%s is no folder; name one that is there", name)
	}
	return nil
}

// onTerminal fills in what the terminal is, and takes over the editing of its
// lines where a person is at both ends; restore gives it back. Log lines that go
// to a terminal follow it.
func onTerminal(o *app.ChatOptions, log *logLines) (restore func() error, err error) {
	o.Interactive, o.Width = terminal()
	if !o.Interactive {
		return func() error { return nil }, nil
	}
	in, out := int(os.Stdin.Fd()), int(os.Stdout.Fd())
	was, err := term.MakeRaw(in)
	if err != nil {
		return nil, fmt.Errorf("take over the terminal: %w", err)
	}
	o.Raw = true
	log.raw.Store(term.IsTerminal(int(os.Stderr.Fd())))
	o.Size = func() (int, int) {
		width, height, err := term.GetSize(out)
		if err != nil {
			return o.Width, 0
		}
		return width, height
	}
	return func() error {
		log.raw.Store(false)
		return term.Restore(in, was)
	}, nil
}

// terminal tells whether a person is at both ends, and how wide the screen is.
func terminal() (interactive bool, width int) {
	out := int(os.Stdout.Fd())
	interactive = term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(out)
	if width, _, err := term.GetSize(out); err == nil {
		return interactive, width
	}
	return interactive, 0
}
