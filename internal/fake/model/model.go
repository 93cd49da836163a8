// Package model is a fake of a language model behind an OpenAI-compatible API:
// it takes real requests for chat completions, holds them to the protocol, and
// says what a test or a script has it say. It understands nothing.
package model

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Question is one request as the model sees it.
type Question struct {
	Model    string
	Task     string // the system message
	Data     string // the user's message
	Settings map[string]any
}

// Answer is what the endpoint answers.
type Answer struct {
	Text   string // what the model says
	Status int    // other than 0 and 200: an error, with Text in its message
	Body   string // instead of all that: the whole body
	Header http.Header
}

// Options are the settings of a fake.
type Options struct {
	Key   string // that a request must carry; empty: none
	Plain bool   // it refuses settings beyond model, messages and stream
	Say   func(Question) Answer
}

// Server is the endpoint. Its methods may be called from many goroutines.
type Server struct {
	o     Options
	mu    sync.Mutex
	asked []Question
}

// New makes a fake.
func New(o Options) *Server { return &Server{o: o} }

// Asked gives the questions that were well formed, in their order.
func (s *Server) Asked() []Question {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Question(nil), s.asked...)
}

// maxRequest is how much of a request is read.
const maxRequest = 10 << 20

// ServeHTTP answers POST /v1/chat/completions.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/chat/completions" || r.Method != http.MethodPost {
		refuse(w, http.StatusNotFound, "Invalid URL ("+r.Method+" "+r.URL.Path+")")
		return
	}
	if s.o.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.o.Key {
		refuse(w, http.StatusUnauthorized, "Incorrect API key provided: "+r.Header.Get("Authorization"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "the request is too large")
		return
	}
	q, wrong := read(body)
	if wrong == "" && s.o.Plain && len(q.Settings) > 0 {
		wrong = "Unsupported parameter"
	}
	if wrong != "" {
		refuse(w, http.StatusBadRequest, wrong)
		return
	}
	s.mu.Lock()
	s.asked = append(s.asked, q)
	s.mu.Unlock()
	s.answer(w, q)
}

// read holds a request to the protocol.
func read(body []byte) (q Question, wrong string) {
	var sent map[string]json.RawMessage
	if json.Unmarshal(body, &sent) != nil {
		return q, "We could not parse the JSON body of your request."
	}
	var messages []struct{ Role, Content string }
	if json.Unmarshal(sent["messages"], &messages) != nil || len(messages) != 2 || messages[0].Role != "system" || messages[1].Role != "user" {
		return q, "Invalid type for 'messages'"
	}
	if json.Unmarshal(sent["model"], &q.Model) != nil || q.Model == "" {
		return q, "you must provide a model parameter"
	}
	q.Task, q.Data, q.Settings = messages[0].Content, messages[1].Content, map[string]any{}
	for name, raw := range sent {
		if name == "messages" || name == "model" || name == "stream" {
			continue
		}
		var v any
		if json.Unmarshal(raw, &v) != nil {
			return q, "Invalid value for '" + name + "'"
		}
		q.Settings[name] = v
	}
	if format, is := q.Settings["response_format"].(map[string]any); is && format["type"] == "json_object" && !strings.Contains(strings.ToLower(q.Task+q.Data), "json") {
		return q, "'messages' must contain the word 'json' in some form"
	}
	return q, ""
}

func (s *Server) answer(w http.ResponseWriter, q Question) {
	a := Answer{Text: `{"proposals":[]}`}
	if s.o.Say != nil {
		a = s.o.Say(q)
	}
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	switch {
	case a.Status != 0 && a.Status != http.StatusOK:
		refuse(w, a.Status, a.Text)
	case a.Body != "":
		_, _ = io.WriteString(w, a.Body) // whoever hung up does not mind
	default:
		send(w, http.StatusOK, map[string]any{
			"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": q.Model,
			"choices": []any{map[string]any{
				"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": a.Text, "refusal": nil},
			}},
			"usage": map[string]int{"prompt_tokens": len(q.Task+q.Data) / 4, "completion_tokens": len(a.Text) / 4},
		})
	}
}

func refuse(w http.ResponseWriter, status int, text string) {
	send(w, status, map[string]any{"error": map[string]any{"message": text, "type": "invalid_request_error", "param": nil, "code": nil}})
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever hung up does not mind
}
