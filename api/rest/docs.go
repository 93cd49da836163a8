package rest

import (
	"bytes"
	_ "embed" // the page
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"lineman/api/edge"
)

//go:embed docs.html
var docsPage string

var docsTemplate = template.Must(template.New("docs").Parse(docsPage))

// docPath is one operation on the page.
type docPath struct {
	Method, Path, Summary, Role string
	Whole                       bool
	Parameters                  []docField
	Body                        []docField
	Many                        bool // the body is, or may be, a list
}

type docField struct {
	Name, Kind, Doc string
	Required        bool
}

// docs serves the description as a page: no scripts, no files from elsewhere.
func (s *server) docs(w http.ResponseWriter, _ *http.Request) {
	api := s.api.OpenAPI()
	var all []docPath
	for path, item := range api.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				all = append(all, docOf(api, method, path, op))
			}
		}
	}
	slices.SortFunc(all, func(a, b docPath) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	var page bytes.Buffer
	err := docsTemplate.Execute(&page, map[string]any{"Title": api.Info.Title, "Version": api.Info.Version, "Description": api.Info.Description, "Paths": all})
	if err != nil {
		s.o.Logger.Error("the page of the API could not be made", "error", err)
		edge.Problem(w, http.StatusInternalServerError, "The page could not be made; /openapi.json has the same.")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_, _ = w.Write(page.Bytes()) // a client that is gone needs no answer
}

func docOf(api *huma.OpenAPI, method, path string, op *huma.Operation) docPath {
	d := docPath{Method: method, Path: path, Summary: op.Summary}
	d.Role, _ = op.Extensions["x-role"].(string)
	d.Whole, _ = op.Extensions["x-whole-scope"].(bool)
	for _, p := range op.Parameters {
		d.Parameters = append(d.Parameters, docField{Name: p.Name, Kind: kindOf(p.Schema), Doc: firstOf(p.Description, p.Schema.Description), Required: p.Required})
	}
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return d
	}
	schema := op.RequestBody.Content["application/json"].Schema
	if len(schema.OneOf) > 0 {
		schema, d.Many = schema.OneOf[0], true
	}
	if schema.Items != nil {
		schema, d.Many = schema.Items, true
	}
	if schema.Ref != "" {
		schema = api.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	for name, p := range schema.Properties {
		d.Body = append(d.Body, docField{Name: name, Kind: kindOf(p), Doc: p.Description, Required: slices.Contains(schema.Required, name)})
	}
	slices.SortFunc(d.Body, func(a, b docField) int { return strings.Compare(a.Name, b.Name) })
	return d
}

// kindOf tells a type in few words.
func kindOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case len(s.Enum) > 0:
		var words []string
		for _, v := range s.Enum {
			if text, ok := v.(string); ok {
				words = append(words, text)
			}
		}
		return strings.Join(words, " | ")
	case s.Type == huma.TypeArray:
		return "list of " + kindOf(s.Items)
	case s.Format != "":
		return s.Type + " (" + s.Format + ")"
	}
	return s.Type
}
