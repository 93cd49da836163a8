package rest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var placeholder = regexp.MustCompile(`\{([^}]+)\}`)

// TestDescriptionIsOpenAPI checks the description against what OpenAPI 3.1
// says, and its schemas against JSON Schema 2020-12, references included.
func TestDescriptionIsOpenAPI(t *testing.T) {
	w := call(handler(t, &memory{}, nil), http.MethodGet, "/openapi.json", "Token lm_all")
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("testdata/openapi-3.1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rules, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	for name, resource := range map[string]any{"rules.json": rules, "openapi.json": doc} {
		if err := c.AddResource(name, resource); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.MustCompile("rules.json").Validate(doc); err != nil {
		t.Errorf("not OpenAPI 3.1: %v", err)
	}
	schemas, _ := field(doc, "components", "schemas").(map[string]any)
	if len(schemas) < 30 {
		t.Errorf("only %d schemas", len(schemas))
	}
	for name := range schemas {
		if _, err := c.Compile("openapi.json#/components/schemas/" + name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
	for _, found := range regexp.MustCompile(`"\$ref":"([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
		if name := strings.TrimPrefix(found[1], "#/components/schemas/"); schemas[name] == nil {
			t.Errorf("%s leads nowhere", found[1])
		}
	}
	// What is broken is found.
	broken := bytes.Replace(w.Body.Bytes(), []byte(`"openapi":"3.1`), []byte(`"openapi":"2.1`), 1)
	wrong, err := jsonschema.UnmarshalJSON(bytes.NewReader(broken))
	if err != nil || c.MustCompile("rules.json").Validate(wrong) == nil {
		t.Error("a wrong version passes")
	}
}

// operations calls f with every operation that is described.
func operations(t *testing.T, h http.Handler, f func(method, path string, op map[string]any)) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]map[string]any
	}
	if err := json.Unmarshal(call(h, http.MethodGet, "/openapi.json", "Token lm_all").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths {
		for method, op := range item {
			f(strings.ToUpper(method), path, op)
		}
	}
}

func TestOperationsAreWhole(t *testing.T) {
	h := handler(t, &memory{}, nil)
	ids := map[string]bool{}
	operations(t, h, func(method, path string, op map[string]any) {
		id := fmt.Sprint(op["operationId"])
		if ids[id] || fmt.Sprint(op["summary"]) == "" {
			t.Errorf("%s %s: operation %q stands twice or says nothing", method, path, id)
		}
		ids[id] = true
		if role := fmt.Sprint(op["x-role"]); role != "none" && role != "viewer" && role != "operator" && role != "admin" {
			t.Errorf("%s %s needs the role %q", method, path, role)
		}
		declared := map[string]bool{}
		list, _ := op["parameters"].([]any)
		for _, p := range list {
			if text(p, "in") == "path" {
				declared[text(p, "name")] = true
			}
		}
		for _, name := range placeholder.FindAllStringSubmatch(path, -1) {
			if !declared[name[1]] {
				t.Errorf("%s %s does not declare %s", method, path, name[1])
			}
			delete(declared, name[1])
		}
		if len(declared) > 0 {
			t.Errorf("%s %s declares %v", method, path, declared)
		}
	})
	if len(ids) < 60 {
		t.Errorf("only %d operations", len(ids))
	}
}

// TestRoles walks every operation with every role: who may not is told so
// before anything else, and who may is not told so.
func TestRoles(t *testing.T) {
	ranks := map[string]int{"viewer": 1, "operator": 2, "admin": 3}
	r := &memory{}
	h := handler(t, r, nil)
	n := 0
	operations(t, h, func(method, path string, op map[string]any) {
		at := placeholder.ReplaceAllString(path, detail().ID)
		for token, rank := range map[string]int{"": 0, "lm_norole": 0, "lm_all": 1, "lm_operator": 2, "lm_admin": 3} {
			n++
			r.writes = nil
			w := call(h, method, at, "Token "+token)
			refused := w.Code == http.StatusForbidden || w.Code == http.StatusUnauthorized
			if want := rank < ranks[fmt.Sprint(op["x-role"])]; refused != want {
				t.Errorf("%s %s with %q: %d", method, path, token, w.Code)
			}
			if method != http.MethodGet && rank < 2 && len(r.writes) > 0 {
				t.Errorf("%s %s with %q wrote", method, path, token)
			}
		}
		if op["x-whole-scope"] == true {
			if w := call(h, method, at, "Token lm_narrow"); w.Code != http.StatusForbidden {
				t.Errorf("%s %s with a narrow scope: %d", method, path, w.Code)
			}
		}
	})
	if n < 300 {
		t.Errorf("only %d requests", n)
	}
}

func TestDocsPage(t *testing.T) {
	h := handler(t, &memory{}, nil)
	if w := call(h, http.MethodPost, "/docs", ""); w.Code == http.StatusOK {
		t.Errorf("POST: %d", w.Code)
	}
	w := call(h, http.MethodGet, "/docs/", "") // as a browser asks
	page := w.Body.String()
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || w.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, outside := range []string{"http://", "https://", "src=", "<script", "@import", "url("} {
		if strings.Contains(page, outside) {
			t.Errorf("the page holds %s", outside)
		}
	}
	operations(t, h, func(method, path string, _ map[string]any) {
		if !strings.Contains(page, "<code>"+path+"</code>") {
			t.Errorf("%s %s is not on the page", method, path)
		}
	})
}
