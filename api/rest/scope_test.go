package rest_test

import (
	"strings"
	"testing"
)

// TestANarrowScopeLeaksNothing walks every read as somebody who sees Berlin
// alone: what is in Oslo only, and mail, appears nowhere.
func TestANarrowScopeLeaksNothing(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.want(201, "POST", "/api/v1/maintenances", `{"maintenance_id":"SECRET-OWN","summary":"SECRET","windows":[{"start":"2026-04-01T00:00:00Z","end":"2026-04-01T02:00:00Z"}]}`)
		note := text(h.want(200, "GET", app+"note/", ""), "results", 0, "id") // names a circuit
		h.want(200, "PATCH", app+"note/"+note, `{"title":"LOST is a spare"}`)
		n := 0
		operations(t, handler(t, &memory{}, nil), func(method, path string, _ map[string]any) {
			for _, id := range []string{"zayo-TTN-1", "lumen-LUM-7", "SECRET-OWN", "Oslo", "zayo"} {
				if method != "GET" || path == "/openapi.json" || path == "/docs" {
					return
				}
				n++
				w := h.ask("berlin", method, placeholder.ReplaceAllString(path, id)+"?limit=1000", "")
				if w.Code >= 500 {
					t.Errorf("%s of %s: %d", path, id, w.Code)
				}
				for _, secret := range []string{"Z-2", "LOST", "SECRET-OWN\"", "Subject", "Work TTN", "noc-imap"} {
					if strings.Contains(w.Body.String(), secret) {
						t.Errorf("%s of %s shows %s: %s", path, id, secret, w.Body)
					}
				}
			}
		})
		if n < 100 {
			t.Errorf("only %d requests", n)
		}
		for _, filter := range []string{"circuit=Z-2", "circuit=LOST", "q=SECRET", "provider=own-work"} {
			w := h.ask("berlin", "GET", app+"maintenance/?"+filter, "")
			if !strings.Contains(w.Body.String(), `"count":0`) {
				t.Errorf("%s: %s", filter, w.Body)
			}
		}
	})
}

// TestANarrowScopeWritesItsPart: what it sees in part it may acknowledge and
// weigh, and no more.
func TestANarrowScopeWritesItsPart(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		tag := h.ask("berlin", "GET", zayo, "").Header().Get("ETag")
		for _, w := range []struct {
			method, path, body string
			status             int
		}{
			{"PATCH", zayo, `{"summary":"x"}`, 403}, {"PATCH", zayo, `{"circuits":[{"circuit_id":"Z-2","impact":"NO-IMPACT"}]}`, 422},
			{"POST", zayo + "/links", `{"circuit_id":"LOST","circuit":"Z-2"}`, 422}, {"POST", zayo + "/merge", `{"into":"zayo-TTN-1"}`, 403}, {"DELETE", zayo, "", 403},
			{"POST", "/api/v1/aliases", `{"provider":"zayo","alias":"X","cid":"Z-1"}`, 403},
			{"POST", "/api/v1/maintenances", `{"provider":"zayo","maintenance_id":"N","windows":[{"start":"2026-04-01T00:00:00Z","end":"2026-04-01T02:00:00Z"}]}`, 403},
			{"POST", zayo + "/acknowledge", `{}`, 200},
		} {
			if got := h.ask("berlin", w.method, w.path, w.body, "If-Match", tag); got.Code != w.status || strings.Contains(got.Body.String(), "Z-2 ") {
				t.Errorf("%s %s %s: %d %s", w.method, w.path, w.body, got.Code, got.Body)
			}
		}
		if seen := h.ask("berlin", "GET", zayo, ""); !strings.Contains(seen.Body.String(), `"acknowledged":true`) {
			t.Errorf("not acknowledged: %s", seen.Body)
		}
	})
}
