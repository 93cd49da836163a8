package app

import (
	"net/http"
	"strings"
)

// routeOf names the route of a request for the metrics: the path with ids left
// out. A request that came to no handler has none, since its path can be
// anything.
func routeOf(r *http.Request, status int) string {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests:
		return "(refused)"
	}
	if _, path, _ := strings.Cut(r.Pattern, "/"); path != "" {
		return "/" + path
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	first := len(parts) // of the ids
	switch {
	case len(parts) > 1 && parts[0] == "api" && parts[1] == "v1":
		first = 3
	case len(parts) > 2 && parts[0] == "api" && parts[1] == "plugins":
		first = 4
	}
	for i := first; i < len(parts); i += 2 {
		parts[i] = "{id}"
	}
	return "/" + strings.Join(parts, "/")
}
