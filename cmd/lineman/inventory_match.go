package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

// tryAliases shows what an import of aliases would come to.
func (c *call) tryAliases(cmd *cobra.Command, file string) error {
	return c.withFile(cmd, "aliases", file, func(a *app.App, in io.Reader) error {
		t, err := a.TryAliases(cmd.Context(), in)
		if err != nil {
			return inFile(file, err)
		}
		out := cmd.OutOrStdout()
		var rows [][]string
		for _, e := range t.Aliases {
			rows = append(rows, []string{fmt.Sprint(e.Line), e.Provider, e.Alias, e.CID, e.Does(), orDash(e.Before)})
		}
		if err := printTable(out, []string{"LINE", "PROVIDER", "ALIAS", "CID", "WOULD BE", "BEFORE"}, rows); err != nil {
			return err
		}
		printChanged(out, t.Maintenances)
		fmt.Fprintf(out, "aliases: would create %d, update %d, leave %d; %d maintenances would change\n", t.Created, t.Updated, t.Unchanged, len(t.Maintenances))
		return nil
	})
}

// printChanged prints what changes of maintenances.
func printChanged(out io.Writer, all []models.ReparsedMaintenance) {
	for _, m := range all {
		fmt.Fprintln(out, m.Name)
		for _, c := range m.Changes {
			fmt.Fprintf(out, "    %s: %s -> %s\n", c.Field, orDash(c.Old), orDash(c.New))
		}
	}
}

// providerRule shows or sets how the circuit ids of a provider are compared.
func (c *call) providerRule() *cobra.Command {
	var rule string
	var by byPerson
	var dry bool
	cmd := &cobra.Command{
		Use:   "rule PROVIDER",
		Short: "Show or set what two spellings of a provider's circuit ids may differ in",
		Long: "Where no circuit has the id that a notice lists, nor an alias of it, nor a cross-connect with it, ids are compared by the\n" +
			"rule of the provider: blanks and slashes do not matter, unless another rule is set. A rule is written in words: blanks,\n" +
			"slashes and zeros (before the id) do not matter; prefix=WORD may be missing before the id, with _ for a blank; exact allows\n" +
			"nothing; default is as it was. What is linked otherwise under the new rule is folded again.",
		Args: exactly("PROVIDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				out := cmd.OutOrStdout()
				if rule == "" {
					p, err := a.CIDRule(cmd.Context(), args[0])
					if err != nil {
						return err
					}
					fmt.Fprintf(out, "%s: %s\n", p.Slug, p.Rule())
					return nil
				}
				p, changed, err := a.SetCIDRule(cmd.Context(), app.Person(by.author), args[0], rule, dry)
				if err != nil {
					return err
				}
				printChanged(out, changed)
				done := "changed"
				if dry {
					done = "would change"
				}
				fmt.Fprintf(out, "%s: %s; %d maintenances %s\n", p.Slug, p.Rule(), len(changed), done)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&rule, "set", "", "the new `RULE`, for example \"blanks slashes prefix=CKT_\"")
	cmd.Flags().StringVar(&by.author, "author", "", "`NAME` of whoever does it, for the audit log")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "show what would change, and change nothing")
	return cmd
}
