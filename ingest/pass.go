package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lineman/models"
)

// Report is how one pass over one source went.
type Report struct {
	Source string
	Tally  models.Tally
	Err    error // why the source could not be read to its end; nil: it was
}

// Pass reads one source to its end, processes and labels what it finds, all in
// this process. With since > 0 it goes that far back, whatever the cursors
// say. It is what `lineman ingest` runs; ErrBusy in the Report when another
// process reads the source right now.
func (p *Pipeline) Pass(ctx context.Context, name string, since time.Duration) Report {
	report := Report{Source: name}
	src, row, err := p.source(ctx, name)
	if err != nil {
		report.Err = err
		return report
	}
	report.Err = p.withLease(ctx, "source:"+name, p.Wait, func(ctx context.Context) error {
		return p.watched(ctx, row, &report.Tally, func(ctx context.Context) error {
			return p.pass(ctx, src, row, since, &report.Tally)
		})
	})
	return report
}

func (p *Pipeline) pass(ctx context.Context, src Source, row models.Source, since time.Duration, tally *models.Tally) error {
	left, err := p.Pending(ctx, row.ID)
	*tally = tally.Add(left)
	if err != nil {
		return err
	}
	box, err := src.Open(ctx)
	if err != nil {
		return err
	}
	defer box.Close()
	c := p.collector(src, row, box, since)
	work := p.background(ctx)
	c.handover = work.hand
	_, err = c.run(work.ctx)
	done, perr := work.finish()
	*tally = tally.Add(c.tally).Add(done)
	left, lerr := p.Pending(ctx, row.ID) // what the ledger had and is wanted now
	*tally = tally.Add(left)
	perr = errors.Join(perr, lerr)
	if err = errors.Join(perr, err); err != nil && !errors.Is(err, ErrFolder) {
		return err
	}
	if src.labels() {
		err = errors.Join(err, p.label(ctx, src, row, box))
	}
	return err
}

// Poll lists, fetches and keeps at most one page of one source, and leaves the
// rest to the jobs that keeping enqueues. More says that the source has
// further mail. It is what the schedule runs.
func (p *Pipeline) Poll(ctx context.Context, name string) (more bool, err error) {
	src, row, err := p.source(ctx, name)
	if err != nil {
		return false, err
	}
	err = p.withLease(ctx, "source:"+name, 0, func(ctx context.Context) error {
		var tally models.Tally
		return p.watched(ctx, row, &tally, func(ctx context.Context) error {
			box, err := src.Open(ctx)
			if err != nil {
				return err
			}
			defer box.Close()
			c := p.collector(src, row, box, 0)
			c.room = pageMessages
			c.handover = func(context.Context, []models.RawNotification) error { return nil }
			more, err = c.run(ctx)
			tally = c.tally
			return err
		})
	})
	return more, err
}

func (p *Pipeline) collector(src Source, row models.Source, box Mailbox, since time.Duration) *collector {
	c := &collector{p: p, src: src, row: row, box: box, room: -1, all: since > 0}
	if since <= 0 {
		since = time.Duration(src.InitialDays) * 24 * time.Hour
	}
	c.since = p.Now().UTC().Add(-since)
	return c
}

// watched keeps a Poll row and the health of the source around f.
func (p *Pipeline) watched(ctx context.Context, row models.Source, tally *models.Tally, f func(context.Context) error) error {
	poll, err := p.Store.StartPoll(ctx, row.ID)
	if err != nil {
		return fmt.Errorf("note the start of the pass: %w", err)
	}
	err = f(ctx)
	text := ""
	if err != nil {
		text = oneLine(err)
	}
	// The result is noted even when ctx is what ended the pass.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err,
		p.Store.FinishPoll(ctx, poll, *tally, text),
		p.Store.SourceResult(ctx, row.ID, p.Now().UTC(), text))
}

// background processes mail while the next page is fetched.
type background struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	queue  chan []models.RawNotification
	done   chan struct{}
	tally  models.Tally
	err    error
}

func (p *Pipeline) background(ctx context.Context) *background {
	b := &background{queue: make(chan []models.RawNotification), done: make(chan struct{})}
	b.ctx, b.cancel = context.WithCancelCause(ctx)
	go func() {
		defer close(b.done)
		for raws := range b.queue {
			if b.err != nil {
				continue
			}
			tally, err := p.Process(b.ctx, raws, "")
			b.tally = b.tally.Add(tally)
			if err != nil {
				b.err = err
				b.cancel(err)
			}
		}
	}()
	return b
}

// hand gives mail to the background, and waits while it is busy.
func (b *background) hand(ctx context.Context, raws []models.RawNotification) error {
	select {
	case b.queue <- raws:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// finish waits until all that was handed over is processed.
func (b *background) finish() (models.Tally, error) {
	close(b.queue)
	<-b.done
	b.cancel(nil)
	return b.tally, b.err
}
