package paged

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Object is one row of a list, as JSON, with what it can be filtered by.
type Object struct {
	ID    string
	Full  map[string]any
	Brief map[string]any
	Match map[string][]string // by filter
}

// Options are what a system is like.
type Options struct {
	Token    string
	Scheme   string // before the token; empty: Token
	Largest  int    // rows a page, whatever is asked for; 0: 1000
	Strict   bool   // an unknown parameter is an error
	Denied   int    // status for a wrong token
	Params   []string
	Header   map[string]string
	Status   map[string]any // the answer of /api/status/
	Render   func(w *World, q url.Values) map[string][]Object
	Filters  []string
	Extra    func(w *World, path string) (any, bool) // what is no list
	NextHost string                                  // the host that next links name; empty: as asked
}

// Fault is a failure that the next calls of a path meet.
type Fault struct {
	Path       string // part of it
	Status     int
	RetryAfter string
	Body       string
	Times      int
}

// Server is a system. It is an http.Handler and may be changed while it runs.
type Server struct {
	o      Options
	mu     sync.Mutex
	world  World
	faults []Fault
	before func(path string, offset int, w *World)
	calls  []string
}

// New makes a server of a network.
func New(o Options, w World) *Server {
	if o.Largest == 0 {
		o.Largest = 1000
	}
	if o.Scheme == "" {
		o.Scheme = "Token"
	}
	return &Server{o: o, world: w}
}

// Change changes the network.
func (s *Server) Change(f func(*World)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.world)
}

// Fail makes calls fail.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// Before has f called before each page, where it may change the network.
func (s *Server) Before(f func(path string, offset int, w *World)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// Calls gives the paths with queries that were asked for so far, in their order.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.URL.RequestURI())
	for name, text := range s.o.Header {
		w.Header().Set(name, text)
	}
	for i := range s.faults {
		if f := &s.faults[i]; f.Times > 0 && strings.Contains(r.URL.Path, f.Path) {
			f.Times--
			if f.RetryAfter != "" {
				w.Header().Set("Retry-After", f.RetryAfter)
			}
			answer(w, f.Status, f.Body)
			return
		}
	}
	switch {
	case !strings.HasPrefix(r.URL.Path, "/api/"):
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Log in</title>")) // the client notices a broken connection
	case r.Header.Get("Authorization") != s.o.Scheme+" "+s.o.Token:
		answer(w, s.o.Denied, map[string]any{"detail": "Invalid token"})
	case r.Method != http.MethodGet:
		answer(w, http.StatusMethodNotAllowed, map[string]any{"detail": fmt.Sprintf("Method %q not allowed.", r.Method)})
	case r.URL.Path == "/api/status/":
		answer(w, http.StatusOK, s.o.Status)
	default:
		s.list(w, r)
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if text, plain := body.(string); plain {
		_, _ = w.Write([]byte(text)) // the client notices a broken connection
		return
	}
	_ = json.NewEncoder(w).Encode(body)
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	path := strings.TrimPrefix(r.URL.Path, "/api/")
	offset, _ := strconv.Atoi(q.Get("offset")) // anything else is the start, as there
	if s.before != nil {
		s.before(path, offset, &s.world)
	}
	rows, there := s.o.Render(&s.world, q)[strings.TrimSuffix(path, "/")]
	if !there {
		s.detail(w, path, q)
		return
	}
	for name := range q {
		if s.o.Strict && !slices.Contains(s.o.Filters, name) && !slices.Contains(s.o.Params, name) {
			answer(w, http.StatusBadRequest, map[string]any{name: []string{"Unknown filter field"}})
			return
		}
	}
	for _, name := range s.o.Filters {
		if len(q[name]) > 0 {
			rows = slices.DeleteFunc(rows, func(o Object) bool {
				return !slices.ContainsFunc(q[name], func(v string) bool { return slices.Contains(o.Match[name], v) })
			})
		}
	}
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit <= 0 {
		limit = 50
	}
	limit = min(limit, s.o.Largest)
	from := min(max(offset, 0), len(rows))
	to := min(from+limit, len(rows))
	answer(w, http.StatusOK, map[string]any{
		"count": len(rows), "next": s.link(r, to, limit, to < len(rows)), "previous": s.link(r, max(0, from-limit), limit, from > 0),
		"results": forms(rows[from:to], q),
	})
}

func (s *Server) detail(w http.ResponseWriter, path string, q url.Values) {
	if s.o.Extra != nil {
		if body, there := s.o.Extra(&s.world, path); there {
			answer(w, http.StatusOK, body)
			return
		}
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	id := parts[len(parts)-1]
	for _, o := range s.o.Render(&s.world, q)[strings.Join(parts[:len(parts)-1], "/")] {
		if o.ID == id {
			answer(w, http.StatusOK, o.Full)
			return
		}
	}
	answer(w, http.StatusNotFound, map[string]any{"detail": "Not found."})
}

func forms(rows []Object, q url.Values) []map[string]any {
	all := make([]map[string]any, 0, len(rows))
	for _, o := range rows {
		if brief, _ := strconv.ParseBool(q.Get("brief")); brief {
			all = append(all, o.Brief)
		} else {
			all = append(all, o.Full)
		}
	}
	return all
}

func (s *Server) link(r *http.Request, offset, limit int, there bool) any {
	if !there {
		return nil
	}
	q := r.URL.Query()
	q.Set("limit", strconv.Itoa(limit))
	q.Set("offset", strconv.Itoa(offset))
	host := r.Host
	if s.o.NextHost != "" {
		host = s.o.NextHost
	}
	return "http://" + host + r.URL.Path + "?" + q.Encode()
}

// Sort puts rows in the order of their IDs.
func Sort(rows []Object) {
	slices.SortFunc(rows, func(a, b Object) int {
		if len(a.ID) != len(b.ID) {
			return len(a.ID) - len(b.ID)
		}
		return strings.Compare(a.ID, b.ID)
	})
}
