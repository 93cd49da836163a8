package ingest

import (
	"context"
	"fmt"

	"lineman/models"
)

const maxMissing = 100

// Reconcile compares a mailbox with the ledger: it lists every message since
// the start of the window (InitialDays), behind the cursor too, fetches what
// the ledger does not know, and keeps the count. A message that is in no
// ledger afterwards is Missing. Mail that it finds is kept like any other and
// left to the jobs that keeping enqueues. ErrBusy when another process reads
// the source right now.
func (p *Pipeline) Reconcile(ctx context.Context, name string) (models.Reconciliation, error) {
	src, row, err := p.source(ctx, name)
	if err != nil {
		return models.Reconciliation{}, err
	}
	var census models.Reconciliation
	err = p.withLease(ctx, "source:"+name, p.Wait, func(ctx context.Context) error {
		var tally models.Tally
		return p.watched(ctx, row, &tally, func(ctx context.Context) error {
			var err error
			census, err = p.reconcile(ctx, src, row, &tally)
			return err
		})
	})
	return census, err
}

func (p *Pipeline) reconcile(ctx context.Context, src Source, row models.Source, tally *models.Tally) (models.Reconciliation, error) {
	box, err := src.Open(ctx)
	if err != nil {
		return models.Reconciliation{}, err
	}
	defer box.Close()
	row.Matched = "" // look the whole ledger through as well
	c := p.collector(src, row, box, 0)
	c.all, c.census = true, &models.Reconciliation{At: p.Now().UTC(), From: c.since}
	c.handover = func(context.Context, []models.RawNotification) error { return nil }
	_, err = c.run(ctx)
	*tally = c.tally
	if err != nil {
		return *c.census, err
	}
	if c.tally.New > 0 {
		p.Logger.Warn("the mailbox held mail behind the cursor that was in no ledger; it was fetched", "source", src.Name, "mails", c.tally.New)
	}
	if err := p.Store.SetReconciled(ctx, row.ID, *c.census); err != nil {
		return *c.census, fmt.Errorf("keep the reconciliation: %w", err)
	}
	return *c.census, nil
}

// count adds one listing to the census.
func (c *collector) count(ctx context.Context, folder string, page Listing) error {
	if c.census == nil {
		return nil
	}
	refs := make([]models.MailRef, 0, len(page.Messages))
	for _, m := range page.Messages {
		if m.Received.IsZero() || !m.Received.Before(c.since) {
			refs = append(refs, m.Ref)
		}
	}
	kept, skipped, missing, err := c.p.Store.Census(ctx, c.row.ID, folder, page.Cursor.UIDValidity, refs)
	if err != nil {
		return fmt.Errorf("compare with the ledger: %w", err)
	}
	c.census.Messages += len(refs)
	c.census.Ledger += kept + skipped
	c.census.Kept += kept
	c.census.Skipped += skipped
	c.census.Missing = append(c.census.Missing, missing[:min(len(missing), maxMissing-min(maxMissing, len(c.census.Missing)))]...)
	return nil
}
