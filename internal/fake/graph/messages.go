package graph

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// page is a further page, or a position in the changes.
type page struct {
	folder string
	items  []string // messages that were not given yet
	after  int      // position of the changes once items are given
}

// immutable tells whether the call asks for ids that a move does not change.
func (c *call) immutable() bool {
	return slices.Contains(c.r.Header.Values("Prefer"), `IdType="ImmutableId"`)
}

// id is that of a message as the call wants it.
func (c *call) id(m *message) string {
	if c.immutable() {
		return m.id
	}
	return "in-" + m.folder + "-" + m.id
}

// find gives the message of the path; it answers when there is none.
func (c *call) find() *message {
	for _, m := range c.messages {
		if c.id(m) == c.r.PathValue("message") {
			return m
		}
	}
	c.refuse(http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
	return nil
}

func (m *message) etag() string { return fmt.Sprintf(`W/"CQAAA%d"`, m.rev) }

func (c *call) messageJSON(m *message, fields string) map[string]any {
	all := map[string]any{
		"receivedDateTime": m.received.Format("2006-01-02T15:04:05Z"), "isRead": m.read,
		"categories": append([]string{}, m.categories...), "parentFolderId": m.folder,
	}
	out := map[string]any{"id": c.id(m), "@odata.etag": m.etag()}
	for name, v := range all {
		if fields == "" || slices.Contains(strings.Split(fields, ","), name) {
			out[name] = v
		}
	}
	return out
}

func (c *call) getMessage() {
	if !c.only("$select") {
		return
	}
	if m := c.find(); m != nil {
		c.json(http.StatusOK, c.messageJSON(m, c.r.URL.Query().Get("$select")))
	}
}

func (c *call) value() {
	m := c.find()
	switch {
	case m == nil:
	case c.faults.NoBodies || c.faults.BadBody == m.id:
		c.refuse(http.StatusInternalServerError, "ErrorMimeContentConversionFailed", "Conversion of the message failed.")
	default:
		c.w.Header().Set("Content-Type", "text/plain")
		_, _ = c.w.Write(m.raw) // whoever hung up needs no answer
	}
}

func (c *call) patch() {
	var body map[string]json.RawMessage
	var categories []string
	err := json.NewDecoder(c.r.Body).Decode(&body)
	if err == nil {
		err = json.Unmarshal(body["categories"], &categories)
	}
	if err != nil || len(body) != 1 {
		c.refuse(http.StatusBadRequest, "RequestBodyRead", "The request cannot be read.")
		return
	}
	if c.faults.ReadOnly {
		c.refuse(http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
		return
	}
	m := c.find()
	if m == nil {
		return
	}
	if c.faults.Collide > 0 {
		c.faults.Collide--
		c.rev++
		m.categories, m.rev = append(m.categories, fmt.Sprintf("other %d", c.rev)), c.rev
	}
	if match := c.r.Header.Get("If-Match"); match != "" && match != m.etag() {
		c.refuse(http.StatusPreconditionFailed, "ErrorIrresolvableConflict", "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.")
		return
	}
	c.rev++
	m.categories, m.rev = categories, c.rev
	c.json(http.StatusOK, c.messageJSON(m, ""))
}

// listMessages lists by time, from a time on.
func (c *call) listMessages() {
	if !c.only("$select", "$top", "$skip", "$filter", "$orderby") {
		return
	}
	q := c.r.URL.Query()
	from, err := time.Parse(time.RFC3339, strings.TrimPrefix(q.Get("$filter"), "receivedDateTime ge "))
	if err != nil || q.Get("$orderby") != "receivedDateTime asc" {
		c.refuse(http.StatusBadRequest, "BadRequest", "Invalid filter clause")
		return
	}
	var found []*message
	for _, m := range c.messages {
		if m.folder == c.folder(c.r.PathValue("folder")).id && !m.received.Before(from) {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b *message) int { return a.received.Compare(b.received) })
	all := make([]any, len(found))
	for i, m := range found {
		all[i] = c.messageJSON(m, q.Get("$select"))
	}
	c.list(all, 10)
}

// delta gives the changes of a folder: all messages at first, newest first,
// then what came, changed or left since.
func (c *call) delta() {
	if !c.only("$select", "$skiptoken", "$deltatoken") {
		return
	}
	q := c.r.URL.Query()
	f := c.folder(c.r.PathValue("folder"))
	p := page{folder: f.id, after: c.rev}
	switch {
	case q.Has("$skiptoken"), q.Has("$deltatoken"):
		known := false
		p, known = c.pages[q.Get("$skiptoken")+q.Get("$deltatoken")]
		if !known || p.folder != f.id || c.faults.ForgetSync {
			c.refuse(http.StatusGone, "SyncStateNotFound", "The sync state generation is not found; synchronise again.")
			return
		}
		if q.Has("$deltatoken") {
			p = page{folder: f.id, items: c.changed(f, p.after), after: c.rev}
		}
	default:
		p.items = c.changed(f, 0)
		slices.Reverse(p.items)
	}
	c.changes(f, p)
}

// changed gives the messages that changed in a folder after a position.
func (c *call) changed(f *folder, after int) []string {
	revs := map[string]int{}
	for _, m := range c.messages {
		if m.folder == f.id && m.rev > after {
			revs[m.id] = m.rev
		}
	}
	for id, rev := range f.gone {
		if rev > after && after > 0 && revs[id] == 0 {
			revs[id] = rev
		}
	}
	ids := make([]string, 0, len(revs))
	for id := range revs {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(revs[a], revs[b]) })
	return ids
}

// changes answers with one page.
func (c *call) changes(f *folder, p page) {
	size := 10
	for _, prefer := range c.r.Header.Values("Prefer") {
		if n, err := strconv.Atoi(strings.TrimPrefix(prefer, "odata.maxpagesize=")); err == nil {
			size = n
		}
	}
	if c.faults.PageSize > 0 {
		size = c.faults.PageSize
	}
	value := []any{}
	for _, id := range p.items[:min(size, len(p.items))] {
		if m := c.message(id); m != nil && m.folder == f.id {
			value = append(value, c.messageJSON(m, "receivedDateTime"))
		} else {
			value = append(value, map[string]any{"id": id, "@removed": map[string]any{"reason": "deleted"}})
		}
	}
	p.items = p.items[min(size, len(p.items)):]
	token := fmt.Sprintf("%x", len(c.pages)+1)
	c.pages[token] = p
	answer := map[string]any{"value": value}
	if len(p.items) > 0 {
		answer["@odata.nextLink"] = c.link("$skiptoken=" + token)
	} else {
		answer["@odata.deltaLink"] = c.link("$deltatoken=" + token)
	}
	c.json(http.StatusOK, answer)
}
