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
// when they are scraped: requests over HTTP, chat commands and mails that were
// read, by format. Its methods may be called from many goroutines.
type Process struct {
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	commands *prometheus.CounterVec
	lasted   prometheus.Histogram
	parses   *prometheus.CounterVec
	chat     *prometheus.CounterVec
	told     *prometheus.CounterVec
	waited   *prometheus.HistogramVec
	asked    *prometheus.CounterVec
	proposed *prometheus.CounterVec
	now      func() time.Time

	mu     sync.Mutex
	routes map[string]bool
	words  map[string]bool
	reads  map[string]bool
}

// The limits of what is told apart.
const (
	maxRoutes   = 200
	maxCommands = 300
	maxFormats  = 1000
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
			Name: "lineman_chat_commands_total", Help: "Chat commands, by platform, command, subcommand and status",
		}, []string{"platform", "command", "subcommand", "status"}),
		lasted: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lineman_chat_command_seconds", Help: "How long chat commands took",
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 2.5, 10, 30, 120},
		}),
		parses: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lineman_parses_total", Help: "Mails read, by the state they came to and the format that read them or came nearest",
		}, []string{"provider", "format", "state"}),
		chat: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lineman_chat_platform_events_total", Help: "What chat platforms did: requests refused and received, messages sent, calls failed, by kind",
		}, []string{"platform", "event", "kind"}),
		told: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lineman_deliveries_total", Help: "Attempts to deliver announcements, by kind of destination and how they ended",
		}, []string{"kind", "outcome"}),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lineman_delivery_seconds", Help: "From what happened being stored to its being sent, of what was not held for a digest",
			Buckets: []float64{0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600},
		}, []string{"kind"}),
		asked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lineman_propose_questions_total", Help: "Questions to the language model, by outcome",
		}, []string{"outcome"}),
		proposed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lineman_propose_values_total", Help: "Values that the language model proposed, by what became of them",
		}, []string{"result"}),
		now: now, routes: map[string]bool{}, words: map[string]bool{}, reads: map[string]bool{},
	}
}

func (p *Process) collectors() []prometheus.Collector {
	return []prometheus.Collector{p.requests, p.took, p.commands, p.lasted, p.parses, p.chat, p.told, p.waited, p.asked, p.proposed}
}

// Command counts one chat command that came to a status.
func (p *Process) Command(platform, command, subcommand, status string, took time.Duration) {
	command, subcommand = p.pair(p.words, maxCommands, command, subcommand)
	p.commands.WithLabelValues(value(platform), command, subcommand, value(status)).Inc()
	p.lasted.Observe(took.Seconds())
}

// Parsed counts one mail of a provider that came to a state. format is empty
// where none fits.
func (p *Process) Parsed(provider, format, state string) {
	provider, format = p.pair(p.reads, maxFormats, provider, format)
	p.parses.WithLabelValues(provider, format, value(state)).Inc()
}

// pair is bounded for two labels that belong together.
func (p *Process) pair(known map[string]bool, most int, a, b string) (first, second string) {
	a, b = value(a), value(b)
	if p.bounded(known, most, a+"\x00"+b) == others {
		return others, others
	}
	return a, b
}

// Platform counts one thing that a chat platform did. Its kinds are words of
// the platform's own.
func (p *Process) Platform(platform, event, kind string) {
	kind = p.bounded(p.words, maxCommands, value(kind))
	p.chat.WithLabelValues(value(platform), value(event), kind).Inc()
}

// Delivered counts one attempt to deliver an announcement to a kind of
// destination; waited is from its being stored to its being sent, below zero
// where that says nothing.
func (p *Process) Delivered(kind, outcome string, waited time.Duration) {
	p.told.WithLabelValues(value(kind), value(outcome)).Inc()
	if waited >= 0 {
		p.waited.WithLabelValues(value(kind)).Observe(waited.Seconds())
	}
}

// Proposed counts one question to the language model: its outcome, which is one
// of a few words, and of its values those that are shown and the others.
func (p *Process) Proposed(outcome string, shown, refused int) {
	p.asked.WithLabelValues(value(outcome)).Inc()
	p.proposed.WithLabelValues("shown").Add(float64(shown))
	p.proposed.WithLabelValues("refused").Add(float64(refused))
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
