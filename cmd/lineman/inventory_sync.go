package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

// inventories is the command of the systems that circuits are synced from.
func (c *call) inventories() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "inventory",
		Short: "Sync circuits from NetBox or Nautobot",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.inventorySync(), c.inventoryList())
	return cmd
}

func (c *call) inventorySync() *cobra.Command {
	var o app.SyncOptions
	cmd := &cobra.Command{
		Use:   "sync [NAME]",
		Short: "Sync all inventories, or the one of this name, once",
		Long: `Read the configured inventories and take over what they have; nothing is changed
there. Each is taken over whole or not at all. What is missing there is marked
here and never deleted. Exit 0 if every inventory was synced, 1 if one was not.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Name = args[0]
			}
			options, err := c.options()
			if err != nil {
				return err
			}
			if o.DryRun {
				dry, remove, err := app.DryDatabase(options.Config)
				if err != nil {
					return err
				}
				defer remove()
				options.Config = dry
			}
			a, err := app.Open(cmd.Context(), options)
			if err != nil {
				return err
			}
			defer a.Close()
			out := cmd.OutOrStdout()
			failed, err := a.SyncInventories(cmd.Context(), o, func(r app.SyncReport) { printSync(out, r, o.DryRun) })
			if err != nil {
				return err
			}
			if failed {
				return &exitError{code: exitFailed}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "say what would be done, and do nothing")
	cmd.Flags().BoolVar(&o.AcceptRemovals, "accept-removals", false, "mark missing circuits however many they are")
	return cmd
}

func (c *call) inventoryList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Show how the sync of each inventory stands",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				states, err := a.InventoryStates(cmd.Context())
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "NAME\tSYSTEM\tCIRCUITS\tREMOVED\tLAST SYNC\tERROR")
				for _, s := range states {
					fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\n", s.Name, strings.TrimSpace(s.Kind+" "+s.Version), s.Circuits, s.Removed, day(s.LastSuccess), oneLine(s.LastError))
				}
				return w.Flush()
			})
		},
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func printSync(out io.Writer, r app.SyncReport, dry bool) {
	if r.Err != nil {
		fmt.Fprintf(out, "%s: FAILED: %s\n", r.Name, oneLine(r.Err.Error()))
		return
	}
	did := ""
	if dry {
		did = "; a dry run, nothing was changed"
	}
	fmt.Fprintf(out, "%s: %s%s\n", r.Name, r.Title, did)
	for _, line := range []struct {
		kind string
		n    models.SyncCount
	}{
		{"circuits", r.Result.Circuits}, {"sites", r.Result.Sites}, {"providers", r.Result.Providers}, {"aliases", r.Result.Aliases}, {"groups", r.Result.Groups},
	} {
		fmt.Fprintf(out, "  %s: created %d, updated %d, removed %d, unchanged %d\n", line.kind, line.n.Created, line.n.Updated, line.n.Removed, line.n.Unchanged)
	}
	for _, w := range r.Result.Warnings {
		fmt.Fprintf(out, "  warning: %s\n", oneLine(w))
	}
}
