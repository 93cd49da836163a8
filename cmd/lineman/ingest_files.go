package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

// ingestFiles brings in mail that is in no mailbox: files, or one mail on
// standard input.
func (c *call) ingestFiles(cmd *cobra.Command, o app.IngestOptions, since string, files []string) error {
	for flag, given := range map[string]bool{"--source": o.Source != "", "--since": since != "", "--dry-run": o.DryRun} {
		if given {
			return models.Invalid(flag, "is for mailboxes and not for files; leave it out (lineman parse shows what files hold, and writes nothing)")
		}
	}
	if slices.Contains(files, "-") {
		if len(files) > 1 {
			return models.Invalid(cmd.CommandPath(), "takes either - or files; give standard input alone")
		}
		return c.ingestPipe(cmd)
	}
	mails, err := app.MailFiles(files)
	if err != nil {
		return err
	}
	a, err := c.open(cmd)
	if err != nil {
		return err
	}
	defer a.Close()
	report := a.ImportMail(cmd.Context(), mails)
	out := cmd.OutOrStdout()
	printReport(out, report)
	fmt.Fprintln(out, app.Summary(report.Tally))
	if report.Err != nil {
		return &exitError{code: exitFailed}
	}
	return nil
}

// ingestPipe keeps the mail on standard input. Processing it is best effort:
// once it is committed, nothing may make the mail server send it again.
func (c *call) ingestPipe(cmd *cobra.Command) error {
	raw, err := app.PipedMail(cmd.InOrStdin())
	if err != nil {
		return err
	}
	a, err := c.open(cmd)
	if err != nil {
		return err
	}
	defer a.Close()
	pushed, err := a.Push(cmd.Context(), raw)
	if err != nil {
		return err
	}
	known := ""
	if !pushed.New {
		known = ", known before"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s%s\n", pushed.ID, pushed.State, known)
	return nil
}

// fromPipe reports whether a call is to take a mail from standard input, even
// if its other words are off.
func fromPipe(args []string) bool {
	i := slices.Index(args, "ingest")
	return i >= 0 && slices.Contains(args[i+1:], "-")
}

// tryLater turns every failure of a pipe into the code by which the mail server
// keeps the mail: it would send it back to its sender for any other one, be it
// for a word in a configuration.
func tryLater(code *int) {
	if r := recover(); r != nil {
		fmt.Fprintf(os.Stderr, "lineman: panic: %v\n", r)
		*code = exitTryLate
	}
	if *code != 0 {
		*code = exitTryLate
	}
}
