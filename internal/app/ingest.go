package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lineman/ingest"
	"lineman/models"
)

// Report is how one pass over one source went.
type Report = ingest.Report

// IngestOptions narrow one pass of the job.
type IngestOptions struct {
	Source string        // name; empty: all
	Since  time.Duration // > 0: this far back, behind the cursors
	DryRun bool
}

// Ingest makes one pass over the sources, each to its end, and hands every
// source's report to line as it comes. The sum is of all sources; failed says
// that one of them could not be reached.
func (a *App) Ingest(ctx context.Context, o IngestOptions, line func(Report)) (sum models.Tally, failed bool, err error) {
	names, err := a.sourceNames(o.Source)
	if err != nil {
		return sum, false, err
	}
	for _, name := range names {
		var r Report
		if o.DryRun {
			r = a.pipeline.DryRun(ctx, name, o.Since)
		} else {
			r = a.pipeline.Pass(ctx, name, o.Since)
		}
		sum = sum.Add(r.Tally)
		failed = failed || r.Err != nil
		line(r)
		if ctx.Err() != nil {
			return sum, true, errors.New("stopped before all sources were read; the next run continues where it stopped")
		}
	}
	return sum, failed, nil
}

func (a *App) sourceNames(only string) ([]string, error) {
	var names []string
	for _, s := range a.Config.Sources {
		names = append(names, s.Name)
	}
	if only == "" {
		if len(names) == 0 {
			return nil, models.Invalid("notification_sources", "no mailbox is configured; add one to lineman.yaml (docs/configuration.md shows how), or try `lineman demo`")
		}
		return names, nil
	}
	if !slices.Contains(names, only) {
		return nil, models.Invalid("--source", "no source is called %q; configured are %v", only, names)
	}
	return []string{only}, nil
}

// Summary is the line of the contract that sums a pass up.
func Summary(t models.Tally) string {
	return fmt.Sprintf("fetched %d, new %d, parsed %d, ignored %d, failed %d, unknown-provider %d, duplicate %d, out-of-sequence %d",
		t.Fetched, t.New, t.Parsed, t.Ignored, t.Failed, t.UnknownProvider, t.Duplicate, t.OutOfSequence)
}
