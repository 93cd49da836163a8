package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// collector lists, fetches and keeps the mail of one source.
type collector struct {
	p     *Pipeline
	src   Source
	row   models.Source
	box   Mailbox
	since time.Time // start of a first run
	all   bool      // start at since, whatever the cursors say
	stays bool      // the folder's cursor: what a mailbox tells after it need not be there to be listed
	room  int       // messages that may still be listed; < 0: no limit

	census *models.Reconciliation // nil unless mailbox and ledger are compared

	matcher *matcher // only where mail of unknown senders is not kept whole

	// handover gets what was newly kept, after the commit.
	handover func(context.Context, []models.RawNotification) error
	tally    models.Tally
	lag      time.Duration // how long the newest mail waited
	lagged   bool          // there was one
}

// run goes through all folders. A folder that is refused does not keep the
// others from being read; its error comes back at the end.
func (c *collector) run(ctx context.Context) (more bool, err error) {
	more, err = c.folders(ctx)
	if !c.lagged {
		return more, err
	}
	return more, errors.Join(err, c.p.Store.SetLag(ctx, c.row.ID, c.lag))
}

func (c *collector) folders(ctx context.Context) (more bool, err error) {
	folders, err := c.box.Folders(ctx)
	if err != nil && !errors.Is(err, ErrFolder) {
		return false, fmt.Errorf("list folders: %w", err)
	}
	if err := c.readMatcher(ctx); err != nil {
		return false, err
	}
	failed := []error{err}
	if err := c.rematch(ctx); err != nil {
		return false, err
	}
	known, err := c.p.Store.Cursors(ctx, c.row.ID)
	if err != nil {
		return false, fmt.Errorf("read cursors: %w", err)
	}
	for _, folder := range folders {
		cursor := models.Cursor{Folder: folder}
		i := slices.IndexFunc(known, func(k models.Cursor) bool { return k.Folder == folder && !k.First() })
		if i >= 0 && !c.all {
			cursor = known[i]
		}
		c.stays = i >= 0 && c.all
		left, err := c.folder(ctx, folder, cursor)
		more = more || left
		if errors.Is(err, ErrFolder) {
			failed = append(failed, err)
			continue
		}
		if err != nil {
			return more, errors.Join(append(failed, err)...)
		}
	}
	return more, errors.Join(failed...)
}

func (c *collector) folder(ctx context.Context, folder string, cursor models.Cursor) (more bool, err error) {
	since := c.since
	if !cursor.First() { // used only if the folder was rebuilt
		since = c.rebuiltSince()
	}
	for {
		limit := pageMessages
		if c.room >= 0 {
			limit = min(limit, c.room)
		}
		if limit == 0 {
			return true, nil
		}
		c.p.at("list")
		page, err := c.box.List(ctx, folder, cursor, since, limit)
		if err != nil {
			return false, fmt.Errorf("list %s: %w", folder, err)
		}
		if page.Reset {
			c.p.Logger.Warn("folder was rebuilt; reading it again", "source", c.src.Name, "folder", folder)
		}
		if err := c.page(ctx, folder, cursor, page); err != nil {
			return false, err
		}
		if c.room >= 0 {
			c.room -= len(page.Messages)
		}
		cursor = page.Cursor
		if !page.More {
			return false, nil
		}
	}
}

// rebuiltSince is from when on the mail of a folder that was rebuilt is read
// again: a day before the last pass that read the source to its end, so that
// nothing of a longer outage is missed, and not later than a first run.
func (c *collector) rebuiltSince() time.Time {
	whole := c.row.LastSuccess.AddDate(0, 0, -1)
	if c.row.LastSuccess.IsZero() {
		whole = c.row.CreatedAt.AddDate(0, 0, -c.src.InitialDays)
	}
	if whole.Before(c.since) {
		return whole
	}
	return c.since
}

// page fetches and keeps one listing. The cursor moves with the last of it.
func (c *collector) page(ctx context.Context, folder string, before models.Cursor, page Listing) error {
	refs := make([]models.MailRef, len(page.Messages))
	for i, m := range page.Messages {
		refs[i] = m.Ref
	}
	known, err := c.p.Store.KnownRefs(ctx, c.row.ID, folder, page.Cursor.UIDValidity, refs)
	if err != nil {
		return fmt.Errorf("look up the ledger: %w", err)
	}
	batch := &arrivals{c: c, ctx: ctx, folder: folder, held: before, stays: c.stays, behind: c.all || before.First() || page.Reset}
	var wanted []models.MailRef
	listed := map[models.MailRef]Listed{}
	for _, m := range page.Messages {
		switch {
		case known[m.Ref]:
		case m.Size > parsers.MaxMailSize:
			batch.add(models.Arrival{Message: models.MailboxMessage{
				Ref: m.Ref, Size: m.Size, Received: m.Received, Outcome: models.StateQuarantined,
				Reason: fmt.Sprintf("the message has %d bytes, more than the limit of %d; read it in the mailbox", m.Size, parsers.MaxMailSize),
			}})
			c.tally.Failed++
		default:
			listed[m.Ref] = m
			wanted = append(wanted, m.Ref)
		}
	}
	if len(wanted) > 0 {
		err = c.box.Fetch(ctx, wanted, func(ref models.MailRef, raw []byte, err error) error {
			return batch.fetched(listed[ref], raw, err)
		})
		if err != nil {
			// What arrived before the connection was lost is kept all the same.
			return errors.Join(fmt.Errorf("fetch from %s: %w", folder, err), batch.flush(before))
		}
	}
	return errors.Join(batch.flush(page.Cursor), c.count(ctx, folder, page))
}

// arrivals gathers fetched mail up to pageBytes and keeps it.
type arrivals struct {
	c      *collector
	ctx    context.Context
	folder string
	held   models.Cursor // stands until the whole page is kept
	stays  bool          // the cursor is not moved
	behind bool          // the messages may have been there before lineman looked
	still  bool          // the cursor stays where it is
	as     models.Cause  // of all of it; empty: see cause
	list   []models.Arrival
	bytes  int
}

func (a *arrivals) add(v models.Arrival) { a.list = append(a.list, v) }

func (a *arrivals) fetched(m Listed, raw []byte, err error) error {
	a.c.tally.Fetched++
	v := models.Arrival{Cause: a.cause(m), Message: models.MailboxMessage{Ref: m.Ref, Size: m.Size, Received: m.Received}}
	if errors.Is(err, ErrGone) { // somebody moved or deleted it meanwhile
		a.c.tally.Fetched--
		v.Message.Outcome = models.StateSkipped
		v.Message.Reason = "it was gone from the folder before it could be fetched"
		a.add(v)
		return nil
	}
	if err != nil {
		v.Message.Outcome = models.StateQuarantined
		v.Message.Reason = "the mailbox did not hand it over: " + err.Error()
		a.c.tally.Failed++
		a.add(v)
		return nil
	}
	a.c.p.at("fetched")
	a.c.describe(&v, raw)
	a.c.prune(&v)
	a.add(v)
	a.bytes += len(v.Raw)
	if a.bytes >= pageBytes {
		return a.flush(a.held)
	}
	return nil
}

// cause is why a message is read: it is new, or it was there before the source
// was first read, or, behind the cursor, before it was last read.
func (a *arrivals) cause(m Listed) models.Cause {
	if a.as != "" {
		return a.as
	}
	if a.c.src.Shadow {
		return models.CauseShadow
	}
	first, last := a.c.row.CreatedAt, a.c.row.LastSuccess
	switch {
	case a.still, m.Received.Before(first.Add(-lateArrival)):
		return models.CauseBackfill
	case a.behind && !last.IsZero() && m.Received.Before(last.Add(-lateArrival)):
		return models.CauseBackfill
	}
	return models.CauseLive
}

// flush keeps what was gathered, in one transaction with the cursor.
func (a *arrivals) flush(cursor models.Cursor) error {
	cursor.Folder = a.folder
	if a.still || a.stays {
		cursor = models.Cursor{}
	}
	if len(a.list) == 0 && (cursor == a.held || cursor == (models.Cursor{})) {
		return nil
	}
	a.c.p.at("keep")
	kept, err := a.c.p.Store.Keep(a.ctx, a.c.row.ID, cursor, a.list)
	if err != nil {
		return fmt.Errorf("keep %d messages: %w", len(a.list), err)
	}
	a.c.p.at("kept")
	fresh := a.c.fresh(a.list, kept)
	a.list, a.bytes = nil, 0
	if len(fresh) == 0 {
		return nil
	}
	return a.c.handover(a.ctx, fresh)
}

// fresh pairs what was newly kept with its bytes, and counts.
func (c *collector) fresh(list []models.Arrival, kept []models.Kept) []models.RawNotification {
	byRef := make(map[models.MailRef]models.Arrival, len(list))
	for _, v := range list {
		byRef[v.Message.Ref] = v
	}
	var fresh []models.RawNotification
	for _, k := range kept {
		v := byRef[k.Ref]
		switch {
		case k.RawID == "":
		case !k.New:
			c.tally.Duplicate++
		default:
			c.tally.New++
			if v.Cause == models.CauseLive || v.Cause == models.CauseShadow {
				c.lag = max(0, c.p.Now().Sub(v.Message.Received))
				c.lagged = true
			}
			fresh = append(fresh, models.RawNotification{
				ID: k.RawID, SourceID: c.row.ID, MessageID: v.Message.MessageID, Subject: v.Message.Subject,
				Date: v.Message.Date, Received: v.Message.Received, Raw: v.Raw, State: models.StateReceived, Cause: v.Cause,
			})
		}
	}
	return fresh
}

// describe fills the ledger row from the mail's own header.
func (c *collector) describe(v *models.Arrival, raw []byte) {
	head, received := parsers.ReadHeader(raw)
	v.Message.Size = int64(len(raw))
	v.Message.MessageID = head.MessageID
	v.Message.Subject = head.Subject
	v.Message.Date = head.Date
	v.Message.Sender = strings.Join(head.Senders(c.src.Header), " ")
	if !received.IsZero() {
		v.Message.Received = received
	}
	if v.Message.Received.IsZero() {
		v.Message.Received = c.p.Now().UTC()
	}
	v.Raw = raw
}
