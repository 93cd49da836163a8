package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lineman/internal/app"
	"lineman/models"
)

func (c *call) evaluate() *cobra.Command {
	var source, circuits, since, page, out string
	cmd := &cobra.Command{
		Use:   "evaluate --source NAME|DIR",
		Short: "Say what lineman would read in a mailbox or folder, and change nothing",
		Long: "Reads a configured source, or a folder of *.eml files, mboxes or Maildirs, into a temporary database\n" +
			"and reports what came of it. Nothing is written but the files that are asked for: no database, no\n" +
			"label, no flag in the mailbox.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if source == "" {
				return models.Invalid("--source", "is missing; name a configured source or a folder with mail")
			}
			o := app.EvaluateOptions{Source: source}
			var err error
			if o.Since, err = parseLongSpan("--since", since); err != nil {
				return err
			}
			options, err := c.options()
			if err != nil {
				return err
			}
			files, err := openReports(page, out)
			if err != nil {
				return err
			}
			defer files.discard()
			if circuits != "" {
				f, err := os.Open(circuits)
				if err != nil {
					return models.Invalid("--circuits", "%v; check the name and its permissions", err)
				}
				defer f.Close()
				o.Circuits = f
			}
			report, err := app.Evaluate(cmd.Context(), options, o)
			if err != nil {
				return inInventory(circuits, err)
			}
			if err := report.WriteText(cmd.OutOrStdout()); err != nil {
				return err
			}
			return files.write(cmd.OutOrStdout(), map[string]func(io.Writer) error{
				reportPage: report.WriteHTML, "providers.csv": report.WriteProviders, "aliases.csv": report.WriteAliases,
			})
		},
	}
	cmd.Flags().StringVar(&source, "source", "", "a configured source of this `NAME`, or a folder")
	cmd.Flags().StringVar(&circuits, "circuits", "", "the inventory, as `FILE` that circuits import takes; its sites and providers are made as needed")
	cmd.Flags().StringVar(&since, "since", "", "how far back, for example 12mo or 30d (else 12mo of a source, all of a folder)")
	cmd.Flags().StringVar(&page, "html", "", "write the report as one page to this `FILE`")
	cmd.Flags().StringVar(&out, "out", "", "write providers.csv and aliases.csv, ready for import, to this `DIR`")
	return cmd
}

// reportPage is the name under which the page is among the reports.
const reportPage = "page"

// reports are files that are made before the work begins, so that a name that
// cannot be written costs nothing, and that get their names when it is done.
type reports map[string]*os.File // by what is written; named FILE.part

func openReports(page, out string) (reports, error) {
	files := reports{}
	paths := map[string]string{}
	if page != "" {
		paths[reportPage] = page
	}
	if out != "" {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return nil, models.Invalid("--out", "%v; name a folder that can be written", err)
		}
		for _, name := range []string{"providers.csv", "aliases.csv"} {
			paths[name] = filepath.Join(out, name)
		}
	}
	for what, path := range paths {
		f, err := os.Create(path + ".part")
		if err != nil {
			files.discard()
			flag := "--out"
			if what == reportPage {
				flag = "--html"
			}
			return nil, models.Invalid(flag, "%v; name a file that can be written", err)
		}
		files[what] = f
	}
	return files, nil
}

// write fills the files and says where they are.
func (r reports) write(say io.Writer, by map[string]func(io.Writer) error) error {
	for _, what := range []string{reportPage, "providers.csv", "aliases.csv"} {
		f := r[what]
		if f == nil {
			continue
		}
		if err := by[what](f); err != nil {
			return err
		}
		if err := r.done(say, what); err != nil {
			return err
		}
	}
	return nil
}

// done gives a file that is whole its name.
func (r reports) done(say io.Writer, what string) error {
	f := r[what]
	path := strings.TrimSuffix(f.Name(), ".part")
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	delete(r, what)
	fmt.Fprintf(say, "written: %s\n", path)
	return nil
}

// discard takes away what was not written to its end.
func (r reports) discard() {
	for _, f := range r {
		f.Close()
		_ = os.Remove(f.Name())
	}
}

// inInventory names the file in what is wrong with a line of it.
func inInventory(file string, err error) error {
	if file != "" && strings.Contains(err.Error(), "line ") {
		return inFile(file, err)
	}
	return err
}

// parseLongSpan is parseSpan for spans that may also be in months: 12mo is a
// year.
func parseLongSpan(flag, s string) (time.Duration, error) {
	months, ok := strings.CutSuffix(s, "mo")
	if !ok {
		return parseSpan(flag, s)
	}
	n, err := strconv.Atoi(months)
	if err != nil || n <= 0 || n > 1200 {
		return 0, models.Invalid(flag, "%q is no span of time; write for example 12mo or 30d", s)
	}
	return time.Duration(n) * 365 * 24 * time.Hour / 12, nil
}
