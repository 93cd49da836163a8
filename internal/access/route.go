package access

import (
	"fmt"
	"net/http"
	"strings"
)

// routes finds the rule of a request.
type routes struct {
	mux   *http.ServeMux
	rules map[string]Rule // by route
}

func newRoutes(rules []Rule) (r routes, err error) {
	defer func() {
		if v := recover(); v != nil { // how http.ServeMux refuses a pattern
			err = fmt.Errorf("the table of routes cannot be read: %v", v)
		}
	}()
	r = routes{mux: http.NewServeMux(), rules: map[string]Rule{}}
	for _, rule := range rules {
		r.mux.Handle(rule.Route, http.NotFoundHandler()) // never called; the pattern is what counts
		r.rules[rule.Route] = rule
	}
	return r, nil
}

// find gives the rule of a request; with or without a slash at the end is the
// same.
func (t routes) find(r *http.Request) (Rule, bool) {
	_, pattern := t.mux.Handler(trimmed(r))
	rule, known := t.rules[pattern]
	return rule, known
}

// methods gives the methods that a path takes, and whether anybody may learn
// that.
func (t routes) methods(r *http.Request) (allowed []string, open bool) {
	as := trimmed(r).Clone(r.Context())
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		as.Method = m
		if rule, known := t.find(as); known {
			allowed = append(allowed, m)
			open = open || rule.By == ByNothing || rule.By == BySignature || rule.By == ByPath
		}
	}
	return allowed, open
}

func trimmed(r *http.Request) *http.Request {
	path := strings.TrimSuffix(r.URL.Path, "/")
	if path == "" || path == r.URL.Path {
		return r
	}
	short, u := *r, *r.URL
	u.Path, u.RawPath = path, strings.TrimSuffix(u.RawPath, "/")
	short.URL = &u
	return &short
}
