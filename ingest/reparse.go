package ingest

import (
	"context"
	"errors"
	"fmt"

	"lineman/models"
)

// Reparses is what reading stored mail again needs of the database.
type Reparses interface {
	// Reparsable gives stored mail with its bytes in the order of IDs after one
	// of them, and which of it a person's reading is in force of.
	Reparsable(ctx context.Context, f models.ReparseFilter, after string, limit int) ([]models.RawNotification, map[string]bool, error)
	// Reparse applies readings that are other than those in force; with dry it
	// only says what that comes to.
	Reparse(ctx context.Context, verdicts []models.Verdict, dry bool) ([]models.Reparsed, error)
	// Audit keeps that something was done which is committed already.
	Audit(ctx context.Context, by models.Principal, action, object, id, name string) error
}

// Reparse says which stored mail is to be read again, and how.
type Reparse struct {
	Filter  models.ReparseFilter
	DryRun  bool                  // change nothing
	Changed func(models.Reparsed) // is told of each mail that says something else now; nil: nobody
}

// reparseBatch is how many mails are read, judged and applied at once.
const reparseBatch = 500

// Reparse reads stored mail again with the readers, providers and circuits of
// now, and folds what says something else. Nothing that is past is announced.
// Mail that waits to be read is left out, and so is mail of which a person's
// reading is in force or whose bytes are gone. It is in the audit log.
func (d *Desk) Reparse(ctx context.Context, by models.Principal, o Reparse) (models.ReparseTally, error) {
	tally, err := d.reparse(ctx, o)
	if o.DryRun || tally.Changed == 0 {
		return tally, err
	}
	said := fmt.Sprintf("%d mails read, %d changed", tally.Read, tally.Changed)
	if kept := d.store.Audit(context.WithoutCancel(ctx), by, "re-parse", "mail", "", said); kept != nil {
		err = errors.Join(err, fmt.Errorf("write the audit log: %w", kept))
	}
	return tally, err
}

// ReparseOne reads one stored mail again. An InputError says why it cannot be.
func (d *Desk) ReparseOne(ctx context.Context, by models.Principal, id string, dry bool) (models.Reparsed, error) {
	item, err := d.store.ReviewItem(ctx, by.Scope, id)
	switch {
	case err != nil:
		return models.Reparsed{}, err
	case item.Deleted:
		return models.Reparsed{}, models.Invalid("", "the bytes of this mail were removed by retention, so that it cannot be read again; its notices are kept")
	case item.State == models.StateReceived:
		return models.Reparsed{}, models.Invalid("", "this mail waits to be read; look at it again in a moment")
	case item.Reading != models.ReadingOurs:
		return models.Reparsed{}, models.Invalid("", "%s by a person, whose reading holds; undo that first", item.Reading)
	}
	done := models.Reparsed{
		RawID: item.ID, Subject: item.Subject, Provider: item.Provider, Received: item.Received, Old: item.State, New: item.State,
		OldError: item.Error, NewError: item.Error, OldFlags: item.Flags, NewFlags: item.Flags,
	}
	_, err = d.Reparse(ctx, by, Reparse{
		Filter: models.ReparseFilter{IDs: []string{id}}, DryRun: dry, Changed: func(r models.Reparsed) { done = r },
	})
	return done, err
}

// judgedBatch is a batch of mail with what it says now.
type judgedBatch struct {
	verdicts []models.Verdict
	left     int // a person's reading is in force
	gone     int // without bytes
	err      error
}

func (d *Desk) reparse(ctx context.Context, o Reparse) (tally models.ReparseTally, err error) {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan judgedBatch, 1) // one is judged while the one before is applied
	go d.judgeStored(ctx, o.Filter, batches)
	defer func() {
		cancel()
		for range batches { // until the reader has ended
		}
	}()
	for b := range batches {
		tally.Left, tally.Gone, tally.Read = tally.Left+b.left, tally.Gone+b.gone, tally.Read+len(b.verdicts)
		if b.err != nil {
			return tally, b.err
		}
		done, failed, err := d.applyAgain(ctx, b.verdicts, o.DryRun)
		tally.Changed, tally.Failed = tally.Changed+len(done), tally.Failed+failed
		tally.Unchanged = tally.Read - tally.Changed - tally.Failed
		if o.Changed != nil {
			for _, r := range done {
				o.Changed(r)
			}
		}
		if err != nil {
			return tally, err
		}
	}
	return tally, ctx.Err()
}

// judgeStored judges the chosen mail batch by batch. It closes batches.
func (d *Desk) judgeStored(ctx context.Context, f models.ReparseFilter, batches chan<- judgedBatch) {
	defer close(batches)
	send := func(b judgedBatch) bool {
		select {
		case batches <- b:
			return b.err == nil
		case <-ctx.Done():
			return false
		}
	}
	m, err := d.p.matcher(ctx)
	if err != nil {
		send(judgedBatch{err: err})
		return
	}
	for after := ""; ; {
		raws, held, err := d.store.Reparsable(ctx, f, after, reparseBatch)
		if err != nil {
			send(judgedBatch{err: fmt.Errorf("read stored mail: %w", err)})
			return
		}
		if len(raws) == 0 {
			return
		}
		after = raws[len(raws)-1].ID
		if !send(d.judgeBatch(ctx, raws, held, m)) {
			return
		}
	}
}

func (d *Desk) judgeBatch(ctx context.Context, raws []models.RawNotification, held map[string]bool, m matcher) (b judgedBatch) {
	var readable []models.RawNotification
	for _, r := range raws {
		switch {
		case r.Deleted || r.Raw == nil:
			b.gone++
		case held[r.ID]:
			b.left++
		default:
			r.Attempts = 0
			readable = append(readable, r)
		}
	}
	b.verdicts = d.p.judgeAll(ctx, readable, m)
	if b.err = d.p.elsewhere(ctx, readable, b.verdicts, m); b.err != nil {
		return b
	}
	for i := range b.verdicts {
		b.verdicts[i].Cause = models.CauseReparse
	}
	return b
}

// applyAgain applies a batch; where it is refused, mail by mail, so that one
// that cannot be recorded leaves the others alone.
func (d *Desk) applyAgain(ctx context.Context, verdicts []models.Verdict, dry bool) (done []models.Reparsed, failed int, err error) {
	if len(verdicts) == 0 {
		return nil, 0, nil
	}
	done, err = d.store.Reparse(ctx, verdicts, dry)
	if err == nil || ctx.Err() != nil || errors.Is(err, models.ErrDatabase) {
		return done, 0, err
	}
	d.p.Logger.Warn("a batch was refused; applying its mails one by one", "mails", len(verdicts), "error", err)
	for _, v := range verdicts {
		one, err := d.store.Reparse(ctx, []models.Verdict{v}, dry)
		if err != nil && (ctx.Err() != nil || errors.Is(err, models.ErrDatabase)) {
			return done, failed, err
		}
		if err != nil {
			d.p.Logger.Error("a mail could not be recorded again and stays as it was", "raw", v.RawID, "error", err)
			failed++
		}
		done = append(done, one...)
	}
	return done, failed, nil
}
