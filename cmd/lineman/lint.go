package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"lineman/models"
	"lineman/parsers"
)

func (c *call) lint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint FILE...",
		Short: "Check iCalendar notices strictly against the BCOP",
		Long:  "One finding a line (file:line: MUST or SHOULD …). Exit 1 if a MUST is broken.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return models.Invalid(cmd.CommandPath(), "name an .ics file or a mail, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			broken := false
			for _, file := range args {
				raw, err := readInput(cmd.InOrStdin(), file)
				if err != nil {
					return err
				}
				for _, f := range parsers.Lint(raw, file) {
					fmt.Fprintln(cmd.OutOrStdout(), f)
					broken = broken || f.Severity == parsers.Must
				}
			}
			if broken {
				return &exitError{code: exitFailed}
			}
			return nil
		},
	}
}
