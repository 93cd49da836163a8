package slack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// hook is a response URL.
type hook struct {
	at      time.Time
	used    int
	channel string
	user    string
	message *Message // whose button was used; nil: a slash command
}

// newHook makes a response URL. mu is held.
func (s *Server) newHook(channel, user string, m *Message) string {
	id := fmt.Sprint(s.next())
	s.hooks[id] = &hook{at: s.o.Now(), channel: channel, user: user, message: m}
	return s.http.URL + "/hook/" + id
}

// answer is what is sent to a response URL, and as the acknowledgement of a
// slash command.
type answer struct {
	ResponseType string            `json:"response_type"`
	Replace      bool              `json:"replace_original"`
	Delete       bool              `json:"delete_original"`
	Thread       string            `json:"thread_ts"`
	Text         string            `json:"text"`
	Blocks       []json.RawMessage `json:"blocks"`
}

// hookCalled takes what is sent to a response URL.
func (s *Server) hookCalled(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	status, text := s.hooked(strings.TrimPrefix(r.URL.Path, "/hook/"), body, err, w.Header())
	call := Call{Method: "response_url", At: s.o.Now()}
	if status != http.StatusOK {
		call.Error = strconv.Itoa(status) + " " + text
	}
	s.calls = append(s.calls, call)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func (s *Server) hooked(id string, body []byte, err error, header http.Header) (int, string) {
	if fault, faulty := s.fault("response_url"); faulty {
		header.Set("Retry-After", strconv.Itoa(fault.RetryAfter))
		return fault.Status, fault.Error
	}
	h, is := s.hooks[id]
	switch {
	case !is:
		return http.StatusNotFound, "no_such_url"
	case s.o.Now().Sub(h.at) > ResponseURLLives:
		return http.StatusNotFound, "expired_url"
	case h.used >= ResponseURLUses:
		return http.StatusNotFound, "used_url"
	}
	var a answer
	if err != nil || json.Unmarshal(body, &a) != nil {
		return http.StatusBadRequest, "invalid_payload"
	}
	if err := s.take(h, a, "response_url"); err != nil {
		return http.StatusBadRequest, err.Error()
	}
	h.used++
	return http.StatusOK, "ok"
}

// take shows an answer. mu is held.
func (s *Server) take(h *hook, a answer, via string) error {
	if a.Delete && h.message != nil {
		h.message.Deleted = true
		return nil
	}
	blocks := ""
	if len(a.Blocks) > 0 {
		raw, err := json.Marshal(a.Blocks)
		if err != nil {
			return refused("invalid_payload")
		}
		blocks = string(raw)
	}
	list, err := content(a.Text, blocks)
	if err != nil {
		return err
	}
	if a.Replace && h.message != nil {
		h.message.Text, h.message.Blocks, h.message.Edited = a.Text, list, h.message.Edited+1
		return nil
	}
	m := &Message{TS: s.stamp(), Channel: h.channel, Thread: a.Thread, Text: a.Text, Blocks: list, Via: via, At: s.o.Now()}
	if a.ResponseType != "in_channel" {
		m.To = h.user
	}
	s.messages = append(s.messages, m)
	return nil
}
