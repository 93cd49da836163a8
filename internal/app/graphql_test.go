package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestServeAnswersGraphQL asks over real HTTP, at both paths.
func TestServeAnswersGraphQL(t *testing.T) {
	in := install(t, mailServer(t, 3))
	in.run(t, "ingest")
	s := in.serve(t)
	for _, path := range []string{"/graphql", "/api/graphql/"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+path,
			strings.NewReader(`{"query":"{circuit_maintenances {name parsed_notifications {id}} raw_notifications {source}}"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Token "+s.token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || strings.Count(string(body), `"source":"noc"`) != 3 || !strings.Contains(string(body), `"parsed_notifications":[{`) {
			t.Errorf("%s: %d %v %s", path, resp.StatusCode, err, body)
		}
	}
	if code, body := s.get(t, "/graphql/schema"); code != http.StatusOK || !strings.Contains(body, "type Query {") {
		t.Errorf("schema: %d %.200s", code, body)
	}
	s.stop(t)
}
