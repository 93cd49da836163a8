package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"lineman/models"
)

// DryRun reads one source as Pass does and says what Pass would count, but
// writes nothing, takes no lease and labels nothing. Out-of-sequence and
// duplicate notices cannot be told without writing and count as parsed.
func (p *Pipeline) DryRun(ctx context.Context, name string, since time.Duration) Report {
	report := Report{Source: name}
	src, ok := p.byName[name]
	if !ok {
		report.Err = fmt.Errorf("source %q is not configured: %w", name, models.ErrNotFound)
		return report
	}
	m, err := p.matcher(ctx)
	if err != nil {
		report.Err = err
		return report
	}
	box, err := src.Open(ctx)
	if err != nil {
		report.Err = err
		return report
	}
	defer box.Close()
	store := &tryout{Store: p.Store, p: p, src: src, matcher: m, tally: &report.Tally}
	trial := p.Options
	trial.Store = store
	q := &Pipeline{Options: trial, byName: p.byName, ids: p.ids}
	c := q.collector(src, store.row(ctx, name), box, since)
	c.handover = func(context.Context, []models.RawNotification) error { return nil }
	_, report.Err = c.run(ctx)
	report.Tally = report.Tally.Add(c.tally)
	return report
}

// tryout is a Store that keeps nothing: reading goes through, Keep judges.
type tryout struct {
	Store
	p       *Pipeline
	src     Source
	matcher matcher
	tally   *models.Tally
}

// row finds the source without creating it.
func (t *tryout) row(ctx context.Context, name string) models.Source {
	if s, ok := t.Store.(interface {
		SourceByName(context.Context, string) (models.Source, error)
	}); ok {
		if row, err := s.SourceByName(ctx, name); err == nil {
			return row
		}
	}
	return models.Source{Name: name}
}

// Reopen keeps nothing.
func (t *tryout) Reopen(context.Context, []string, models.Cause) error { return nil }

// SetMatched keeps nothing.
func (t *tryout) SetMatched(context.Context, string, string) error { return nil }

// SetLag keeps nothing.
func (t *tryout) SetLag(context.Context, string, time.Duration) error { return nil }

// Keep judges what it is given and keeps nothing.
func (t *tryout) Keep(ctx context.Context, _ string, _ models.Cursor, list []models.Arrival) ([]models.Kept, error) {
	var hashes []string
	for _, a := range list {
		hashes = append(hashes, digest(a.Raw))
	}
	known, err := t.KnownHashes(ctx, hashes)
	if err != nil {
		return nil, err
	}
	kept := make([]models.Kept, 0, len(list))
	for i, a := range list {
		k := models.Kept{Ref: a.Message.Ref}
		if a.Raw != nil {
			_, old := known[hashes[i]]
			k.RawID, k.New = "dry-run", !old
			known[hashes[i]] = "dry-run"
		}
		if k.New {
			v := t.p.verdict(models.RawNotification{ID: k.RawID, Raw: a.Raw}, t.src, t.matcher)
			t.tally.Count(v.State, v.Flags)
		}
		kept = append(kept, k)
	}
	return kept, nil
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// oneLine makes one line of a joined error.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
