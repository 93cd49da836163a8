package rest

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// readyWithin bounds the check of /readyz.
const readyWithin = 3 * time.Second

// registerOpen adds what needs no token. The docs page holds no data, and a
// browser sends none.
func (s *server) registerOpen() {
	for _, o := range []struct {
		path, id, summary, kind string
		serve                   http.HandlerFunc
	}{
		{"/healthz", "health", "Whether the process is alive", "text/plain", s.health},
		{"/readyz", "ready", "Whether the database answers and fits", "text/plain", s.ready},
		{"/docs", "docs", "This description as a page", "text/html", s.docs},
	} {
		for _, end := range []string{"", "/{$}"} {
			s.open.HandleFunc("GET "+o.path+end, o.serve)
		}
		text := map[string]*huma.MediaType{o.kind: {Schema: &huma.Schema{Type: huma.TypeString}}}
		op := &huma.Operation{
			OperationID: o.id, Method: http.MethodGet, Path: o.path, Summary: o.summary, Security: []map[string][]string{},
			Extensions: map[string]any{"x-role": "none"}, Responses: map[string]*huma.Response{"200": {Description: "Yes", Content: text}},
		}
		if o.path == "/readyz" {
			op.Responses["503"] = &huma.Response{Description: "Not now", Content: text}
		}
		s.api.OpenAPI().AddOperation(op)
	}
}

func (s *server) health(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok\n") }

// ready tells whether the database answers and fits. The reason is in the log
// only, since nobody needs a token here.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	if s.o.Ready == nil {
		say(w, http.StatusOK, "ready\n")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := s.o.Ready(ctx); err != nil {
		s.o.Logger.Warn("not ready", "error", err)
		say(w, http.StatusServiceUnavailable, "not ready\n")
		return
	}
	say(w, http.StatusOK, "ready\n")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // a client that is gone needs no answer
}
