package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const zayo = "/api/v1/maintenances/zayo-TTN-1"

// tag is the entity tag of what a read shows.
func (h *house) tag(path string) string {
	h.t.Helper()
	w := h.ask("operator", http.MethodGet, path, "")
	if w.Code != http.StatusOK || w.Header().Get("ETag") == "" {
		h.t.Fatalf("%s: %d without an entity tag: %s", path, w.Code, w.Body)
	}
	return w.Header().Get("ETag")
}

func TestEntityTags(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		first := h.tag(zayo)
		for _, seen := range []string{first, "W/" + first, `"x", ` + first, "*"} {
			if w := h.ask("operator", "GET", zayo, "", "If-None-Match", seen); w.Code != 304 || w.Body.Len() > 0 || w.Header().Get("ETag") != first {
				t.Errorf("If-None-Match %s: %d %s", seen, w.Code, w.Body)
			}
		}
		if w := h.ask("operator", "GET", "/api/v1/maintenances", "", "If-None-Match", h.tag("/api/v1/maintenances")); w.Code != 304 {
			t.Errorf("a list that is known: %d", w.Code)
		}
		before := h.want(200, "GET", zayo, "")
		writes := []struct{ method, path, body string }{
			{"PATCH", zayo, `{"summary":"x"}`}, {"DELETE", zayo, ""}, {"POST", zayo + "/acknowledge", `{}`}, {"POST", zayo + "/unacknowledge", `{}`},
			{"POST", zayo + "/links", `{"circuit_id":"LOST","circuit":"Z-1"}`}, {"POST", zayo + "/merge", `{"into":"lumen-LUM-7"}`},
			{"POST", zayo + "/notices/" + text(before, "notices", 0, "id") + "/reject", `{}`},
		}
		weak := "W/" + first
		for _, w := range writes {
			if got := h.ask("operator", w.method, w.path, w.body); got.Code != 428 {
				t.Errorf("%s %s without If-Match: %d %s", w.method, w.path, got.Code, got.Body)
			}
			for _, bad := range []string{`"999-0123456789abcdef"`, weak, `"nonsense"`, strings.Replace(first, `"`, `"0`, 1), ""} {
				got := h.ask("operator", w.method, w.path, w.body, "If-Match", bad)
				if got.Code != 412 {
					t.Errorf("%s %s with If-Match %q: %d %s", w.method, w.path, bad, got.Code, got.Body)
				}
			}
		}
		for _, stale := range []string{`"999-0123456789abcdef"`, weak} {
			if got := h.ask("operator", "POST", zayo+"/notes", `{"comment":"x"}`, "If-Match", stale); got.Code != 412 {
				t.Errorf("a note on %s: %d", stale, got.Code)
			}
			if got := h.ask("operator", "PATCH", app+"maintenance/"+text(before, "id")+"/", `{"description":"x"}`, "If-Match", stale); got.Code != 412 {
				t.Errorf("a change by the app's path on %s: %d", stale, got.Code)
			}
		}
		for _, path := range []string{"maintenance/" + text(before, "id"), "circuitimpact/" + text(h.want(200, "GET", app+"circuitimpact/?maintenance=zayo-TTN-1", ""), "results", 0, "id"), "note/" + text(before, "notes", 0, "id")} {
			if got := h.ask("operator", "DELETE", app+path+"/", "", "If-Match", weak); got.Code != 412 {
				t.Errorf("deletion of %s on a stale tag: %d %s", path, got.Code, got.Body)
			}
		}
		if diff := cmp.Diff(before, h.want(200, "GET", zayo, "")); diff != "" {
			t.Fatalf("something changed:\n%s", diff)
		}
		now := h.ask("operator", "POST", zayo+"/acknowledge", `{"reason":"read it"}`, "If-Match", first)
		if now.Code != 200 || now.Header().Get("ETag") == first || now.Header().Get("ETag") != h.tag(zayo) {
			t.Errorf("acknowledge: %d %s", now.Code, now.Header())
		}
		if again := h.ask("operator", "POST", zayo+"/acknowledge", `{}`, "If-Match", first); again.Code != 412 {
			t.Errorf("the second of two: %d", again.Code)
		}
		h.want(201, "POST", zayo+"/notes", `{"comment":"no If-Match needed"}`)
		if h.tag(zayo) == now.Header().Get("ETag") {
			t.Error("a note did not change the entity tag")
		}
	})
}

// TestAnOperatorsDay goes through the writes of /api/v1.
func TestAnOperatorsDay(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		do := func(method, path, body string) any {
			t.Helper()
			return h.want(200, method, path, body, "If-Match", h.tag(zayo))
		}
		now := do("PATCH", zayo, `{"status":"TENTATIVE","summary":"ours","reason":"by phone",
			"windows":[{"start":"2026-03-05T00:00:00+01:00","end":"2026-03-05T02:00:00+01:00"},{"kind":"backup","start":"2026-03-06T00:00:00Z","end":"2026-03-06T02:00:00Z"}],
			"circuits":[{"circuit_id":"z-1","impact":"DEGRADED"}]}`)
		if text(now, "status") != "TENTATIVE" || text(now, "summary") != "ours" || text(now, "windows", 0, "start") != "2026-03-04T23:00:00Z" ||
			text(now, "windows", 1, "kind") != "backup" || text(now, "circuits", 1, "impact") != "DEGRADED" {
			t.Errorf("now %v", now)
		}
		now = do("POST", zayo+"/links", `{"circuit_id":"LOST","circuit":"Z-2"}`)
		if text(now, "circuits", 0, "linked") != "true" {
			t.Errorf("linked %v", field(now, "circuits"))
		}
		now = do("POST", zayo+"/links", `{"circuit_id":"LOST","circuit":null}`)
		if text(now, "circuits", 0, "linked") != "false" {
			t.Errorf("unlinked %v", field(now, "circuits"))
		}
		if now = do("POST", zayo+"/acknowledge", `{}`); text(now, "acknowledged") != "true" {
			t.Error("not acknowledged")
		}
		if now = do("POST", zayo+"/unacknowledge", `{}`); text(now, "acknowledged") != "false" {
			t.Error("still acknowledged")
		}
		note := h.want(201, "POST", zayo+"/notes", `{"comment":"They promise it.\nReally.","level":"WARNING"}`)
		if text(note, "title") != "They promise it." || text(note, "author") != "olga" {
			t.Errorf("note %v", note)
		}
		h.want(201, "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"LOST","cid":"Z-1"}`)
		h.want(422, "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"Z-2","cid":"Z-1"}`)
		for part, least := range map[string]int{"changes": 8, "notes": 1, "windows": 2, "impacts": 3, "notices": 1, "mails": 1} {
			list := h.want(200, "GET", zayo+"/"+part, "")
			if rows, _ := field(list, "results").([]any); len(rows) < least {
				t.Errorf("%s: %v", part, list)
			}
		}
		changes := h.want(200, "GET", zayo+"/changes?limit=1000", "")
		if text(changes, "results", 0, "author") == "" && text(changes, "results", 0, "cause") != "import" {
			t.Errorf("changes %v", changes)
		}
		if text(h.want(200, "GET", zayo+"/phase", ""), "phase") != "upcoming" {
			t.Error("the phase is not upcoming")
		}
		made := h.want(201, "POST", "/api/v1/maintenances", `{"provider":"zayo","maintenance_id":"PHONE-1","windows":[{"start":"2026-04-01T00:00:00Z","end":"2026-04-01T02:00:00Z"}],"circuits":[{"circuit_id":"Z-1","impact":"OUTAGE"}]}`)
		if text(made, "name") != "zayo-PHONE-1" || text(made, "circuits", 0, "linked") != "true" {
			t.Errorf("made %v", made)
		}
		phone := "/api/v1/maintenances/zayo-PHONE-1"
		h.want(200, "POST", phone+"/merge", `{"into":"zayo-TTN-1"}`, "If-Match", h.tag(phone))
		h.want(204, "DELETE", zayo, "", "If-Match", h.tag(zayo))
		h.want(404, "GET", zayo, "")
		log := h.ask("admin", "GET", "/api/v1/audit?limit=100", "")
		for _, action := range []string{"set windows, set summary, set status, impact", "link", "unlink", "acknowledge", "withdraw acknowledgement", "note", "create", "merge", "delete", "add"} {
			if !strings.Contains(log.Body.String(), `"action":"`+action+`"`) {
				t.Errorf("%q is not in the audit log", action)
			}
		}
	})
}

// TestBodiesAreReadStrictly: what is wrong is named, and nothing changes.
func TestBodiesAreReadStrictly(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		before := h.want(200, "GET", zayo, "")
		deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
		for _, tc := range []struct {
			body   string
			status int
			says   string
		}{
			{`{"summary":5}`, 422, "body.summary"}, {`{"status":"done"}`, 422, "body.status"}, {`{"status":null}`, 422, "body.status"},
			{`{"windows":[{"start":"x","end":"y"}]}`, 422, "body.windows[0].start"}, {`{"windows":[{"start":"2026-03-05T00:00:00Z"}]}`, 422, "body.windows[0]"},
			{`{"windows":[{"start":"2026-03-05T00:00:00Z","end":"2026-03-04T00:00:00Z"}]}`, 422, "body.windows[0].end"},
			{`{"windows":[{"start":"1026-03-05T00:00:00Z","end":"2026-03-04T00:00:00Z"}]}`, 422, "body.windows[0].start"},
			{`{"windows":[]}`, 422, "body.windows"}, {`{"circuits":[{"circuit_id":"Z-1","impact":"BAD"}]}`, 422, "body.circuits[0].impact"},
			{`{"circuits":[{"circuit_id":"NONE","impact":"OUTAGE"}]}`, 422, "NONE"},
			{`{"trust":true}`, 422, "body.trust"}, {`{"tenant":"x"}`, 422, "body.tenant"}, {`{"revision":1}`, 422, "body.revision"}, {`{"Status":"CONFIRMED"}`, 422, "body.Status"},
			{`{"summary":"a","summary":"b"}`, 422, "body.summary"}, {`{"windows":[{"start":"x","start":"y"}]}`, 422, "body.windows[0].start"},
			{deep, 400, "levels"}, {`[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]`, 400, "levels"}, {`{"summary":"a"} {}`, 400, "goes on"}, {`{"summary":`, 400, "not valid JSON"},
			{`[]`, 422, "body"}, {`"x"`, 422, "body"}, {`{"summary":"` + strings.Repeat("a", 70_000) + `"}`, 422, "body.summary"},
			{`{"summary":"` + strings.Repeat("a", 2<<20) + `"}`, 413, ""},
		} {
			w := h.ask("operator", "PATCH", zayo, tc.body, "If-Match", h.tag(zayo))
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.says) {
				t.Errorf("%.60s: %d %.300s", tc.body, w.Code, w.Body)
			}
			if w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%.60s: %s", tc.body, w.Header().Get("Content-Type"))
			}
		}
		for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""} {
			if w := h.ask("operator", "PATCH", zayo, `{"summary":"x"}`, "If-Match", "*", "Content-Type", kind); w.Code != 415 {
				t.Errorf("Content-Type %q: %d %s", kind, w.Code, w.Body)
			}
		}
		if w := h.ask("operator", "POST", zayo, `{}`, "X-HTTP-Method-Override", "DELETE", "If-Match", "*"); w.Code != 405 {
			t.Errorf("method override: %d", w.Code)
		}
		if w := h.ask("operator", "GET", zayo+"?_method=DELETE", ""); w.Code != 400 {
			t.Errorf("method override: %d", w.Code)
		}
		for _, origin := range []string{"null", "https://evil.example"} {
			w := h.ask("operator", "GET", zayo, "", "Origin", origin)
			o := h.ask("operator", "OPTIONS", zayo, "", "Origin", origin, "Access-Control-Request-Method", "DELETE")
			for name := range w.Header() {
				if strings.HasPrefix(name, "Access-Control") {
					t.Errorf("%s for origin %s", name, origin)
				}
			}
			if o.Code != 405 || o.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("preflight: %d %v", o.Code, o.Header())
			}
		}
		if diff := cmp.Diff(before, h.want(200, "GET", zayo, "")); diff != "" {
			t.Errorf("something changed:\n%s", diff)
		}
	})
}

// endless is a body of 1 GB that is made as it is read.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	n := min(len(p), e.left)
	e.left -= n
	for i := range p[:n] {
		p[i] = ' '
	}
	return n, nil
}

func TestAGigabyteIsNotRead(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		for _, length := range []int64{1 << 30, -1} {
			body := &endless{left: 1 << 30}
			r, err := http.NewRequestWithContext(t.Context(), "POST", "http://lineman.example/api/v1/maintenances", body)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = length
			r.Header.Set("Authorization", "Token operator")
			r.Header.Set("Content-Type", "application/json")
			w := &answered{header: http.Header{}}
			h.h.ServeHTTP(w, r)
			if read := 1<<30 - body.left; w.status != 413 || read > 4<<20 {
				t.Errorf("length %d: %d after %d bytes: %s", length, w.status, read, w.body)
			}
		}
	})
}

type answered struct {
	header http.Header
	status int
	body   []byte
}

func (a *answered) Header() http.Header { return a.header }
func (a *answered) WriteHeader(s int)   { a.status = s }
func (a *answered) Write(p []byte) (int, error) {
	a.body = append(a.body, p...)
	return len(p), nil
}

func TestCursors(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		for i := range 7 {
			start := `"2026-05-01T00:00:00Z"`
			h.want(201, "POST", "/api/v1/maintenances", fmt.Sprintf(`{"provider":"ntt","maintenance_id":"N-%d","windows":[{"start":%s,"end":%s}]}`, i, start, start))
		}
		h.want(201, "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"Z-ONE","cid":"Z-1"}`)
		h.want(201, "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"Z-TWO","cid":"Z-2"}`)
		h.want(201, "POST", "/api/v1/aliases", `{"provider":"lumen","alias":"L-ONE","cid":"L-1"}`)
		for _, list := range []string{"maintenances", "circuits", "notices", "notifications", "sites", "polls", "terminations", "windows", "changes", "edits", "impacts", "notes", "aliases", "findings", "redundancy-groups", "circuit-types", "providers", "sources"} {
			whole := text(h.want(200, "GET", "/api/v1/"+list+"?limit=1000", ""), "results")
			var rows []any
			next, first := "", true
			for pages := 0; next != "" || first; pages++ {
				at := "/api/v1/" + list + "?limit=2&cursor=" + url.QueryEscape(next)
				page := h.want(200, "GET", at, "")
				some, _ := field(page, "results").([]any)
				rows = append(rows, some...)
				if pages == 0 && list == "maintenances" { // what comes before is not shown, and nothing twice
					h.want(201, "POST", "/api/v1/maintenances", `{"provider":"ntt","maintenance_id":"EARLIER","windows":[{"start":"2026-06-01T00:00:00Z","end":"2026-06-01T01:00:00Z"}]}`)
				}
				next, _ = field(page, "next_cursor").(string)
				if next != "" && !first && !strings.Contains(text(page, "next"), "cursor=") {
					t.Errorf("%s: next is %v", list, field(page, "next"))
				}
				if first = false; pages > 20 {
					t.Fatalf("%s does not end", list)
				}
			}
			if got := fmt.Sprint(rows); got != whole {
				t.Errorf("%s by cursor:\n%s\nwhole:\n%s", list, got, whole)
			}
		}
		good := text(h.want(200, "GET", "/api/v1/maintenances?limit=1", ""), "next_cursor")
		forged, err := json.Marshal(map[string]any{"l": "maintenances", "f": "", "k": []string{"2026-01-01T00:00:00Z' OR 1=1", "x"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{
			"maintenances?cursor=x", "maintenances?cursor=" + good + "x", "circuits?cursor=" + good, "maintenances?status=CONFIRMED&cursor=" + good,
			"maintenances?offset=1&cursor=" + good, "maintenances?cursor=" + url.QueryEscape(string(forged)), "maintenances?cursor=" + strings.Repeat("A", 2000),
		} {
			if w := h.ask("operator", "GET", "/api/v1/"+bad, ""); w.Code != 400 || !strings.Contains(w.Body.String(), "query.cursor") {
				t.Errorf("%.60s: %d %s", bad, w.Code, w.Body)
			}
		}
		// Whoever forges a cursor sees what they may see.
		if w := h.ask("berlin", "GET", "/api/v1/maintenances?cursor="+good, ""); w.Code != 200 || strings.Contains(w.Body.String(), "ntt-N") {
			t.Errorf("another's cursor: %d %s", w.Code, w.Body)
		}
	})
}

// TestNoCookiesAndNoWayOut: a cookie opens nothing, so that no other site can
// act in a person's name, and no answer leads to another host.
func TestNoCookiesAndNoWayOut(t *testing.T) {
	h := handler(t, &memory{}, nil)
	for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
		r := httptest.NewRequest(method, "http://lineman.example/api/v1/maintenances/zayo-TTN-0001", strings.NewReader("{}"))
		r.Header.Set("Cookie", "session=lm_admin; token=lm_admin; Authorization=Token lm_admin")
		r.Header.Set("Origin", "https://evil.example")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusUnauthorized || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s with a cookie: %d %v", method, w.Code, w.Header())
		}
	}
	for _, path := range []string{
		"//evil.example", "//evil.example/%2e%2e", "///evil.example/", "/%2f%2fevil.example", "/%5cevil.example", "/docs//evil.example", "/docs?next=//evil.example",
		"/healthz?next=//evil.example", "/api/v1/maintenances?next=//evil.example", "/api/v1/../../evil.example", "/api/v1/maintenances//evil.example//",
	} {
		for _, token := range []string{"", "Token lm_all"} {
			w := call(h, http.MethodGet, path, token)
			if to := w.Header().Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
				t.Errorf("%s leads to %s", path, to)
			}
			if strings.Contains(w.Header().Get("Content-Type"), "html") && strings.Contains(w.Body.String(), "evil.example") && w.Code == http.StatusOK {
				t.Errorf("%s is on the page", path)
			}
		}
	}
	if w := call(h, http.MethodGet, app+"maintenance/?next=//evil.example", "Token lm_all"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "query.next") {
		t.Errorf("next: %d %s", w.Code, w.Body)
	}
}

// TestAnyLimitOfTheApp: scripts ask for more than there may be in one answer,
// and get that much.
func TestAnyLimitOfTheApp(t *testing.T) {
	r := &memory{}
	h := handler(t, r, nil)
	for limit, want := range map[string]int{"0": 1000, "1": 1, "1000": 1000, "5000": 1000, "1000000000": 1000, "": 50} {
		w := call(h, http.MethodGet, strings.TrimSuffix(app+"maintenance/?limit="+limit, "?limit="), "Token lm_all")
		if w.Code != http.StatusOK || r.filter.Page.Limit != want {
			t.Errorf("limit %q: %d with %d rows", limit, w.Code, r.filter.Page.Limit)
		}
	}
	for _, bad := range []string{"-1", "1e9", "1000000001", "x"} {
		if w := call(h, http.MethodGet, app+"maintenance/?limit="+bad, "Token lm_all"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "query.limit") {
			t.Errorf("limit %s: %d %s", bad, w.Code, w.Body)
		}
	}
}
