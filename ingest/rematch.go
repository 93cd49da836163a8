package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"lineman/models"
)

const rematchPage = 500

// rematch looks the ledger of a source through when it was last looked through
// for other addresses: mail that matched nobody, and that somebody's address
// matches now, is judged again, and fetched first where only its row was kept.
// Its cause is backfill.
func (c *collector) rematch(ctx context.Context) error {
	m, err := c.p.matcher(ctx)
	if err != nil {
		return err
	}
	stamp := c.stamp(m)
	if stamp == c.row.Matched {
		return nil
	}
	if c.row.Matched != "" || !c.row.LastSuccess.IsZero() {
		if err := c.lookThrough(ctx, m); err != nil {
			return fmt.Errorf("look the ledger through: %w", err)
		}
		if c.p.UnknownSenders == UnknownSkip { // a search that was narrowed to addresses left mail out
			c.all, c.room = true, -1
		}
	}
	if err := c.p.Store.SetMatched(ctx, c.row.ID, stamp); err != nil {
		return fmt.Errorf("note that the ledger was looked through: %w", err)
	}
	c.row.Matched = stamp
	return nil
}

// stamp is a digest of all that decides whose a mail of this source is.
func (c *collector) stamp(m matcher) string {
	h := sha256.New()
	for _, p := range m.providers {
		fmt.Fprintf(h, "%s %q\n", p.ID, p.Emails)
	}
	fmt.Fprintf(h, "%q %q %q", slices.Sorted(slices.Values(m.forwarders)), slices.Sorted(slices.Values(c.src.Providers)), c.src.Header)
	return hex.EncodeToString(h.Sum(nil))
}

func (c *collector) lookThrough(ctx context.Context, m matcher) error {
	for after := ""; ; {
		page, err := c.p.Store.Strangers(ctx, c.row.ID, after, rematchPage)
		if err != nil {
			return fmt.Errorf("read it: %w", err)
		}
		var raws []string
		absent := map[string][]models.Stranger{} // by folder
		for _, s := range page {
			switch {
			case !c.knows(m, s.Sender):
			case s.RawID != "":
				raws = append(raws, s.RawID)
			default:
				absent[s.Ref.Folder] = append(absent[s.Ref.Folder], s)
			}
		}
		if err := c.p.Store.Reopen(ctx, raws, models.CauseBackfill); err != nil {
			return fmt.Errorf("judge kept mail again: %w", err)
		}
		for folder, list := range absent {
			if err := c.bringIn(ctx, folder, list); err != nil {
				return err
			}
		}
		if len(page) < rematchPage {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// knows reports whether one of the senders of a mail is somebody whose mail
// this source reads, or may have forwarded such mail.
func (c *collector) knows(m matcher, senders string) bool {
	for _, s := range strings.Fields(senders) {
		if p, ok := m.of(s); ok && c.src.reads(p.Slug) || m.trusts(s) {
			return true
		}
	}
	return false
}

// bringIn fetches messages of which only the ledger knows.
func (c *collector) bringIn(ctx context.Context, folder string, list []models.Stranger) error {
	listed := make(map[models.MailRef]Listed, len(list))
	refs := make([]models.MailRef, len(list))
	for i, s := range list {
		refs[i] = s.Ref
		listed[s.Ref] = Listed{Ref: s.Ref, Size: s.Size, Received: s.Received}
	}
	batch := &arrivals{c: c, ctx: ctx, folder: folder, still: true}
	err := c.box.Fetch(ctx, refs, func(ref models.MailRef, raw []byte, err error) error {
		if err != nil { // its row stays as it is
			c.p.Logger.Warn("a message whose sender is known now could not be fetched",
				"source", c.src.Name, "folder", folder, "uid", ref.UID, "id", ref.RemoteID, "error", err)
			return nil
		}
		return batch.fetched(listed[ref], raw, nil)
	})
	if err != nil {
		return fmt.Errorf("fetch from %s: %w", folder, err)
	}
	return batch.flush(models.Cursor{})
}
