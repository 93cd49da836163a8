package rest

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"lineman/models"
)

// operation is one thing that the API does, and who may ask for it.
type operation struct {
	method  string
	path    string
	id      string
	summary string
	role    models.Role // least role; empty: viewer for reads, operator for writes
	whole   bool        // only for those who see everything
	status  int         // of success; 0: 200
	body    *huma.RequestBody
	bulk    bool // the body is a list
	tag     bool // a write that needs If-Match
}

// admit lets in whoever may ask for the operation, before anything of the
// request is read. It is the one place where roles are checked.
func (op operation) admit(s *server) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		who := whoAsks(ctx.Context())
		status, says := 0, ""
		switch {
		case !who.Role.Allows(op.role):
			status, says = http.StatusForbidden, fmt.Sprintf("This needs the role %s.", op.role)
		case op.whole && !who.Scope.All:
			status, says = http.StatusForbidden, "This is only for those who may see everything; the token's scope is narrower."
		case op.tag && !who.match.given:
			status, says = http.StatusPreconditionRequired, "Read the record first and send its ETag as If-Match, so that nothing is written over that you did not see."
		default:
			next(ctx)
			return
		}
		_ = huma.WriteErr(s.api, ctx, status, says) // a client that is gone needs no answer
	}
}

// register adds one operation. Errors of the handler become problems here.
func register[I, O any](s *server, op operation, run func(context.Context, *I) (*O, error)) {
	writes := op.method != http.MethodGet
	if op.role == "" {
		op.role = models.RoleViewer
		if writes {
			op.role = models.RoleOperator
		}
	}
	described := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary, DefaultStatus: op.status,
		Errors:      []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound},
		RequestBody: op.body, SkipValidateBody: true, MaxBodyBytes: maxBody,
		Extensions: map[string]any{"x-role": string(op.role), "x-whole-scope": op.whole},
	}
	if writes {
		described.Errors = append(described.Errors, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if op.tag {
		described.Errors = append(described.Errors, http.StatusPreconditionRequired)
	}
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
