package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"lineman/internal/app"
)

func (c *call) retention() *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "retention",
		Short: "Remove what is older than the settings under retention allow; serve does it once a day",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				done, err := a.Retain(cmd.Context(), dryRun)
				if err != nil {
					return err
				}
				what := "removed"
				if dryRun {
					what = "would remove"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s the bytes of %d mails, %d maintenances, %d closed findings and %d chat commands; %d maintenances are held\n", what, done.Raws, done.Records, done.Findings, done.Commands, done.Held)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only count")
	return cmd
}

func (c *call) hold() *cobra.Command {
	return group("hold", "Keep maintenances and their mail from retention", c.holdAdd(), c.holdList(), c.holdRelease())
}

func (c *call) holdAdd() *cobra.Command {
	var reason, author string
	cmd := &cobra.Command{
		Use:   "add MAINTENANCE --reason TEXT",
		Short: "Hold a maintenance, by name or id",
		Args:  exactly("MAINTENANCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error { return a.Hold(cmd.Context(), args[0], reason, author) })
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	cmd.Flags().StringVar(&author, "author", "terminal", "who")
	return cmd
}

func (c *call) holdList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List what is held",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				all, err := a.Holds(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, h := range all {
					rows = append(rows, []string{h.Maintenance, moment(h.CreatedAt), h.Author, h.Reason})
				}
				return printTable(cmd.OutOrStdout(), []string{"MAINTENANCE", "SINCE", "BY", "REASON"}, rows)
			})
		},
	}
}

func (c *call) holdRelease() *cobra.Command {
	return &cobra.Command{
		Use:   "release MAINTENANCE",
		Short: "End a hold",
		Args:  exactly("MAINTENANCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error { return a.Release(cmd.Context(), args[0]) })
		},
	}
}
