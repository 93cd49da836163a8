package app

import (
	"fmt"
	"net/http"

	"lineman/api/graphql"
	"lineman/api/rest"
)

// graphqlPaths are where GraphQL is served; those below /api are where scripts
// for the Nautobot app look.
var graphqlPaths = []string{"/graphql", "/graphql/", "/api/graphql", "/api/graphql/"}

// graphql answers queries, for whoever may read.
func (a *App) graphql(auth rest.Authenticator) (http.Handler, error) {
	h, err := graphql.New(graphql.Options{
		Reader: a.store, Principal: rest.PrincipalOf, Introspection: a.Config.GraphQL.Introspection, Logger: a.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("set GraphQL up: %w", err)
	}
	return rest.Guard(rest.GuardOptions{Auth: auth, Open: a.OpenAccess, Logger: a.Logger}, h), nil
}
