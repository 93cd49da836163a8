package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) propose() *cobra.Command {
	var again, kept bool
	var author string
	cmd := &cobra.Command{
		Use:   "propose ID",
		Short: "Ask the language model what the fields of a mail that could not be read may be; nothing is applied",
		Args:  exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if again && kept {
				return models.Invalid("--again", "asks anew, and --kept asks nobody; leave one of them out")
			}
			return c.withApp(cmd, func(a *app.App) error {
				var run models.ProposalRun
				var err error
				if kept {
					run, err = a.Proposed(cmd.Context(), args[0])
				} else {
					run, err = a.Propose(cmd.Context(), args[0], author, again)
				}
				if err != nil {
					return err
				}
				return printProposals(cmd.OutOrStdout(), run)
			})
		},
	}
	cmd.Flags().BoolVar(&again, "again", false, "ask anew although there is an answer")
	cmd.Flags().BoolVar(&kept, "kept", false, "show what was proposed before, ask nobody")
	cmd.Flags().StringVar(&author, "author", "terminal", "who asks")
	return cmd
}

func printProposals(out io.Writer, run models.ProposalRun) error {
	head := fmt.Sprintf("asked %s at %s by %s", plainText(run.Model), moment(run.At), plainText(orDash(run.By)))
	switch {
	case run.Error != "":
		fmt.Fprintf(out, "%s: %s\n", head, plainText(run.Error))
		return nil
	case run.Answered.IsZero():
		fmt.Fprintln(out, head+": no answer yet")
		return nil
	}
	fmt.Fprintf(out, "%s: %d proposed that stand in the mail, %d left out\n", head, len(run.Proposals), run.Refused)
	var rows [][]string
	for _, p := range run.Proposals {
		rows = append(rows, []string{p.Field, plainText(p.Value), plainText(cut(p.Evidence, 80))})
	}
	if len(rows) == 0 {
		return nil
	}
	return printTable(out, []string{"FIELD", "VALUE", "IN THE MAIL"}, rows)
}

// takeProposed fills in what was proposed for a mail, and says what that is.
func takeProposed(cmd *cobra.Command, a *app.App, w *models.ReviewWrite, fields []string) error {
	d, err := a.Review(cmd.Context(), w.ID)
	if err != nil {
		return err
	}
	if slices.Contains(fields, "all") {
		fields = nil
	}
	taken, err := d.Proposed.Fill(fields)
	if err != nil {
		return err
	}
	w.Fill = w.Fill.With(taken)
	if w.Reason == "" {
		w.Reason = d.Proposed.Reason()
	}
	if w.Expected == 0 {
		w.Expected = d.Version
	}
	for _, f := range w.Fill.Given() {
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", f.Field, plainText(f.Text))
	}
	return nil
}

// plainText shows control characters of others, which a terminal would obey.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '�'
		}
		return r
	}, s)
}
