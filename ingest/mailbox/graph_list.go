package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lineman/ingest"
	"lineman/models"
)

const (
	graphMaxPage = 1000 // messages that one answer may have
	graphPages   = 200  // answers that one List looks at
)

// graphPage is one answer with messages.
type graphPage struct {
	Value []graphItem `json:"value"`
	Next  string      `json:"@odata.nextLink"`
	Delta string      `json:"@odata.deltaLink"`
}

// List gives what is after the cursor; see graphCursor. Messages that changed
// are listed again. The API tells no size, so Size is 0.
func (b *graphBox) List(ctx context.Context, folder string, after models.Cursor, since time.Time, limit int) (ingest.Listing, error) {
	ctx, done, err := b.begin(ctx)
	if err != nil {
		return ingest.Listing{}, err
	}
	defer done()
	id, err := b.folderID(ctx, folder)
	if err != nil {
		return ingest.Listing{}, err
	}
	var out ingest.Listing
	cursor, whole := readGraphCursor(after.Remote)
	if after.First() || !whole || cursor.Folder != id {
		out.Reset = !after.First()
		cursor = firstGraphCursor(id, since)
	}
	l := &graphLister{b: b, cursor: cursor, folder: folder, limit: max(limit, 1)}
	err = l.run(ctx)
	var no *graphRefusal
	if notFound(err) || errors.As(err, &no) && no.resync() {
		// The folder may have been made anew, or the server forgot our place.
		delete(b.ids, folder)
		if id, err = b.resolve(ctx, folder); err != nil {
			return ingest.Listing{}, err
		}
		out.Reset = !after.First()
		l = &graphLister{b: b, cursor: firstGraphCursor(id, since), folder: folder, limit: max(limit, 1)}
		err = l.run(ctx)
	}
	if err != nil {
		return ingest.Listing{}, b.failed(fmt.Sprintf("list folder %q", folder), err)
	}
	out.Messages, out.More = l.out, l.more
	out.Cursor = models.Cursor{Folder: folder}
	out.Cursor.Remote, err = l.cursor.remote()
	return out, err
}

func firstGraphCursor(folder string, since time.Time) graphCursor {
	if since.Year() < 1900 {
		since = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	// Times of the API are whole seconds.
	if up := since.Truncate(time.Second); up.Before(since) {
		since = up.Add(time.Second)
	}
	return graphCursor{Folder: folder, From: since.UTC().Format(time.RFC3339)}
}

// graphLister makes one listing.
type graphLister struct {
	b      *graphBox
	cursor graphCursor
	folder string
	limit  int
	pages  int
	out    []ingest.Listed
	more   bool
}

func (l *graphLister) run(ctx context.Context) error {
	if l.cursor.Delta == "" {
		if err := l.sync(ctx); err != nil || l.cursor.Delta == "" {
			return err
		}
	}
	if l.cursor.From != "" {
		return l.byTime(ctx)
	}
	return l.changes(ctx)
}

func (l *graphLister) page(ctx context.Context, link string, size int) (graphPage, error) {
	var page graphPage
	l.pages++
	err := l.b.get(ctx, graphCall{link: link, prefer: "odata.maxpagesize=" + strconv.Itoa(size)}, &page)
	return page, err
}

// sync follows the changes to their present end.
func (l *graphLister) sync(ctx context.Context) error {
	if l.cursor.Sync == "" {
		l.cursor.Sync = l.b.url(url.Values{"$select": {"receivedDateTime"}}, "mailFolders", url.PathEscape(l.cursor.Folder), "messages", "delta")
	}
	for l.pages < graphPages {
		page, err := l.page(ctx, l.cursor.Sync, graphMaxPage)
		if err != nil {
			return err
		}
		l.cursor.Sync = page.Next
		if page.Next == "" {
			if page.Delta == "" {
				return fmt.Errorf("%w: the server gives neither further changes of folder %q nor their end", ingest.ErrUnreachable, l.folder)
			}
			l.cursor.Delta = page.Delta
			return nil
		}
	}
	l.more = true
	return nil
}

// byTime lists what is there, the oldest first. Each answer starts at the time
// of the last message of the one before: a position by number would skip a
// message when an earlier one is deleted meanwhile.
func (l *graphLister) byTime(ctx context.Context) error {
	query := url.Values{
		"$select": {"receivedDateTime"}, "$orderby": {"receivedDateTime asc"},
		"$filter": {"receivedDateTime ge " + l.cursor.From},
		"$top":    {strconv.Itoa(min(l.limit+len(l.cursor.Seen)+1, graphMaxPage))},
	}
	link := l.b.url(query, "mailFolders", url.PathEscape(l.cursor.Folder), "messages")
	seen := l.cursor.Seen
	for link != "" && !l.more {
		page, err := l.page(ctx, link, graphMaxPage)
		if err != nil {
			return err
		}
		for _, m := range page.Value {
			if slices.Contains(seen, m.ID) {
				continue
			}
			if l.more = len(l.out) == l.limit; l.more {
				break
			}
			l.add(m)
			if at := m.Received.UTC().Format(time.RFC3339); at != l.cursor.From {
				l.cursor.From, l.cursor.Seen = at, nil
			}
			l.cursor.Seen = append(l.cursor.Seen, m.ID)
		}
		link = page.Next
	}
	if !l.more {
		l.cursor.From, l.cursor.Seen = "", nil
	}
	return nil
}

// changes lists what came into the folder since the last time, moved messages
// too, and what changed in it.
func (l *graphLister) changes(ctx context.Context) error {
	if l.finish(false) && l.more { // what was left over fills this listing
		return nil
	}
	for {
		page, err := l.page(ctx, l.cursor.Delta, l.limit)
		if err != nil {
			return err
		}
		for _, m := range page.Value {
			if m.Removed == nil {
				l.cursor.Held = append(l.cursor.Held, m)
			}
		}
		slices.SortStableFunc(l.cursor.Held, func(a, b graphItem) int { return a.Received.Compare(b.Received) })
		switch {
		case page.Next != "":
			l.cursor.Delta = page.Next
		case page.Delta != "":
			l.cursor.Delta = page.Delta
		default:
			return fmt.Errorf("%w: the server gives neither further changes of folder %q nor their end", ingest.ErrUnreachable, l.folder)
		}
		if l.finish(page.Next != "") {
			return nil
		}
	}
}

// finish takes what there is room for, and tells whether the listing is made.
func (l *graphLister) finish(further bool) bool {
	n := min(len(l.cursor.Held), l.limit-len(l.out))
	for _, m := range l.cursor.Held[:n] {
		l.add(m)
	}
	l.cursor.Held = l.cursor.Held[n:]
	l.more = further || len(l.cursor.Held) > 0
	return !l.more || len(l.out) == l.limit || l.pages >= graphPages
}

func (l *graphLister) add(m graphItem) {
	l.out = append(l.out, ingest.Listed{Ref: models.MailRef{Folder: l.folder, RemoteID: m.ID}, Received: m.Received.UTC()})
}
