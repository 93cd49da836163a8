package main

import (
	"time"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) chatLog() *cobra.Command {
	return group("chat-log", "The log of commands that were given in chat", c.chatLogList(), c.chatLogShow())
}

func (c *call) chatLogList() *cobra.Command {
	var f models.ChatCommandFilter
	var outcomes []string
	var since, format string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List commands, newest first",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, o := range outcomes {
				f.Outcomes = append(f.Outcomes, models.ChatOutcome(o))
			}
			span, err := parseSpan("--since", since)
			if err != nil {
				return err
			}
			if f.Page.Limit < 0 {
				return models.Invalid("--limit", "%d is less than nothing; 0 is without a limit", f.Page.Limit)
			}
			return c.withApp(cmd, func(a *app.App) error {
				if span > 0 {
					f.After = a.Now().Add(-span)
				}
				return a.WriteChatLog(cmd.Context(), f, format, cmd.OutOrStdout())
			})
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.Platforms, "platform", nil, "only of this platform (repeatable)")
	flags.StringArrayVar(&f.Commands, "command", nil, "only this command (repeatable)")
	flags.StringArrayVar(&f.Users, "user", nil, "only of this chat user by id, or user of lineman by name (repeatable)")
	flags.StringArrayVar(&f.Channels, "channel", nil, "only in the channel of this id (repeatable)")
	flags.StringArrayVar(&outcomes, "outcome", nil, "only succeeded, blocked, failed, errored or unknown (repeatable)")
	flags.StringVar(&since, "since", "", "only of the last, for example, 12h or 7d")
	flags.TimeVar(&f.Before, "before", time.Time{}, []string{time.RFC3339, time.DateOnly}, "only before this time (UTC)")
	flags.IntVar(&f.Page.Limit, "limit", 100, "at most this many; 0 is all")
	flags.StringVar(&format, "format", "table", "table, json (one object a line) or csv")
	return cmd
}

func (c *call) chatLogShow() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "show REFERENCE",
		Short: "Show one command, with the whole error of one that failed",
		Args:  exactly("REFERENCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				return a.WriteChatCommand(cmd.Context(), args[0], format, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table, json or csv")
	return cmd
}
