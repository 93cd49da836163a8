// Package access decides who may ask for what over HTTP, in one place: the
// table of routes with the role that each needs, who shows which token or
// password, how often anybody may ask, and what every answer carries. It also
// makes and changes users and tokens, for commands and the API alike. Which
// records somebody sees is not decided here but in each query, by the Scope of
// the Principal.
package access

import (
	"context"
	"errors"
	"time"

	"lineman/models"
)

// ErrUnauthorized is returned (wrapped) for a secret that opens nothing.
var ErrUnauthorized = errors.New("not authorized")

// A LimitError is returned for who asks too often.
type LimitError struct{ Wait time.Duration }

// Error says when to come back.
func (e *LimitError) Error() string { return "too many attempts; wait " + e.Wait.String() }

type passKey struct{}

// pass is what a gate let in: who, and by which row of the table.
type pass struct {
	who   models.Principal
	route string
}

// PrincipalOf is who asks, as the gate found out; of a request that came
// through no gate, nobody.
func PrincipalOf(ctx context.Context) (models.Principal, bool) {
	p, ok := ctx.Value(passKey{}).(pass)
	return p.who, ok
}

// Granted reports whether the gate let a request in for a route, written as in
// the table, such as "GET /api/v1/users". A handler that asks is closed
// wherever no gate stands before it, or another row of the table was applied.
func Granted(ctx context.Context, route string) bool {
	p, ok := ctx.Value(passKey{}).(pass)
	return ok && p.route == route
}
