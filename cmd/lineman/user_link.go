package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) userLink() *cobra.Command {
	var code string
	var link models.ChatLink
	cmd := &cobra.Command{
		Use:   "link --user NAME --code CODE | --user NAME --platform P --chat-user ID",
		Short: "Say which user somebody in chat is",
		Long: "A code comes by direct message from `account link` in chat, and proves who asked for it. Without one, whoever may open the database " +
			"says it by the id that `lineman grant seen` shows.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if link.User == "" {
				return models.Invalid("--user", "is missing; name the user of lineman")
			}
			if (code == "") == (link.Platform == "" && link.ChatUser.ID == "") {
				return models.Invalid(cmd.CommandPath(), "takes either --code, or --platform and --chat-user")
			}
			return c.withApp(cmd, func(a *app.App) (err error) {
				made := link
				if code != "" {
					made, err = a.RedeemChatLink(cmd.Context(), link.User, code)
				} else {
					made, err = a.LinkChat(cmd.Context(), link)
				}
				if err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "%s on %s is %s\n", app.OneLine(made.ChatUser.Label()), made.Platform, made.User)
				}
				return err
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&link.User, "user", "", "`NAME` of the user of lineman")
	flags.StringVar(&code, "code", "", "the code from chat")
	flags.StringVar(&link.Platform, "platform", "", "the chat platform, for example slack")
	flags.StringVar(&link.ChatUser.ID, "chat-user", "", "`ID` of the chat user there")
	flags.StringVar(&link.ChatUser.Name, "chat-name", "", "what people call the chat user; it decides nothing")
	return cmd
}

func (c *call) userUnlink() *cobra.Command {
	var platform, id string
	cmd := &cobra.Command{
		Use:   "unlink --platform P --chat-user ID",
		Short: "End a link; who was linked acts as the fallback user from then on",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error { return a.UnlinkChat(cmd.Context(), platform, id) })
		},
	}
	cmd.Flags().StringVar(&platform, "platform", "", "the chat platform")
	cmd.Flags().StringVar(&id, "chat-user", "", "`ID` of the chat user there")
	return cmd
}

func (c *call) userLinks() *cobra.Command {
	var f models.ChatLinkFilter
	cmd := &cobra.Command{
		Use:   "links",
		Short: "List which users people in chat are",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				all, err := a.ChatLinks(cmd.Context(), f)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "PLATFORM\tCHAT USER\tNAME\tUSER\tBY\tSINCE")
				for _, l := range all {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Platform, app.OneLine(l.ChatUser.ID), app.OneLine(l.ChatUser.Name), l.User, l.By, day(l.At))
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().StringArrayVar(&f.Users, "user", nil, "only of this user of lineman (repeatable)")
	cmd.Flags().StringArrayVar(&f.Platforms, "platform", nil, "only of this platform (repeatable)")
	return cmd
}
