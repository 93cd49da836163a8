package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lineman/internal/app"
)

func (c *call) chat() *cobra.Command {
	var user string
	cmd := &cobra.Command{
		Use:   "chat",
		Short: "Ask lineman from this terminal",
		Long:  "The terminal chat. When standard input is no terminal it answers one command a line and ends with the input.",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				interactive, width := terminal()
				err := a.Chat(cmd.Context(), app.ChatOptions{
					In: cmd.InOrStdin(), Out: cmd.OutOrStdout(), Interactive: interactive, Width: width, User: user,
				})
				if errors.Is(err, app.ErrCommandFailed) {
					return &exitError{code: exitFailed}
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&user, "user", "", "take the role of this user")
	return cmd
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
