package gmail

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

// message is one mail.
type message struct {
	id       string
	place    int // in the order of coming
	raw      []byte
	received time.Time
	labels   []string
	history  uint64
}

// Add puts a mail into the mailbox, unread, with labels by name or id, and
// gives its id.
func (s *Server) Add(raw []byte, received time.Time, labels ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	place := len(s.order)
	m := &message{id: fmt.Sprintf("%016x", 0x18d0000000000000+place*7919), place: place, raw: bytes.Clone(raw), received: received, labels: []string{"UNREAD"}}
	for _, l := range labels {
		m.labels = append(m.labels, s.label(l).ID)
	}
	s.messages[m.id] = m
	s.order = append(s.order, m.id)
	s.note(record{kind: "messagesAdded", id: m.id, at: slices.Clone(m.labels)})
	m.history = s.history
	return m.id
}

// Remove deletes a mail for ever.
func (s *Server) Remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(id)
}

func (s *Server) remove(id string) {
	if m := s.messages[id]; m != nil {
		delete(s.messages, id)
		s.note(record{kind: "messagesDeleted", id: id, at: m.labels})
	}
}

// Move adds and takes labels of a mail, by name or id, as a person does.
func (s *Server) Move(id string, add, take []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var plus, minus []string
	for _, l := range add {
		plus = append(plus, s.label(l).ID)
	}
	for _, l := range take {
		minus = append(minus, s.label(l).ID)
	}
	s.change(s.messages[id], plus, minus)
}

// Labels gives the names of a mail's labels, sorted.
func (s *Server) Labels(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	if m := s.messages[id]; m != nil {
		for _, l := range m.labels {
			names = append(names, s.label(l).Name)
		}
	}
	slices.Sort(names)
	return names
}

// change sets labels by id, with the history of it.
func (s *Server) change(m *message, add, take []string) {
	add = slices.DeleteFunc(slices.Clone(add), func(l string) bool { return slices.Contains(m.labels, l) })
	take = slices.DeleteFunc(slices.Clone(take), func(l string) bool { return !slices.Contains(m.labels, l) })
	m.labels = slices.DeleteFunc(append(m.labels, add...), func(l string) bool { return slices.Contains(take, l) })
	if len(add) > 0 {
		s.note(record{kind: "labelsAdded", id: m.id, at: slices.Clone(m.labels), labels: add})
	}
	if len(take) > 0 {
		s.note(record{kind: "labelsRemoved", id: m.id, at: slices.Clone(m.labels), labels: take})
	}
	m.history = s.history
}

// json is a message in one of the API's formats.
func (m *message) json(format string, headers []string) map[string]any {
	v := map[string]any{
		"id": m.id, "threadId": m.id, "snippet": "", "historyId": fmt.Sprint(m.history),
		"internalDate": fmt.Sprint(m.received.UnixMilli()), "sizeEstimate": len(m.raw),
	}
	if len(m.labels) > 0 {
		v["labelIds"] = m.labels
	}
	switch format {
	case "raw":
		v["raw"] = base64.URLEncoding.EncodeToString(m.raw)
	case "metadata":
		v["payload"] = map[string]any{"mimeType": "text/plain", "headers": m.headers(headers)}
	}
	return v
}

func (m *message) headers(names []string) []any {
	list := []any{}
	parsed, err := mail.ReadMessage(bytes.NewReader(m.raw))
	if err != nil {
		return list
	}
	for _, n := range names {
		for _, v := range parsed.Header[http.CanonicalHeaderKey(n)] {
			list = append(list, map[string]string{"name": n, "value": v})
		}
	}
	return list
}

func (s *Server) getMessage(r *http.Request) (any, *apiError) {
	m := s.messages[r.PathValue("id")]
	if m == nil {
		return nil, &apiError{http.StatusNotFound, "notFound", "Requested entity was not found."}
	}
	return m.json(r.FormValue("format"), r.Form["metadataHeaders"]), nil
}

// listMessages answers newest first, a page at a time.
func (s *Server) listMessages(r *http.Request) (any, *apiError) {
	matches, err := compile(r.FormValue("q"))
	if err != nil {
		return nil, &apiError{http.StatusBadRequest, "invalidArgument", err.Error()}
	}
	hidden := []string{"SPAM", "TRASH"}
	if r.FormValue("includeSpamTrash") == "true" {
		hidden = nil
	}
	var found []*message
	for _, m := range s.messages {
		lacks := slices.ContainsFunc(r.Form["labelIds"], func(l string) bool { return !slices.Contains(m.labels, l) })
		hide := slices.ContainsFunc(hidden, func(l string) bool { return slices.Contains(m.labels, l) })
		if !lacks && !hide && matches(m) {
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b *message) int {
		if c := b.received.Compare(a.received); c != 0 {
			return c
		}
		return b.place - a.place
	})
	from, size, fail := pageOf(r, len(found))
	if fail != nil {
		return nil, fail
	}
	list := []any{}
	for _, m := range found[from:min(from+size, len(found))] {
		list = append(list, map[string]string{"id": m.id, "threadId": m.id})
	}
	answer := map[string]any{"resultSizeEstimate": len(found)}
	if len(list) > 0 {
		answer["messages"] = list
	}
	if from+size < len(found) {
		answer["nextPageToken"] = fmt.Sprintf("p%d", from+size)
	}
	return answer, nil
}

// pageOf reads the paging of a request; 100 a page, 500 at most.
func pageOf(r *http.Request, n int) (from, size int, fail *apiError) {
	size = 100
	if v := r.FormValue("maxResults"); v != "" {
		i, err := strconv.Atoi(v)
		if err != nil || i < 1 {
			return 0, 0, &apiError{http.StatusBadRequest, "invalidArgument", "Invalid maxResults"}
		}
		size = min(i, 500)
	}
	if v := r.FormValue("pageToken"); v != "" {
		i, err := strconv.Atoi(strings.TrimPrefix(v, "p"))
		if err != nil || !strings.HasPrefix(v, "p") || i > n {
			return 0, 0, &apiError{http.StatusBadRequest, "invalidArgument", "Invalid pageToken"}
		}
		from = i
	}
	return from, size, nil
}

// compile reads the part of Gmail's search language that the tests need:
// after:YYYY/MM/DD, from:WORD, and {…} for "one of".
func compile(q string) (func(*message) bool, error) {
	var all []func(*message) bool
	for q = strings.TrimSpace(q); q != ""; q = strings.TrimSpace(q) {
		if strings.HasPrefix(q, "{") {
			group, rest, closed := strings.Cut(q[1:], "}")
			if !closed {
				return nil, fmt.Errorf("%q is not closed", q)
			}
			var any []func(*message) bool
			for _, word := range strings.Fields(group) {
				f, err := term(word)
				if err != nil {
					return nil, err
				}
				any = append(any, f)
			}
			all = append(all, func(m *message) bool {
				return slices.ContainsFunc(any, func(f func(*message) bool) bool { return f(m) })
			})
			q = rest
			continue
		}
		word, rest, _ := strings.Cut(q, " ")
		f, err := term(word)
		if err != nil {
			return nil, err
		}
		all, q = append(all, f), rest
	}
	return func(m *message) bool {
		return !slices.ContainsFunc(all, func(f func(*message) bool) bool { return !f(m) })
	}, nil
}

// pacific is the zone in which Gmail takes a date.
var pacific = time.FixedZone("PST", -8*60*60)

func term(word string) (func(*message) bool, error) {
	name, value, _ := strings.Cut(word, ":")
	switch name {
	case "after":
		day, err := time.ParseInLocation("2006/01/02", value, pacific)
		if err != nil {
			return nil, fmt.Errorf("%q is no date", value)
		}
		return func(m *message) bool { return !m.received.Before(day) }, nil
	case "from":
		return func(m *message) bool {
			parsed, err := mail.ReadMessage(bytes.NewReader(m.raw))
			return err == nil && strings.Contains(strings.ToLower(parsed.Header.Get("From")), strings.ToLower(value))
		}, nil
	}
	return nil, fmt.Errorf("%q is no search that this server knows", word)
}

func (s *Server) modify(r *http.Request) (any, *apiError) {
	m := s.messages[r.PathValue("id")]
	if m == nil {
		return nil, &apiError{http.StatusNotFound, "notFound", "Requested entity was not found."}
	}
	var change struct{ AddLabelIds, RemoveLabelIds []string }
	if err := json.NewDecoder(r.Body).Decode(&change); err != nil {
		return nil, &apiError{http.StatusBadRequest, "parseError", "Parse Error"}
	}
	for _, id := range append(slices.Clone(change.AddLabelIds), change.RemoveLabelIds...) {
		if !slices.ContainsFunc(s.labels, func(l *label) bool { return l.ID == id }) {
			return nil, &apiError{http.StatusBadRequest, "invalidArgument", "Invalid label: " + id}
		}
	}
	s.change(m, change.AddLabelIds, change.RemoveLabelIds)
	return m.json("minimal", nil), nil
}
