package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lineman/models"
	"lineman/parsers"
	"lineman/parsers/define"
	"lineman/parsers/provider"
)

// parsing is one call of the parse command.
type parsing struct {
	provider string
	kind     string
	format   string
	parsers  string // folder of own definitions
	explain  bool
	circuits []string // files of known circuits
	scanner  *parsers.Scanner
}

// contentTypes are what --type means for the bytes of a file.
var contentTypes = map[string]string{"email": "", "ical": "text/calendar", "html": "text/html", "text": "text/plain"}

func (c *call) parse() *cobra.Command {
	p := &parsing{}
	cmd := &cobra.Command{
		Use:   "parse PATH...",
		Short: "Parse files or folders of mail; - is standard input",
		Long: `Parse files, folders (recursively: *.eml, *.ics, *.html) or standard input (-).
It needs no database, no network and no configuration.

For one file the exit code is 0 when it was parsed or is no notice, and 1 when
it is a notice that could not be read: standard error says why, field by field.
With several inputs it is 0 when all of them could be read from disk.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return models.Invalid(cmd.CommandPath(), "name a file, a folder or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd, args) },
	}
	cmd.Flags().StringVar(&p.provider, "provider", "", "read as mail of this provider instead of detecting it")
	cmd.Flags().StringVar(&p.kind, "type", "email", "what the input is: email, ical, html or text")
	cmd.Flags().StringVar(&p.format, "format", "", "json (one file), jsonl (several) or table")
	cmd.Flags().StringVar(&p.parsers, "parsers", "", "folder of provider definitions of your own; one that is wrong is refused")
	cmd.Flags().BoolVar(&p.explain, "explain", false, "say for every field where it was read, and what was tried")
	cmd.Flags().StringArrayVar(&p.circuits, "circuits", nil, "a CSV `FILE` of circuits or of aliases (as their import takes it): say which of them the input names and were not read; may be repeated")
	return cmd
}

func (p *parsing) run(cmd *cobra.Command, args []string) error {
	if _, ok := contentTypes[p.kind]; !ok {
		return models.Invalid("--type", "%q is none of email, ical, html, text", p.kind)
	}
	if p.format != "" && !slices.Contains([]string{"json", "jsonl", "table"}, p.format) {
		return models.Invalid("--format", "%q is none of json, jsonl, table", p.format)
	}
	engine, err := p.engine()
	if err != nil {
		return err
	}
	if p.provider != "" && !engine.Knows(p.provider) {
		return models.Invalid("--provider", "%q is no provider that lineman knows; leave it out to have it detected", p.provider)
	}
	if len(p.circuits) > 0 {
		s, err := knownCircuits(p.circuits)
		if err != nil {
			return err
		}
		p.scanner = s
	}
	files, single, err := inputs(args)
	if err != nil {
		return err
	}
	if p.format == "" {
		p.format = "jsonl"
		if single {
			p.format = "json"
		}
	}
	out := newPrinter(p.format, cmd.OutOrStdout(), p.explain)
	unread, last := 0, parsers.Result{}
	for a := range p.answers(cmd.InOrStdin(), engine, files) {
		if a.unread != nil {
			unread++
			fmt.Fprintf(cmd.ErrOrStderr(), "lineman: %v\n", a.unread)
		}
		if !single || a.result.Outcome != parsers.OutcomeError {
			if err := out.print(a); err != nil {
				return err
			}
		}
		for _, line := range a.incomplete() {
			fmt.Fprintf(cmd.ErrOrStderr(), "lineman: %s: %s\n", a.file, line)
		}
		last = a.result
	}
	if err := out.close(); err != nil {
		return err
	}
	switch {
	case unread > 0:
		return &exitError{code: exitFailed}
	case single && last.Outcome == parsers.OutcomeError:
		return &exitError{code: exitFailed, text: strings.Join(p.reasons(last), "\n")}
	}
	return nil
}

// engine knows every provider, and those of the folder.
func (p *parsing) engine() (*parsers.Engine, error) {
	all := provider.All()
	if p.parsers == "" {
		return parsers.NewEngine(all), nil
	}
	definitions, bad := define.Load(os.DirFS(p.parsers))
	all, clashes := define.Join(definitions, all)
	if bad = append(bad, clashes...); len(bad) > 0 {
		return nil, models.Invalid("--parsers "+p.parsers, "%v", errors.Join(bad...))
	}
	return parsers.NewEngine(all), nil
}

func (p *parsing) reasons(r parsers.Result) []string {
	if p.explain {
		return r.Explanation()
	}
	return r.Problems()
}

// answer is what came of one input.
type answer struct {
	file   string
	result parsers.Result
	unread error // the input could not be read
}

// answers parses on all cores and gives the answers in the order of files.
func (p *parsing) answers(stdin io.Reader, engine *parsers.Engine, files []input) <-chan answer {
	out := make(chan answer)
	queue := make(chan chan answer, 2*runtime.GOMAXPROCS(0))
	go func() {
		defer close(queue)
		for _, f := range files {
			one := make(chan answer, 1)
			queue <- one
			go func() { one <- p.answer(stdin, engine, f) }()
		}
	}()
	go func() {
		defer close(out)
		for one := range queue {
			out <- <-one
		}
	}()
	return out
}

func (p *parsing) answer(stdin io.Reader, engine *parsers.Engine, file input) answer {
	a := answer{file: file.path}
	raw, err := file.read(stdin)
	if err != nil {
		a.unread, a.result = err, parsers.Failed(err)
		return a
	}
	if ctype := contentTypes[p.kind]; ctype != "" {
		raw = append([]byte("Content-Type: "+ctype+"\r\n\r\n"), raw...)
	}
	mail, err := parsers.ReadMail(raw)
	if err != nil {
		a.result = parsers.Failed(err)
		return a
	}
	a.result = engine.Parse(mail, p.provider)
	if p.scanner != nil {
		a.result.Missing(p.scanner.Scan(mail, a.result))
	}
	return a
}

// printer writes answers in one format.
type printer struct {
	explain bool
	print   func(answer) error
	close   func() error
}

func newPrinter(format string, w io.Writer, explain bool) *printer {
	p := &printer{explain: explain, close: func() error { return nil }}
	switch format {
	case "jsonl":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		p.print = func(a answer) error { return e.Encode(a.result.File(a.file, explain)) }
	case "table":
		p.table(w)
	default:
		all := []parsers.MaintenanceJSON{}
		p.print = func(a answer) error {
			all = append(all, a.result.Maintenances(explain)...)
			return nil
		}
		p.close = func() error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(all)
		}
	}
	return p
}

func (p *printer) table(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FILE\tPROVIDER\tID\tSTATUS\tSTART (UTC)\tEND (UTC)\tCIRCUITS")
	p.print = func(a answer) error {
		r := a.result
		for _, m := range r.Maintenances(false) {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%d\n", a.file, r.Provider, m.MaintenanceID, m.Status, minute(m.Start), minute(m.End), len(m.Circuits))
		}
		if len(r.Notices) == 0 {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", a.file, r.Provider, r.Outcome, r.Reason)
		}
		if p.explain {
			for _, line := range r.Explanation() {
				fmt.Fprintf(t, "  %s\n", line)
			}
		}
		return nil
	}
	p.close = t.Flush
}

func minute(epoch int64) string { return time.Unix(epoch, 0).UTC().Format("2006-01-02 15:04") }
