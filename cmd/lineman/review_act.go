package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

// byPerson are the flags of everything that is written in somebody's name.
type byPerson struct {
	author, reason string
	expected       int64
}

func (b *byPerson) flags(cmd *cobra.Command, expected, unit string) {
	cmd.Flags().StringVar(&b.author, "author", "", "`NAME` of whoever does it; the terminal where it is left out")
	cmd.Flags().StringVar(&b.reason, "reason", "", "`WHY`, for the history")
	cmd.Flags().Int64Var(&b.expected, expected, 0, "only while it is at this "+unit+", as show tells it")
}

// reviewAct makes a command that does one thing with a mail.
func (c *call) reviewAct(use, short string, prepare func(w *models.ReviewWrite, args []string) error, names ...string) *cobra.Command {
	return c.reviewActOn(use, short, prepare, func(*cobra.Command, *app.App, *models.ReviewWrite) error { return nil }, names...)
}

// reviewActOn is reviewAct with something to do once the database is open.
func (c *call) reviewActOn(use, short string, prepare func(*models.ReviewWrite, []string) error, complete func(*cobra.Command, *app.App, *models.ReviewWrite) error, names ...string) *cobra.Command {
	var by byPerson
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  exactly(append([]string{"ID"}, names...)...),
		RunE: func(cmd *cobra.Command, args []string) error {
			w := models.ReviewWrite{ID: args[0], Reason: by.reason, Expected: by.expected}
			if err := prepare(&w, args[1:]); err != nil {
				return err
			}
			return c.withApp(cmd, func(a *app.App) error {
				if err := complete(cmd, a, &w); err != nil {
					return err
				}
				done, now, err := a.ActOnReview(cmd.Context(), app.Person(by.author), w)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				fmt.Fprintln(out, done.Said)
				if len(done.Changed) > 0 {
					fmt.Fprintf(out, "maintenances: %s\n", strings.Join(done.Changed, ", "))
				}
				if now.Open {
					fmt.Fprintf(out, "still waits: %s\n", reasonWords(now.ReviewItem))
				}
				return nil
			})
		},
	}
	by.flags(cmd, "version", "version")
	return cmd
}

func (c *call) reviewPlain(action models.ReviewAction, short string) *cobra.Command {
	return c.reviewAct(string(action)+" ID", short, func(w *models.ReviewWrite, _ []string) error {
		w.Action = action
		return nil
	})
}

func (c *call) reviewAssign() *cobra.Command {
	var sender string
	var once bool
	cmd := c.reviewAct("assign ID PROVIDER", "Say whose mail it is; the sender is remembered, and its other mail that waits is read", func(w *models.ReviewWrite, args []string) error {
		w.Action, w.Provider, w.Sender, w.Once = models.ReviewAssign, args[0], sender, once
		return nil
	}, "PROVIDER")
	cmd.Flags().StringVar(&sender, "sender", "", "the `ADDRESS` to remember, where the mail names several")
	cmd.Flags().BoolVar(&once, "once", false, "remember nothing: this mail only")
	return cmd
}

func (c *call) reviewCircuit() *cobra.Command {
	var text string
	cmd := c.reviewAct("circuit ID CID", "Say which circuit of the inventory the mail means; all mail that writes it so is linked", func(w *models.ReviewWrite, args []string) error {
		w.Action, w.CID, w.Text = models.ReviewCircuit, args[0], text
		return nil
	}, "CID")
	cmd.Flags().StringVar(&text, "text", "", "how the mail writes it; needed where it lists several unknown ones")
	return cmd
}

func (c *call) reviewFill() *cobra.Command {
	var f fillFlags
	cmd := c.reviewActOn("fill ID", "Give the fields that could not be read; the notice counts as completed by you", func(w *models.ReviewWrite, _ []string) error {
		w.Action = models.ReviewFill
		var err error
		w.Fill, err = f.fill()
		return err
	}, func(cmd *cobra.Command, a *app.App, w *models.ReviewWrite) error {
		if !cmd.Flags().Changed("proposed") {
			return nil
		}
		return takeProposed(cmd, a, w, f.proposed)
	})
	cmd.Flags().StringSliceVar(&f.proposed, "proposed", nil, "take over what a model proposed, as show tells it: `FIELDS` with commas, or all; what you give yourself stands")
	cmd.Flags().IntVar(&f.notice, "notice", 0, "which notice of the mail, from 1 on; needed where it has several")
	cmd.Flags().StringVar(&f.id, "maintenance-id", "", "the provider's `ID` of the maintenance")
	cmd.Flags().StringVar(&f.account, "account", "", "the account that it names")
	f.recordFlags.flags(cmd)
	cmd.Flags().Lookup("status").Usage = "`STATUS`: " + words(models.NoticeStatuses)
	return cmd
}

type fillFlags struct {
	notice      int
	id, account string
	proposed    []string
	recordFlags
}

func (f fillFlags) fill() (models.NoticeFill, error) {
	fill := models.NoticeFill{Notice: f.notice, MaintenanceID: f.id, Account: f.account, Summary: f.summary, Status: f.statusOf()}
	var err error
	if fill.Windows, err = f.windowsOf(); err != nil {
		return fill, err
	}
	fill.Circuits, err = f.circuitsOf()
	return fill, err
}

// recordFlags are the fields of a maintenance that a person can give.
type recordFlags struct {
	status, summary, start, end string
	windows, circuits           []string
}

func (f *recordFlags) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.status, "status", "", "`STATUS`: "+words(models.RecordStatuses))
	flags.StringVar(&f.summary, "summary", "", "what it is about")
	flags.StringVar(&f.start, "start", "", "start of the window, for example 2026-03-01T22:00Z; UTC where no zone is named")
	flags.StringVar(&f.end, "end", "", "end of the window")
	flags.StringArrayVar(&f.windows, "window", nil, "a window as START/END, with /backup behind it for a spare one; may be repeated")
	flags.StringArrayVar(&f.circuits, "circuit", nil, "a circuit as CID or CID=IMPACT (OUTAGE where it is left out); may be repeated")
}

func (f recordFlags) statusOf() models.Status { return models.Status(strings.ToUpper(f.status)) }

// windowsOf gives the windows of the flags.
func (f recordFlags) windowsOf() ([]models.NoticeWindow, error) {
	texts := f.windows
	if f.start != "" || f.end != "" {
		if f.start == "" || f.end == "" {
			return nil, models.Invalid("--start", "a window needs --start and --end")
		}
		texts = append([]string{f.start + "/" + f.end}, texts...)
	}
	var all []models.NoticeWindow
	for _, text := range texts {
		parts := strings.Split(text, "/")
		w := models.NoticeWindow{Kind: models.WindowPrimary}
		if len(parts) == 3 && strings.EqualFold(parts[2], string(models.WindowBackup)) {
			w.Kind, parts = models.WindowBackup, parts[:2]
		}
		if len(parts) != 2 {
			return nil, models.Invalid("--window", "%q is no window; write START/END or START/END/backup", text)
		}
		var err error
		if w.Start, err = timeOf("--start", parts[0]); err != nil {
			return nil, err
		}
		if w.End, err = timeOf("--end", parts[1]); err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// timeOf reads an instant; without a zone it is in UTC.
func timeOf(flag, text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, models.Invalid(flag, "%q is no time; write for example 2026-03-01T22:00Z", text)
}

// circuitsOf gives the circuits of the flags.
func (f recordFlags) circuitsOf() ([]models.NoticeCircuit, error) {
	var all []models.NoticeCircuit
	for _, text := range f.circuits {
		c := models.NoticeCircuit{CID: strings.TrimSpace(text), Impact: models.ImpactOutage}
		if i := strings.LastIndex(text, "="); i > 0 {
			c.CID, c.Impact = strings.TrimSpace(text[:i]), models.Impact(strings.ToUpper(strings.TrimSpace(text[i+1:])))
		}
		if c.CID == "" {
			return nil, models.Invalid("--circuit", "%q names no circuit; write CID or CID=IMPACT", text)
		}
		all = append(all, c)
	}
	return all, nil
}
