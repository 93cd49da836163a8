// Package rest serves the records as JSON over HTTP: /api/v1, the paths that
// scripts for the Nautobot app know, health and the OpenAPI description. It
// reads through a Reader, always with the asker's scope; it holds no rule on
// the records and opens no listener.
package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"lineman/api/edge"
	"lineman/internal/access"
	"lineman/models"
)

// Options are what the API is made of.
type Options struct {
	Reader Reader
	Writer Writer
	// Accounts makes and changes users and tokens; nil: there are none.
	Accounts Accounts
	// Announcer tells of announcements; nil: nothing is announced.
	Announcer Announcer
	Review    ReviewDesk                                  // nil: nothing is reviewed
	Proposer  Proposer                                    // nil: no language model is asked
	Matching  Matching                                    // nil: how circuits are matched cannot be written
	Chat      Chat                                        // nil: nothing of chat is served
	Push      Pusher                                      // nil: mail cannot be handed over
	Ready     func(context.Context) error                 // nil: always ready
	Rules     func(providerSlug string) models.PhaseRules // nil: the defaults
	Source    func(name string) SourceSetting             // nil: nothing is known of them
	Now       func() time.Time
	Logger    *slog.Logger
	// Neighbours are routes that other handlers answer, for the description.
	Neighbours []Neighbour
	BaseURL    string // public URL, for links in answers; empty: as the request names it
	Version    string
}

// The limits of one request.
const (
	maxBody       = 1 << 20 // bytes
	requestWithin = 30 * time.Second
)

type server struct {
	o   Options
	api huma.API

	open, described *router  // what needs no token, and the rest
	base            *url.URL // nil: as the request names it
}

// API is the handler of /api/, /healthz, /readyz, /docs and /openapi.json.
type API struct {
	http.Handler
	routes []string
}

// Routes are all routes that the handler answers, as http.ServeMux writes
// them.
func (a *API) Routes() []string { return a.routes }

// New makes the API. Who may ask is up to the gate before it: without one,
// every operation is closed. The limits of headers and time are those of the
// http.Server.
func New(o Options) (*API, error) {
	s, err := newServer(o)
	if err != nil {
		return nil, err
	}
	return &API{s.handler(), slices.Concat(s.open.patterns, s.described.patterns)}, nil
}

func newServer(o Options) (*server, error) {
	if o.Reader == nil || o.Writer == nil || o.Now == nil || o.Logger == nil {
		return nil, errors.New("the API needs a Reader, a Writer, Now and a Logger")
	}
	if o.Announcer == nil {
		o.Announcer = silence{}
	}
	if o.Rules == nil {
		o.Rules = func(string) models.PhaseRules { return models.PhaseRules{} }
	}
	if o.Source == nil {
		o.Source = func(string) SourceSetting { return SourceSetting{} }
	}
	if o.Review == nil {
		o.Review = noDesk{}
	}
	s := &server{o: o, open: newRouter(), described: newRouter()}
	if o.BaseURL != "" {
		u, err := url.Parse(o.BaseURL)
		if err != nil || u.Host == "" {
			return nil, models.Invalid("http.public_url", "%q is no URL; write it with scheme and host, for example https://lineman.example.net", o.BaseURL)
		}
		s.base = u
	}
	s.api = humago.New(s.described, config(o.Version))
	s.register()
	s.registerOpen()
	describePush(s.api)
	s.described.HandleFunc("POST "+pushPath, s.push)
	s.describeItself()
	for _, n := range o.Neighbours {
		if err := s.neighbour(n); err != nil {
			return nil, err
		}
	}
	s.describe()
	return s, nil
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	for _, pattern := range s.open.patterns {
		mux.Handle(pattern, s.open)
	}
	mux.Handle("/", s.place(routes(s.described.ServeMux)))
	return bounded(mux)
}

// router is a mux that knows its patterns.
type router struct {
	*http.ServeMux
	patterns []string
}

func newRouter() *router { return &router{ServeMux: http.NewServeMux()} }

// HandleFunc adds a route.
func (r *router) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	r.patterns = append(r.patterns, pattern)
	r.ServeMux.HandleFunc(pattern, h)
}

// bounded bounds the body of a request. A mail is bounded where it is read.
func bounded(next http.Handler) http.Handler {
	small := http.MaxBytesHandler(next, maxBody)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.TrimSuffix(r.URL.Path, "/") == pushPath {
			next.ServeHTTP(w, r)
			return
		}
		small.ServeHTTP(w, r)
	})
}

func config(version string) huma.Config {
	c := huma.DefaultConfig("lineman", version)
	c.DocsPath = ""    // its page would load from a content delivery network
	c.SchemasPath = "" // the schemas are in the description
	c.OpenAPIPath = "" // its handlers would write it at the first request, without a lock
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Info.Description = "Maintenance notices of circuit providers, as records. Times are RFC 3339 in UTC."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":    {Type: "http", Scheme: "bearer", Description: "A token of `lineman token create`; `Authorization: Token …` works as well."},
		"password": {Type: "http", Scheme: "basic", Description: "Name and password of a user; for tokens and me alone."},
	}
	c.Security = []map[string][]string{{"token": {}}}
	c.Transformers = append(c.Transformers, nameFault)
	return c
}

func (s *server) register() {
	s.registerMaintenances()
	s.registerInventory()
	s.registerOverlaps()
	s.registerDrifts()
	s.registerMails()
	s.registerImpacts()
	s.registerNotes()
	s.registerHistory()
	s.registerAliases()
	s.registerChat()
	s.registerAccounts()
	s.registerAnnouncements()
	s.registerReview()
	if s.o.Matching != nil {
		s.registerMatching()
	}
	s.registerApp()
}

// asker is who asks, and where.
type asker struct {
	models.Principal
	url    *url.URL // of the request, as the outside sees it
	prefix string   // of its path, before /api
	logger *slog.Logger
	match  match  // what If-Match says
	reply  *reply // told by the handler
	writes bool
	bulk   bool // the body is a list
}

type askerKey struct{}

func whoAsks(ctx context.Context) asker {
	a, _ := ctx.Value(askerKey{}).(asker)
	return a // without one: the zero Scope, which sees nothing
}

// place notes who asks and under which URL.
func (s *server) place(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !readable(r.URL) {
			edge.Problem(w, http.StatusBadRequest, "The address holds bytes that are no text (UTF-8 without NUL).")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestWithin)
		defer cancel()
		defer s.rescue(w)
		at := *r.URL
		at.Scheme, at.Host = "http", r.Host
		if r.TLS != nil {
			at.Scheme = "https"
		}
		prefix := ""
		if s.base != nil {
			at.Scheme, at.Host = s.base.Scheme, s.base.Host
			prefix = strings.TrimSuffix(s.base.Path, "/")
			at.Path = prefix + at.Path
		}
		who, _ := access.PrincipalOf(r.Context())
		a := asker{Principal: who, url: &at, prefix: prefix, logger: s.o.Logger, match: readMatch(r.Header.Values("If-Match")), reply: &reply{}}
		held := &buffered{ResponseWriter: w}
		next.ServeHTTP(held, r.WithContext(context.WithValue(ctx, askerKey{}, a)))
		held.finish(r, *a.reply)
	})
}

// readable reports whether path and query are text that any database takes.
func readable(u *url.URL) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	text := u.Path + query
	return err == nil && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// rescue answers for a handler that panicked.
func (s *server) rescue(w http.ResponseWriter) {
	if v := recover(); v != nil {
		s.o.Logger.Error("request panicked", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		edge.Problem(w, http.StatusInternalServerError, "Something went wrong on lineman's side; the log has the details.")
	}
}

// routes serves paths with and without a slash at the end, and answers unknown
// ones with a problem.
func routes(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if trimmed := strings.TrimSuffix(r.URL.Path, "/"); trimmed != r.URL.Path && trimmed != "" {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = trimmed, strings.TrimSuffix(r.URL.RawPath, "/")
		}
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		edge.Problem(w, http.StatusNotFound, "There is nothing at this path; /openapi.json describes what there is.")
	})
}
