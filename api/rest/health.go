package rest

import (
	"context"
	"io"
	"net/http"
	"time"
)

// readyWithin bounds the check of /readyz.
const readyWithin = 3 * time.Second

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
