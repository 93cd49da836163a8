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

// register adds one operation. Role and scope are checked here and nowhere
// else, and errors of the handler become problems here.
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
	huma.Register(s.api, described, func(ctx context.Context, in *I) (*O, error) {
		who := whoAsks(ctx)
		switch {
		case !who.Role.Allows(op.role):
			return nil, huma.Error403Forbidden(fmt.Sprintf("This needs the role %s.", op.role))
		case op.whole && !who.Scope.All:
			return nil, huma.Error403Forbidden("This is only for those who may see everything; the token's scope is narrower.")
		}
		who.writes, who.bulk = writes, op.bulk
		ctx = context.WithValue(ctx, askerKey{}, who)
		if op.tag {
			if err := who.match.required(); err != nil {
				return nil, err
			}
		}
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
