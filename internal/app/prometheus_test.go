package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const noPrometheus = "no Prometheus: install Debian's package prometheus or run make test"

// prometheus is a real server that scrapes a service with the shipped rules.
type prometheus struct {
	base string
	log  string
}

func startPrometheus(t *testing.T, s *service) prometheus {
	t.Helper()
	binary, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip(noPrometheus)
	}
	rules, err := filepath.Abs(filepath.Join("..", "..", "deploy", "prometheus", "lineman.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	target, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`global: {scrape_interval: 1s, evaluation_interval: 1s}
scrape_configs:
  - job_name: lineman
    authorization: {credentials: %q}
    static_configs: [{targets: [%q]}]
  - job_name: app
    metrics_path: /api/plugins/capacity-metrics/app-metrics/
    authorization: {credentials: %q}
    static_configs: [{targets: [%q]}]
rule_files: [%q]
`, s.token, target.Host, s.token, target.Host, rules)
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	p := prometheus{base: "http://" + address, log: filepath.Join(dir, "log")}
	log, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		log.Close()
	})
	return p
}

// ask asks the server's API; false when it does not answer.
func (p prometheus) ask(ctx context.Context, path string, v any) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, http.NoBody)
	if err != nil {
		return false
	}
	client := &http.Client{Timeout: 5 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK && json.NewDecoder(resp.Body).Decode(v) == nil
}

// values gives the samples of a query, by job and the labels that are named.
func (p prometheus) values(ctx context.Context, query string, labels ...string) map[string]string {
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if !p.ask(ctx, "/api/v1/query?query="+url.QueryEscape(query), &answer) {
		return nil
	}
	all := map[string]string{}
	for _, r := range answer.Data.Result {
		key := []string{r.Metric["job"]}
		for _, l := range labels {
			key = append(key, r.Metric[l])
		}
		all[strings.Join(key, " ")] = fmt.Sprint(r.Value[1])
	}
	return all
}

// TestPrometheusScrapes has a real Prometheus scrape a running service at both
// of its paths and evaluate the shipped alerts.
func TestPrometheusScrapes(t *testing.T) {
	server := mailServer(t, 0)
	server.Add("INBOX", planned(time.Now().Add(-time.Hour)), time.Now())
	in := install(t, server)
	in.attach(t, "{circuit: circuit.cid, circuit_type: circuit.circuit_type.name, provider: circuit.provider.name, a_gone: site.nothing.name, region: site.region.name, site: location.name}")
	for _, f := range []struct{ kind, text string }{
		{"sites", "name,region\n\"Zürich \"\"West\"\"\",Europe\nOslo,\n"},
		{"circuits", "cid,provider,type,site_a,site_z\nLD-9,ntt,Wave,,\nLD-10,ntt,,,\nLD\\11,ntt,Wave,\"Zürich \"\"West\"\"\",Oslo\n"},
	} {
		file := filepath.Join(in.dir, f.kind+"-own.csv")
		if err := os.WriteFile(file, []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
		in.run(t, f.kind, "import", file)
	}
	in.run(t, "ingest")
	s := in.serve(t)
	p := startPrometheus(t, s)
	ctx := t.Context()
	until(t, "both paths are scraped", func() bool {
		up := p.values(ctx, "up")
		return up["lineman"] == "1" && up["app"] == "1"
	})
	// Of work that goes on, on a circuit that ends nowhere; of one with two ends.
	for query, want := range map[string]string{
		`circuit_maintenance_status{circuit="LD-9",circuit_type="Wave",provider="ntt",site=""}`:         "2",
		`circuit_maintenance_status{circuit="LD-10",circuit_type="",provider="ntt",site=""}`:            "1",
		`circuit_maintenance_status{circuit="LD\\11",a_gone="",region="Europe",site="Zürich \"West\""}`: "1",
		`circuit_maintenance_status{circuit="LD\\11",a_gone="",region="",site="Oslo"}`:                  "1",
		`count by (job) (circuit_maintenance_status{circuit="LD\\11"})`:                                 "2",
		`lineman_jobs_waiting{kind="retain"}`:                                                           "0",
		`lineman_collector_up{collector="jobs"}`:                                                        "1",
		`lineman_maintenance_phase{phase="running"}`:                                                    "1",
		`lineman_mails{source="noc",provider="ntt",state="parsed"}`:                                     "1",
		`lineman_queue_waiting{queue="mails"}`:                                                          "0",
	} {
		got := p.values(ctx, query)
		if len(got) != 2 || got["lineman"] != want || got["app"] != want {
			t.Errorf("%s: %v, want %s of both jobs", query, got, want)
		}
	}
	until(t, "the alerts are evaluated", func() bool {
		var answer struct {
			Data struct {
				Groups []struct {
					Rules []struct{ Name, Health, LastError string }
				}
			}
		}
		if !p.ask(ctx, "/api/v1/rules", &answer) {
			return false
		}
		n := 0
		for _, g := range answer.Data.Groups {
			for _, r := range g.Rules {
				if r.Health == "err" {
					t.Fatalf("%s: %s", r.Name, r.LastError)
				}
				if r.Health == "ok" {
					n++
				}
			}
		}
		return n >= 10
	})
	s.stop(t)
}

// attach sets the labels of the gauge.
func (in installation) attach(t *testing.T, labels string) {
	t.Helper()
	text, err := os.ReadFile(in.config)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "metrics: {enable: true}", "metrics: {enable: true, labels_attached: "+labels+"}", 1)
	if err := os.WriteFile(in.config, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLabelsThatPrometheusCannotHave: a label that is illegal, or there twice,
// is refused at the start with a sentence that names it.
func TestLabelsThatPrometheusCannotHave(t *testing.T) {
	in := install(t, mailServer(t, 0))
	start := "metrics: {enable: true, labels_attached: "
	in.attach(t, "{}")
	before := "{}"
	for labels, word := range map[string]string{
		"{circuit-id: circuit.cid}": "circuit-id", "{__name__: circuit.cid}": "__name__", "{1st: circuit.cid}": "1st",
		"{circuit: circuit.cid, circuit: site.name}": "circuit", "{circuit: \"circuit cid\"}": "labels_attached.circuit",
	} {
		text, err := os.ReadFile(in.config)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(in.config, []byte(strings.Replace(string(text), start+before, start+labels, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		before = labels
		c := in.command("serve")
		out, err := c.CombinedOutput()
		if c.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), word) {
			t.Errorf("%s: %v: %s", labels, err, out)
		}
	}
}
