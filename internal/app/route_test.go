package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRouteOf(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /calendar/{file}", func(http.ResponseWriter, *http.Request) {})
	for path, want := range map[string]string{
		"/": "/", "/healthz": "/healthz", "/calendar/lm_secret.ics": "/calendar/{file}",
		"/api/v1/maintenances": "/api/v1/maintenances", "/api/v1/maintenances/zayo-1": "/api/v1/maintenances/{id}",
		"/api/v1/maintenances/zayo-1/notes/7":           "/api/v1/maintenances/{id}/notes/{id}",
		"/api/plugins/circuit-maintenance/maintenance/": "/api/plugins/circuit-maintenance/maintenance",
		"/api/plugins/circuit-maintenance/note/7/":      "/api/plugins/circuit-maintenance/note/{id}",
	} {
		r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		mux.ServeHTTP(httptest.NewRecorder(), r)
		if got := routeOf(r, http.StatusOK); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		if got := routeOf(r, http.StatusNotFound); got != "(refused)" {
			t.Errorf("%s that is not there: %s", path, got)
		}
	}
}
