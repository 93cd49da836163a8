// Package graph imitates Microsoft Graph for tests: one mailbox with folders,
// messages, changes (delta), MIME content and categories, and the server of
// the access tokens, over HTTP on a loopback port. It keeps mail in memory and
// can be told to misbehave. What the real one does not have it refuses.
package graph

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// The one application and the one account of every server.
const (
	Tenant   = "tenant.example"
	ClientID = "7d0f3a52-app"
	Secret   = "app-secret"
	Account  = "noc@example.net"
)

// Faults are ways to misbehave; the zero value is none.
type Faults struct {
	Fail       int    // so many calls of the API are answered with Status
	Status     int    // of Fail
	RetryAfter string // header of Fail
	ReadOnly   bool   // the application may not change messages
	Forbidden  bool   // the application may not read this mailbox
	ForgetSync bool   // positions in the changes are known no more
	BadBody    string // id of a message whose content cannot be had
	NoBodies   bool   // no message's content can be had
	Elsewhere  bool   // further pages are at another server
	Collide    int    // so many changes meet one that somebody else made just before
	PageSize   int    // of answers with changes, whatever is asked for; 0: what is asked for
	Life       int    // of a token in seconds; 0: an hour
}

// Server is a running server. Its methods may be called from any goroutine,
// Close and Restart from one at a time.
type Server struct {
	addr string
	http *http.Server

	mu       sync.Mutex
	faults   Faults
	tokens   map[string]bool // that are good
	issued   int
	calls    int
	rev      int // of the last change
	folders  []*folder
	messages []*message
	pages    map[string]page // further pages and positions, by token
}

type folder struct {
	id, name, parent string
	wellKnown        string
	gone             map[string]int // messages that left, and when
}

type message struct {
	id         string
	folder     string
	raw        []byte
	received   time.Time
	categories []string
	read       bool
	rev        int // last change
}

// Start starts a server with an empty inbox on a free loopback port.
func Start() (*Server, error) {
	s := &Server{addr: "127.0.0.1:0", tokens: map[string]bool{}, pages: map[string]page{}}
	for _, f := range []folder{
		{id: "root", name: "Top of Information Store", wellKnown: "msgfolderroot", parent: "-"},
		{id: "AAin=", name: "Inbox", wellKnown: "inbox"}, {id: "AAde=", name: "Deleted Items", wellKnown: "deleteditems"},
	} {
		s.folders = append(s.folders, &f)
	}
	return s, s.Restart()
}

// Restart lets a server that was closed listen again, on the same port and
// with the same mail.
func (s *Server) Restart() error {
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s.addr = l.Addr().String()
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: time.Minute}
	s.http = server
	go func() { _ = server.Serve(l) }() // ends when it is closed
	return nil
}

// Close hangs up all connections and stops listening.
func (s *Server) Close() error { return s.http.Close() }

// URL is the address of the API, for api_url.
func (s *Server) URL() string { return "http://" + s.addr }

// TokenURL is where tokens come from, for token_url.
func (s *Server) TokenURL() string { return s.URL() + "/" + Tenant + "/oauth2/v2.0/token" }

// SetFaults replaces the faults.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Revoke makes all tokens that were given worthless.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]bool{}
}

// Tokens gives how many tokens were issued.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issued
}

// Calls gives how many calls of the API were made.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// CreateFolder makes an empty folder below another one; parent is empty for
// the top level.
func (s *Server) CreateFolder(parent, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rev++
	f := &folder{id: fmt.Sprintf("AAf%d=", s.rev), name: name, parent: parent}
	s.folders = append(s.folders, f)
	return f.id
}

// DeleteFolder removes a folder with all that is in it.
func (s *Server) DeleteFolder(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keepFolders, keepMessages := s.folders[:0:0], s.messages[:0:0]
	for _, f := range s.folders {
		if f.id != id {
			keepFolders = append(keepFolders, f)
		}
	}
	for _, m := range s.messages {
		if m.folder != id {
			keepMessages = append(keepMessages, m)
		}
	}
	s.folders, s.messages = keepFolders, keepMessages
}

// Folder gives the id of a folder by its name or well-known name, at any
// level; empty when there is none.
func (s *Server) Folder(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.folders {
		if f.name == name || f.wellKnown == name {
			return f.id
		}
	}
	return ""
}

// Add puts a message into a folder, unread, and gives its immutable id.
func (s *Server) Add(folder string, raw []byte, received time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rev++
	m := &message{id: fmt.Sprintf("AAkm%06d=", s.rev), folder: folder, raw: raw, received: received.UTC(), rev: s.rev}
	s.messages = append(s.messages, m)
	return m.id
}

var errGone = errors.New("no such message")

// Remove deletes a message for good.
func (s *Server) Remove(id string) error { return s.Move(id, "") }

// Move puts a message into another folder; it keeps its immutable id.
func (s *Server) Move(id, to string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, m := range s.messages {
		if m.id != id {
			continue
		}
		s.rev++
		if f := s.folder(m.folder); f != nil {
			if f.gone == nil {
				f.gone = map[string]int{}
			}
			f.gone[id] = s.rev
		}
		m.folder, m.rev = to, s.rev
		if to == "" {
			s.messages = append(s.messages[:i:i], s.messages[i+1:]...)
		}
		return nil
	}
	return errGone
}

// Categories gives the categories of a message, and whether it was read.
func (s *Server) Categories(id string) (list []string, read bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.message(id); m != nil {
		return append([]string(nil), m.categories...), m.read, nil
	}
	return nil, false, errGone
}

// SetCategories changes the categories of a message as a person would.
func (s *Server) SetCategories(id string, list ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.message(id)
	if m == nil {
		return errGone
	}
	s.rev++
	m.categories, m.rev = list, s.rev
	return nil
}

func (s *Server) folder(id string) *folder {
	for _, f := range s.folders {
		if f.id == id || f.wellKnown != "" && f.wellKnown == id {
			return f
		}
	}
	return nil
}

func (s *Server) message(id string) *message {
	for _, m := range s.messages {
		if m.id == id {
			return m
		}
	}
	return nil
}
