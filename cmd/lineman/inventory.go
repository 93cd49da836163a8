package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

// inventory is the command of one kind of bulk data.
func (c *call) inventory(kind string) *cobra.Command {
	var dry bool
	load := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Import " + kind + ", all or nothing; - is standard input",
		Args:  exactly("FILE.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dry {
				return c.tryAliases(cmd, args[0])
			}
			return c.importFile(cmd, kind, args[0])
		},
	}
	more := []*cobra.Command{load}
	switch kind {
	case "aliases":
		load.Flags().BoolVar(&dry, "dry-run", false, "show what becomes of each alias and which maintenances change, and change nothing")
	case "providers":
		more = append(more, c.providerRule())
	}
	return group(kind, "Import or export "+kind+" as CSV", append(more, &cobra.Command{
		Use:   "export",
		Short: "Write all " + kind + " to standard output",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error { return a.Export(cmd.Context(), kind, cmd.OutOrStdout()) })
		},
	})...)
}

func (c *call) importFile(cmd *cobra.Command, kind, file string) error {
	return c.withFile(cmd, kind, file, func(a *app.App, in io.Reader) error {
		r, err := a.Import(cmd.Context(), kind, in)
		if err != nil {
			return inFile(file, err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: created %d, updated %d, unchanged %d\n", kind, r.Created, r.Updated, r.Unchanged)
		return nil
	})
}

// withFile runs f on the configured database with a file, or standard input.
func (c *call) withFile(cmd *cobra.Command, kind, file string, f func(*app.App, io.Reader) error) error {
	in := cmd.InOrStdin()
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return models.Invalid(kind+" import", "%v; check the name and its permissions", err)
		}
		defer opened.Close()
		in = opened
	}
	return c.withApp(cmd, func(a *app.App) error { return f(a, in) })
}

// inFile names the file in what is wrong with its lines: FILE:LINE, each on a
// line of its own.
func inFile(file string, err error) error {
	if file == "-" {
		file = "standard input"
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var named []error
		for _, one := range all.Unwrap() {
			named = append(named, inFile(file, one))
		}
		return errors.Join(named...)
	}
	var input *models.InputError
	if !errors.As(err, &input) {
		return fmt.Errorf("%s: %w", file, err)
	}
	if line, ok := strings.CutPrefix(input.Field, "line "); ok {
		file += ":" + line
	}
	return models.Invalid(file, "%s", input.Reason)
}
