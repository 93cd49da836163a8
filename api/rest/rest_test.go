package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/api/rest"
	"lineman/internal/access"
	"lineman/models"
)

var update = flag.Bool("update", false, "write the golden files")

const app = "/api/plugins/circuit-maintenance/"

var lists = []string{
	"/api/v1/windows", "/api/v1/changes", "/api/v1/edits", "/api/v1/impacts", "/api/v1/notes", "/api/v1/aliases", "/api/v1/findings",
	"/api/v1/maintenances", "/api/v1/circuits", "/api/v1/providers", "/api/v1/overlaps", "/api/v1/redundancy-groups",
	app + "maintenance/", app + "circuitimpact/", app + "note/", app + "rawnotification/", app + "parsednotification/", app + "notificationsource/",
}

func handler(t *testing.T, r *memory, change func(*rest.Options)) http.Handler {
	t.Helper()
	o := rest.Options{
		Reader: r, Writer: r, Now: func() time.Time { return noon }, Version: "1.2.3",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if change != nil {
		change(&o)
	}
	return gated(t, o, access.GateOptions{Tokens: access.Tokens{Reader: r}})
}

// gated is the API behind a gate.
func gated(t *testing.T, o rest.Options, g access.GateOptions) http.Handler {
	t.Helper()
	h, err := rest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	g.Rules, g.Now, g.Logger = access.Rules(false), o.Now, o.Logger
	gate, err := access.NewGate(g, h)
	if err != nil {
		t.Fatal(err)
	}
	return gate
}

func call(h http.Handler, method, path, authorization string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://lineman.example"+path, nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnswers(t *testing.T) {
	h := handler(t, &memory{}, nil)
	for _, path := range append([]string{
		"/api/v1/maintenances/zayo-ttn-0001", "/api/v1/maintenances/6f0a5a2e-0000-4000-8000-000000000001",
		"/api/v1/maintenances?limit=20&offset=40&status=CONFIRMED", app + "maintenance/6f0a5a2e-0000-4000-8000-000000000001/",
		"/api/v1/overlaps/6f0a5a2e-0000-4000-8000-0000000000f1",
		"/api/v1/whatif?site=Berlin&start=2026-03-02T11:00:00Z&end=2026-03-02T14:00:00Z",
	}, lists...) {
		t.Run(path, func(t *testing.T) {
			w := call(h, http.MethodGet, path, "Token lm_all")
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
				t.Fatalf("%d %s %s", w.Code, w.Header(), w.Body)
			}
			if strings.Contains(w.Body.String(), "CANARY") {
				t.Errorf("internals in %s", w.Body)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, w.Body.Bytes(), "", "  "); err != nil {
				t.Fatal(err)
			}
			name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-").Replace(strings.TrimPrefix(path, "/api")), "-")
			golden(t, filepath.Join("testdata", name+".golden"), pretty.Bytes())
		})
	}
}

func TestSlashAtTheEnd(t *testing.T) {
	h := handler(t, &memory{}, nil)
	for _, path := range lists {
		bare := strings.TrimSuffix(path, "/")
		with, without := call(h, http.MethodGet, bare+"/", "Token lm_all"), call(h, http.MethodGet, bare, "Token lm_all")
		if with.Code != http.StatusOK || without.Code != http.StatusOK {
			t.Errorf("%s: %d with a slash, %d without", bare, with.Code, without.Code)
		}
	}
}

func TestFiltersReachTheReader(t *testing.T) {
	r := &memory{}
	h := handler(t, r, nil)
	call(h, http.MethodGet, "/api/v1/maintenances?status=CONFIRMED&status=TENTATIVE&provider=zayo&circuit=A%2C1&site=Berlin&q=ttn&limit=7&offset=9", "Bearer lm_all")
	want := models.MaintenanceFilter{
		Statuses: []models.Status{"CONFIRMED", "TENTATIVE"}, Providers: []string{"zayo"}, Circuits: []string{"A,1"}, Sites: []string{"Berlin"}, Query: "ttn",
		Page: models.Page{Limit: 7, Offset: 9},
	}
	if diff := cmp.Diff(want, r.filter); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
	call(h, http.MethodGet, app+"maintenance/?limit=0&name=X", "Token lm_all")
	if diff := cmp.Diff(models.MaintenanceFilter{Names: []string{"X"}, Page: models.Page{Limit: 1000}}, r.filter); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
	call(h, http.MethodGet, "/api/v1/circuits?cid=a&type=Transit", "Token lm_all")
	if diff := cmp.Diff(models.CircuitFilter{CID: "a", Types: []string{"Transit"}, Page: models.Page{Limit: 50}}, r.cfil); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
	call(h, http.MethodGet, "/api/v1/circuits?device=edge1&interface=xe-1&cable=C-100&custom_field=Room=1=2&removed=false", "Token lm_all")
	there := false
	if diff := cmp.Diff(models.CircuitFilter{Devices: []string{"edge1"}, Interfaces: []string{"xe-1"}, Cables: []string{"C-100"}, Fields: map[string]string{"Room": "1=2"}, Removed: &there, Page: models.Page{Limit: 50}}, r.cfil); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
}

func TestBadRequests(t *testing.T) {
	h := handler(t, &memory{}, nil)
	for _, tc := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/api/v1/maintenances?colour=red", 400, `"detail":"query.colour: unknown query parameter"`},
		{"GET", "/api/v1/maintenances?status=confirmed", 400, "query.status"},
		{"GET", "/api/v1/maintenances?limit=1e9", 400, "query.limit"},
		{"GET", "/api/v1/circuits?custom_field=Room", 400, "query.custom_field"},
		{"GET", "/api/v1/circuits?removed=perhaps", 400, "query.removed"},
		{"GET", "/api/v1/maintenances?limit=1000000000", 400, "query.limit"},
		{"GET", "/api/v1/maintenances?limit=-1", 400, "query.limit"},
		{"GET", "/api/v1/maintenances?offset=-1", 400, "query.offset"},
		{"GET", "/api/v1/maintenances?q=a%00b", 400, "no text"},
		{"GET", "/api/v1/maintenances?q=%ff", 400, "no text"},
		{"GET", "/api/v1/maintenances?q=%zz", 400, "no text"},
		{"GET", "/api/v1/maintenances/a%00b", 400, "no text"},
		{"GET", app + "note/?colour=INFO", 400, "query.colour"},
		{"GET", "/api/v1/maintenances/nothing", 404, "no such record"},
		{"GET", "/api/v1/maintenances/zayo-A%2FB%201", 404, "no such record"},
		{"GET", "/api/v1/nothing", 404, "/openapi.json"},
		{"GET", "/api/v1/%2e%2e/%2e%2e/etc/passwd", 404, ""},
		{"PATCH", "/api/v1/maintenances", 405, "GET, HEAD, POST"},
		{"DELETE", app + "rawnotification/", 405, "GET, HEAD"},
		{"OPTIONS", app + "note/", 405, "DELETE"},
	} {
		t.Run(tc.method+tc.path, func(t *testing.T) {
			w := call(h, tc.method, tc.path, "Token lm_all")
			if w.Code != tc.status || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), tc.says) {
				t.Errorf("%d %s: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
		})
	}
}

// TestAccess walks every list with every kind of asker.
func TestAccess(t *testing.T) {
	for _, path := range append([]string{"/openapi.json", "/api/v1/maintenances/zayo-TTN-0001", "/api/nothing"}, lists...) {
		for authorization, want := range map[string]int{
			"": 401, "Token": 401, "Token ": 401, "Token lm_wrong": 401, "Basic lm_all": 401, "lm_all": 401, "Token " + strings.Repeat("x", 1<<16): 401,
			"Token lm_norole": 403, "Token lm_broken": 503, "Token lm_all": 200, "bearer lm_all": 200, "Token lm_narrow": 200,
		} {
			w := call(handler(t, &memory{}, nil), http.MethodGet, path, authorization)
			if path == "/api/nothing" && want == 200 {
				want = 404
			}
			if w.Code != want || strings.Contains(w.Body.String(), "CANARY") {
				t.Errorf("%s with %.20q: %d, want %d: %s", path, authorization, w.Code, want, w.Body)
			}
			if want == 401 && w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %.20q: no WWW-Authenticate", path, authorization)
			}
		}
	}
}

func TestScope(t *testing.T) {
	want := models.Scope{Tenants: []string{"carriers"}}
	for _, path := range append([]string{"/api/v1/maintenances/zayo-TTN-0001", app + "maintenance/zayo-TTN-0001"}, lists...) {
		r := &memory{}
		w := call(handler(t, r, nil), http.MethodGet, path, "Token lm_narrow")
		for _, s := range r.scopes {
			if diff := cmp.Diff(want, s); diff != "" {
				t.Errorf("%s read with another scope:\n%s", path, diff)
			}
		}
		unscoped := path == "/api/v1/providers" || path == app+"notificationsource/"
		if len(r.scopes) == 0 && !unscoped {
			t.Errorf("%s read without a scope", path)
		}
		if body := w.Body.String(); unscoped && (strings.Contains(body, "lumen") || strings.Contains(body, "noc-imap")) {
			t.Errorf("%s shows %s", path, body)
		}
	}
}

// TestClosedWithoutAGate: an API that nothing stands before answers no
// operation.
func TestClosedWithoutAGate(t *testing.T) {
	r := &memory{}
	h, err := rest.New(rest.Options{Reader: r, Writer: r, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Push: &taker{}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	operations(t, handler(t, r, nil), func(method, path string, op map[string]any) {
		if op["x-role"] == "none" || path == "/openapi.json" {
			return // it holds nothing that is anybody's
		}
		n++
		at := placeholder.ReplaceAllString(path, detail().ID)
		if w := call(h, method, at, "Token lm_admin"); w.Code != http.StatusNotFound {
			t.Errorf("%s %s: %d", method, path, w.Code)
		}
	})
	if n < 60 || len(r.scopes) > 0 || len(r.writes) > 0 {
		t.Errorf("%d operations; read %v, wrote %v", n, r.scopes, r.writes)
	}
}

func TestPanicsStayInside(t *testing.T) {
	h := handler(t, &memory{}, func(o *rest.Options) { o.Rules = func(string) models.PhaseRules { panic("CANARY") } })
	w := call(h, http.MethodGet, "/api/v1/maintenances", "Token lm_all")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "CANARY") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestErrorsStayInside(t *testing.T) {
	r := &memory{err: errors.New("pq: password CANARY")}
	h := handler(t, r, nil)
	for _, path := range append([]string{"/api/v1/maintenances/zayo-TTN-0001"}, lists...) {
		w := call(h, http.MethodGet, path, "Token lm_all")
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "CANARY") || !strings.Contains(w.Body.String(), "reference") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestHealth(t *testing.T) {
	h := handler(t, &memory{}, func(o *rest.Options) { o.Ready = func(context.Context) error { return errors.New("CANARY") } })
	if w := call(h, http.MethodGet, "/healthz", ""); w.Code != http.StatusOK {
		t.Errorf("healthz: %d", w.Code)
	}
	if w := call(h, http.MethodGet, "/readyz", ""); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "CANARY") {
		t.Errorf("readyz: %d %s", w.Code, w.Body)
	}
	if w := call(handler(t, &memory{}, nil), http.MethodGet, "/readyz", ""); w.Code != http.StatusOK {
		t.Errorf("readyz: %d", w.Code)
	}
}

func TestDescription(t *testing.T) {
	w := call(handler(t, &memory{}, nil), http.MethodGet, "/openapi.json", "Token lm_all")
	var doc struct {
		OpenAPI    string                    `json:"openapi"`
		Paths      map[string]map[string]any `json:"paths"`
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || strings.Contains(w.Body.String(), "unpkg") {
		t.Errorf("version %q", doc.OpenAPI)
	}
	for _, path := range lists {
		if doc.Paths[strings.TrimSuffix(path, "/")]["get"] == nil {
			t.Errorf("%s is not described", path)
		}
	}
	for schema, fields := range map[string][]string{"DetailJSON": {"name", "windows", "notices"}, "AppNoteJSON": {"id", "url", "display", "created", "last_updated", "title"}} {
		for _, f := range fields {
			if doc.Components.Schemas[schema].Properties[f] == nil {
				t.Errorf("%s.%s is not described", schema, f)
			}
		}
	}
}

func TestLinks(t *testing.T) {
	h := handler(t, &memory{}, func(o *rest.Options) { o.BaseURL = "https://noc.example/lineman/" })
	w := call(h, http.MethodGet, app+"maintenance/?limit=50&status=CONFIRMED", "Token lm_all")
	var list struct {
		Next, Previous *string
		Results        []struct{ URL string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if want := "https://noc.example/lineman" + app + "maintenance/?limit=50&offset=50&status=CONFIRMED"; list.Next == nil || *list.Next != want || list.Previous != nil {
		t.Errorf("next %v, want %s", list.Next, want)
	}
	if want := "https://noc.example/lineman" + app + "maintenance/6f0a5a2e-0000-4000-8000-000000000001/"; list.Results[0].URL != want {
		t.Errorf("url %s, want %s", list.Results[0].URL, want)
	}
	if _, err := rest.New(rest.Options{Reader: &memory{}, Writer: &memory{}, Now: time.Now, Logger: slog.Default(), BaseURL: "noc.example"}); err == nil || !strings.Contains(err.Error(), "http.public_url") {
		t.Errorf("a bad public URL: %v", err)
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
