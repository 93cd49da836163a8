package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// The sources that no mailbox is behind. A configured source has neither name.
const (
	PushSource   = "push"   // mail that a mail server or a script hands over
	ImportSource = "import" // mail that a person brings in files
)

// Push keeps one mail that somebody hands over and returns once it is
// committed: whoever hears no error may forget the mail. Bytes that are known
// are not kept twice. Where jobs are enqueued they process it; otherwise the
// caller does, by Settle. An InputError for bytes that can be no mail; any
// other error means that it may be handed over again.
func (p *Pipeline) Push(ctx context.Context, raw []byte) (models.Pushed, error) {
	switch {
	case len(raw) == 0:
		return models.Pushed{}, models.Invalid("mail", "there is nothing in it; send the whole mail, header and body")
	case len(raw) > parsers.MaxMailSize:
		return models.Pushed{}, models.Invalid("mail", "it has %d bytes, more than the limit of %d; take large attachments off", len(raw), parsers.MaxMailSize)
	}
	c, err := p.inward(ctx, PushSource)
	if err != nil {
		return models.Pushed{}, err
	}
	ref := models.MailRef{Folder: PushSource, RemoteID: digest(raw)}
	v := models.Arrival{Cause: models.CauseLive, Message: models.MailboxMessage{Ref: ref, Received: p.Now().UTC()}}
	c.describe(&v, raw)
	c.prune(&v)
	p.at("keep")
	kept, err := p.Store.Keep(ctx, c.row.ID, models.Cursor{}, []models.Arrival{v})
	if err != nil {
		return models.Pushed{}, fmt.Errorf("keep a pushed mail: %w", err)
	}
	if v.Raw == nil {
		return models.Pushed{State: v.Message.Outcome}, nil
	}
	p.at("kept")
	pushed := models.Pushed{ID: kept[0].RawID, State: models.StateReceived, New: kept[0].New}
	if !pushed.New {
		if pushed.State, err = p.State(ctx, pushed.ID); err != nil {
			return models.Pushed{}, err
		}
	}
	c.note(ctx)
	return pushed, nil
}

// State gives the state of a raw mail.
func (p *Pipeline) State(ctx context.Context, id string) (models.MailState, error) {
	raws, err := p.Store.Raws(ctx, []string{id})
	if err == nil && len(raws) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("read the state of a mail: %w", err)
	}
	return raws[0].State, nil
}

// note keeps that the source works. The mail is committed by then, so that a
// failure is only logged.
func (c *collector) note(ctx context.Context) {
	if err := c.p.Store.SourceResult(ctx, c.row.ID, c.p.Now().UTC(), ""); err != nil {
		c.p.Logger.Warn("the success of a source was not noted", "source", c.src.Name, "error", err)
	}
}

// Settle processes in this process the mail that Push gave, and then what other
// processes pushed and left, unless somebody else is at it.
func (p *Pipeline) Settle(ctx context.Context, id string) (models.Tally, error) {
	tally, err := p.ProcessIDs(ctx, []string{id}, "")
	if err != nil {
		return tally, err
	}
	err = p.withLease(ctx, "source:"+PushSource, 0, func(ctx context.Context) error {
		c, err := p.inward(ctx, PushSource)
		if err != nil {
			return err
		}
		if err := c.rematch(ctx); err != nil {
			return err
		}
		left, err := p.Pending(ctx, c.row.ID)
		tally = tally.Add(left)
		return err
	})
	if errors.Is(err, ErrBusy) {
		err = nil
	}
	return tally, err
}

// Revisit looks through the mail of a source without a mailbox when providers'
// addresses have changed: mail that matched nobody and matches now waits to be
// processed again.
func (p *Pipeline) Revisit(ctx context.Context, name string) error {
	err := p.withLease(ctx, "source:"+name, 0, func(ctx context.Context) error {
		c, err := p.inward(ctx, name)
		if err != nil {
			return err
		}
		return c.rematch(ctx)
	})
	if errors.Is(err, ErrBusy) { // whoever has it does the same
		return nil
	}
	return err
}

// inward makes the collector of a source without a mailbox. What such a source
// does not keep can never be fetched later, so unknown_senders: ledger keeps
// it whole.
func (p *Pipeline) inward(ctx context.Context, name string) (*collector, error) {
	row, err := p.Store.EnsureSource(ctx, name, name)
	if err != nil {
		return nil, fmt.Errorf("find source %s: %w", name, err)
	}
	c := p.collector(Source{Name: name, Kind: name}, row, nowhere{}, 0)
	if p.UnknownSenders != UnknownLedger {
		err = c.readMatcher(ctx)
	}
	return c, err
}

// nowhere is the Mailbox of sources that have none.
type nowhere struct{}

var errNowhere = errors.New("there is no mailbox behind this source")

// Folders gives none.
func (nowhere) Folders(context.Context) ([]string, error) { return nil, nil }

// List always fails.
func (nowhere) List(context.Context, string, models.Cursor, time.Time, int) (Listing, error) {
	return Listing{}, errNowhere
}

// Fetch finds every message gone.
func (nowhere) Fetch(_ context.Context, refs []models.MailRef, keep func(models.MailRef, []byte, error) error) error {
	for _, ref := range refs {
		if err := keep(ref, nil, ErrGone); err != nil {
			return err
		}
	}
	return nil
}

// Close does nothing.
func (nowhere) Close() error { return nil }
