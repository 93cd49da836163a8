package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// maxDepth bounds how deep a body nests; ours need four levels.
const maxDepth = 16

// maxItems bounds the records of one bulk write.
const maxItems = 1000

// RawInput is the body of a write as it came; exported as Paging is. It is
// read by decode, so that what encoding/json lets pass is refused: keys that
// stand twice, unknown ones, what follows after the end.
type RawInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/json"`
}

// decode reads a body that is one T.
func decode[T any](s *server, in RawInput) (T, error) {
	var zero T
	value, err := parse(in)
	if err != nil {
		return zero, err
	}
	list, err := fit[T](s, in.RawBody, value, false)
	if err != nil {
		return zero, err
	}
	return list[0], nil
}

// decodeMany reads a body that is a list of T, or, where one may stand alone,
// one T; single tells which.
func decodeMany[T any](s *server, in RawInput, alone bool) (items []T, single bool, err error) {
	value, err := parse(in)
	if err != nil {
		return nil, false, err
	}
	if _, isList := value.([]any); !isList && alone {
		items, err = fit[T](s, in.RawBody, value, false)
		return items, true, err
	}
	items, err = fit[T](s, in.RawBody, value, true)
	return items, false, err
}

// parse reads JSON strictly.
func parse(in RawInput) (any, error) {
	if kind, _, err := mime.ParseMediaType(in.ContentType); err != nil || kind != "application/json" {
		return nil, huma.Error415UnsupportedMediaType("Send the body as JSON, with Content-Type: application/json.")
	}
	d := json.NewDecoder(bytes.NewReader(in.RawBody))
	if err := walk(d, "body", 0); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, huma.Error400BadRequest("The body goes on after its JSON ends; send one JSON value.")
	}
	var value any
	if err := json.Unmarshal(in.RawBody, &value); err != nil {
		return nil, huma.Error400BadRequest("The body is not valid JSON.")
	}
	return value, nil
}

// walk reads one value and refuses what nests too deep and keys that stand
// twice.
func walk(d *json.Decoder, path string, depth int) error {
	token, err := d.Token()
	if err != nil {
		return huma.Error400BadRequest("The body is not valid JSON.")
	}
	open, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	if depth >= maxDepth {
		return huma.Error400BadRequest(fmt.Sprintf("The body nests deeper than %d levels.", maxDepth))
	}
	seen := map[string]bool{}
	for i := 0; d.More(); i++ {
		at := fmt.Sprintf("%s[%d]", path, i)
		if open == '{' {
			token, err := d.Token()
			if err != nil {
				return huma.Error400BadRequest("The body is not valid JSON.")
			}
			key, _ := token.(string)
			if at = path + "." + shown(key); seen[key] {
				return refused(http.StatusUnprocessableEntity, at, "this key stands twice")
			}
			seen[key] = true
		}
		if err := walk(d, at, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return huma.Error400BadRequest("The body is not valid JSON.")
	}
	return nil
}

// shown is a key as an error may repeat it.
func shown(key string) string {
	if r := []rune(key); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return key
}

// fit checks a value by the schema of T and reads it.
func fit[T any](s *server, raw []byte, value any, list bool) ([]T, error) {
	registry := s.api.OpenAPI().Components.Schemas
	schema := registry.Schema(reflect.TypeFor[T](), true, "")
	path, result := huma.NewPathBuffer(nil, 0), &huma.ValidateResult{}
	path.Push("body")
	if !list {
		check(registry, schema, path, value, result)
		if len(result.Errors) > 0 {
			return nil, huma.Error422UnprocessableEntity("The request cannot be accepted.", result.Errors...)
		}
		items := make([]T, 1)
		return items, unmarshal(raw, &items[0])
	}
	rows, isList := value.([]any)
	switch {
	case !isList:
		return nil, refused(http.StatusUnprocessableEntity, "body", "send a list")
	case len(rows) == 0 || len(rows) > maxItems:
		return nil, refused(http.StatusUnprocessableEntity, "body", fmt.Sprintf("send between 1 and %d records", maxItems))
	}
	for i, row := range rows {
		path.PushIndex(i)
		check(registry, schema, path, row, result)
		path.Pop()
		if len(result.Errors) > 0 {
			return nil, huma.Error422UnprocessableEntity("The request cannot be accepted.", result.Errors...)
		}
	}
	items := make([]T, 0, len(rows))
	return items, unmarshal(raw, &items)
}

// check checks a value by a schema; unlike the library's own check it minds
// the case of keys.
func check(registry huma.Registry, schema *huma.Schema, path *huma.PathBuffer, value any, result *huma.ValidateResult) {
	if strangers(registry, schema, path, value, result); len(result.Errors) == 0 {
		huma.Validate(registry, schema, path, huma.ModeWriteToServer, value, result)
	}
}

// strangers finds keys that are none of the schema's.
func strangers(registry huma.Registry, schema *huma.Schema, path *huma.PathBuffer, value any, result *huma.ValidateResult) {
	if schema.Ref != "" {
		schema = registry.SchemaFromRef(schema.Ref)
	}
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			path.Push(shown(key))
			switch property := schema.Properties[key]; {
			case property != nil && v == nil && !property.Nullable && property.Ref == "":
				result.Add(path, nil, "null is no value; leave the field out")
			case property != nil:
				strangers(registry, property, path, v, result)
			case schema.Type == huma.TypeObject:
				result.Add(path, nil, "there is no such field")
			}
			path.Pop()
		}
	case []any:
		for i, v := range value {
			if schema.Items != nil {
				path.PushIndex(i)
				strangers(registry, schema.Items, path, v, result)
				path.Pop()
			}
		}
	}
}

func unmarshal[T any](raw []byte, into *T) error {
	err := json.Unmarshal(raw, into)
	typed := new(json.UnmarshalTypeError)
	switch {
	case errors.As(err, &typed):
		return refused(http.StatusUnprocessableEntity, "body."+typed.Field, "this value is of the wrong type")
	case err != nil:
		return huma.Error400BadRequest("The body is not valid JSON.")
	}
	return nil
}

// refused is a problem with one field.
func refused(status int, location, message string) error {
	return huma.NewError(status, "The request cannot be accepted.", &huma.ErrorDetail{Message: message, Location: location})
}

// bodySchema describes the body of an operation: a T, a list of them, or
// either.
func bodySchema[T any](s *server, one, many bool) *huma.RequestBody {
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
	refuseNull(s.api.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref))
	list := &huma.Schema{Type: huma.TypeArray, Items: schema}
	switch {
	case one && many:
		schema = &huma.Schema{OneOf: []*huma.Schema{schema, list}}
	case many:
		schema = list
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
}

// refuseNull makes null wrong where a field may be left out: it would be a
// guess what it means. Times are null in answers, and come back so.
func refuseNull(schema *huma.Schema) {
	for name, property := range schema.Properties {
		if !slices.Contains(schema.Required, name) && !slices.Contains([]string{"created", "last_updated", "start_time", "end_time"}, name) {
			property.Nullable = false
		}
	}
}

// locate puts the place in the request before a field's name.
func locate(ctx context.Context, index int, field string) string {
	if !whoAsks(ctx).writes {
		return "query." + field
	}
	at := "body"
	if index >= 0 && whoAsks(ctx).bulk {
		at = fmt.Sprintf("body[%d]", index)
	}
	return strings.TrimSuffix(at+"."+field, ".")
}
