package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"lineman/api/edge"
	"lineman/internal/access"
	"lineman/models"
)

// Neighbour is a route that another handler answers, for the description.
type Neighbour struct {
	Route   string // method and path, as in package access
	ID      string // of the operation
	Summary string
	Answer  string // media type of success
	Body    []Part // of a JSON object
	Query   []Part

	Tokenless bool // no header with a token is needed
}

// Part is a parameter, or a field of a body.
type Part struct {
	Name, Doc string
	Kind      string // of JSON; empty: string
	Required  bool
	Many      bool // may be repeated
}

func (p Part) schema() *huma.Schema {
	one := &huma.Schema{Type: p.Kind, Description: p.Doc}
	if p.Kind == "" {
		one.Type = huma.TypeString
	}
	if p.Many {
		return &huma.Schema{Type: huma.TypeArray, Items: one}
	}
	return one
}

// neighbour adds a route of another handler to the description.
func (s *server) neighbour(n Neighbour) error {
	method, path, _ := strings.Cut(n.Route, " ")
	op := &huma.Operation{OperationID: n.ID, Method: method, Path: path, Summary: n.Summary}
	permit(op)
	if op.Extensions == nil {
		return fmt.Errorf("%s has no row in the table of who may ask", n.Route)
	}
	if op.Extensions["x-role"] == "" {
		op.Extensions["x-role"] = "none"
	}
	if n.Tokenless {
		op.Security = []map[string][]string{}
	}
	explode := true
	for _, p := range n.Query {
		op.Parameters = append(op.Parameters, &huma.Param{Name: p.Name, In: "query", Description: p.Doc, Required: p.Required, Schema: p.schema(), Explode: &explode})
	}
	if _, rest, found := strings.Cut(path, "{"); found {
		name, _, _ := strings.Cut(rest, "}")
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	if len(n.Body) > 0 {
		body := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
		for _, p := range n.Body {
			if body.Properties[p.Name] = p.schema(); p.Required {
				body.Required = append(body.Required, p.Name)
			}
		}
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: body}}}
	}
	kind := huma.TypeString
	if n.Answer == "application/json" {
		kind = huma.TypeObject
	}
	op.Responses = map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{n.Answer: {Schema: &huma.Schema{Type: kind}}},
	}}
	s.api.OpenAPI().AddOperation(op)
	return nil
}

// describe serves the description in all of its forms. Each is written once,
// when it is first asked for, and one at a time: to write it fills the document.
func (s *server) describe() {
	doc := s.api.OpenAPI()
	var one sync.Mutex
	for _, form := range []struct {
		path, kind string
		write      func() ([]byte, error)
	}{
		{"/openapi.json", "application/openapi+json", func() ([]byte, error) { return json.Marshal(doc) }},
		{"/openapi.yaml", "application/openapi+yaml", doc.YAML},
		{"/openapi-3.0.json", "application/openapi+json", doc.Downgrade},
		{"/openapi-3.0.yaml", "application/openapi+yaml", doc.DowngradeYAML},
	} {
		written := sync.OnceValues(func() ([]byte, error) {
			one.Lock()
			defer one.Unlock()
			return form.write()
		})
		route := "GET " + form.path
		s.described.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			if !access.Granted(r.Context(), route) {
				edge.Problem(w, http.StatusNotFound, "There is nothing at this path; /openapi.json describes what there is.")
				return
			}
			text, err := written()
			if err != nil {
				s.o.Logger.Error("the API could not be described", "form", form.path, "error", err)
				edge.Problem(w, http.StatusInternalServerError, "The description could not be written; the log says why.")
				return
			}
			w.Header().Set("Content-Type", form.kind)
			_, _ = w.Write(text) // a client that is gone needs no answer
		})
	}
}

// describeItself adds the description to the description.
func (s *server) describeItself() {
	s.api.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "description", Method: http.MethodGet, Path: "/openapi.json", Summary: "This description",
		Description: "Also as /openapi.yaml, and for OpenAPI 3.0 as /openapi-3.0.json and /openapi-3.0.yaml.",
		Extensions:  map[string]any{"x-role": string(models.RoleViewer)},
		Responses: map[string]*huma.Response{"200": {
			Description: "OpenAPI 3.1", Content: map[string]*huma.MediaType{"application/openapi+json": {Schema: &huma.Schema{Type: huma.TypeObject}}},
		}},
	})
}
