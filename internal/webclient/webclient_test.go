package webclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lineman/internal/webclient"
)

// answers is a transport that gives one answer after the other.
type answers struct {
	list   []string // "503", or "429 after 7" with Retry-After; the last one stays
	bodies []string
	at     []time.Time
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	text := a.list[min(len(a.at), len(a.list)-1)]
	a.at = append(a.at, time.Now())
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		a.bodies = append(a.bodies, string(body))
	}
	if text == "broken" {
		return nil, errors.New("connection reset")
	}
	if text == "elsewhere" {
		return nil, fmt.Errorf("not there: %w", webclient.ErrFinal)
	}
	code, after, _ := strings.Cut(text, " after ")
	w := httptest.NewRecorder()
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	w.WriteHeader(map[string]int{"200": 200, "404": 404, "429": 429, "501": 501, "503": 503}[code])
	return w.Result(), nil
}

func TestRetry(t *testing.T) {
	for _, test := range []struct {
		name   string
		list   []string
		status int
		calls  int
		waited time.Duration
	}{
		{"good at once", []string{"200"}, 200, 1, 0},
		{"not found is an answer", []string{"404"}, 404, 1, 0},
		{"not implemented is an answer", []string{"501"}, 501, 1, 0},
		{"the server says when", []string{"429 after 7", "200"}, 200, 2, 7 * time.Second},
		{"but not for ever", []string{"429 after 1000000000", "200"}, 200, 2, time.Minute},
		{"doubling", []string{"503", "503", "503", "200"}, 200, 4, 7 * time.Second},
		{"a broken connection", []string{"broken", "200"}, 200, 2, time.Second},
		{"given up", []string{"503"}, 503, 5, 15 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &answers{list: test.list}
				client := webclient.New(webclient.Options{Base: server})
				start := time.Now()
				r, err := client.Post("https://api.example/path", "text/plain", strings.NewReader("body"))
				if err != nil {
					t.Fatal(err)
				}
				defer r.Body.Close()
				if waited := time.Since(start); r.StatusCode != test.status || len(server.at) != test.calls || waited != test.waited {
					t.Errorf("got %d after %d calls and %v, want %d after %d and %v",
						r.StatusCode, len(server.at), waited, test.status, test.calls, test.waited)
				}
				for i, b := range server.bodies {
					if b != "body" {
						t.Errorf("call %d sent the body %q", i, b)
					}
				}
			})
		})
	}
}

func TestContextEndsRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := webclient.New(webclient.Options{Base: &answers{list: []string{"503"}}})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example/", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err == nil {
			answer.Body.Close()
			t.Fatal("the call came back without an error")
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that the context ended", err)
		}
	})
}

// TestFinalErrorsAreNotTriedAgain: what no call can change is said at once.
func TestFinalErrorsAreNotTriedAgain(t *testing.T) {
	a := &answers{list: []string{"elsewhere"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://inventory.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := webclient.New(webclient.Options{Base: a}).Do(req)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, webclient.ErrFinal) || len(a.at) != 1 {
		t.Errorf("%d calls, error %v", len(a.at), err)
	}
}
