package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"lineman/models"
)

// described asks for the description, many times at once.
func described(t *testing.T, a *App) []byte {
	t.Helper()
	secret, err := a.CreateToken(t.Context(), NewToken{Name: "reader", Role: models.RoleViewer})
	if err != nil {
		t.Fatal(err)
	}
	h, err := a.handler()
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	bodies := make([]string, 8)
	for i := range bodies {
		wait.Go(func() {
			r := httptest.NewRequest(http.MethodGet, "/openapi.json", nil)
			r.Header.Set("Authorization", "Token "+secret)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			bodies[i] = w.Body.String()
		})
	}
	wait.Wait()
	for i, b := range bodies {
		if b != bodies[0] {
			t.Errorf("answer %d is another one", i)
		}
	}
	return []byte(bodies[0])
}

// TestDescriptionHasEveryRoute: the description tells of all that is answered,
// whatever handler does it, and of nothing else.
func TestDescriptionHasEveryRoute(t *testing.T) {
	a := open(t, nil)
	_, routes, err := a.routes()
	if err != nil {
		t.Fatal(err)
	}
	text := described(t, a)
	var doc struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"GET /openapi.yaml", "GET /openapi-3.0.json", "GET /openapi-3.0.yaml"} { // named beside the first form
		delete(routes, other)
	}
	for path, ops := range doc.Paths {
		for method := range ops {
			route := strings.ToUpper(method) + " " + path
			if !routes[route] {
				t.Errorf("%s is described, but nothing answers it", route)
			}
			delete(routes, route)
		}
	}
	for route := range routes {
		t.Errorf("%s is answered, but not described", route)
	}
	rules, err := os.ReadFile("../../api/rest/testdata/openapi-3.1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rules.json", parsed(t, rules)); err != nil {
		t.Fatal(err)
	}
	if err := c.MustCompile("rules.json").Validate(parsed(t, text)); err != nil {
		t.Errorf("not OpenAPI 3.1: %v", err)
	}
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
