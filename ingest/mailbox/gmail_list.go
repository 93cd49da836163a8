package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/gmail/v1"

	"lineman/ingest"
	"lineman/models"
)

const (
	gmailPage    = 500     // ids that one search or look at the history asks for
	gmailMost    = 4000000 // ids that one search may find
	gmailAtOnce  = 4       // calls for single messages that run at the same time
	gmailHistory = 100000  // changes that one look at the history may find, about
)

// gmailSearch is what a dated search found that was not handed out yet.
type gmailSearch struct {
	at     string // the cursor that it belongs to
	folder string
	ids    []string        // newest first
	handed map[string]bool // ids that were handed out
}

// List works off a dated search first, and from then on the history of the
// mailbox. The history's id is taken before the search, so that what arrives
// during the search is not missed. Gmail answers newest first; what is found
// is handed out from its oldest end. A cursor whose history Gmail has
// forgotten, whose label is another one now, or that belongs to another
// account, starts with a search again and says Reset.
func (b *gmailBox) List(ctx context.Context, folder string, after models.Cursor, since time.Time, limit int) (ingest.Listing, error) {
	label, err := b.labelOf(ctx, folder)
	if err != nil {
		return ingest.Listing{}, err
	}
	limit = max(limit, 1)
	var out ingest.Listing
	cursor, ok := parseGmailCursor(after.Remote)
	if ok = ok && cursor.label == label && strings.EqualFold(cursor.account, b.set.account); ok && !cursor.search {
		out, err = b.changes(ctx, folder, cursor, limit)
		if !isGmailCode(err, http.StatusNotFound) {
			return out, err
		}
		ok = false
	}
	if !ok {
		out.Reset = !after.First()
		if cursor, err = b.begin(ctx, label, since); err != nil {
			return ingest.Listing{}, err
		}
	}
	if err := b.searched(ctx, folder, cursor, limit, &out); err != nil {
		b.search = gmailSearch{} // what was taken from it is not handed out
		return ingest.Listing{}, err
	}
	return out, nil
}

// begin makes the cursor of a new search.
func (b *gmailBox) begin(ctx context.Context, label string, since time.Time) (gmailCursor, error) {
	p, err := b.profile(ctx)
	if err != nil {
		return gmailCursor{}, err
	}
	if p.HistoryId == 0 {
		return gmailCursor{}, fmt.Errorf("%w: Gmail tells no history of %s", ingest.ErrUnreachable, b.set.account)
	}
	c := gmailCursor{account: b.set.account, label: label, history: p.HistoryId, search: true}
	if !gmailSince(since).IsZero() {
		c.since = since.UnixMilli()
	}
	return c, nil
}

// searched hands out the next messages of a search.
func (b *gmailBox) searched(ctx context.Context, folder string, c gmailCursor, limit int, out *ingest.Listing) error {
	s := &b.search
	if s.at != c.String() {
		ids, err := b.find(ctx, c)
		if err != nil {
			return err
		}
		*s = gmailSearch{folder: folder, ids: ids, handed: map[string]bool{}}
		if err := b.resume(ctx, c); err != nil {
			return err
		}
	}
	for len(s.ids) > 0 && len(out.Messages) < limit {
		n := min(len(s.ids), limit-len(out.Messages))
		part := slices.Clone(s.ids[len(s.ids)-n:])
		slices.Reverse(part)
		found, err := b.look(ctx, part, nil)
		if err != nil {
			return err
		}
		s.ids = s.ids[:len(s.ids)-n]
		for _, m := range found {
			s.handed[m.Id] = true
			c.last, c.lastMs = m.Id, m.InternalDate
			if m.InternalDate != 0 && m.InternalDate < c.since || c.label != "DRAFT" && slices.Contains(m.LabelIds, "DRAFT") {
				continue
			}
			out.Messages = append(out.Messages, b.listed(folder, m))
		}
	}
	out.More = len(s.ids) > 0
	if !out.More {
		c = gmailCursor{account: c.account, label: c.label, history: c.history}
	}
	out.Cursor = models.Cursor{Folder: folder, Remote: c.String()}
	s.at = out.Cursor.Remote
	return nil
}

// find runs the search and gives all ids, newest first.
func (b *gmailBox) find(ctx context.Context, c gmailCursor) ([]string, error) {
	var since time.Time
	if c.since != 0 {
		since = time.UnixMilli(c.since)
	}
	senders, err := b.senders(ctx)
	if err != nil {
		return nil, err
	}
	query := gmailQuery(gmailSince(since), b.set.header, senders, gmailSenders(b.set.limitFrom))
	var ids []string
	seen := map[string]bool{}
	for token := ""; ; {
		var page *gmail.ListMessagesResponse
		err := b.call(ctx, "search the mailbox", func(ctx context.Context) (err error) {
			list := b.api.Users.Messages.List("me").MaxResults(gmailPage).Context(ctx)
			if query != "" {
				list = list.Q(query)
			}
			if c.label != "" {
				list = list.LabelIds(c.label)
			}
			if c.label == "SPAM" || c.label == "TRASH" {
				list = list.IncludeSpamTrash(true)
			}
			if token != "" {
				list = list.PageToken(token)
			}
			page, err = list.Do()
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			if !seen[m.Id] { // a page may repeat some while mail arrives
				seen[m.Id] = true
				ids = append(ids, m.Id)
			}
		}
		if page.NextPageToken == "" {
			return ids, nil
		}
		if page.NextPageToken == token || len(ids) > gmailMost {
			return nil, fmt.Errorf("%w: Gmail does not come to the end of a search", ingest.ErrUnreachable)
		}
		token = page.NextPageToken
	}
}

// senders gives the words that the search is narrowed with; none: it is not.
func (b *gmailBox) senders(ctx context.Context) ([]string, error) {
	if b.opt.Senders == nil {
		return nil, nil
	}
	patterns, err := b.opt.Senders(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for the senders to search for: %w", err)
	}
	return gmailSenders(patterns), nil
}

// resume drops what was handed out before the search was made anew: all up to
// the message that was last, or, where that is gone, what was received a day
// before it. Then some messages are listed twice, and none is missed.
func (b *gmailBox) resume(ctx context.Context, c gmailCursor) error {
	s := &b.search
	if c.last == "" {
		return nil
	}
	if i := slices.Index(s.ids, c.last); i >= 0 {
		s.ids = s.ids[:i]
		return nil
	}
	low, high := 0, len(s.ids) // s.ids[:low] are to be handed out
	for low < high {
		mid := (low + high) / 2
		found, err := b.look(ctx, s.ids[mid:mid+1], nil)
		if err != nil {
			return err
		}
		if len(found) == 0 { // gone meanwhile
			s.ids = slices.Delete(s.ids, mid, mid+1)
			high--
			continue
		}
		if found[0].InternalDate == 0 || found[0].InternalDate >= c.lastMs-24*time.Hour.Milliseconds() {
			low = mid + 1
		} else {
			high = mid
		}
	}
	s.ids = s.ids[:low]
	return nil
}

// look reads date, size and labels of messages, in their order; those that are
// gone are left out. A message that Gmail cannot show at all is given with its
// id alone, as long as the mailbox itself answers.
func (b *gmailBox) look(ctx context.Context, ids []string, headers []string) ([]*gmail.Message, error) {
	found := make([]*gmail.Message, len(ids))
	errs := make([]error, len(ids))
	atOnce(len(ids), gmailAtOnce, func(i int) {
		errs[i] = b.call(ctx, "look at a message", func(ctx context.Context) (err error) {
			get := b.api.Users.Messages.Get("me", ids[i]).Format("minimal").
				Fields("id", "labelIds", "internalDate", "sizeEstimate", "payload/headers").Context(ctx)
			if len(headers) > 0 {
				get = get.Format("metadata").MetadataHeaders(headers...)
			}
			found[i], err = get.Do()
			return err
		})
	})
	var trouble *gmailTrouble
	asked := false
	for i, err := range errs {
		switch {
		case err == nil:
		case isGmailCode(err, http.StatusNotFound):
			found[i] = nil
			continue
		case errors.As(err, &trouble):
			if !asked {
				if _, lost := b.profile(ctx); lost != nil {
					return nil, err
				}
				asked = true
			}
			found[i] = &gmail.Message{}
		default:
			return nil, err
		}
		found[i].Id = ids[i]
	}
	return slices.DeleteFunc(found, func(m *gmail.Message) bool { return m == nil }), nil
}

// inFolder reports whether a message with these labels is read: it is in the
// folder, neither spam nor thrown away unless that is the folder, and no draft
// that somebody is still writing.
func inFolder(label string, labels []string) bool {
	for _, out := range []string{"SPAM", "TRASH", "DRAFT"} {
		if label != out && slices.Contains(labels, out) {
			return false
		}
	}
	return label == "" || slices.Contains(labels, label)
}

func (b *gmailBox) listed(folder string, m *gmail.Message) ingest.Listed {
	l := ingest.Listed{Ref: models.MailRef{Folder: folder, RemoteID: m.Id}, Size: m.SizeEstimate}
	if m.InternalDate != 0 {
		l.Received = time.UnixMilli(m.InternalDate).UTC()
	}
	b.sizes[m.Id] = m.SizeEstimate
	return l
}
