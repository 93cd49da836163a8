package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// Brought is one mail that a person brings in a file.
type Brought struct {
	From     string    // name of the file
	Raw      []byte    // nil when it is over the limits
	Size     int64     // bytes, of the whole mail
	Digest   string    // SHA-256 of the whole mail, hex
	Received time.Time // of the file, where it is one mail; used when the mail does not tell
}

// Import keeps and processes mails from files, as a pass does with those of a
// mailbox: in order, page by page, never more than one page in memory. It may
// be repeated. A file that cannot be read is an error of mails; it holds up no
// other, and stands in the Report. Their cause is import.
func (p *Pipeline) Import(ctx context.Context, mails iter.Seq2[Brought, error]) Report {
	report := Report{Source: ImportSource}
	report.Err = p.withLease(ctx, "source:"+ImportSource, p.Wait, func(ctx context.Context) error {
		c, err := p.inward(ctx, ImportSource)
		if err != nil {
			return err
		}
		return p.watched(ctx, c.row, &report.Tally, func(ctx context.Context) error {
			return p.bring(ctx, c, mails, &report.Tally)
		})
	})
	return report
}

func (p *Pipeline) bring(ctx context.Context, c *collector, mails iter.Seq2[Brought, error], tally *models.Tally) error {
	work := p.background(ctx)
	c.handover = work.hand
	err := c.bringAll(work.ctx, mails)
	done, perr := work.finish()
	err = errors.Join(err, perr)
	if ctx.Err() == nil && perr == nil {
		err = errors.Join(err, c.rematch(ctx))
		left, lerr := p.Pending(ctx, c.row.ID)
		done, err = done.Add(left), errors.Join(err, lerr)
	}
	*tally = c.tally.Add(done)
	return err
}

func (c *collector) bringAll(ctx context.Context, mails iter.Seq2[Brought, error]) error {
	batch := &arrivals{c: c, ctx: ctx, still: true, as: models.CauseImport}
	var failed []error
	for m, err := range mails {
		if ctx.Err() != nil {
			return errors.Join(append(failed, context.Cause(ctx))...)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if err := batch.brought(m); err != nil {
			return errors.Join(append(failed, err)...)
		}
	}
	return errors.Join(append(failed, batch.flush(models.Cursor{}))...)
}

// brought adds one mail. One that is over the limits has only its row.
func (a *arrivals) brought(m Brought) error {
	listed := Listed{Ref: models.MailRef{Folder: m.From, RemoteID: m.Digest}, Size: m.Size, Received: m.Received}
	if m.Raw == nil {
		a.c.tally.Fetched++
		a.c.tally.Failed++
		a.add(models.Arrival{Cause: a.as, Message: models.MailboxMessage{
			Ref: listed.Ref, Size: m.Size, Received: m.Received, Outcome: models.StateQuarantined,
			Reason: fmt.Sprintf("the mail has %d bytes, more than the limit of %d; read it in the file", m.Size, parsers.MaxMailSize),
		}})
	} else if err := a.fetched(listed, m.Raw, nil); err != nil {
		return err
	}
	if len(a.list) < pageMessages {
		return nil
	}
	return a.flush(a.held)
}
