package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
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

// room finds a channel that the bot may write to. mu is held.
func (s *Server) room(id string) (*Channel, error) {
	c, is := s.channels[id]
	switch {
	case !is || c.Private && !c.Bot:
		return nil, refused("channel_not_found")
	case c.Archived:
		return nil, refused("is_archived")
	case !c.Bot && c.Direct == "":
		return nil, refused("not_in_channel")
	}
	return c, nil
}

// spend takes one message of what a channel may get in this second. mu is held.
func (s *Server) spend(channel string) error {
	now := s.o.Now()
	idle := s.budget[channel]
	if idle.Before(now) {
		idle = now
	}
	if idle.Sub(now) > burst*time.Second {
		return limited(1)
	}
	s.budget[channel] = idle.Add(time.Second)
	return nil
}

func (s *Server) post(v url.Values, to string) (map[string]any, error) {
	c, err := s.room(v.Get("channel"))
	if err != nil {
		return nil, err
	}
	blocks, err := content(v.Get("text"), v.Get("blocks"))
	if err != nil {
		return nil, err
	}
	if err := s.spend(c.ID); err != nil {
		return nil, err
	}
	m := &Message{TS: s.stamp(), Channel: c.ID, Thread: v.Get("thread_ts"), To: to, Text: v.Get("text"), Blocks: blocks, Via: "chat.postMessage", At: s.o.Now()}
	m.Shown = v.Get("reply_broadcast") == "true"
	if m.Key, err = keyOf(v.Get("metadata")); err != nil {
		return nil, err
	}
	if m.Shown && m.Thread == "" {
		return nil, refused("invalid_arguments")
	}
	s.messages = append(s.messages, m)
	if to != "" {
		m.Via = "chat.postEphemeral"
		return map[string]any{"message_ts": m.TS}, nil
	}
	return map[string]any{"channel": c.ID, "ts": m.TS, "message": map[string]any{"text": m.Text, "ts": m.TS}}, nil
}

func (s *Server) postEphemeral(v url.Values) (map[string]any, error) {
	if _, is := s.users[v.Get("user")]; !is {
		return nil, refused("user_not_in_channel")
	}
	return s.post(v, v.Get("user"))
}

// find gives a message that the bot may change. mu is held.
func (s *Server) find(channel, ts string) (*Message, error) {
	i := slices.IndexFunc(s.messages, func(m *Message) bool {
		return m.Channel == channel && m.TS == ts && !m.Deleted && m.To == ""
	})
	if i < 0 {
		return nil, refused("message_not_found")
	}
	return s.messages[i], nil
}

func (s *Server) chatUpdate(v url.Values) (map[string]any, error) {
	blocks, err := content(v.Get("text"), v.Get("blocks"))
	if err != nil {
		return nil, err
	}
	m, err := s.find(v.Get("channel"), v.Get("ts"))
	if err != nil {
		return nil, err
	}
	m.Text, m.Blocks, m.Edited = v.Get("text"), blocks, m.Edited+1
	return map[string]any{"channel": m.Channel, "ts": m.TS, "text": m.Text}, nil
}

func (s *Server) chatDelete(v url.Values) (map[string]any, error) {
	m, err := s.find(v.Get("channel"), v.Get("ts"))
	if err != nil {
		return nil, err
	}
	m.Deleted = true
	return map[string]any{"channel": m.Channel, "ts": m.TS}, nil
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

// page cuts a list as cursor and limit ask for.
func page[T any](v url.Values, list []T) ([]T, map[string]any) {
	from, _ := strconv.Atoi(v.Get("cursor")) // empty: the beginning
	limit, _ := strconv.Atoi(v.Get("limit"))
	if limit <= 0 || limit > 1000 {
		limit = 100
	}
	from = min(from, len(list))
	to := min(from+limit, len(list))
	next := ""
	if to < len(list) {
		next = strconv.Itoa(to)
	}
	return list[from:to], map[string]any{"next_cursor": next}
}

func (c Channel) fields() map[string]any {
	return map[string]any{"id": c.ID, "name": c.Name, "is_member": c.Bot, "is_archived": c.Archived, "is_private": c.Private, "is_im": c.Direct != "", "user": c.Direct}
}

func (s *Server) conversationsList(v url.Values) (map[string]any, error) {
	var list []map[string]any
	for _, id := range slices.Sorted(maps.Keys(s.channels)) {
		c := s.channels[id]
		hidden := c.Direct != "" || c.Archived && v.Get("exclude_archived") == "true" || c.Private && (!c.Bot || !strings.Contains(v.Get("types"), "private_channel"))
		if !hidden {
			list = append(list, c.fields())
		}
	}
	list, meta := page(v, list)
	return map[string]any{"channels": list, "response_metadata": meta}, nil
}

func (s *Server) conversationsInfo(v url.Values) (map[string]any, error) {
	c, is := s.channels[v.Get("channel")]
	if !is {
		return nil, refused("channel_not_found")
	}
	return map[string]any{"channel": c.fields()}, nil
}

func (s *Server) conversationsOpen(v url.Values) (map[string]any, error) {
	u, is := s.users[v.Get("users")]
	if !is {
		return nil, refused("user_not_found")
	}
	id := s.directly(u.ID)
	return map[string]any{"channel": map[string]any{"id": id}}, nil
}

func (u User) fields() map[string]any {
	return map[string]any{
		"id": u.ID, "name": u.Name, "team_id": u.Team, "real_name": u.Name, "is_restricted": u.Guest, "is_bot": u.ID == BotUser,
		"profile": map[string]any{"display_name": u.Name, "email": u.Email},
	}
}

func (s *Server) usersList(v url.Values) (map[string]any, error) {
	var list []map[string]any
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		list = append(list, s.users[id].fields())
	}
	list, meta := page(v, list)
	return map[string]any{"members": list, "response_metadata": meta}, nil
}

func (s *Server) usersInfo(v url.Values) (map[string]any, error) {
	u, is := s.users[v.Get("user")]
	if !is {
		return nil, refused("user_not_found")
	}
	return map[string]any{"user": u.fields()}, nil
}

func (s *Server) usersByEmail(v url.Values) (map[string]any, error) {
	for _, u := range s.users {
		if u.Email != "" && strings.EqualFold(u.Email, v.Get("email")) {
			return map[string]any{"user": u.fields()}, nil
		}
	}
	return nil, refused("users_not_found")
}

func (s *Server) uploadURL(v url.Values) (map[string]any, error) {
	if n, err := strconv.Atoi(v.Get("length")); err != nil || n <= 0 || v.Get("filename") == "" {
		return nil, refused("invalid_arguments")
	}
	f := &File{ID: fmt.Sprintf("F%d", s.next()), Name: v.Get("filename"), Alt: v.Get("alt_txt")}
	s.files[f.ID] = f
	return map[string]any{"upload_url": s.http.URL + "/upload/" + f.ID, "file_id": f.ID}, nil
}

// uploaded takes the bytes of a file.
func (s *Server) uploaded(w http.ResponseWriter, r *http.Request) {
	part, _, err := r.FormFile("file")
	if err != nil {
		if part, _, err = r.FormFile("filename"); err != nil {
			http.Error(w, "no file", http.StatusBadRequest)
			return
		}
	}
	content, err := io.ReadAll(io.LimitReader(part, 64<<20))
	s.mu.Lock()
	defer s.mu.Unlock()
	f, is := s.files[strings.TrimPrefix(r.URL.Path, "/upload/")]
	if !is || err != nil {
		http.Error(w, "no such upload", http.StatusNotFound)
		return
	}
	f.Bytes = content
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(content)))
}

func (s *Server) completeUpload(v url.Values) (map[string]any, error) {
	var list []struct{ ID, Title string }
	if json.Unmarshal([]byte(v.Get("files")), &list) != nil || len(list) == 0 {
		return nil, refused("invalid_arguments")
	}
	c, err := s.room(v.Get("channel_id"))
	if err != nil {
		return nil, err
	}
	done := []map[string]any{}
	for _, item := range list {
		f, is := s.files[item.ID]
		if !is || f.Bytes == nil {
			return nil, refused("file_not_found")
		}
		f.Title, f.Channel, f.Thread = item.Title, c.ID, v.Get("thread_ts")
		done = append(done, map[string]any{"id": f.ID, "title": f.Title})
	}
	return map[string]any{"files": done}, nil
}
