package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) notifySilences() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "silences [DESTINATION] --dry-run",
		Short: "Show which silences Alertmanager should have, and which current alerts each covers",
		Long: "For every rule whose destination is an Alertmanager: the silences of the maintenances that are not over, what the service " +
			"would do about each (create, move, keep, expire), and the current alerts that its matchers match. It changes nothing; " +
			"the service itself brings silences in line whenever it is told of a maintenance. Exit 0 if every Alertmanager answered.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !dry {
				return models.Invalid("--dry-run", "is missing: silences are shown here, and made by the service alone")
			}
			only := ""
			if len(args) > 0 {
				only = args[0]
			}
			return c.withApp(cmd, func(a *app.App) error {
				failed, err := a.Silences(cmd.Context(), only, func(p app.SilencePlan) { printSilences(cmd.OutOrStdout(), p) })
				if err == nil && failed {
					err = &exitError{code: exitFailed}
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "change nothing")
	return cmd
}

func printSilences(out io.Writer, p app.SilencePlan) {
	fmt.Fprintf(out, "%s, rule %s: ", p.Destination, p.Rule)
	switch {
	case p.Err != nil:
		fmt.Fprintf(out, "FAILED: %s\n", strings.ReplaceAll(p.Err.Error(), "\n", "; "))
		return
	case len(p.Silences) == 0:
		fmt.Fprintln(out, "no silences")
		return
	}
	fmt.Fprintf(out, "%d silences\n", len(p.Silences))
	for _, s := range p.Silences {
		fmt.Fprintf(out, "  %s %s window %d, %s to %s UTC, %s\n", s.Action, s.Maintenance, s.Window, moment(s.Start), moment(s.End), s.Matchers)
		if len(s.Circuits) > 0 {
			fmt.Fprintf(out, "    circuits: %s\n", strings.Join(s.Circuits, ", "))
		}
		for _, a := range s.Alerts {
			fmt.Fprintf(out, "    alert: %s, since %s UTC\n", alertText(a), moment(a.Since))
		}
	}
}

func alertText(a app.Alert) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
		all = append(all, fmt.Sprintf("%s=%q", name, a.Labels[name]))
	}
	return "{" + strings.Join(all, ", ") + "}"
}
