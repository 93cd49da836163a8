package rest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"lineman/models"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"lineman/api/rest"
)

// TestEveryRouteIsDescribed walks the routes and the description, both ways.
func TestEveryRouteIsDescribed(t *testing.T) {
	r := &memory{}
	open, described, err := rest.Routes(rest.Options{Reader: r, Writer: r, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var routes, says []string
	for _, pattern := range slices.Concat(open, described) {
		pattern = strings.TrimSuffix(pattern, "/{$}")
		switch pattern {
		case "GET /openapi.yaml", "GET /openapi-3.0.json", "GET /openapi-3.0.yaml": // the description in other forms
			continue
		}
		routes = append(routes, pattern)
	}
	operations(t, handler(t, r, nil), func(method, path string, _ map[string]any) { says = append(says, method+" "+path) })
	slices.Sort(routes)
	slices.Sort(says)
	routes = slices.Compact(routes)
	for _, route := range routes {
		if !slices.Contains(says, route) {
			t.Errorf("%s is not described", route)
		}
	}
	for _, said := range says {
		if !slices.Contains(routes, said) {
			t.Errorf("%s is described and not served", said)
		}
	}
	if len(routes) < 100 {
		t.Errorf("only %d routes", len(routes))
	}
}

// TestAnswersFitTheirSchema reads everything that can be read from a real
// store and holds each answer to what the description says of it: the rows of
// lists, the records, and the problem of what is not there.
func TestAnswersFitTheirSchema(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.overlap()
		h.want(201, "POST", "/api/v1/aliases", `{"provider":"zayo","alias":"Z-ONE","cid":"Z-1"}`)
		h.want(201, "POST", zayo+"/notes", `{"comment":"seen"}`)
		h.want(200, "PATCH", zayo, `{"summary":"ours","windows":[{"start":"2026-03-05T00:00:00Z","end":"2026-03-05T02:00:00Z"}]}`, "If-Match", "*")
		h.want(200, "POST", zayo+"/acknowledge", `{}`, "If-Match", "*")
		if w := h.ask("admin", "POST", "/api/v1/users", `{"name":"eva","role":"viewer"}`); w.Code != http.StatusCreated {
			t.Fatalf("a user: %d %s", w.Code, w.Body)
		}
		h.want(201, "POST", "/api/v1/subscriptions", `{"name":"mine","destination":"noc","sites":["Berlin"],"quiet_hours":{"from":"22:00","to":"06:00"}}`)
		if err := h.s.Announce(t.Context(), []models.Event{{Key: "test:1", Kind: models.EventSourceDown, At: noon, Source: "noc", Name: "noc", Changes: []models.Change{{Field: "status"}}}}, time.Time{}); err != nil {
			t.Fatal(err)
		}
		fits := h.schemas()
		var doc struct {
			Paths map[string]map[string]json.RawMessage
		}
		if err := json.Unmarshal(h.ask("admin", "GET", "/openapi.json", "").Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		n := 0
		for path, ops := range doc.Paths {
			if ops["get"] == nil || path == "/docs" || path == "/openapi.json" || strings.HasSuffix(path, "z") {
				continue
			}
			for _, at := range h.addresses(path) {
				n++
				w := h.ask("admin", "GET", at, "")
				if w.Code != http.StatusOK {
					t.Errorf("%s: %d %s", at, w.Code, w.Body)
					continue
				}
				if err := fits(path, "200", "application/json", w.Body.Bytes()); err != nil {
					t.Errorf("%s: %v\n%s", at, err, w.Body)
				}
			}
			if strings.Contains(path, "{") {
				at := placeholder.ReplaceAllString(path, "99999")
				if w := h.ask("admin", "GET", at, ""); w.Code != http.StatusNotFound || fits(path, "404", "application/problem+json", w.Body.Bytes()) != nil {
					t.Errorf("%s: %d %s", at, w.Code, w.Body)
				}
			}
			if w := h.ask("admin", "GET", placeholder.ReplaceAllString(path, "1")+"?colour=red", ""); w.Code != http.StatusBadRequest || fits(path, "400", "application/problem+json", w.Body.Bytes()) != nil {
				t.Errorf("%s with an unknown parameter: %d %s", path, w.Code, w.Body)
			}
		}
		if n < 60 {
			t.Errorf("only %d answers", n)
		}
		// What does not fit is found.
		if fits("/api/v1/sites", "200", "application/json", []byte(`{"count":"two","next":null,"previous":null,"results":[],"next_cursor":null}`)) == nil {
			t.Error("a wrong answer fits")
		}
	})
}

// schemas gives a check of an answer by the description.
func (h *house) schemas() func(path, status, kind string, body []byte) error {
	h.t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(h.ask("admin", "GET", "/openapi.json", "").Body.Bytes()))
	if err != nil {
		h.t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("openapi.json", doc); err != nil {
		h.t.Fatal(err)
	}
	pointer := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	return func(path, status, kind string, body []byte) error {
		schema, err := c.Compile(fmt.Sprintf("openapi.json#/paths/%s/get/responses/%s/content/%s/schema", pointer.Replace(path), status, pointer.Replace(kind)))
		if err != nil {
			return err
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return err
		}
		return schema.Validate(v)
	}
}

// addresses fills the path of an operation with what is there.
func (h *house) addresses(path string) []string {
	h.t.Helper()
	list, rest, one := strings.Cut(path, "/{")
	switch {
	case path == "/api/v1/whatif":
		return []string{path + "?site=Berlin&start=2026-03-03T00:00:00Z&end=2026-03-04T00:00:00Z&circuit=Z-1&provider=zayo", path + "?group=core&start=2099-04-01T00:00:00Z&end=2099-04-02T00:00:00Z"}
	case !one && strings.HasPrefix(path, strings.TrimSuffix(app, "/")+"/"):
		return []string{path, path + "?depth=1", path + "?depth=3&include=computed_fields&include=relationships&exclude_m2m=true"}
	case !one:
		return []string{path}
	case strings.HasPrefix(list, "/api/v1/maintenances"):
		return []string{strings.NewReplacer("{id}", "zayo-TTN-1", "{ordinal}", "1").Replace(path)}
	}
	key := "id"
	if strings.HasPrefix(rest, "name") {
		key = "name"
	}
	var answer any
	if w := h.ask("admin", "GET", list, ""); json.Unmarshal(w.Body.Bytes(), &answer) != nil {
		h.t.Fatalf("%s: %d %s", list, w.Code, w.Body)
	}
	rows := field(answer, "results")
	if text(rows, 0, key) == "<nil>" {
		h.t.Fatalf("%s is empty", list)
	}
	at := list + "/" + text(rows, 0, key)
	if strings.HasPrefix(list, app) {
		return []string{at, at + "?depth=1", at + "?depth=2&include=relationships"}
	}
	return []string{at}
}

// TestNothingSentIsCalled: no field or parameter holds an address, so that
// nobody can have lineman call one.
func TestNothingSentIsCalled(t *testing.T) {
	h := handler(t, &memory{}, nil)
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Description, Format string }
			}
		}
	}
	if err := json.Unmarshal(call(h, http.MethodGet, "/openapi.json", "Token lm_all").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`(?i)ur[il]|host|webhook|callback|endpoint|redirect`)
	n := 0
	for name, schema := range doc.Components.Schemas {
		if !strings.HasSuffix(name, "Write") && !strings.HasSuffix(name, "Change") {
			continue
		}
		n++
		for field, is := range schema.Properties {
			if is.Description != "Not written" && (address.MatchString(field) || strings.HasPrefix(is.Format, "uri")) {
				t.Errorf("%s.%s holds an address", name, field)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d schemas of what is sent", n)
	}
	operations(t, h, func(method, path string, op map[string]any) {
		list, _ := op["parameters"].([]any)
		for _, p := range list {
			if address.MatchString(text(p, "name")) {
				t.Errorf("%s %s: %s holds an address", method, path, text(p, "name"))
			}
		}
	})
}
