// Package slack is a Slack in the process, true to the public reference of its
// Web API, events, interactivity, slash commands and Socket Mode: it signs what
// it sends, checks tokens, blocks and limits as Slack does, lets triggers and
// response URLs die in time, and records what was sent. It acts as the people
// of a workspace. It is no complete Slack: what lineman does not use is not
// there.
package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Limits of the public reference.
const (
	TriggerLives     = 3 * time.Second
	ResponseURLLives = 30 * time.Minute
	ResponseURLUses  = 5
	burst            = 5 // messages to one channel at once; then one a second
)

// Options are what a Server is made of; what is empty has a default.
type Options struct {
	Now           func() time.Time
	SigningSecret string
	Verification  string // the legacy token that is in every payload
	BotToken      string // xoxb-…
	AppToken      string // xapp-…
	Team          string // id of the workspace
	Unsigned      bool   // requests carry the legacy token alone

	ClientID, ClientSecret, RefreshToken string // for the rotation of tokens; then BotToken is not valid
}

// User is somebody in the workspace.
type User struct {
	ID, Name, Email string
	Guest           bool
	Team            string // another workspace; empty: the server's
}

// Channel is a place to write.
type Channel struct {
	ID, Name string
	Bot      bool // the bot is a member
	Archived bool
	Private  bool
	Direct   string // the user of a conversation of two with the bot
}

// Message is one that was sent to the workspace.
type Message struct {
	TS      string
	Channel string
	Thread  string
	To      string // the only user who sees it; empty: the whole channel
	Text    string
	Blocks  []json.RawMessage
	Key     string // of its metadata
	Shown   bool   // in the channel as well as in its thread
	Via     string // chat.postMessage, chat.postEphemeral, response_url or ack
	Edited  int
	Deleted bool
	At      time.Time
}

// File is one that was uploaded.
type File struct {
	ID, Name, Title, Alt string
	Channel, Thread      string
	Bytes                []byte
}

// View is a modal that was opened.
type View struct {
	ID, User string
	Content  json.RawMessage // as it was sent
	Errors   map[string]string
	Closed   bool
	opened   int // how often it was opened or updated
}

// Call is one call of the Web API.
type Call struct {
	Method string
	Error  string // empty: it was done
	At     time.Time
}

// Fault is how a call shall fail.
type Fault struct {
	Status     int    // of HTTP; 0: 200
	Error      string // of Slack
	RetryAfter int    // seconds, with 429
}

// Server is a fake Slack.
type Server struct {
	o      Options
	http   *httptest.Server
	client *http.Client // calls the app

	mu       sync.Mutex
	changed  chan struct{} // closed at each change
	users    map[string]User
	channels map[string]*Channel
	messages []*Message
	files    map[string]*File
	views    map[string]*View
	calls    []Call
	faults   map[string][]Fault
	hooks    map[string]*hook
	triggers map[string]*trigger
	budget   map[string]time.Time
	tokens   map[string]time.Time // bot tokens and when they end
	refresh  string
	number   int
	sockets  []*socket
	opened   int // sockets ever
	base     string
	acks     []Ack
	fresh    map[string]int // how often each envelope was sent
}

type trigger struct {
	at   time.Time
	used bool
	user string
}

// BotUser is the bot's user.
const BotUser = "U0LINEMAN"

// New starts a server with one channel, C0NOC, and one user, U0KIM.
func New(o Options) *Server {
	set := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	set(&o.SigningSecret, "signing-secret")
	set(&o.Verification, "verification-token")
	set(&o.BotToken, "xoxb-bot")
	set(&o.AppToken, "xapp-app")
	set(&o.Team, "T0NOC")
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		o: o, changed: make(chan struct{}), users: map[string]User{}, channels: map[string]*Channel{}, files: map[string]*File{},
		views: map[string]*View{}, faults: map[string][]Fault{}, hooks: map[string]*hook{}, triggers: map[string]*trigger{},
		budget: map[string]time.Time{}, tokens: map[string]time.Time{}, refresh: o.RefreshToken, fresh: map[string]int{},
	}
	if o.RefreshToken == "" {
		s.tokens[o.BotToken] = time.Time{}
	}
	s.AddUser(User{ID: BotUser, Name: "lineman"})
	s.AddUser(User{ID: "U0KIM", Name: "kim", Email: "kim@noc.example"})
	s.AddChannel(Channel{ID: "C0NOC", Name: "noc", Bot: true})
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.api)
	mux.HandleFunc("/hook/", s.hookCalled)
	mux.HandleFunc("/upload/", s.uploaded)
	mux.HandleFunc("/socket/", s.socketOpened)
	s.http = httptest.NewServer(mux)
	return s
}

// Close ends the server and its sockets.
func (s *Server) Close() {
	s.mu.Lock()
	list := s.sockets
	s.mu.Unlock()
	for _, k := range list {
		k.close()
	}
	s.client.CloseIdleConnections()
	s.http.CloseClientConnections()
	s.http.Close()
}

// URL is the address of the Web API.
func (s *Server) URL() string { return s.http.URL + "/api/" }

// CallAt sets where requests go over HTTP: the address in front of
// /slash_command, /interaction and /event. Empty: they go over sockets.
func (s *Server) CallAt(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = strings.TrimSuffix(base, "/")
}

// AddUser adds somebody, or changes them.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.Team == "" {
		u.Team = s.o.Team
	}
	s.users[u.ID] = u
}

// AddChannel adds a channel, or changes it.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = &c
}

// Fail lets the next calls of a method fail, one for each fault. The method of
// a response URL is response_url.
func (s *Server) Fail(method string, list ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], list...)
}

// EndToken makes the bot token that is in use now invalid.
func (s *Server) EndToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.tokens {
		s.tokens[t] = s.o.Now().Add(-time.Second)
	}
}

// Messages are those that are there, in the order in which they came.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Message
	for _, m := range s.messages {
		if !m.Deleted {
			list = append(list, *m)
		}
	}
	return list
}

// Files are those that were shared.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []File
	for _, f := range s.files {
		if f.Channel != "" {
			list = append(list, *f)
		}
	}
	return list
}

// Views are the modals that are open.
func (s *Server) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []View
	for _, v := range s.views {
		if !v.Closed {
			list = append(list, *v)
		}
	}
	return list
}

// Calls are the calls of the Web API so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Acks are the acknowledgements so far.
func (s *Server) Acks() []Ack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ack(nil), s.acks...)
}

// Await returns when done does, which is asked at each change.
func (s *Server) Await(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if done() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// AwaitMessage waits for a message whose text or blocks hold a text.
func (s *Server) AwaitMessage(ctx context.Context, part string) (Message, error) {
	var found Message
	err := s.Await(ctx, func() bool {
		for _, m := range s.Messages() {
			if strings.Contains(m.All(), part) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		return found, fmt.Errorf("no message has %q: %w", part, err)
	}
	return found, nil
}

// All is the text and the blocks of a message, as they were sent.
func (m Message) All() string {
	var b strings.Builder
	b.WriteString(m.Text)
	for _, block := range m.Blocks {
		b.WriteString("\n")
		b.Write(block)
	}
	return b.String()
}

// note tells whoever waits that something changed. mu is held.
func (s *Server) note() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// next is a new number. mu is held.
func (s *Server) next() int {
	s.number++
	return s.number
}

func (s *Server) newTrigger(user string) string {
	id := fmt.Sprintf("%d.trigger", s.next())
	s.triggers[id] = &trigger{at: s.o.Now(), user: user}
	return id
}

// stamp is the ts of a new message: its time and its number.
func (s *Server) stamp() string { return fmt.Sprintf("%d.%06d", s.o.Now().Unix(), s.next()) }
