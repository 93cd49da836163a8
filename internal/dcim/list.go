package dcim

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// The limits of one list.
const (
	maxRows  = 1_000_000
	maxTries = 3  // of a list that changes while it is read
	maxAsked = 50 // IDs in one call
)

// errMoved says that a list changed between two of its pages, so that rows may
// be missing or twice in what was read.
var errMoved = errors.New("it changed while it was read")

// page is one part of a list.
type page[T any] struct {
	Count   *int    `json:"count"`
	Next    *string `json:"next"`
	Results *[]T    `json:"results"`
}

// row is an object of a list.
type row interface{ key() string }

// list reads all pages of a list. One that changes meanwhile is read again,
// and refused when it does not come to rest.
func list[T row](ctx context.Context, c *client, path string, query url.Values) ([]T, error) {
	for try := 1; ; try++ {
		rows, err := listOnce[T](ctx, c, path, query)
		if err == nil || !errors.Is(err, errMoved) {
			return rows, err
		}
		if try == maxTries {
			return nil, c.fault("changes while it is read: %s was not the same from page to page in %d readings; it is tried again on schedule", path, try)
		}
	}
}

func listOnce[T row](ctx context.Context, c *client, path string, query url.Values) ([]T, error) {
	q := url.Values{"limit": {strconv.Itoa(c.size)}}
	for name, values := range query {
		q[name] = values
	}
	var all []T
	seen := map[string]bool{}
	count := -1
	for u := c.at(path, q); u != nil; {
		var p page[T]
		if err := c.get(ctx, u, &p); err != nil {
			return nil, err
		}
		if p.Results == nil {
			return nil, c.fault("answers %s without results; check the url", u.Path)
		}
		if p.Count != nil {
			if count >= 0 && count != *p.Count {
				return nil, errMoved
			}
			count = *p.Count
		}
		for _, r := range *p.Results {
			if seen[r.key()] {
				return nil, errMoved
			}
			seen[r.key()] = true
		}
		all = append(all, *p.Results...)
		if len(all) > maxRows {
			return nil, c.fault("has more than %d rows in %s; narrow them by filters", maxRows, path)
		}
		next, err := c.next(u, p.Next)
		if err != nil {
			return nil, err
		}
		if next != nil && len(*p.Results) == 0 {
			return nil, errMoved
		}
		u = next
	}
	if count >= 0 && count != len(all) {
		return nil, errMoved
	}
	return all, nil
}

// next gives the address of the next page: that which the answer names, but
// never on another host or of another resource. A proxy may have changed the
// scheme; ours stays.
func (c *client) next(at *url.URL, link *string) (*url.URL, error) {
	if link == nil || *link == "" {
		return nil, nil
	}
	u, err := at.Parse(*link)
	if err != nil || u.Host != at.Host && u.Hostname() != at.Hostname() || !strings.HasSuffix(at.Path, u.Path) || u.User != nil {
		return nil, c.fault("names a next page of %s that is not its own (%s); check its address and that of the proxy before it", at.Path, clip(fmt.Sprintf("%q", *link), 200))
	}
	out := *at
	out.RawQuery = u.RawQuery
	if out.RawQuery == at.RawQuery {
		return nil, errMoved
	}
	return &out, nil
}

// byID reads the objects of these IDs, as many as are there.
func byID[T row](ctx context.Context, c *client, path string, query url.Values, ids []string) ([]T, error) {
	var all []T
	for len(ids) > 0 {
		n := min(maxAsked, len(ids))
		q := url.Values{"id": ids[:n]}
		for name, values := range query {
			q[name] = values
		}
		rows, err := list[T](ctx, c, path, q)
		if err != nil {
			return nil, err
		}
		all, ids = append(all, rows...), ids[n:]
	}
	return all, nil
}
