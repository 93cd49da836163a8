package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/internal/config"
)

func (c *call) doctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check this installation, one line a check",
		Long: `Check configuration, files of secrets, time zones, database, mailboxes and
provider definitions. Each line says ok, warn or fail, what was found and what to
do. Nothing is changed. Exit 0 when nothing failed, else 1.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			o := app.DoctorOptions{Reading: config.Inspect(config.Options{Path: c.configFile})}
			all := []app.Finding{}
			failed := app.Doctor(cmd.Context(), o, func(f app.Finding) {
				all = append(all, f)
				if !asJSON {
					fmt.Fprintln(out, f)
				}
			})
			if asJSON {
				e := json.NewEncoder(out)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				if err := e.Encode(all); err != nil {
					return err
				}
			}
			if failed {
				return &exitError{code: exitFailed}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an array of {check, status, text} instead of lines")
	return cmd
}
