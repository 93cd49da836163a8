package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) ingest() *cobra.Command {
	var o app.IngestOptions
	var since string
	cmd := &cobra.Command{
		Use:   "ingest [FILE... | -]",
		Short: "Read all mailboxes once and exit",
		Long: "One pass of the job. Exit 0 if every source was reached, 1 if one was not.\n\n" +
			"With FILEs it reads no mailbox but brings in the mails of these files, each an mbox or one mail.\n" +
			"With - it takes one mail from standard input, for a mail server's pipe: exit 0 once the mail is\n" +
			"committed, 75 (try again) in every other case.",
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) > 0 {
				return c.ingestFiles(cmd, o, since, files)
			}
			return c.ingestSources(cmd, o, since)
		},
	}
	cmd.Flags().StringVar(&o.Source, "source", "", "only the source of this `NAME`")
	cmd.Flags().StringVar(&since, "since", "", "go this far back, for example 30d or 12h, behind what was read already")
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "write nothing, label nothing")
	return cmd
}

func (c *call) ingestSources(cmd *cobra.Command, o app.IngestOptions, since string) error {
	var err error
	if o.Since, err = parseSpan("--since", since); err != nil {
		return err
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
	sum, failed, err := a.Ingest(cmd.Context(), o, func(r app.Report) {
		printReport(out, r)
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, app.Summary(sum))
	if failed {
		return &exitError{code: exitFailed}
	}
	return nil
}

// parseSpan reads the value of a flag that is a span such as 30d, 12h or 90m;
// nothing is none.
func parseSpan(flag, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err == nil && n > 0 && n <= 36500 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, models.Invalid(flag, "%q is no span of time; write for example 30d or 12h", s)
	}
	return d, nil
}

func printReport(w io.Writer, r app.Report) {
	if r.Err != nil {
		fmt.Fprintf(w, "%s: FAILED: %s (%s)\n", r.Source, strings.ReplaceAll(r.Err.Error(), "\n", "; "), app.Summary(r.Tally))
		return
	}
	fmt.Fprintf(w, "%s: %s\n", r.Source, app.Summary(r.Tally))
}
