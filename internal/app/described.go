package app

import "lineman/api/rest"

// neighbours are the routes beside the API, for its description.
func neighbours() []rest.Neighbour {
	query := []rest.Part{
		{Name: "query", Doc: "GraphQL; /graphql/schema says what there is", Required: true},
		{Name: "variables", Kind: "object"},
		{Name: "operationName", Doc: "Which operation, where the query has several"},
	}
	many := func(name, doc string) rest.Part { return rest.Part{Name: name, Doc: doc, Many: true} }
	const text, exposition = "text/plain", "text/plain; version=0.0.4"
	return []rest.Neighbour{
		{Route: "POST /graphql", ID: "graphql", Summary: "Answer a GraphQL query", Answer: "application/json", Body: query},
		{Route: "POST /api/graphql", ID: "app-graphql", Summary: "The same, where scripts for the Nautobot app look", Answer: "application/json", Body: query},
		{Route: "GET /graphql/schema", ID: "graphql-schema", Summary: "The schema of GraphQL", Answer: text},
		{Route: "GET /metrics", ID: "metrics", Summary: "Metrics for Prometheus; needs no token where metrics.public is set", Answer: exposition},
		{Route: "GET /api/plugins/capacity-metrics/app-metrics", ID: "app-metrics", Summary: "The same, where scripts for the Nautobot app look", Answer: exposition},
		{
			Route: "GET /calendar/{file}", ID: "calendar", Summary: "A calendar; file is a token and .ics", Answer: "text/calendar", Tokenless: true,
			Query: []rest.Part{
				many("site", "Names"), many("provider", "Slugs"), many("circuit", "Circuit ids"), {Name: "min_impact", Doc: "This impact or a worse one"}, many("status", "Statuses"),
			},
		},
		{Route: "GET " + consentPath, ID: "google-consent", Summary: "Where a Google consent comes back to", Answer: text, Tokenless: true},
	}
}
