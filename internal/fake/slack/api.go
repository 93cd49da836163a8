package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// refused is an error of the Web API.
type refused string

func (r refused) Error() string { return string(r) }

// limited is what is refused for now.
type limited int

func (l limited) Error() string { return "ratelimited" }

// question is one call of the Web API.
type question struct {
	v     url.Values
	token string
}

// api answers calls of the Web API.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	q, err := readQuestion(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	var answer map[string]any
	fault, faulty := s.fault(method)
	switch {
	case err != nil:
		err = refused("invalid_json")
	case faulty && fault.Status == http.StatusTooManyRequests:
		err = limited(fault.RetryAfter)
	case faulty && fault.Status != 0:
		s.calls = append(s.calls, Call{method, strconv.Itoa(fault.Status), s.o.Now()})
		http.Error(w, "fault", fault.Status)
		return
	case faulty:
		err = refused(fault.Error)
	default:
		answer, err = s.answer(method, q)
	}
	call := Call{Method: method, At: s.o.Now()}
	if answer == nil {
		answer = map[string]any{}
	}
	answer["ok"] = err == nil
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		answer["error"], call.Error = err.Error(), err.Error()
	}
	s.calls = append(s.calls, call)
	s.note()
	var after limited
	if errors.As(err, &after) {
		w.Header().Set("Retry-After", strconv.Itoa(int(after)))
		w.WriteHeader(http.StatusTooManyRequests)
	}
	_ = json.NewEncoder(w).Encode(answer) // the caller may be gone
}

func readQuestion(r *http.Request) (question, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		return question{}, err
	}
	q := question{v: r.URL.Query(), token: strings.TrimSpace(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer"))}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var fields map[string]json.RawMessage
		if len(body) > 0 {
			if err := json.Unmarshal(body, &fields); err != nil {
				return q, err
			}
		}
		for k, raw := range fields {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			q.v.Set(k, text)
		}
	} else {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return q, err
		}
		for k, list := range form {
			q.v[k] = list
		}
	}
	if q.token == "" {
		q.token = q.v.Get("token")
	}
	return q, nil
}

// fault takes the next fault of a method. mu is held.
func (s *Server) fault(method string) (Fault, bool) {
	list := s.faults[method]
	if len(list) == 0 {
		return Fault{}, false
	}
	s.faults[method] = list[1:]
	return list[0], true
}

// authorize checks the token of a call. mu is held.
func (s *Server) authorize(method, token string) error {
	switch method {
	case "apps.connections.open":
		if token != s.o.AppToken {
			return refused("invalid_auth")
		}
		return nil
	case "oauth.v2.access":
		return nil
	}
	ends, known := s.tokens[token]
	switch {
	case token == "":
		return refused("not_authed")
	case token == s.o.AppToken:
		return refused("not_allowed_token_type")
	case !known:
		return refused("invalid_auth")
	case !ends.IsZero() && !s.o.Now().Before(ends):
		return refused("token_expired")
	}
	return nil
}

func (s *Server) answer(method string, q question) (map[string]any, error) {
	if err := s.authorize(method, q.token); err != nil {
		return nil, err
	}
	methods := map[string]func(url.Values) (map[string]any, error){
		"auth.test": s.authTest, "oauth.v2.access": s.oauth, "apps.connections.open": s.connectionsOpen,
		"chat.postMessage":   func(v url.Values) (map[string]any, error) { return s.post(v, "") },
		"chat.postEphemeral": s.postEphemeral, "chat.update": s.chatUpdate, "chat.delete": s.chatDelete,
		"views.open": s.viewsOpen, "views.update": s.viewsUpdate,
		"conversations.list": s.conversationsList, "conversations.info": s.conversationsInfo, "conversations.open": s.conversationsOpen,
		"conversations.history": s.conversationsHistory, "conversations.replies": s.conversationsHistory,
		"users.list": s.usersList, "users.info": s.usersInfo, "users.lookupByEmail": s.usersByEmail,
		"files.getUploadURLExternal": s.uploadURL, "files.completeUploadExternal": s.completeUpload,
	}
	do, is := methods[method]
	if !is {
		return nil, refused("unknown_method")
	}
	return do(q.v)
}

func (s *Server) authTest(url.Values) (map[string]any, error) {
	return map[string]any{"url": "https://noc.slack.example/", "team": "noc", "team_id": s.o.Team, "user": "lineman", "user_id": BotUser, "bot_id": "B0LINEMAN"}, nil
}

// oauth exchanges a refresh token, which is valid once.
func (s *Server) oauth(v url.Values) (map[string]any, error) {
	switch {
	case v.Get("client_id") != s.o.ClientID || v.Get("client_secret") != s.o.ClientSecret:
		return nil, refused("bad_client_secret")
	case v.Get("grant_type") != "refresh_token" || v.Get("refresh_token") != s.refresh || s.refresh == "":
		return nil, refused("invalid_refresh_token")
	}
	token := fmt.Sprintf("xoxe.xoxb-%d", s.next())
	s.refresh = fmt.Sprintf("xoxe-%d", s.next())
	s.tokens[token] = s.o.Now().Add(12 * time.Hour)
	return map[string]any{"access_token": token, "refresh_token": s.refresh, "expires_in": 43200, "token_type": "bot", "bot_user_id": BotUser}, nil
}

func (s *Server) viewsOpen(v url.Values) (map[string]any, error) {
	t, is := s.triggers[v.Get("trigger_id")]
	switch {
	case !is:
		return nil, refused("invalid_trigger_id")
	case t.used:
		return nil, refused("exchanged_trigger_id")
	case s.o.Now().Sub(t.at) > TriggerLives:
		return nil, refused("expired_trigger_id")
	}
	if err := checkView([]byte(v.Get("view"))); err != nil {
		return nil, err
	}
	t.used = true
	view := &View{ID: fmt.Sprintf("V%d", s.next()), User: t.user, Content: json.RawMessage(v.Get("view")), opened: 1}
	s.views[view.ID] = view
	return map[string]any{"view": map[string]any{"id": view.ID}}, nil
}

func (s *Server) viewsUpdate(v url.Values) (map[string]any, error) {
	view, is := s.views[v.Get("view_id")]
	if !is || view.Closed {
		return nil, refused("not_found")
	}
	if err := checkView([]byte(v.Get("view"))); err != nil {
		return nil, err
	}
	view.Content, view.opened = json.RawMessage(v.Get("view")), view.opened+1
	return map[string]any{"view": map[string]any{"id": view.ID}}, nil
}
