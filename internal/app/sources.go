package app

import (
	"context"
	"slices"

	"lineman/ingest"
	"lineman/models"
)

// SourceReport is one configured mailbox as people look at it.
type SourceReport struct {
	Name       string
	Kind       string
	Configured bool // false: only its mail is still there
	Health     models.SourceHealth
	States     map[models.MailState]int64 // its kept mails
}

// SourceReports tells how every source stands: the configured ones in their
// order, then those that need no configuration once mail came by them, and those
// of which only the mail is left.
func (a *App) SourceReports(ctx context.Context) ([]SourceReport, error) {
	health, err := a.store.SourceHealths(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := a.store.MailCounts(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := a.sources()
	if err != nil {
		return nil, err
	}
	var all []SourceReport
	for _, s := range sources {
		all = append(all, SourceReport{Name: s.Name, Kind: s.Kind, Configured: true})
	}
	for _, h := range health {
		i := slices.IndexFunc(all, func(r SourceReport) bool { return r.Name == h.Name })
		if i < 0 {
			always := h.Name == ingest.PushSource || h.Name == ingest.ImportSource
			all = append(all, SourceReport{Name: h.Name, Kind: h.Kind, Configured: always})
			i = len(all) - 1
		}
		all[i].Health = h
	}
	for i := range all {
		all[i].States = map[models.MailState]int64{}
		for _, c := range counts {
			if c.Source == all[i].Name {
				all[i].States[c.State] += c.Count
			}
		}
	}
	return all, nil
}

// Reconcile compares the mailboxes with their ledgers, one after the other, and
// hands each result to line; only names one of them, or is empty. Mail that it
// finds is processed before it returns. failed says that a mailbox could not be
// read, or holds what no ledger has.
func (a *App) Reconcile(ctx context.Context, only string, line func(name string, r models.Reconciliation, err error)) (failed bool, err error) {
	names, err := a.sourceNames(only)
	if err != nil {
		return false, err
	}
	for _, name := range names {
		r, err := a.pipeline.Reconcile(ctx, name)
		failed = failed || err != nil || r.Messages != r.Ledger
		line(name, r, err)
	}
	_, err = a.pipeline.Pending(ctx, "")
	return failed, err
}
