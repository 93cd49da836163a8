package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"lineman/internal/app"
)

func (c *call) migrate() *cobra.Command {
	return group("migrate", "The schema of the database",
		c.migration("up", "Bring the schema up to date", func(cmd *cobra.Command, a *app.App) error {
			return a.MigrateUp(cmd.Context())
		}),
		c.migration("down", "Take back the newest step", func(cmd *cobra.Command, a *app.App) error {
			return a.MigrateDown(cmd.Context())
		}),
		c.migration("status", "List the steps and which are applied", func(*cobra.Command, *app.App) error { return nil }),
	)
}

// migration runs one act on the schema and prints where it stands afterwards.
func (c *call) migration(use, short string, act func(*cobra.Command, *app.App) error) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := c.options()
			if err != nil {
				return err
			}
			return app.Migrate(cmd.Context(), o, func(a *app.App) error {
				if err := act(cmd, a); err != nil {
					return err
				}
				lines, err := a.MigrationStatus(cmd.Context())
				for _, l := range lines {
					fmt.Fprintln(cmd.OutOrStdout(), l)
				}
				return err
			})
		},
	}
}
