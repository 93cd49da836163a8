package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lineman/models"
)

// inventory is the command of one kind of bulk data.
func (c *call) inventory(kind string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   kind,
		Short: "Import or export " + kind + " as CSV",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "import FILE.csv",
		Short: "Import " + kind + ", all or nothing; - is standard input",
		Args:  exactly("FILE.csv"),
		RunE:  func(cmd *cobra.Command, args []string) error { return c.importFile(cmd, kind, args[0]) },
	}, &cobra.Command{
		Use:   "export",
		Short: "Write all " + kind + " to standard output",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer a.Close()
			return a.Export(cmd.Context(), kind, cmd.OutOrStdout())
		},
	})
	return cmd
}

func (c *call) importFile(cmd *cobra.Command, kind, file string) error {
	in := cmd.InOrStdin()
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return models.Invalid(kind+" import", "%v", err)
		}
		defer f.Close()
		in = f
	}
	a, err := c.open(cmd)
	if err != nil {
		return err
	}
	defer a.Close()
	r, err := a.Import(cmd.Context(), kind, in)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: created %d, updated %d, unchanged %d\n", kind, r.Created, r.Updated, r.Unchanged)
	return nil
}
