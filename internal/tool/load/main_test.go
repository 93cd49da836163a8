package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func TestRun(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.URL.String())
		if r.Header.Get("Authorization") != "Bearer secret" {
			http.Error(w, "who are you", http.StatusUnauthorized)
		}
	}))
	defer s.Close()
	var out strings.Builder
	if err := run(t.Context(), []string{"-url", s.URL, "-token", "secret", "-rate", "0", "-for", "100ms", "/a?n={n}"}, &out); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 10 || !strings.Contains(strings.Join(seen, " "), "/a?n=9") {
		t.Errorf("asked %q", seen)
	}
	if !strings.HasPrefix(out.String(), "10 answered, 0 failed, p50 ") {
		t.Errorf("printed %q", &out)
	}
	if err := run(t.Context(), []string{"-url", s.URL, "-rate", "0", "-for", "10ms", "/a"}, &out); err == nil || !strings.Contains(err.Error(), "1 of them failed") {
		t.Errorf("without a token: %v", err)
	}
	if err := run(t.Context(), []string{"-url", s.URL}, &out); err == nil {
		t.Error("no path is no mistake")
	}
}
