// Package graphql answers queries over the records as GraphQL: with the names
// and filters that scripts for the Nautobot app know, nested in both
// directions. It reads through a Reader, always with the asker's scope, and for
// all records of a level at once. It changes nothing, holds no rule on the
// records and opens no listener.
package graphql

import (
	"context"
	_ "embed" // for the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	graph "github.com/graph-gophers/graphql-go"
	grapherrors "github.com/graph-gophers/graphql-go/errors"

	"lineman/models"
)

//go:embed schema.graphql
var schema string

// Options are what the API is made of.
type Options struct {
	Reader Reader
	// Principal tells who asks; whoever it does not know sees nothing.
	Principal     func(context.Context) (models.Principal, bool)
	Introspection bool // the schema may be asked for
	Logger        *slog.Logger
}

// The limits of one request.
const (
	maxBody     = 256 << 10 // bytes
	maxQuery    = 32 << 10  // bytes of its text
	maxDepth    = 8
	schemaDepth = 20 // of a query of the schema, as tools send it
	maxFields   = 2000
	maxOverlaps = 20_000 // pairs of fields of the same name
	maxErrors   = 10
	within      = 20 * time.Second
)

type server struct {
	o       Options
	records *graph.Schema
	schema  *graph.Schema // for queries of the schema alone
}

// New makes the handler of /graphql, /graphql/schema and /api/graphql/. Who may
// ask is up to a guard before it.
func New(o Options) (http.Handler, error) {
	if o.Reader == nil || o.Principal == nil || o.Logger == nil {
		return nil, errors.New("GraphQL needs a Reader, a Principal and a Logger")
	}
	s := &server{o: o}
	var err error
	if s.records, err = s.parse(maxDepth); err != nil {
		return nil, err
	}
	if s.schema, err = s.parse(schemaDepth); err != nil {
		return nil, err
	}
	mux := answers{http.NewServeMux()}
	for _, path := range []string{"/graphql", "/graphql/{$}", "/api/graphql", "/api/graphql/{$}"} {
		mux.HandleFunc(path, s.answer)
	}
	mux.HandleFunc("/graphql/schema", s.text)
	return mux, nil
}

// answers is the handler of all paths.
type answers struct{ *http.ServeMux }

// Routes are the routes that it answers.
func (answers) Routes() []string {
	return []string{"POST /graphql", "POST /api/graphql", "GET /graphql/schema"}
}

func (s *server) parse(depth int) (*graph.Schema, error) {
	parsed, err := graph.ParseSchema(schema, &query{},
		graph.UseFieldResolvers(), graph.DisableFieldSelections(), graph.MaxDepth(depth), graph.MaxQueryLength(maxQuery),
		graph.MaxSelections(maxFields), graph.OverlapValidationLimit(maxOverlaps), graph.PanicHandler(panics{}), graph.Logger(panicLog{s.o.Logger}),
		graph.RestrictIntrospection(func(context.Context) bool { return s.o.Introspection }))
	if err != nil {
		return nil, fmt.Errorf("read the GraphQL schema: %w", err)
	}
	return parsed, nil
}

// text gives the schema as text.
func (s *server) text(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "The schema can only be read (GET).")
		return
	}
	if !s.o.Introspection {
		refuse(w, http.StatusForbidden, "The schema is not shown here: graphql.introspection is off in the configuration.")
		return
	}
	header(w, "text/plain; charset=utf-8", http.StatusOK)
	_, _ = io.WriteString(w, schema) // a client that is gone needs no answer
}

// call is the body of a request.
type call struct {
	Query         string          `json:"query"`
	OperationName string          `json:"operationName"`
	Variables     map[string]any  `json:"variables"`
	Extensions    json.RawMessage `json:"extensions"` // not used
}

// answer answers one query.
func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		refuse(w, http.StatusMethodNotAllowed, "Send queries with POST.")
		return
	}
	c, status, fault := readCall(w, r)
	if fault != "" {
		refuse(w, status, fault)
		return
	}
	d := examine(c.Query)
	if err := d.check(); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	status, response := s.run(r.Context(), c, d)
	header(w, "application/json; charset=utf-8", status)
	if status == http.StatusOK { // data alone, and JSON already
		_, _ = io.WriteString(w, `{"data":`)
		_, _ = w.Write(response.Data)
		_, _ = io.WriteString(w, "}\n")
		return
	}
	_ = json.NewEncoder(w).Encode(response) // a client that is gone needs no answer
}

// run runs a query. It is answered whole or not at all.
func (s *server) run(ctx context.Context, c call, d document) (int, *graph.Response) {
	ctx, stop := context.WithTimeout(ctx, within)
	defer stop()
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	who, _ := s.o.Principal(ctx)
	r := &request{ctx: ctx, reader: s.o.Reader, scope: who.Scope, giveUp: giveUp, ofSchema: d.ofSchema}
	r.left.Store(maxRecords)
	on := s.records
	if d.ofSchema {
		on = s.schema
	}
	response := on.Exec(context.WithValue(ctx, requestKey{}, r), c.Query, c.OperationName, c.Variables)
	if cause := context.Cause(ctx); cause != nil {
		status, sentence := s.explain(cause)
		return status, problem(sentence)
	}
	if len(response.Errors) > 0 {
		return http.StatusBadRequest, &graph.Response{Errors: told(response.Errors, c.Query)}
	}
	return http.StatusOK, response
}

// told are the first errors of a query that was refused; those about a value
// name its argument.
func told(all []*grapherrors.QueryError, query string) []*grapherrors.QueryError {
	all = all[:min(len(all), maxErrors)]
	for _, e := range all {
		if e.Rule != "ValuesOfCorrectTypeRule" || len(e.Locations) == 0 {
			continue
		}
		if a := argumentAt(query, e.Locations[0].Line, e.Locations[0].Column); a != "" && !strings.Contains(e.Message, a) {
			e.Message = a + ": " + e.Message
		}
	}
	return all
}

// explain turns what went wrong into a status and a sentence that shows
// nothing of the inside.
func (s *server) explain(err error) (int, string) {
	input := new(models.InputError)
	switch {
	case errors.As(err, &input):
		return http.StatusBadRequest, input.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, "The query took too long; ask for a smaller page (limit) or for less below it."
	case errors.Is(err, context.Canceled):
		return 499, "The request was given up."
	}
	s.o.Logger.Error("GraphQL query failed", "error", err)
	return http.StatusInternalServerError, inside
}

// inside is all that is told of a failure on lineman's side.
const inside = "Something went wrong on lineman's side; try again, or ask an administrator to look into the log."

// readCall reads a request's body. A fault is a sentence to answer with.
func readCall(w http.ResponseWriter, r *http.Request) (c call, status int, fault string) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return c, http.StatusUnsupportedMediaType, "Send the query as JSON, with Content-Type: application/json."
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return c, http.StatusRequestEntityTooLarge, fmt.Sprintf("The request is larger than %d bytes.", maxBody)
	}
	if err != nil {
		return c, http.StatusBadRequest, "The request could not be read to its end."
	}
	text := strings.TrimSpace(string(body))
	if strings.HasPrefix(text, "[") {
		return c, http.StatusBadRequest, "Batches are not answered; send one query in a request."
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return c, http.StatusBadRequest, fmt.Sprintf(`The body is no JSON of the form {"query": "…", "variables": {…}}: %s.`, jsonFault(err))
	}
	if decoder.More() {
		return c, http.StatusBadRequest, "There is more than one JSON value in the body; send one query in a request."
	}
	if strings.TrimSpace(c.Query) == "" {
		return c, http.StatusBadRequest, "query: there is none."
	}
	if len(c.Query) > maxQuery {
		return c, http.StatusRequestEntityTooLarge, fmt.Sprintf("query: it is longer than %d bytes; send values as variables.", maxQuery)
	}
	return c, http.StatusOK, ""
}

// jsonFault says what is wrong with a body, without the words of the decoder.
func jsonFault(err error) string {
	wrong := new(json.UnmarshalTypeError)
	if errors.As(err, &wrong) {
		return fmt.Sprintf("%s is a %s", wrong.Field, wrong.Value)
	}
	if key, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return "unknown key " + key
	}
	return "it cannot be read"
}

// problem is a response that is nothing but an error.
func problem(sentence string) *graph.Response {
	return &graph.Response{Errors: []*grapherrors.QueryError{{Message: sentence}}}
}

func refuse(w http.ResponseWriter, status int, sentence string) {
	header(w, "application/json; charset=utf-8", status)
	_ = json.NewEncoder(w).Encode(problem(sentence)) // a client that is gone needs no answer
}

func header(w http.ResponseWriter, kind string, status int) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
}

// panics tells nothing of a resolver's panic; panicLog keeps it.
type panics struct{}

// MakePanicError gives the query up.
func (panics) MakePanicError(ctx context.Context, _ any) *grapherrors.QueryError {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		r.giveUp(errPanicked)
	}
	return &grapherrors.QueryError{Message: inside}
}

type panicLog struct{ logger *slog.Logger }

// LogPanic keeps a panic.
func (l panicLog) LogPanic(_ context.Context, value any) {
	l.logger.Error("GraphQL resolver panicked", "panic", fmt.Sprint(value))
}
