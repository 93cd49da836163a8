package app

import (
	"fmt"
	"net/http"

	"lineman/api/graphql"
	"lineman/internal/access"
)

// graphqlPaths are where GraphQL is served; those below /api are where scripts
// for the Nautobot app look.
var graphqlPaths = []string{"/graphql", "/graphql/", "/api/graphql", "/api/graphql/"}

// graphql answers queries, for whoever may read.
func (a *App) graphql() (http.Handler, error) {
	h, err := graphql.New(graphql.Options{
		Reader: a.store, Principal: access.PrincipalOf, Introspection: a.Config.GraphQL.Introspection, Logger: a.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("set GraphQL up: %w", err)
	}
	return h, nil
}
