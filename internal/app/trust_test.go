package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lineman/internal/fake/alertmanager"
	"lineman/internal/fake/nameserver"
	"lineman/internal/store/storetest"
)

// waitingAnswer is what REST says of a maintenance of which something waits.
type waitingAnswer struct {
	ID, Status, Trust string
	Pending           []struct {
		Notice, Text string
		NewStatus    string `json:"new_status"`
	}
}

// send asks with a body, and gives the answer's body.
func (s *service) send(t *testing.T, method, path, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Token "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("If-Match", "*")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// TestDoubtfulCancellation brings a signed notice and an unsigned cancellation
// into a running service that asks a name server: the maintenance stays, says
// everywhere that something waits, and has no silence until a person answers.
func TestDoubtfulCancellation(t *testing.T) {
	server, hook, names := alertmanager.Start(t), &hooked{}, nameserver.Start(t, "ntt.net")
	receiver := httptest.NewServer(hook)
	defer receiver.Close()
	in := plain(t, fmt.Sprintf(`trust: {resolver: "%s", untrusted: review}
metrics: {enable: true}
notify:
  destinations:
    - {name: hook, webhook: {url: "%s", secrets: [0123456789abcdef], allow_private: [127.0.0.1]}}
    - {name: quiet, alertmanager: {url: "%s", matchers: '{circuit="{{.Circuit}}"}'}}
  rules:
    - {name: hooks, destination: hook}
    - {name: silences, destination: quiet}
`, names.Addr(), receiver.URL, server.URL()))
	write(t, filepath.Join(in.dir, "circuits"), []byte("cid,provider,type\nLD-7,ntt,Transit\n"))
	in.run(t, "circuits", "import", filepath.Join(in.dir, "circuits"))
	s := in.serve(t)
	token := strings.TrimSpace(in.run(t, "token", "create", "--name", "pusher", "--role", "operator"))
	s.token = token
	silences := func() int { return len(server.Silences()) }
	read := func() (m waitingAnswer) {
		t.Helper()
		_, body := s.get(t, "/api/v1/maintenances/ntt-VNOC-7")
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		return m
	}
	start := time.Now().Add(40 * time.Hour).Truncate(time.Hour)
	s.push(t, token, names.Sign(t, work(1, "CONFIRMED", start)))
	until(t, "the silence", func() bool { return silences() == 1 })
	s.push(t, token, work(2, "CANCELLED", start))
	until(t, "what waits", func() bool { return hook.told() == "new CONFIRMED, pending CONFIRMED" })
	until(t, "no silence", func() bool { return silences() == 0 })

	m := read()
	if m.Status != "CONFIRMED" || m.Trust != "verified" || len(m.Pending) != 1 || m.Pending[0].Text != "CONFIRMED to CANCELLED" || m.Pending[0].NewStatus != "CANCELLED" {
		t.Fatalf("REST: %+v", m)
	}
	if text := in.run(t, "maintenance", "show", "ntt-VNOC-7"); !strings.Contains(text, "sender verified\nPENDING: CONFIRMED to CANCELLED; its sender is unverified: ") {
		t.Errorf("the command line:\n%s", text)
	}
	if _, body := s.get(t, "/calendar/"+s.token+".ics"); !strings.Contains(body, "SUMMARY:PENDING: ntt VNOC-7") {
		t.Errorf("the calendar:\n%s", body)
	}
	_, body := s.send(t, http.MethodPost, "/graphql", token, `{"query":"{circuit_maintenances {status trust pending {trust status text old_windows {start_time} new_windows {start_time}}}}"}`)
	if want := `"status":"CONFIRMED","trust":"verified","pending":[{"trust":"unverified","status":"CANCELLED","text":"CONFIRMED to CANCELLED","old_windows":[{"start_time":`; !strings.Contains(body, want) || !strings.Contains(body, `"new_windows":[]`) {
		t.Errorf("GraphQL: %s", body)
	}
	if n := s.count(t, "/api/v1/notifications?state=needs-review"); n != 1 {
		t.Errorf("%d mails wait", n)
	}

	if code, body := s.send(t, http.MethodPost, "/api/v1/maintenances/ntt-VNOC-7/notices/"+m.Pending[0].Notice+"/reject", token, `{"reason":"they know nothing of it"}`); code != http.StatusOK {
		t.Fatalf("reject: %d %s", code, body)
	}
	until(t, "the silence again", func() bool { return silences() == 1 })
	m2 := read()
	if m2.Status != "CONFIRMED" || len(m2.Pending) != 0 {
		t.Errorf("rejected: %+v", m2)
	}
	if code, body := s.send(t, http.MethodPost, "/api/v1/maintenances/ntt-VNOC-7/notices/"+m.Pending[0].Notice+"/accept", token, `{}`); code != http.StatusOK {
		t.Fatalf("accept: %d %s", code, body)
	}
	until(t, "no silence for good", func() bool { return silences() == 0 })
	if m := read(); m.Status != "CANCELLED" || len(m.Pending) != 0 {
		t.Errorf("accepted: %+v", m)
	}
	if n := s.count(t, "/api/v1/notifications?state=needs-review"); n != 0 {
		t.Errorf("%d mails wait still", n)
	}
	s.stop(t)
}

// TestDoctorOfTrust holds that name servers that are silent are told of, the
// more where signed mail would wait for a person.
func TestDoctorOfTrust(t *testing.T) {
	url := storetest.EmptySQLiteURL(t)
	names := nameserver.Start(t, "ntt.net")
	for settings, want := range map[string][]string{
		fmt.Sprintf("{resolver: %q}", names.Addr()): {
			`ok    trust: the name server 127.0.0.1:\d+ can be asked for DKIM keys$`,
			`ok    trust: trust.authserv_id is not set, so only signatures count`,
		},
		fmt.Sprintf("{resolver: %q, authserv_id: mx.customer.example}", names.Addr()): {
			`ok    trust: the name server`, `ok    trust: the Authentication-Results of mx.customer.example count as well$`,
		},
		`{resolver: "127.0.0.1:1"}`: {
			`warn  trust: the name server 127.0.0.1:1 gave no answer .*, so no DKIM signature can be checked; set trust.resolver`, `ok    trust: `,
		},
		`{resolver: "127.0.0.1:1", untrusted: review}`: {
			`warn  trust: the name server 127.0.0.1:1 gave no answer .*, so signed mail waits for a person as well; set trust.resolver`, `ok    trust: `,
		},
	} {
		t.Run(settings, func(t *testing.T) { admit(t, database(url)+"trust: "+settings+"\n").finds("trust", want...) })
	}
}
