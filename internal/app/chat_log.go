package app

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"lineman/chatops"
	"lineman/internal/inventory"
	"lineman/models"
)

// ChatLogFormats are the formats in which the chat command log is written.
var ChatLogFormats = []string{"table", "json", "csv"}

// WriteChatLog writes commands of the chat command log, newest first.
func (a *App) WriteChatLog(ctx context.Context, f models.ChatCommandFilter, format string, w io.Writer) error {
	if !slices.Contains(ChatLogFormats, format) {
		return models.Invalid("--format", "%q is none of %s", format, strings.Join(ChatLogFormats, ", "))
	}
	for _, o := range f.Outcomes {
		if !slices.Contains(models.ChatOutcomes, o) {
			return models.Invalid("--outcome", "%q is none of %v", o, models.ChatOutcomes)
		}
	}
	rows, _, err := a.store.ChatLog(ctx, f)
	if err != nil {
		return err
	}
	switch format {
	case "json":
		return logJSON(w, rows)
	case "csv":
		return logCSV(w, rows)
	}
	return logTable(w, rows)
}

// ChatCommand gives one command of the log; an InputError when there is none
// of this reference.
func (a *App) ChatCommand(ctx context.Context, reference string) (models.ChatCommand, error) {
	rows, _, err := a.store.ChatLog(ctx, models.ChatCommandFilter{IDs: []string{reference}})
	if err == nil && len(rows) == 0 {
		return models.ChatCommand{}, models.Invalid("reference", "the log has no command %.40q; it may be older than retention.commands", reference)
	}
	if err != nil {
		return models.ChatCommand{}, err
	}
	return rows[0], nil
}

// logged is an entry as it is written in JSON.
type logged struct {
	Reference    string              `json:"reference"`
	Received     time.Time           `json:"received"`
	Platform     string              `json:"platform"`
	Organization loggedParty         `json:"organization"`
	Channel      loggedParty         `json:"channel"`
	User         loggedParty         `json:"user"`
	Thread       string              `json:"thread"`
	Direct       bool                `json:"direct"`
	Principal    string              `json:"principal"`
	Command      string              `json:"command"`
	Subcommand   string              `json:"subcommand"`
	Parameters   map[string][]string `json:"parameters"`
	State        models.ChatState    `json:"state"`
	Outcome      models.ChatOutcome  `json:"outcome"`
	Attempts     int                 `json:"attempts"`
	WaitedMS     float64             `json:"waited_ms"`
	RunMS        float64             `json:"run_ms"`
	Details      string              `json:"details"`
}

type loggedParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func logJSON(w io.Writer, rows []models.ChatCommand) error {
	out := json.NewEncoder(w)
	for _, c := range rows {
		if err := out.Encode(logged{
			Reference: c.ID, Received: c.Received, Platform: c.Platform, Organization: loggedParty(c.Organization), Channel: loggedParty(c.Channel),
			User: loggedParty(c.User), Thread: c.Thread, Direct: c.Direct, Principal: c.Principal, Command: c.Command, Subcommand: c.Subcommand,
			Parameters: c.Args, State: c.State, Outcome: c.Outcome, Attempts: c.Attempts,
			WaitedMS: milliseconds(c.Waited), RunMS: milliseconds(c.RunTime), Details: c.Details,
		}); err != nil {
			return fmt.Errorf("write the log: %w", err)
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

var logColumns = []string{
	"received", "reference", "platform", "organization", "channel", "channel_name", "user", "user_name", "thread", "acts_as",
	"command", "subcommand", "parameters", "outcome", "waited_ms", "run_ms", "details",
}

func logCSV(w io.Writer, rows []models.ChatCommand) error {
	out := csv.NewWriter(w)
	lines := [][]string{logColumns}
	for _, c := range rows {
		lines = append(lines, []string{
			c.Received.Format(time.RFC3339Nano), c.ID, c.Platform, c.Organization.ID, c.Channel.ID, c.Channel.Name, c.User.ID, c.User.Name, c.Thread, c.Principal,
			c.Command, c.Subcommand, parameters(c.Args), string(c.Outcome), number(c.Waited), number(c.RunTime), c.Details,
		})
	}
	for _, cells := range lines {
		for i := range cells {
			cells[i] = inventory.Guard(cells[i])
		}
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("write the log: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func number(d time.Duration) string { return strconv.FormatFloat(milliseconds(d), 'f', -1, 64) }

// parameters are arguments as they are given in chat.
func parameters(args map[string][]string) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(args)) {
		words = append(words, name+"="+chatops.Quote(strings.Join(args[name], ",")))
	}
	return strings.Join(words, " ")
}

func logTable(w io.Writer, rows []models.ChatCommand) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "RECEIVED\tREFERENCE\tPLATFORM\tCHANNEL\tUSER\tACTS AS\tCOMMAND\tOUTCOME\tMS")
	for _, c := range rows {
		line := strings.TrimSpace(c.Command + " " + c.Subcommand + " " + parameters(c.Args))
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Received.Format(time.DateTime), c.ID, c.Platform,
			OneLine(c.Channel.Label()), OneLine(c.User.Label()), c.Principal, OneLine(line), c.Outcome, number(c.RunTime))
	}
	return out.Flush()
}

// OneLine is a text of chat as a cell of a table on a terminal: one line without
// control characters, and not too long.
func OneLine(text string) string {
	text = chatops.CleanLine(text)
	if r := []rune(text); len(r) > 100 {
		return string(r[:99]) + "…"
	}
	if text == "" {
		return "-"
	}
	return text
}

// WriteChatCommand writes one command of the log with all that is known of it.
func (a *App) WriteChatCommand(ctx context.Context, reference, format string, w io.Writer) error {
	c, err := a.ChatCommand(ctx, reference)
	if err != nil {
		return err
	}
	if format != "table" {
		return a.WriteChatLog(ctx, models.ChatCommandFilter{IDs: []string{c.ID}}, format, w)
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range [][2]string{
		{"reference", c.ID}, {"received", c.Received.Format(time.RFC3339)}, {"platform", c.Platform},
		{"organization", party(c.Organization)}, {"channel", party(c.Channel)}, {"thread", c.Thread}, {"user", party(c.User)}, {"acts as", c.Principal},
		{"command", strings.TrimSpace(c.Command + " " + c.Subcommand)}, {"parameters", parameters(c.Args)},
		{"outcome", string(c.Outcome)}, {"state", string(c.State)}, {"attempts", strconv.Itoa(c.Attempts)},
		{"waited", c.Waited.String()}, {"ran", c.RunTime.String()},
	} {
		if f[1] != "" {
			fmt.Fprintf(out, "%s\t%s\n", f[0], chatops.CleanLine(f[1]))
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if c.Details != "" {
		fmt.Fprintf(w, "\n%s\n", chatops.Clean(c.Details))
	}
	return nil
}

func party(p models.ChatParty) string {
	if p.Name == "" || p.Name == p.ID {
		return p.ID
	}
	return p.ID + " (" + p.Name + ")"
}
