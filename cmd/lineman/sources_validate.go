package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lineman/internal/app"
)

func (c *call) sourcesValidate() *cobra.Command {
	return &cobra.Command{
		Use:   "validate [NAME]",
		Short: "Try each source: log in, list, read one message, look whether it may be labelled",
		Long: "Changes nothing in the mailboxes. For a source behind OAuth that nobody gave consent for yet it prints the address to open " +
			"in a browser and waits. Exit 0 if every source can be read, 1 if one cannot.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			only := ""
			if len(args) > 0 {
				only = args[0]
			}
			out := cmd.OutOrStdout()
			return c.withApp(cmd, func(a *app.App) error {
				failed, err := a.Validate(cmd.Context(), only, func(source, address string) {
					fmt.Fprintf(out, "%s: open this address in a browser and give consent; waiting for it:\n%s\n", source, address)
				}, func(r app.SourceCheck) { fmt.Fprintf(out, "%s: %s\n", r.Name, checkText(r)) })
				if err == nil && failed {
					err = &exitError{code: exitFailed}
				}
				return err
			})
		},
	}
}

func checkText(r app.SourceCheck) string {
	if r.Err != nil {
		return "FAILED: " + strings.ReplaceAll(r.Err.Error(), "\n", "; ")
	}
	read := "one message was read"
	if !r.Mail {
		read = "no mail yet"
	}
	return fmt.Sprintf("ok; %s (%s); %s", strings.Join(r.Folders, ", "), read, r.Labels)
}

func (c *call) sourcesLabels() *cobra.Command {
	return &cobra.Command{
		Use:   "labels NAME",
		Short: "List the labels of a source's mailbox with their ids, or its keywords and folders",
		Args:  exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				list, err := a.SourceLabels(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				var rows [][]string
				for _, l := range list {
					rows = append(rows, []string{l.Kind, orDash(l.ID), l.Name})
				}
				return printTable(cmd.OutOrStdout(), []string{"KIND", "ID", "NAME"}, rows)
			})
		},
	}
}
