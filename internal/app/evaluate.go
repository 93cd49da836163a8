package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lineman/internal/config"
	"lineman/internal/evaluate"
	"lineman/internal/inventory"
	"lineman/models"
)

// EvaluateOptions say what is evaluated.
type EvaluateOptions struct {
	Source   string        // name of a configured source, else a folder or file
	Since    time.Duration // how far back; 0: a year of a mailbox, all of a folder
	Circuits io.Reader     // circuits.csv; nil: no inventory
}

// evaluateSince is how far back a mailbox is read unless something else is
// asked for.
const evaluateSince = 365 * 24 * time.Hour

// Evaluate reads a mailbox or a folder into a database of its own in a
// temporary folder, says what came of it, and takes the database away again.
// It writes nowhere else: the configured database is looked at for a stored
// consent alone, and the mailbox gets no label and no flag.
//
// An InputError names the flag that is off, or the line of the inventory.
func Evaluate(ctx context.Context, o Options, e EvaluateOptions) (report evaluate.Report, err error) {
	dir, err := os.MkdirTemp("", "lineman-evaluate-")
	if err != nil {
		return report, fmt.Errorf("make a folder for the trial: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	src, path, err := evaluated(o.Config, e.Source)
	if err != nil {
		return report, err
	}
	var grant []byte
	if path == "" {
		if grant, err = storedGrant(ctx, o, src); err != nil {
			return report, err
		}
	}
	a, err := Open(ctx, trialOptions(o, src, path, dir))
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	t := &trial{App: a, EvaluateOptions: e, path: path, undated: map[string]bool{}, large: map[string]string{}}
	if grant != nil {
		if err := a.store.SetSourceToken(ctx, src.Name, grant); err != nil {
			return report, fmt.Errorf("copy the consent for the source %s: %w", src.Name, err)
		}
	}
	return t.run(ctx)
}

// evaluated finds what is meant: a configured source, or a path.
func evaluated(c config.Config, name string) (src config.Source, path string, err error) {
	i := slices.IndexFunc(c.Sources, func(s config.Source) bool { return s.Name == name })
	if i >= 0 {
		return c.Sources[i], "", nil
	}
	if name != "" {
		if _, err := os.Stat(name); err == nil {
			return src, name, nil
		}
	}
	var names []string
	for _, s := range c.Sources {
		names = append(names, s.Name)
	}
	known := "none is configured"
	if len(names) > 0 {
		known = "configured are " + strings.Join(names, ", ")
	}
	return src, "", models.Invalid("--source", "%q is neither a source (%s) nor a folder that is there; name one of them", name, known)
}

// trialOptions are those of a run that tells nobody anything and whose
// database is in a folder of its own.
func trialOptions(o Options, src config.Source, path, dir string) Options {
	c := o.Config
	c.Database = config.Database{URL: config.Secret("sqlite:" + filepath.Join(dir, "trial.db")), Migrate: "auto"}
	c.Sources, c.Inventories, c.Notify, c.ChatOps = nil, nil, config.Notify{}, config.ChatOps{}
	c.UnknownSenders, c.Retention = "keep", config.Retention{}
	if path == "" {
		src.Labels, src.LabelMode, src.Mode = nil, "none", "shadow"
		c.Sources = []config.Source{src}
	}
	o.Config = c
	o.Logger = slog.New(calm{o.Logger.Handler()})
	return o
}

// calm is a log without what a trial does as a matter of course.
type calm struct{ slog.Handler }

// Enabled implements slog.Handler.
func (c calm) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && c.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (c calm) WithAttrs(attrs []slog.Attr) slog.Handler { return calm{c.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (c calm) WithGroup(name string) slog.Handler { return calm{c.Handler.WithGroup(name)} }

// storedGrant gives the sealed consent of a source; nil where it needs none or
// there is none. The configured database is only read.
func storedGrant(ctx context.Context, o Options, src config.Source) ([]byte, error) {
	if src.CredentialsFile == "" || len(o.Config.SecretKeys) == 0 {
		return nil, nil
	}
	if file, lite := sqliteFile(o.Config.Database); lite {
		if _, err := os.Stat(file); err != nil {
			return nil, nil //nolint:nilerr // there is no database yet, and so no consent
		}
	}
	a, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	sealed, err := a.store.SourceToken(ctx, src.Name)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the consent for the source %s: %w", src.Name, err)
	}
	return sealed, nil
}

// trial is one evaluation on its own database.
type trial struct {
	*App
	EvaluateOptions
	path    string // empty: it is a source
	before  int
	notes   []string          // what could not be read
	undated map[string]bool   // SHA-256 of mails that do not tell when they came
	large   map[string]string // files of mails that are over the limits, by their SHA-256
}

func (t *trial) run(ctx context.Context) (evaluate.Report, error) {
	if t.Circuits != nil {
		if err := t.inventory(ctx, t.Circuits); err != nil {
			return evaluate.Report{}, err
		}
	}
	if err := t.readMail(ctx); err != nil {
		return evaluate.Report{}, err
	}
	in, err := t.found(ctx)
	if err != nil {
		return evaluate.Report{}, err
	}
	return evaluate.Make(in), nil
}

// inventory brings in circuits with the sites and providers that they name,
// which in the trial's database are made as they are needed.
func (t *trial) inventory(ctx context.Context, r io.Reader) error {
	rows, err := inventory.ReadCircuits(r)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	providers, err := t.store.Providers(ctx)
	if err != nil {
		return err
	}
	for _, p := range providers {
		known[strings.ToLower(p.Slug)], known[strings.ToLower(p.Name)] = true, true
	}
	var fresh []models.ProviderRow
	var sites []models.SiteRow
	seen := map[string]bool{}
	for _, row := range rows {
		if key := strings.ToLower(row.Provider); !known[key] {
			known[key] = true
			fresh = append(fresh, models.ProviderRow{Line: row.Line, Name: row.Provider})
		}
		for _, site := range []string{row.SiteA, row.SiteZ} {
			if site != "" && !seen[site] {
				seen[site] = true
				sites = append(sites, models.SiteRow{Line: row.Line, Name: site})
			}
		}
	}
	if _, err := t.store.ImportProviders(ctx, fresh); err != nil {
		return err
	}
	if _, err := t.store.ImportSites(ctx, sites); err != nil {
		return err
	}
	_, err = t.store.ImportCircuits(ctx, rows)
	return err
}
