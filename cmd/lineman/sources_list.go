package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) sources() *cobra.Command {
	return group("sources", "The mailboxes: how they stand, and whether anything was missed", c.sourcesList(), c.sourcesReconcile(), c.sourcesValidate(), c.sourcesLabels())
}

func (c *call) sourcesList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show each source: last success and error, lag, mails by state, mailbox against ledger",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withApp(cmd, func(a *app.App) error {
				all, err := a.SourceReports(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(sourcesJSON(all))
				}
				return printSources(cmd.OutOrStdout(), all)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (c *call) sourcesReconcile() *cobra.Command {
	return &cobra.Command{
		Use:   "reconcile [NAME]",
		Short: "Compare each mailbox with the ledger now, and fetch what is missing",
		Long: "Lists every message since the start of the window (raw_notification_initial_days_since) and fetches what no ledger row " +
			"tells of. Exit 0 if every message has its row, 1 if a mailbox could not be read or one has not.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			only := ""
			if len(args) > 0 {
				only = args[0]
			}
			return c.withApp(cmd, func(a *app.App) error {
				out := cmd.OutOrStdout()
				failed, err := a.Reconcile(cmd.Context(), only, func(name string, r models.Reconciliation, err error) {
					if err != nil {
						fmt.Fprintf(out, "%s: FAILED: %s\n", name, strings.ReplaceAll(err.Error(), "\n", "; "))
						return
					}
					fmt.Fprintf(out, "%s: %s\n", name, balance(r))
				})
				if err != nil {
					return err
				}
				if failed {
					return &exitError{code: exitFailed}
				}
				return nil
			})
		},
	}
}

// balance is the equation of a reconciliation in words.
func balance(r models.Reconciliation) string {
	if r.At.IsZero() {
		return "never compared"
	}
	text := fmt.Sprintf("since %s: mailbox %d = ledger %d = kept %d + skipped %d",
		r.From.Format("2006-01-02 15:04"), r.Messages, r.Ledger, r.Kept, r.Skipped)
	if r.Messages == r.Ledger {
		return text
	}
	text = strings.Replace(text, " = ledger", ", ledger", 1) + fmt.Sprintf("; MISSING %d:", r.Messages-r.Ledger)
	for _, m := range r.Missing[:min(len(r.Missing), 10)] {
		if m.RemoteID != "" {
			text += fmt.Sprintf(" %s/%s", m.Folder, m.RemoteID)
			continue
		}
		text += fmt.Sprintf(" %s/%d", m.Folder, m.UID)
	}
	return text
}

func printSources(out io.Writer, all []app.SourceReport) error {
	var rows [][]string
	for _, s := range all {
		kind := s.Kind
		if !s.Configured {
			kind += " (not configured)"
		}
		lag := "-"
		if !s.Health.LastMail.IsZero() {
			lag = s.Health.Lag.Round(time.Second).String()
		}
		failure := "-"
		if s.Health.LastError != "" {
			failure = s.Health.LastErrorAt.Format("2006-01-02 15:04:05") + " " + s.Health.LastError
		}
		rows = append(rows, []string{s.Name, kind, moment(s.Health.LastSuccess), lag, states(s.States), balance(s.Health.Reconciled), failure})
	}
	return printTable(out, []string{"NAME", "KIND", "LAST SUCCESS", "LAG", "MAILS", "MAILBOX AND LEDGER", "LAST ERROR"}, rows)
}

// states lists the counts of a source's mails, the most frequent first.
func states(counts map[models.MailState]int64) string {
	var parts []string
	for _, s := range models.MailStates {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, n))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// moment writes an instant in UTC.
func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// sourceJSON is one source for programs. Times are RFC 3339 in UTC.
type sourceJSON struct {
	Name          string                     `json:"name"`
	Kind          string                     `json:"kind"`
	Configured    bool                       `json:"configured"`
	LastSuccess   *time.Time                 `json:"last_success"`
	LastError     string                     `json:"last_error"`
	LastErrorAt   *time.Time                 `json:"last_error_at"`
	LagSeconds    float64                    `json:"lag_seconds"`
	LastMail      *time.Time                 `json:"last_mail"`
	Messages      int64                      `json:"messages"`
	States        map[models.MailState]int64 `json:"states"`
	ReconciledAt  *time.Time                 `json:"reconciled_at"`
	WindowStart   *time.Time                 `json:"window_start"`
	WindowMailbox int                        `json:"window_mailbox"`
	WindowLedger  int                        `json:"window_ledger"`
	WindowKept    int                        `json:"window_kept"`
	WindowSkipped int                        `json:"window_skipped"`
	Missing       []string                   `json:"missing"`
}

func sourcesJSON(all []app.SourceReport) []sourceJSON {
	list := make([]sourceJSON, 0, len(all))
	for _, s := range all {
		h, r := s.Health, s.Health.Reconciled
		j := sourceJSON{
			Name: s.Name, Kind: s.Kind, Configured: s.Configured, LastSuccess: instant(h.LastSuccess), LastError: h.LastError,
			LastErrorAt: instant(h.LastErrorAt), LagSeconds: h.Lag.Seconds(), LastMail: instant(h.LastMail), Messages: h.Messages,
			States: s.States, ReconciledAt: instant(r.At), WindowStart: instant(r.From), WindowMailbox: r.Messages,
			WindowLedger: r.Ledger, WindowKept: r.Kept, WindowSkipped: r.Skipped, Missing: []string{},
		}
		for _, m := range r.Missing {
			j.Missing = append(j.Missing, fmt.Sprintf("%s/%d/%d%s", m.Folder, m.UIDValidity, m.UID, m.RemoteID))
		}
		slices.Sort(j.Missing)
		list = append(list, j)
	}
	return list
}

// instant is nil for no time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
