package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lineman/internal/metrics"
	"lineman/models"
)

// counted has seen one request that took two seconds, and one command.
func counted() *metrics.Process {
	now := noon
	p := metrics.NewProcess(func() time.Time { return now })
	h := p.Watch(func(*http.Request, int) string { return "/api/v1/maintenances" }, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		now = now.Add(2 * time.Second)
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	p.Command("terminal", "maintenance", "list", "succeeded", 2*time.Second)
	p.Parsed("zayo", "zayo/html", "parsing-failed")
	return p
}

// However many words askers make up, the series stay few.
func TestCountersAreBounded(t *testing.T) {
	p := metrics.NewProcess(func() time.Time { return noon })
	h := p.Watch(func(r *http.Request, status int) string { return fmt.Sprint(r.URL.Path, " ", status) }, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "ok") // without a status it is 200
	}))
	for i := range 5000 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(fmt.Sprint("X", i), fmt.Sprint("/", i, strings.Repeat("x", 1000)), http.NoBody))
		p.Command("terminal", fmt.Sprint("word\xff", i%3), fmt.Sprint("word\xff", i), "failed", 0)
		p.Parsed(fmt.Sprint("provider", i), fmt.Sprint("provider/", i), "parsed")
		p.Proposed([]string{"answered", "failed"}[i%2], 3, 1)
	}
	text := scrape(t, &memory{}, func(o *metrics.Options) { o.Process = p })
	for name, most := range map[string]int{"lineman_http_requests_total{": 201, "lineman_http_request_seconds_count{": 201, "lineman_chat_commands_total{": 301, "lineman_parses_total{": 1001, "lineman_propose_questions_total{": 2, "lineman_propose_values_total{": 2} {
		if n := strings.Count(text, name); n != most {
			t.Errorf("%d series of %s}, want %d", n, name, most)
		}
	}
	for _, want := range []string{
		`lineman_http_requests_total{method="(other)",route="(other)",status="2xx"} 4800`, `lineman_chat_commands_total{command="(other)",platform="terminal",status="failed",subcommand="(other)"} 4700`,
		`lineman_parses_total{format="(other)",provider="(other)",state="parsed"} 4000`,
		`lineman_propose_questions_total{outcome="failed"} 2500`, `lineman_propose_values_total{result="shown"} 15000`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// A mailbox full of made-up circuits and providers cannot make a scrape that
// no Prometheus takes.
func TestLabelBomb(t *testing.T) {
	r := &memory{}
	for i := range 20_000 {
		c := circuit(fmt.Sprint(i, strings.Repeat("🛠", 300)), "T", fmt.Sprint("P", i), i == 19_999, strings.Repeat("s", 5000))
		r.circuits = append(r.circuits, c)
		r.mails = append(r.mails, mailCount(fmt.Sprint("provider", i)))
	}
	text := scrape(t, r, func(o *metrics.Options) { o.MaxSeries = 5000 })
	if n := strings.Count(text, "\ncircuit_maintenance_status{"); n != 5000 {
		t.Errorf("%d series of circuits", n)
	}
	if n := strings.Count(text, "\nlineman_mails{"); n != 10_001 {
		t.Errorf("%d series of mails", n)
	}
	if !strings.Contains(text, "\nlineman_circuit_series_dropped 15000\n") {
		t.Error("what was left out is not told")
	}
	if !strings.Contains(text, `"} 2`+"\n") {
		t.Error("the circuit under maintenance was left out")
	}
	if len(text) > 8<<20 {
		t.Errorf("%d bytes", len(text))
	}
}

func mailCount(provider string) models.MailCount {
	return models.MailCount{Source: "noc", Provider: provider, State: models.StateParsed, Count: 1}
}
