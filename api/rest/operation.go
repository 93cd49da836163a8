package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"lineman/internal/access"
)

// operation is one thing that the API does. Who may ask for it says the table
// of package access.
type operation struct {
	method  string
	path    string
	id      string
	summary string
	status  int // of success; 0: 200
	body    *huma.RequestBody
	bulk    bool // the body is a list
	tag     bool // a write that needs If-Match
}

func (op operation) route() string { return op.method + " " + op.path }

// admit answers only what the gate let in for this very operation, before
// anything of the request is read.
func (op operation) admit(s *server) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		status, says := 0, ""
		switch {
		case !access.Granted(ctx.Context(), op.route()):
			status, says = http.StatusNotFound, "There is nothing at this path; /openapi.json describes what there is."
		case op.tag && !whoAsks(ctx.Context()).match.given:
			status, says = http.StatusPreconditionRequired, "Read the record first and send its ETag as If-Match, so that nothing is written over that you did not see."
		default:
			next(ctx)
			return
		}
		_ = huma.WriteErr(s.api, ctx, status, says) // a client that is gone needs no answer
	}
}

// permit tells readers of the description who may ask.
func permit(op *huma.Operation) {
	for _, rule := range access.Rules(false) {
		if rule.Route == op.Method+" "+op.Path {
			op.Extensions = map[string]any{"x-role": string(rule.Role), "x-whole-scope": rule.Whole}
			if rule.By == access.ByPassword {
				op.Security = []map[string][]string{{"token": {}}, {"password": {}}}
			}
		}
	}
}

// register adds one operation. Errors of the handler become problems here.
func register[I, O any](s *server, op operation, run func(context.Context, *I) (*O, error)) {
	writes := op.method != http.MethodGet
	described := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary, DefaultStatus: op.status,
		Errors:      []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound},
		RequestBody: op.body, SkipValidateBody: true, MaxBodyBytes: maxBody,
	}
	if writes {
		described.Errors = append(described.Errors, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if op.tag {
		described.Errors = append(described.Errors, http.StatusPreconditionRequired)
	}
	permit(&described)
	described.Middlewares = huma.Middlewares{op.admit(s)}
	huma.Register(s.api, described, func(ctx context.Context, in *I) (*O, error) {
		who := whoAsks(ctx)
		who.writes, who.bulk = writes, op.bulk
		ctx = context.WithValue(ctx, askerKey{}, who)
		out, err := run(ctx, in)
		if err != nil {
			return nil, asProblem(ctx, err)
		}
		return out, nil
	})
}

// get adds one read.
func get[I, O any](s *server, path, id, summary string, run func(context.Context, *I) (*O, error)) {
	register(s, operation{method: http.MethodGet, path: path, id: id, summary: summary}, run)
}

// nothing is an answer without a body.
type nothing struct{}
