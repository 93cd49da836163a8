// Package gmail is one Gmail mailbox in the process: the part of the public
// API that a reader of mail needs (messages, history, labels, profile), with
// the token server and the consent page in front of it. It answers as the API
// is documented, faults included.
package gmail

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The scopes that the server knows.
const (
	ScopeRead   = "https://www.googleapis.com/auth/gmail.readonly"
	ScopeModify = "https://www.googleapis.com/auth/gmail.modify"
	ScopeMail   = "https://mail.google.com/"
)

// Account is the address of the only mailbox.
const Account = "noc@example.net"

// Fault is an answer that a request meets instead of the right one.
type Fault struct {
	Path       string // part of the path, for example /history; empty: any
	Status     int
	Reason     string // Google's word, for example rateLimitExceeded
	RetryAfter string
	Times      int // 0: always
}

// Server is a running mailbox. Its methods may be called at any time.
type Server struct {
	key *rsa.PrivateKey // of the service account

	mu       sync.Mutex
	http     *http.Server
	address  string
	messages map[string]*message
	order    []string // ids in the order of their coming
	labels   []*label
	made     int // labels that were ever made
	records  []record
	history  uint64
	oldest   uint64 // history ids before it are forgotten
	faults   []Fault
	tokens   map[string]grant // by access token
	refresh  map[string]grant // by refresh token
	codes    map[string]code
	issued   int
	calls    []string // method, path and query of every request

	delegated []string // scopes of the service account
	consent   Consent
}

// Start starts a mailbox without mail. Its service account may read and
// modify.
func Start() (*Server, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	s := &Server{
		key: key, messages: map[string]*message{}, history: 1000, oldest: 1000,
		tokens: map[string]grant{}, refresh: map[string]grant{}, codes: map[string]code{},
		delegated: []string{ScopeRead, ScopeModify}, consent: Consent{Account: Account},
	}
	for _, name := range []string{
		"CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "CATEGORY_FORUMS", "CATEGORY_UPDATES",
		"CATEGORY_PERSONAL", "CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "STARRED", "UNREAD",
	} {
		s.labels = append(s.labels, &label{ID: name, Name: name, Type: "system"})
	}
	return s, s.Restart()
}

// Restart listens again at the same address, with everything that was there.
func (s *Server) Restart() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.address == "" {
		s.address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s.address = listener.Addr().String()
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	s.http = server
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	return nil
}

// Close stops listening and cuts open connections.
func (s *Server) Close() error {
	s.mu.Lock()
	server := s.http
	s.http = nil
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}

// URL is the root of the API, of the token server and of the consent page.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "http://" + s.address
}

// SetFaults replaces all faults.
func (s *Server) SetFaults(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.Clone(faults)
}

// Calls gives method, path and query of the requests so far whose path has
// this part.
func (s *Server) Calls(part string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, c := range s.calls {
		if path, _, _ := strings.Cut(c, "?"); strings.Contains(path, part) {
			list = append(list, c)
		}
	}
	return list
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /o/oauth2/auth", s.page)
	const user = "/gmail/v1/users/{user}"
	read := []string{ScopeRead, ScopeModify, ScopeMail}
	modify := []string{ScopeModify, ScopeMail}
	mux.HandleFunc("GET "+user+"/profile", s.api(read, s.profile))
	mux.HandleFunc("GET "+user+"/messages", s.api(read, s.listMessages))
	mux.HandleFunc("GET "+user+"/messages/{id}", s.api(read, s.getMessage))
	mux.HandleFunc("POST "+user+"/messages/{id}/modify", s.api(modify, s.modify))
	mux.HandleFunc("GET "+user+"/history", s.api(read, s.listHistory))
	mux.HandleFunc("GET "+user+"/labels", s.api(read, s.listLabels))
	mux.HandleFunc("POST "+user+"/labels", s.api(modify, s.createLabel))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock() // one request after the other: the answers are consistent
		defer s.mu.Unlock()
		s.calls = append(s.calls, r.Method+" "+r.URL.RequestURI())
		if f, ok := s.fault(r); ok {
			if f.RetryAfter != "" {
				w.Header().Set("Retry-After", f.RetryAfter)
			}
			refuse(w, &apiError{f.Status, f.Reason, "The fault that was asked for."})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// fault takes the first fault that is for the request.
func (s *Server) fault(r *http.Request) (Fault, bool) {
	for i := range s.faults {
		f := &s.faults[i]
		if f.Times < 0 || !strings.Contains(r.URL.Path, f.Path) {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				f.Times = -1
			}
		}
		return *f, true
	}
	return Fault{}, false
}

// apiError is an answer of the API that is no success.
type apiError struct {
	code    int
	reason  string
	message string
}

// api wraps a method of the API: token, scope, user, JSON.
func (s *Server) api(scopes []string, f func(*http.Request) (any, *apiError)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		access, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		g, known := s.tokens[access]
		user := r.PathValue("user")
		switch {
		case !known || !time.Now().Before(g.expires):
			refuse(w, &apiError{http.StatusUnauthorized, "authError", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential."})
			return
		case !slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(g.scopes, s) }):
			refuse(w, &apiError{http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes."})
			return
		case user != "me" && user != g.account:
			refuse(w, &apiError{http.StatusForbidden, "forbidden", "Delegation denied for " + g.account})
			return
		case g.account != Account:
			s.empty(w, r, g)
			return
		}
		answer, fail := f(r)
		if fail != nil {
			refuse(w, fail)
			return
		}
		respond(w, http.StatusOK, answer)
	}
}

// empty answers for the mailbox of another account, which has nothing.
func (s *Server) empty(w http.ResponseWriter, r *http.Request, g grant) {
	if strings.HasSuffix(r.URL.Path, "/profile") {
		respond(w, http.StatusOK, map[string]any{"emailAddress": g.account, "historyId": "7"})
		return
	}
	respond(w, http.StatusOK, map[string]any{})
}

func (s *Server) profile(*http.Request) (any, *apiError) {
	return map[string]any{
		"emailAddress": Account, "messagesTotal": len(s.messages), "threadsTotal": len(s.messages), "historyId": fmt.Sprint(s.history),
	}, nil
}

var statusWords = map[int]string{
	400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED",
	429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}

func refuse(w http.ResponseWriter, e *apiError) {
	respond(w, e.code, map[string]any{"error": map[string]any{
		"code": e.code, "message": e.message, "status": statusWords[e.code],
		"errors": []any{map[string]any{"message": e.message, "domain": "global", "reason": e.reason}},
	}})
}

func respond(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return // the client went away
	}
}
