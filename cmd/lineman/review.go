package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) review() *cobra.Command {
	return group("review", "Mail that waits for a person: what could not be read, is of nobody, or names unknown circuits",
		c.reviewList(), c.reviewShow(),
		c.reviewPlain(models.ReviewAccept, "Take what the mail says as it is"),
		c.reviewPlain(models.ReviewReject, "Make what the mail says count no more"),
		c.reviewAssign(), c.reviewCircuit(), c.reviewFill(),
		c.reviewPlain(models.ReviewDismiss, "Say that the mail is no maintenance"),
		c.reviewPlain(models.ReviewUndo, "Take the last thing back that somebody did with the mail"),
		c.reviewPlain(models.ReviewTake, "Say that you see to the mail"),
		c.reviewPlain(models.ReviewRelease, "Leave the mail to others again"),
	)
}

func (c *call) reviewList() *cobra.Command {
	var f models.ReviewFilter
	var reasons []string
	var state string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List what waits: mail that names a circuit of the inventory first, then the newest",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.Page.Limit < 1 || f.Page.Limit > 1000 {
				return models.Invalid("--limit", "%d is not between 1 and 1000", f.Page.Limit)
			}
			for _, r := range reasons {
				if !slices.Contains(models.ReviewReasons, models.ReviewReason(r)) {
					return models.Invalid("--reason", "%q is no reason; use one of %s", r, words(models.ReviewReasons))
				}
				f.Reasons = append(f.Reasons, models.ReviewReason(r))
			}
			if f.State = models.ReviewState(state); !slices.Contains(models.ReviewListStates, f.State) {
				return models.Invalid("--state", "%q is no state; use one of %s", state, words(models.ReviewListStates))
			}
			return c.withApp(cmd, func(a *app.App) error {
				all, total, err := a.Reviews(cmd.Context(), f)
				if err != nil {
					return err
				}
				return printReviews(cmd.OutOrStdout(), all, total, a.Now())
			})
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&reasons, "reason", nil, "only for this `REASON`: "+words(models.ReviewReasons))
	flags.StringVar(&state, "state", string(models.ReviewOpen), "`STATE` of the items: open, done or all")
	flags.StringSliceVar(&f.Providers, "provider", nil, "only of the provider with this `SLUG`")
	flags.StringVar(&f.Owner, "owner", "", "only what this `NAME` took")
	flags.StringVar(&f.Query, "query", "", "only with this `TEXT` in the subject or the sender")
	flags.IntVar(&f.Page.Limit, "limit", 50, "how many")
	return cmd
}

func printReviews(out io.Writer, all []models.ReviewItem, total int, now time.Time) error {
	var rows [][]string
	for _, i := range all {
		mark := ""
		if i.Priority {
			mark = "!"
		}
		rows = append(rows, []string{mark, i.ID, age(now.Sub(i.Received)), reasonWords(i), orDash(i.Owner), orDash(i.Provider), orDash(i.Sender), cut(i.Subject, 50)})
	}
	if err := printTable(out, []string{"", "ID", "AGE", "REASONS", "OWNER", "PROVIDER", "SENDER", "SUBJECT"}, rows); err != nil {
		return err
	}
	if len(all) < total {
		fmt.Fprintf(out, "%d of %d\n", len(all), total)
	}
	return nil
}

// reasonWords says why a mail waits, or what was decided.
func reasonWords(i models.ReviewItem) string {
	var words []string
	for _, r := range i.Reasons {
		words = append(words, string(r))
	}
	if !i.Open {
		words = []string{strings.TrimSpace("done: " + string(i.Decision) + " by " + i.DecidedBy)}
	}
	return strings.Join(words, ",")
}

// age writes a span roughly.
func age(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%dm", max(0, int(d.Minutes())))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

func (c *call) reviewShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one mail that waits: what was read and where, what is missing, what its circuits mean, who did what",
		Args:  exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				d, err := a.Review(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return printReview(cmd.OutOrStdout(), d)
			})
		},
	}
}

func printReview(out io.Writer, d models.ReviewDetail) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	line("subject", d.Subject)
	line("received", d.Received.Format("2006-01-02 15:04:05 UTC"))
	line("sender", orDash(strings.Join(d.Evidence.Senders, ", ")))
	line("provider", orDash(d.Provider))
	if d.Provider == "" && d.Evidence.Provider != "" {
		line("looks like", d.Evidence.Provider+" ("+d.Evidence.Detected+")")
	}
	line("state", string(d.State))
	line("waits", orDash(reasonWords(d.ReviewItem)))
	line("because", d.Error)
	line("owner", orDash(d.Owner))
	line("maintenances", strings.Join(d.Maintenances, ", "))
	line("version", fmt.Sprint(d.Version))
	if d.Reading != models.ReadingOurs {
		line("reading", string(d.Reading)+" by a person")
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return printReading(out, d)
}

// printReading prints what was read, what is missing, what circuits mean, and
// what people did.
func printReading(out io.Writer, d models.ReviewDetail) error {
	var rows [][]string
	for _, f := range d.Evidence.Found {
		rows = append(rows, []string{fmt.Sprint(f.Notice), f.Field, cut(f.Text, 70), where(f.Part), f.Rule})
	}
	if err := section(out, []string{"NOTICE", "READ", "TEXT", "WHERE", "RULE"}, rows); err != nil {
		return err
	}
	rows = nil
	for _, m := range d.Evidence.Missing {
		rows = append(rows, []string{m.Field, m.Reason})
	}
	if err := section(out, []string{"MISSING", "WHY"}, rows); err != nil {
		return err
	}
	if d.Proposed.Asked() {
		fmt.Fprintln(out)
		if err := printProposals(out, d.Proposed); err != nil {
			return err
		}
	}
	rows = nil
	for _, n := range d.Evidence.Named {
		rows = append(rows, []string{n.CID, n.Text, n.Where})
	}
	if err := section(out, []string{"NAMED, NOT READ", "AS", "WHERE"}, rows); err != nil {
		return err
	}
	rows = nil
	for _, c := range d.Circuits {
		rows = append(rows, []string{c.CID, orDash(c.Linked), stepWords(c), suggested(c.Match)})
	}
	if err := section(out, []string{"CIRCUIT", "IS", "BY", "PERHAPS"}, rows); err != nil {
		return err
	}
	rows = nil
	for _, a := range d.Acts {
		undone := ""
		if a.UndoneBy != "" {
			undone = "undone by " + a.UndoneBy
		}
		rows = append(rows, []string{a.At.Format("2006-01-02 15:04:05"), a.Author, string(a.Action), a.Detail, orDash(a.Reason), undone})
	}
	return section(out, []string{"AT (UTC)", "WHO", "DID", "WHAT CAME OF IT", "WHY", ""}, rows)
}

func section(out io.Writer, headings []string, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(out)
	return printTable(out, headings, rows)
}

func where(part int) string {
	switch part {
	case models.PartPerson:
		return "a person"
	case -1:
		return "header"
	}
	return fmt.Sprintf("part %d", part)
}

// stepWords says how a circuit was found.
func stepWords(c models.MeantCircuit) string {
	switch {
	case c.Manual:
		return "a person"
	case c.Match.Ambiguous:
		return string(c.Match.Step) + ", ambiguous"
	case c.Match.Step == models.StepNone:
		return "unknown"
	}
	return string(c.Match.Step)
}

func suggested(m models.Match) string {
	var words []string
	for _, s := range m.Suggestions {
		words = append(words, fmt.Sprintf("%s (%.0f%%)", s.CID, 100*s.Score))
	}
	return strings.Join(words, ", ")
}
