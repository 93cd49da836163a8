package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"lineman/api/rest"
	"lineman/internal/access"
	"lineman/models"
)

const pushPath = "/api/v1/notifications/raw"

// taker takes mail and remembers it.
type taker struct {
	taken  [][]byte
	answer models.Pushed
	err    error
}

func (p *taker) Push(_ context.Context, raw []byte) (models.Pushed, error) {
	p.taken = append(p.taken, raw)
	return p.answer, p.err
}

// pushers are tokens by role; lm_tenant sees a part only.
func (r *pushers) TokenByHash(ctx context.Context, hash string) (models.Token, error) {
	for secret, token := range map[string]models.Token{
		"lm_operator": {Name: "mta", Role: models.RoleOperator, Scope: models.ScopeAll},
		"lm_admin":    {Name: "root", Role: models.RoleAdmin, Scope: models.ScopeAll},
		"lm_tenant":   {Name: "tenant", Role: models.RoleOperator, Scope: models.Scope{Tenants: []string{"carriers"}}},
	} {
		if token.Hash = models.HashToken(secret); token.Hash == hash {
			return token, nil
		}
	}
	return r.memory.TokenByHash(ctx, hash)
}

type pushers struct{ memory }

func pushHandler(t *testing.T, p rest.Pusher) http.Handler {
	t.Helper()
	return pushHandlerOf(t, p, &memory{})
}

func pushHandlerOf(t *testing.T, p rest.Pusher, m *memory) http.Handler {
	t.Helper()
	o := rest.Options{Reader: m, Writer: m, Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler), Push: p}
	return gated(t, o, access.GateOptions{Tokens: access.Tokens{Reader: &pushers{}}})
}

func post(h http.Handler, path, token, kind string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://lineman.example"+path, body)
	if token != "" {
		r.Header.Set("Authorization", "Token "+token)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const letter = "From: a@b.example\r\nSubject: x\r\n\r\nbytes \xff\x00\r\n"

func TestPush(t *testing.T) {
	p := &taker{answer: models.Pushed{ID: "r9", State: models.StateReceived, New: true}}
	m := &memory{}
	h := pushHandlerOf(t, p, m)
	for i, tc := range []struct {
		path, token, kind string
		answer            models.Pushed
		status            int
		body              string
	}{
		{pushPath, "lm_operator", "message/rfc822", p.answer, 201, `{"id":"r9","state":"received","new":true}`},
		{pushPath + "/", "lm_admin", "Message/RFC822; charset=x", p.answer, 201, `{"id":"r9","state":"received","new":true}`},
		{pushPath, "lm_operator", "message/rfc822", models.Pushed{ID: "r9", State: models.StateParsed}, 200, `{"id":"r9","state":"parsed","new":false}`},
		{pushPath, "lm_operator", "message/rfc822", models.Pushed{State: models.StateSkipped}, 200, `{"id":"","state":"skipped","new":false}`},
	} {
		p.answer = tc.answer
		w := post(h, tc.path, tc.token, tc.kind, strings.NewReader(letter))
		if w.Code != tc.status || strings.TrimSpace(w.Body.String()) != tc.body || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%d: %d %s", i, w.Code, w.Body)
		}
		if len(p.taken) != i+1 || string(p.taken[i]) != letter {
			t.Errorf("%d: took %q", i, p.taken)
		}
	}
	if want := []string{"mta hand over mail r9", "root hand over mail r9"}; !slices.Equal(m.audited, want) {
		t.Errorf("audited %q, want %q", m.audited, want)
	}
}

// TestPushAtTheLimit sends mail of exactly 25 MiB and of one byte more, with
// and without saying so before.
func TestPushAtTheLimit(t *testing.T) {
	p := &taker{answer: models.Pushed{ID: "r9", State: models.StateReceived, New: true}}
	h := pushHandler(t, p)
	whole := bytes.Repeat([]byte("x"), 25<<20)
	if w := post(h, pushPath, "lm_operator", "message/rfc822", bytes.NewReader(whole)); w.Code != 201 || !bytes.Equal(p.taken[0], whole) {
		t.Errorf("25 MiB: %d %s", w.Code, w.Body)
	}
	over := append(whole, 'x')
	for name, body := range map[string]io.Reader{"announced": bytes.NewReader(over), "unannounced": io.MultiReader(bytes.NewReader(over))} {
		w := post(h, pushPath, "lm_operator", "message/rfc822", body)
		if w.Code != http.StatusRequestEntityTooLarge || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if len(p.taken) != 1 {
		t.Errorf("%d mails taken, want 1", len(p.taken))
	}
}

func TestPushRefused(t *testing.T) {
	for _, tc := range []struct {
		name, token, kind, body string
		status                  int
		says                    string
	}{
		{"no token", "", "message/rfc822", letter, 401, "token"},
		{"wrong token", "lm_wrong", "message/rfc822", letter, 401, "token"},
		{"viewer", "lm_all", "message/rfc822", letter, 403, "operator"},
		{"a part only", "lm_tenant", "message/rfc822", letter, 403, "scope"},
		{"empty", "lm_operator", "message/rfc822", "", 422, "empty"},
		{"no type", "lm_operator", "", letter, 415, "message/rfc822"},
		{"a form", "lm_operator", "application/x-www-form-urlencoded", letter, 415, "message/rfc822"},
		{"JSON", "lm_operator", "application/json", letter, 415, "message/rfc822"},
	} {
		p := &taker{}
		w := post(pushHandler(t, p), pushPath, tc.token, tc.kind, strings.NewReader(tc.body))
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.says) || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", tc.name, w.Code, w.Body)
		}
		if len(p.taken) != 0 {
			t.Errorf("%s: a mail was taken", tc.name)
		}
	}
	for _, tc := range []struct {
		name   string
		body   io.Reader
		err    error
		status int
		says   string
	}{
		{"cut off", io.MultiReader(strings.NewReader("From: a"), iotest.ErrReader(io.ErrUnexpectedEOF)), nil, 400, "whole"},
		{"database away", strings.NewReader(letter), errors.New("CANARY"), 503, "again"},
		{"no mail", strings.NewReader(letter), models.Invalid("mail", "it is nothing"), 422, "it is nothing"},
	} {
		p := &taker{err: tc.err}
		w := post(pushHandler(t, p), pushPath, "lm_operator", "message/rfc822", tc.body)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.says) || strings.Contains(w.Body.String(), "CANARY") {
			t.Errorf("%s: %d %s", tc.name, w.Code, w.Body)
		}
		if (w.Header().Get("Retry-After") != "") != (tc.status == 503) {
			t.Errorf("%s: Retry-After %q", tc.name, w.Header().Get("Retry-After"))
		}
	}
	w := call(pushHandler(t, &taker{}), http.MethodGet, pushPath, "Token lm_operator")
	if w.Code != http.StatusNotFound { // read as the id of a mail
		t.Errorf("GET: %d %s", w.Code, w.Body)
	}
	large := post(pushHandler(t, &taker{}), "/api/v1/maintenances", "lm_operator", "message/rfc822", bytes.NewReader(make([]byte, 2<<20)))
	if large.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("POST elsewhere: %d", large.Code)
	}
}

func TestPushIsDescribed(t *testing.T) {
	w := call(pushHandler(t, &taker{}), http.MethodGet, "/openapi.json", "Token lm_all")
	var doc struct {
		Paths      map[string]map[string]struct{ Responses map[string]any }
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, status := range []string{"200", "201", "413", "415", "422", "503"} {
		if doc.Paths[pushPath]["post"].Responses[status] == nil {
			t.Errorf("the answer %s is not described", status)
		}
	}
	if doc.Components.Schemas["PushedJSON"] == nil || doc.Components.Schemas["ErrorModel"] == nil {
		t.Error("schemas are missing")
	}
}
