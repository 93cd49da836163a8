package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestConflictIsShownEverywhere lets a person create one maintenance and set the
// window of another, and then has a notice for each that says otherwise: the
// record has the notice's value, both values stand in the command line, over REST
// and in chat, and it is announced as a conflict.
func TestConflictIsShownEverywhere(t *testing.T) {
	hook := &conflicts{}
	receiver := httptest.NewServer(hook)
	defer receiver.Close()
	in := plain(t, fmt.Sprintf(`notify:
  destinations:
    - {name: hook, webhook: {url: "%s", secrets: [0123456789abcdef], allow_private: [127.0.0.1]}}
  rules:
    - {name: hooks, destination: hook, kinds: [conflict]}
`, receiver.URL))
	write(t, filepath.Join(in.dir, "circuits"), []byte("cid,provider,type\nLD-7,ntt,Transit\n"))
	in.run(t, "circuits", "import", filepath.Join(in.dir, "circuits"))
	start := time.Now().UTC().Add(40 * time.Hour).Truncate(time.Hour)
	window := func(after time.Duration) string {
		return start.Add(after).Format(time.RFC3339) + "/" + start.Add(after+time.Hour).Format(time.RFC3339)
	}
	in.run(t, "maintenance", "create", "VNOC-7", "--provider", "ntt", "--window", window(0), "--circuit", "LD-7", "--author", "olga", "--reason", "phone call")
	s := in.serve(t)
	defer s.stop(t)
	token := strings.TrimSpace(in.run(t, "token", "create", "--name", "pusher", "--role", "operator"))

	wants := func(step, field, set, notice string) {
		t.Helper()
		for where, text := range map[string]string{
			"the command line": in.run(t, "maintenance", "show", "ntt-VNOC-7"),
			"chat":             in.run(t, "chat", "maintenance", "show", "ntt-VNOC-7"),
		} {
			text = strings.Join(strings.Fields(text), " ")
			for _, want := range []string{fmt.Sprintf("%s was set to %q, a later notice says", field, set), notice} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %s lacks %s:\n%s", step, where, want, text)
				}
			}
		}
		if _, body := s.get(t, "/api/v1/maintenances/ntt-VNOC-7"); !strings.Contains(body, `"conflicts":[{"field":"`+field+`","set":"`+set) || !strings.Contains(body, notice) {
			t.Errorf("%s: REST: %s", step, body)
		}
	}
	s.push(t, token, work(1, "CONFIRMED", start.Add(6*time.Hour)))
	until(t, "the conflict with what was created", func() bool { return hook.count() == 1 })
	wants("created", "windows", "primary "+window(0), start.Add(6*time.Hour).Format(time.RFC3339))

	if code, body := s.send(t, http.MethodPatch, "/api/v1/maintenances/ntt-VNOC-7", token, `{"windows":[{"start":"`+strings.Replace(window(12*time.Hour), "/", `","end":"`, 1)+`"}],"reason":"they called"}`); code != http.StatusOK {
		t.Fatalf("set: %d %s", code, body)
	}
	if _, body := s.get(t, "/api/v1/maintenances/ntt-VNOC-7"); !strings.Contains(body, `"conflicts":[]`) {
		t.Errorf("set anew, nothing contradicts it: %s", body)
	}
	s.push(t, token, work(2, "CONFIRMED", start.Add(18*time.Hour)))
	until(t, "the conflict with what was set", func() bool { return hook.count() == 2 })
	wants("set", "windows", "primary "+window(12*time.Hour), start.Add(18*time.Hour).Format(time.RFC3339))
}

// conflicts is a receiver of webhooks that counts what tells of a conflict.
type conflicts struct{ hooked }

func (c *conflicts) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.events)
}
