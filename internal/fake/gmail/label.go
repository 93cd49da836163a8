package gmail

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// label is a label of the mailbox.
type label struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // system or user
}

// CreateLabel makes a label and gives its id, that of the one there is if the
// name is taken.
func (s *Server) CreateLabel(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.label(name).ID
}

// DeleteLabel deletes a label; with mail, all that carries it too.
func (s *Server) DeleteLabel(name string, mail bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := s.label(name).ID
	s.labels = slices.DeleteFunc(s.labels, func(l *label) bool { return l.ID == gone })
	for _, id := range s.order {
		m := s.messages[id]
		if m == nil || !slices.Contains(m.labels, gone) {
			continue
		}
		if mail {
			s.remove(id)
		} else {
			s.change(m, nil, []string{gone})
		}
	}
}

// LabelNames gives the names of the labels that people made, sorted.
func (s *Server) LabelNames() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, l := range s.labels {
		if l.Type == "user" {
			names = append(names, l.Name)
		}
	}
	slices.Sort(names)
	return names
}

// label finds a label by id or name, and makes it if need be.
func (s *Server) label(name string) *label {
	for _, l := range s.labels {
		if l.ID == name || strings.EqualFold(l.Name, name) {
			return l
		}
	}
	s.made++
	l := &label{ID: fmt.Sprintf("Label_%d", s.made), Name: name, Type: "user"}
	s.labels = append(s.labels, l)
	return l
}

func (s *Server) listLabels(*http.Request) (any, *apiError) {
	return map[string]any{"labels": s.labels}, nil
}

func (s *Server) createLabel(r *http.Request) (any, *apiError) {
	var want label
	if err := json.NewDecoder(r.Body).Decode(&want); err != nil || strings.TrimSpace(want.Name) == "" {
		return nil, &apiError{http.StatusBadRequest, "invalidArgument", "Invalid label name"}
	}
	if slices.ContainsFunc(s.labels, func(l *label) bool { return strings.EqualFold(l.Name, want.Name) }) {
		return nil, &apiError{http.StatusConflict, "aborted", "Label name exists or conflicts"}
	}
	return s.label(want.Name), nil
}

// record is one entry of the mailbox's history.
type record struct {
	history uint64
	kind    string   // the key under which the API shows it
	id      string   // of the message
	at      []string // the message's labels afterwards
	labels  []string // that were added or taken
}

// note adds a record under a new history id; ids are not contiguous.
func (s *Server) note(r record) {
	s.history += 13
	r.history = s.history
	s.records = append(s.records, r)
}

// ForgetHistory makes every cursor up to now too old.
func (s *Server) ForgetHistory() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history += 13
	s.oldest, s.records = s.history, nil
}

// Bundle makes one record of the newest n, as Gmail does with what happens at
// once.
func (s *Server) Bundle(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range n {
		s.records[len(s.records)-1-i].history = s.history
	}
}

func (s *Server) listHistory(r *http.Request) (any, *apiError) {
	start, err := strconv.ParseUint(r.FormValue("startHistoryId"), 10, 64)
	if err != nil {
		return nil, &apiError{http.StatusBadRequest, "invalidArgument", "Missing startHistoryId"}
	}
	if start < s.oldest {
		return nil, &apiError{http.StatusNotFound, "notFound", "Requested entity was not found."}
	}
	kinds := map[string]string{"messagesAdded": "messageAdded", "messagesDeleted": "messageDeleted", "labelsAdded": "labelAdded", "labelsRemoved": "labelRemoved"}
	var found []map[string]any
	for _, rec := range s.records {
		if rec.history <= start || len(r.Form["historyTypes"]) > 0 && !slices.Contains(r.Form["historyTypes"], kinds[rec.kind]) {
			continue
		}
		short := map[string]any{"id": rec.id, "threadId": rec.id}
		full := map[string]any{"id": rec.id, "threadId": rec.id, "labelIds": rec.at}
		entry := map[string]any{"message": full}
		if rec.labels != nil {
			entry["labelIds"] = rec.labels
		}
		id := fmt.Sprint(rec.history)
		if n := len(found); n == 0 || found[n-1]["id"] != id {
			found = append(found, map[string]any{"id": id, "messages": []any{}})
		}
		last := found[len(found)-1]
		last["messages"] = append(last["messages"].([]any), short)
		list, _ := last[rec.kind].([]any)
		last[rec.kind] = append(list, entry)
	}
	from, size, fail := pageOf(r, len(found))
	if fail != nil {
		return nil, fail
	}
	answer := map[string]any{"historyId": fmt.Sprint(s.history)}
	if page := found[from:min(from+size, len(found))]; len(page) > 0 {
		answer["history"] = page
	}
	if from+size < len(found) {
		answer["nextPageToken"] = fmt.Sprintf("p%d", from+size)
	}
	return answer, nil
}
