package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) reparse() *cobra.Command {
	var states, providers []string
	var since string
	var by byPerson
	var dry, yes bool
	cmd := &cobra.Command{
		Use:   "reparse",
		Short: "Read stored mail again after a fix, and show what changes",
		Long: "Reads stored mail again with the readers, providers and circuits of now, and folds what says something else. It prints, mail by\n" +
			"mail, what it was and what it is, and every field of a maintenance that changes. On a terminal it shows that first and asks;\n" +
			"--yes goes on without asking, --dry-run changes nothing. Nothing that is past is announced. Mail that a person completed or\n" +
			"dismissed is left alone, until that is undone.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := app.Reparse{Filter: models.ReparseFilter{Providers: providers}, DryRun: dry}
			var err error
			if o.Filter.States, err = reparseStates(states); err != nil {
				return err
			}
			span, err := parseSpan("--since", since)
			if err != nil {
				return err
			}
			ask := !dry && !yes && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
			return c.withApp(cmd, func(a *app.App) error {
				if span > 0 {
					o.Filter.Since = a.Now().UTC().Add(-span)
				}
				return reparse(cmd, a, by.author, o, ask)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&states, "state", []string{"failed", "unknown-provider"}, "only mail in this `STATE`; failed is parsing-failed and quarantined, all is everything")
	flags.StringSliceVar(&providers, "provider", nil, "only of the provider with this `SLUG`")
	flags.StringVar(&since, "since", "", "only what was received within this span, for example 30d or 12h")
	flags.StringVar(&by.author, "author", "", "`NAME` of whoever does it, for the audit log")
	flags.BoolVar(&dry, "dry-run", false, "change nothing")
	flags.BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// reparseStates gives the states that people name; none for all of them.
func reparseStates(words []string) ([]models.MailState, error) {
	var all []models.MailState
	for _, w := range words {
		switch s := models.MailState(w); {
		case w == "all":
			return nil, nil
		case w == "failed":
			all = append(all, models.StateParsingFailed, models.StateQuarantined)
		case s == models.StateReceived || !slices.Contains(models.MailStates, s):
			return nil, models.Invalid("--state", "%q is no state of mail that was read; use all, failed or one of %v", w, models.MailStates[1:])
		default:
			all = append(all, s)
		}
	}
	return all, nil
}

// reparse shows what changes and, unless it only asks what would, changes it.
func reparse(cmd *cobra.Command, a *app.App, author string, o app.Reparse, ask bool) (err error) {
	out := bufio.NewWriter(cmd.OutOrStdout())
	defer func() { err = errors.Join(err, out.Flush()) }()
	o.Changed = func(r models.Reparsed) { printReparsed(out, r) }
	if ask {
		first := o
		first.DryRun = true
		tally, err := a.Reparse(cmd.Context(), app.Person(author), first)
		if err != nil {
			return err
		}
		printReparseTally(out, tally, true)
		if tally.Changed == 0 {
			return nil
		}
		fmt.Fprint(out, "Do it? [y/N] ")
		if err := out.Flush(); err != nil {
			return err
		}
		answer, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n') // an end of input is a no
		if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
			fmt.Fprintln(out, "nothing was changed")
			return nil
		}
		o.Changed = nil
	}
	tally, err := a.Reparse(cmd.Context(), app.Person(author), o)
	printReparseTally(out, tally, o.DryRun)
	return err
}

func printReparsed(out io.Writer, r models.Reparsed) {
	fmt.Fprintf(out, "%s %s %s: %s -> %s\n", r.RawID, orDash(r.Provider), cut(r.Subject, 60), stateWords(r.Old, r.OldFlags), stateWords(r.New, r.NewFlags))
	if r.NewError != "" && r.NewError != r.OldError {
		fmt.Fprintf(out, "    %s\n", r.NewError)
	}
	for _, m := range r.Maintenances {
		fmt.Fprintf(out, "    %s\n", m.Name)
		for _, c := range m.Changes {
			fmt.Fprintf(out, "        %s: %s -> %s\n", c.Field, orDash(c.Old), orDash(c.New))
		}
	}
}

func stateWords(s models.MailState, f models.MailFlags) string {
	text := string(s)
	for _, flag := range []struct {
		word string
		set  bool
	}{{"out-of-sequence", f.OutOfSequence}, {"unknown-cids", f.UnknownCIDs}, {"incomplete", f.Incomplete}} {
		if flag.set {
			text += "+" + flag.word
		}
	}
	return text
}

func printReparseTally(out io.Writer, t models.ReparseTally, dry bool) {
	word := "changed"
	if dry {
		word = "would change"
	}
	fmt.Fprintf(out, "read %d, %s %d, unchanged %d", t.Read, word, t.Changed, t.Unchanged)
	for _, more := range []struct {
		n    int
		text string
	}{{t.Left, "left as a person read them"}, {t.Gone, "without bytes: retention removed them"}, {t.Failed, "failed to be recorded; see the log"}} {
		if more.n > 0 {
			fmt.Fprintf(out, ", %d %s", more.n, more.text)
		}
	}
	fmt.Fprintln(out)
}
