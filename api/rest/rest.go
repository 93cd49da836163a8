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
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"lineman/models"
)

// Options are what the API is made of.
type Options struct {
	Reader  Reader
	Auth    Authenticator                               // nil with Open
	Open    bool                                        // everybody is admin: the demo, on loopback
	Push    Pusher                                      // nil: mail cannot be handed over
	Ready   func(context.Context) error                 // nil: always ready
	Rules   func(providerSlug string) models.PhaseRules // nil: the defaults
	Now     func() time.Time
	Logger  *slog.Logger
	BaseURL string // public URL, for links in answers; empty: as the request names it
	Version string
}

// The limits of one request.
const (
	maxBody       = 1 << 20 // bytes
	requestWithin = 30 * time.Second
)

type server struct {
	o    Options
	base *url.URL // nil: as the request names it
}

// New makes the handler of /api/, /healthz, /readyz and /openapi.json. The
// limits of headers and time are those of the http.Server.
func New(o Options) (http.Handler, error) {
	if o.Reader == nil || o.Now == nil || o.Logger == nil || o.Auth == nil && !o.Open {
		return nil, errors.New("the API needs a Reader, Now, a Logger and, unless it is open, an Authenticator")
	}
	if o.Rules == nil {
		o.Rules = func(string) models.PhaseRules { return models.PhaseRules{} }
	}
	s := &server{o: o}
	if o.BaseURL != "" {
		u, err := url.Parse(o.BaseURL)
		if err != nil || u.Host == "" {
			return nil, models.Invalid("http.public_url", "%q is no URL; write it with scheme and host, for example https://lineman.example.net", o.BaseURL)
		}
		s.base = u
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	described := http.NewServeMux()
	api := humago.New(described, config(o.Version))
	s.register(api)
	describePush(api)
	described.HandleFunc("POST "+pushPath, s.push)
	mux.Handle("/", Guard(GuardOptions{Auth: o.Auth, Open: o.Open, Logger: o.Logger}, s.place(routes(described))))
	return bounded(securityHeaders(mux)), nil
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
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Info.Description = "Maintenance notices of circuit providers, as records. Times are RFC 3339 in UTC."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "A token of `lineman token create`; `Authorization: Token …` works as well."},
	}
	c.Security = []map[string][]string{{"token": {}}}
	return c
}

func (s *server) register(api huma.API) {
	get(api, "/api/v1/maintenances", "list-maintenances", "Maintenances, newest start first", s.listMaintenances)
	get(api, "/api/v1/maintenances/{id}", "get-maintenance", "One maintenance by id or name", s.getMaintenance)
	get(api, "/api/v1/circuits", "list-circuits", "Circuits", s.listCircuits)
	get(api, "/api/v1/providers", "list-providers", "Providers", s.listProviders)
	s.registerOverlaps(api)
	const app = "/api/plugins/circuit-maintenance"
	get(api, app+"/maintenance", "app-maintenances", "Maintenances as the Nautobot app shows them", s.appMaintenances)
	get(api, app+"/maintenance/{id}", "app-maintenance", "One maintenance as the Nautobot app shows it", s.appMaintenance)
	get(api, app+"/circuitimpact", "app-circuitimpacts", "Impacts on circuits as the Nautobot app shows them", s.appImpacts)
	get(api, app+"/note", "app-notes", "Notes as the Nautobot app shows them", s.appNotes)
	get(api, app+"/rawnotification", "app-rawnotifications", "Mails as the Nautobot app shows them, without their bytes", s.appRaws)
	get(api, app+"/parsednotification", "app-parsednotifications", "Notices as the Nautobot app shows them", s.appNotices)
	get(api, app+"/notificationsource", "app-notificationsources", "Sources as the Nautobot app shows them", s.appSources)
}

// get registers one GET operation. Errors of the handler are turned into
// problems in one place.
func get[I, O any](api huma.API, path, id, summary string, run func(context.Context, *I) (*O, error)) {
	huma.Register(api, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary,
		Errors: []int{http.StatusUnauthorized, http.StatusNotFound},
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := run(ctx, in)
		if err != nil {
			return nil, asProblem(ctx, err)
		}
		return out, nil
	})
}

// asker is who asks, and where.
type asker struct {
	models.Principal
	url    *url.URL // of the request, as the outside sees it
	prefix string   // of its path, before /api
	logger *slog.Logger
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
			writeProblem(w, http.StatusBadRequest, "The address holds bytes that are no text (UTF-8 without NUL).")
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
		who, _ := PrincipalOf(r.Context())
		a := asker{Principal: who, url: &at, prefix: prefix, logger: s.o.Logger}
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, askerKey{}, a)))
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
		writeProblem(w, http.StatusInternalServerError, "Something went wrong on lineman's side; the log has the details.")
	}
}

// routes serves paths with and without a slash at the end, and answers unknown
// ones and wrong methods with a problem.
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
		if allowed(mux, r, http.MethodGet) {
			w.Header().Set("Allow", "GET, HEAD")
			writeProblem(w, http.StatusMethodNotAllowed, "This path can only be read (GET).")
			return
		}
		if allowed(mux, r, http.MethodPost) {
			w.Header().Set("Allow", "POST")
			writeProblem(w, http.StatusMethodNotAllowed, "This path only takes what is sent to it (POST).")
			return
		}
		writeProblem(w, http.StatusNotFound, "There is nothing at this path; /openapi.json describes what there is.")
	})
}

// allowed reports whether a path is served with a method.
func allowed(mux *http.ServeMux, r *http.Request, method string) bool {
	as := r.Clone(r.Context())
	as.Method = method
	_, pattern := mux.Handler(as)
	return pattern != ""
}

func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
