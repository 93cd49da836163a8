package metrics

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Process counts what this process does, beside the records that are read
// when they are scraped: requests over HTTP and chat commands. Its methods may
// be called from many goroutines.
type Process struct {
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	commands *prometheus.CounterVec
	now      func() time.Time

	mu     sync.Mutex
	routes map[string]bool
	words  map[string]bool
}

// The limits of what is told apart.
const (
	maxRoutes   = 200
	maxCommands = 300
	others      = "(other)"
)

// NewProcess makes the counters; they are served by a handler of New that is
// given them.
func NewProcess(now func() time.Time) *Process {
	return &Process{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lineman_http_requests_total", Help: "Requests answered over HTTP, by route, method and class of status",
		}, []string{"route", "method", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lineman_http_request_seconds", Help: "How long requests over HTTP took, by route",
			Buckets: []float64{0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10},
		}, []string{"route"}),
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lineman_chat_commands_total", Help: "Chat commands, by command and outcome",
		}, []string{"command", "outcome"}),
		now: now, routes: map[string]bool{}, words: map[string]bool{},
	}
}

func (p *Process) collectors() []prometheus.Collector {
	return []prometheus.Collector{p.requests, p.took, p.commands}
}

// Command counts one chat command.
func (p *Process) Command(command, outcome string) {
	p.commands.WithLabelValues(p.bounded(p.words, maxCommands, value(command)), value(outcome)).Inc()
}

// Watch counts the requests that next answers. route names the route of a
// request once it was answered with a status; it must not hold what the asker
// made up.
func (p *Process) Watch(route func(r *http.Request, status int) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := p.now()
		seen := &watched{ResponseWriter: w}
		defer func() {
			name := p.bounded(p.routes, maxRoutes, value(route(r, seen.code())))
			p.requests.WithLabelValues(name, method(r.Method), strconv.Itoa(seen.code()/100)+"xx").Inc()
			p.took.WithLabelValues(name).Observe(p.now().Sub(began).Seconds())
		}()
		next.ServeHTTP(seen, r)
	})
}

// bounded gives a label that is known or still has room, else one for all
// others.
func (p *Process) bounded(known map[string]bool, most int, label string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !known[label] {
		if len(known) >= most {
			return others
		}
		known[label] = true
	}
	return label
}

var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// method is the method of a request; an asker can make any word up.
func method(m string) string {
	if slices.Contains(methods, m) {
		return m
	}
	return others
}

// watched notes the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the first final status.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap gives the writer below to http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *watched) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
