package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lineman/internal/store/storetest"
)

// service is a running `lineman serve`.
type service struct {
	cmd   *exec.Cmd
	base  string
	token string
	log   *journal
	done  chan error
}

// journal is what a process wrote so far; it may be read while it is written.
type journal struct {
	mu   sync.Mutex
	text []byte
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text = append(j.text, p...)
	return len(p), nil
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return string(j.text)
}

var readyLine = regexp.MustCompile(`msg=ready url=(\S+)`)

func (in installation) serve(t testing.TB, env ...string) *service {
	t.Helper()
	s := &service{cmd: in.command("serve"), log: &journal{}, done: make(chan error, 1)}
	s.token = strings.TrimSpace(in.run(t, "token", "create", "--name", fmt.Sprint("test-", time.Now().UnixNano()), "--role", "viewer"))
	s.cmd.Env = append(os.Environ(), append([]string{"LINEMAN_LOG_LEVEL=info"}, env...)...)
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	up := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			fmt.Fprintln(s.log, lines.Text())
			if m := readyLine.FindStringSubmatch(lines.Text()); m != nil {
				up <- m[1]
			}
		}
		s.done <- s.cmd.Wait()
	}()
	select {
	case s.base = <-up:
	case err := <-s.done:
		t.Fatalf("serve ended before it was ready: %v\n%s", err, s.log)
	}
	return s
}

// stop ends the service as an init system does.
func (s *service) stop(t testing.TB) {
	t.Helper()
	began := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-s.done; err != nil {
		t.Errorf("serve did not stop cleanly: %v\n%s", err, s.log)
	}
	t.Logf("stopped in %v", time.Since(began))
}

func (s *service) get(t testing.TB, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.token != "" {
		req.Header.Set("Authorization", "Token "+s.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// count gives the count of a list.
func (s *service) count(t testing.TB, path string) int {
	t.Helper()
	code, body := s.get(t, path)
	var list struct {
		Count   *int
		Results []json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &list); code != http.StatusOK || err != nil || list.Count == nil || list.Results == nil {
		t.Fatalf("GET %s: %d %v\n%s", path, code, err, body)
	}
	return *list.Count
}

// until asks again until ok says so; the test's own deadline bounds it.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		if ok() {
			return
		}
		if t.Context().Err() != nil {
			t.Fatalf("never came: %s", what)
		}
	}
}

// TestServe runs the service against an IMAP server on a schedule: records,
// labels, metrics and both APIs follow, new mail comes with the next poll, and
// it stops when it is told to.
func TestServe(t *testing.T) {
	server := mailServer(t, 300)
	in := install(t, server)
	s := in.serve(t, "LINEMAN_SCHEDULE=@every 1s")
	const app = "/api/plugins/circuit-maintenance/"
	until(t, "all mails processed and labelled", func() bool {
		return s.count(t, app+"rawnotification/") == 300 && len(keywords(t, server)) == 300 && labelled(t, server) == 300
	})
	if n := s.count(t, "/api/v1/maintenances"); n != 100 {
		t.Errorf("%d maintenances, want 100", n)
	}
	if n := s.count(t, "/api/v1/maintenances?provider=zayo&limit=5"); n != 25 {
		t.Errorf("%d maintenances of zayo, want 25", n)
	}
	for _, resource := range []string{"parsednotification/", "maintenance/", "circuitimpact/", "note/"} {
		if s.count(t, app+resource) == 0 {
			t.Errorf("%s is empty", resource)
		}
	}
	_, text := s.get(t, "/metrics")
	for _, want := range []string{
		"# HELP circuit_maintenance_status Circuit operational status\n# TYPE circuit_maintenance_status gauge\n",
		`circuit_maintenance_status{circuit="NTT-LD-300014",circuit_type="Transit",provider=`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics lacks %q", want)
		}
	}
	server.Add("INBOX", []byte("From: x@y.example\r\nSubject: one more\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\nhi\r\n"), time.Now())
	until(t, "the new mail", func() bool { return s.count(t, app+"rawnotification/") == 301 })
	s.stop(t)
}

func labelled(t testing.TB, server imapServer) int {
	n := 0
	for _, words := range keywords(t, server) {
		if strings.Contains(words, "m-") {
			n++
		}
	}
	return n
}

func TestServeAsksForAToken(t *testing.T) {
	s := install(t, mailServer(t, 0)).serve(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, body := s.get(t, path); code != http.StatusOK {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	s.token = ""
	for _, path := range []string{"/metrics", "/api/v1/maintenances", "/api/plugins/circuit-maintenance/note/", "/api/plugins/capacity-metrics/app-metrics", "/graphql", "/graphql/schema", "/api/graphql/"} {
		if code, _ := s.get(t, path); code != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d, want 401", path, code)
		}
	}
	s.token = "lm_wrong"
	if code, _ := s.get(t, "/metrics"); code != http.StatusUnauthorized {
		t.Errorf("/metrics with a wrong token: %d, want 401", code)
	}
	s.stop(t)
}

// TestFailedSourceIsSaid has a source with a wrong password beside a good one.
func TestFailedSourceIsSaid(t *testing.T) {
	server := mailServer(t, 10)
	in := install(t, server)
	in.add(t, server, "broken", "wrong-password")
	c := in.command("ingest")
	out, err := c.Output()
	if err == nil || c.ProcessState.ExitCode() != 1 {
		t.Errorf("exit %d, want 1", c.ProcessState.ExitCode())
	}
	for _, want := range []string{"noc: fetched 10, new 10", "broken: FAILED: ", "login refused", "\nfetched 10, new 10"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the summary lacks %q:\n%s", want, out)
		}
	}
	s := in.serve(t)
	_, text := s.get(t, "/metrics")
	for _, want := range []string{`lineman_source_up{source="broken"} 0`, `lineman_source_up{source="noc"} 1`} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics lacks %q", want)
		}
	}
	s.stop(t)
}

// TestTwoReplicas runs two services on one PostgreSQL database; one of them
// stops halfway. Every mail is processed once.
func TestTwoReplicas(t *testing.T) {
	url := storetest.EmptyPostgresURL(t)
	const mails = 600
	server := mailServer(t, mails)
	in := installIn(t, server, t.TempDir(), url)
	first := in.serve(t, "LINEMAN_SCHEDULE=@every 1s")
	second := in.serve(t, "LINEMAN_SCHEDULE=@every 1s")
	const raws = "/api/plugins/circuit-maintenance/rawnotification/"
	until(t, "the first mails", func() bool { return second.count(t, raws) > 0 })
	first.stop(t)
	until(t, "all mails processed and labelled", func() bool {
		return second.count(t, raws) == mails && labelled(t, server) == mails
	})
	if n := second.count(t, "/api/v1/maintenances"); n != mails/3 {
		t.Errorf("%d maintenances, want %d", n, mails/3)
	}
	if n := second.count(t, "/api/plugins/circuit-maintenance/parsednotification/"); n != mails-mails/50 {
		t.Errorf("%d notices, want %d: one for each mail that is no letter", n, mails-mails/50)
	}
	second.stop(t)
}

// TestMissingFolderHoldsUpNobody polls once only: the mail of the folder that
// is there comes whole, page after page, beside one that is not.
func TestMissingFolderHoldsUpNobody(t *testing.T) {
	in := install(t, mailServer(t, 450))
	text, err := os.ReadFile(in.config)
	if err != nil {
		t.Fatal(err)
	}
	with := strings.Replace(string(text), "label_mode:", "folders: [INBOX, Nowhere]\n    label_mode:", 1)
	if err := os.WriteFile(in.config, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
	s := in.serve(t, "LINEMAN_SCHEDULE=0 0 29 2 *")
	until(t, "all mail of the folder that is there", func() bool {
		return s.count(t, "/api/plugins/circuit-maintenance/rawnotification/") == 450
	})
	if _, text := s.get(t, "/metrics"); !strings.Contains(text, `lineman_source_up{source="noc"} 0`) {
		t.Error("a source with a missing folder shows as up")
	}
	s.stop(t)
}
