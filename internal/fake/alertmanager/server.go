// Package alertmanager runs a private Alertmanager for tests: the Debian
// server, with a configuration of its own, in a temporary folder, on a free
// loopback port. Nothing of a system-wide one is used or touched.
package alertmanager

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const binary = "prometheus-alertmanager"

// Server is an Alertmanager that tells nobody of alerts.
type Server struct {
	t      testing.TB
	client *http.Client
	base   string
	log    string
}

// Start starts an Alertmanager and stops it when the test ends. The test is
// skipped where none is installed.
func Start(t testing.TB) *Server {
	t.Helper()
	path, err := exec.LookPath(binary)
	if err != nil {
		t.Skip("no Alertmanager: install prometheus-alertmanager or run make test")
	}
	dir := t.TempDir()
	s := &Server{t: t, client: &http.Client{}, log: filepath.Join(dir, "log")}
	s.must(os.WriteFile(filepath.Join(dir, "alertmanager.yml"), []byte("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"), 0o600))
	for range 5 { // a port can be taken between the look and the start
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		s.must(err)
		address := ln.Addr().String()
		s.must(ln.Close())
		s.base = "http://" + address
		if s.launch(path, dir, address) {
			return s
		}
	}
	t.Fatalf("Alertmanager does not start:\n%s", s.Log())
	return nil
}

// launch starts the server and waits until it is ready; false when it ended.
func (s *Server) launch(path, dir, address string) bool {
	log, err := os.Create(s.log)
	s.must(err)
	cmd := exec.Command(path, "--config.file="+filepath.Join(dir, "alertmanager.yml"), "--storage.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address, "--cluster.listen-address=")
	cmd.Stdout, cmd.Stderr = log, log
	s.must(cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // what matters is that it ended
		_ = log.Close()
		close(ended)
	}()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return false
		case <-tick.C:
		}
		r, err := s.client.Get(s.base + "/-/ready")
		if err != nil {
			continue
		}
		_ = r.Body.Close() // its status says all
		if r.StatusCode == http.StatusOK {
			s.t.Cleanup(func() {
				_ = cmd.Process.Kill() // it may have ended by itself
				<-ended
				if s.t.Failed() {
					s.t.Logf("Alertmanager's log:\n%s", s.Log())
				}
			})
			return true
		}
	}
}

// URL is where the server is.
func (s *Server) URL() string { return s.base }

// Log is what the server wrote.
func (s *Server) Log() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		s.t.Errorf("read Alertmanager's log: %v", err)
	}
	return string(text)
}

// Alert fires an alert that lasts an hour.
func (s *Server) Alert(labels map[string]string) {
	s.t.Helper()
	s.call(http.MethodPost, "/api/v2/alerts", []map[string]any{{"labels": labels, "endsAt": time.Now().Add(time.Hour)}}, nil)
}

// Alert is a current alert, with the silences that keep it quiet.
type Alert struct {
	Labels map[string]string
	Status struct {
		State      string // active, suppressed or unprocessed
		SilencedBy []string
	}
}

// Alerts are the current ones.
func (s *Server) Alerts() (list []Alert) {
	s.t.Helper()
	s.call(http.MethodGet, "/api/v2/alerts", nil, &list)
	return list
}

// Silence is one of its silences.
type Silence struct {
	ID        string
	StartsAt  time.Time
	EndsAt    time.Time
	CreatedBy string
	Comment   string
	Matchers  []struct {
		Name, Value      string
		IsRegex, IsEqual bool
	}
	Status struct{ State string }
}

// Silences are those that are not expired.
func (s *Server) Silences() (list []Silence) {
	s.t.Helper()
	var all []Silence
	s.call(http.MethodGet, "/api/v2/silences", nil, &all)
	for _, one := range all {
		if one.Status.State != "expired" {
			list = append(list, one)
		}
	}
	return list
}

func (s *Server) call(method, path string, in, out any) {
	s.t.Helper()
	body, err := json.Marshal(in)
	s.must(err)
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, bytes.NewReader(body))
	s.must(err)
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(r)
	s.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	s.must(err)
	if answer.StatusCode != http.StatusOK {
		s.must(fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, text))
	}
	if out != nil {
		s.must(json.Unmarshal(text, out))
	}
}

func (s *Server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}
