package rest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"lineman/models"
)

// Cursors are the parameters of a list that can also be read on from a row:
// rows that come and go meanwhile are neither skipped nor shown twice. Exported
// as Paging is.
type Cursors struct {
	Paging
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before, with the same filters; not together with offset"`
}

// cursor says after which row of which list to go on. It gives nothing to whoever
// forges one: what may be seen is decided by the query, each time.
type cursor struct {
	List    string   `json:"l"`
	Filters string   `json:"f"` // digest
	Keys    []string `json:"k"`
}

// filtersOf is a digest over the filters of a request.
func filtersOf(at *url.URL) string {
	if at == nil {
		return ""
	}
	q := at.Query()
	for _, paging := range []string{"limit", "offset", "cursor"} {
		q.Del(paging)
	}
	sum := sha256.Sum256([]byte(q.Encode()))
	return hex.EncodeToString(sum[:6])
}

// pageFrom gives the page of a list that is named.
func (c Cursors) pageFrom(ctx context.Context, list string) (models.Page, error) {
	p := c.page()
	if c.Cursor == "" {
		return p, nil
	}
	if p.Offset > 0 {
		return p, badField("cursor", "cursor and offset do not go together; leave one out")
	}
	var said cursor
	text, err := base64.RawURLEncoding.DecodeString(c.Cursor)
	if err != nil || json.Unmarshal(text, &said) != nil || said.List != list || len(said.Keys) == 0 {
		return p, badField("cursor", "this cursor is not one of this list; start without one")
	}
	if said.Filters != filtersOf(whoAsks(ctx).url) {
		return p, badField("cursor", "this cursor was made with other filters; keep them, or start without a cursor")
	}
	p.After = said.Keys
	return p, nil
}

// shelf makes a list that can be read on from rows that are all at hand, in
// the order of their key.
func shelf[R, T any](ctx context.Context, in Cursors, name string, rows []R, key func(R) string, show func(R) T) (*answer[flow[T]], error) {
	page, err := in.pageFrom(ctx, name)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b R) int { return strings.Compare(key(a), key(b)) })
	rest := rows
	if page.After != nil {
		from := slices.IndexFunc(rows, func(r R) bool { return key(r) > page.After[0] })
		if from < 0 {
			from = len(rows)
		}
		rest = rows[from:]
	}
	return newFlow(ctx, name, slice(rest, page), len(rows), page, func(r R) []string { return []string{key(r)} }, show), nil
}

// flow is the shape of a list that can be read on from a row.
type flow[T any] struct {
	List[T]
	NextCursor *string `json:"next_cursor" doc:"For cursor=, to read on; null at the end"`
}

// newFlow makes such a list; keys are those of Page.After for a row.
func newFlow[R, T any](ctx context.Context, name string, rows []R, total int, page models.Page, keys func(R) []string, show func(R) T) *answer[flow[T]] {
	f := flow[T]{List: newList(ctx, rows, total, page, show).Body}
	at := whoAsks(ctx).url
	more := len(rows) == page.Limit && page.Offset+len(rows) < total
	if more {
		text, err := json.Marshal(cursor{List: name, Filters: filtersOf(at), Keys: keys(rows[len(rows)-1])})
		if err == nil { // strings can always be written
			next := base64.RawURLEncoding.EncodeToString(text)
			f.NextCursor = &next
		}
	}
	if page.After != nil {
		f.Next, f.Previous = nil, nil
		if f.NextCursor != nil && at != nil {
			u := *at
			q := u.Query()
			q.Set("cursor", *f.NextCursor)
			u.RawQuery = q.Encode()
			link := u.String()
			f.Next = &link
		}
	}
	return &answer[flow[T]]{Body: f}
}
