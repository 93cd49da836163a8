package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"

	"lineman/api/calendar"
	"lineman/api/rest"
	"lineman/chatops/command"
	"lineman/internal/access"
	"lineman/internal/metrics"
	"lineman/models"
)

// metricsPaths are where the metrics are served; the second is where scripts
// for the Nautobot app look.
var metricsPaths = []string{"/metrics", "/api/plugins/capacity-metrics/app-metrics", "/api/plugins/capacity-metrics/app-metrics/"}

// handler joins everything that answers over HTTP, behind the gate.
func (a *App) handler() (http.Handler, error) {
	mux, _, err := a.routes()
	if err != nil {
		return nil, err
	}
	gate, err := a.gate(mux)
	if err != nil {
		return nil, err
	}
	return a.counted.Watch(routeOf, gate), nil
}

// board is a mux that knows the routes of its handlers.
type board struct {
	*http.ServeMux
	routes map[string]bool
}

// Handle adds a handler: with the routes that it names, or with its pattern.
func (b *board) Handle(pattern string, h http.Handler) {
	b.ServeMux.Handle(pattern, h)
	routes := []string{pattern}
	if many, ok := h.(interface{ Routes() []string }); ok {
		routes = many.Routes()
	}
	for _, r := range routes {
		b.routes[strings.TrimSuffix(strings.TrimSuffix(r, "{$}"), "/")] = true
	}
}

// routes are all handlers there are, and the routes that they answer.
func (a *App) routes() (http.Handler, map[string]bool, error) {
	var announcer rest.Announcer
	if a.announcer != nil {
		announcer = a.announcer.desk
	}
	api, err := rest.New(rest.Options{
		Announcer: announcer,
		Review:    a.desk(), Matching: a.store, Proposer: a.asking(),
		Reader: a.store, Writer: a.store, Accounts: a.accounts(), Chat: a.chatDesk(), Push: a.pipeline, Ready: a.store.Ping,
		Now: a.Now, Logger: a.Logger, BaseURL: a.Config.HTTP.PublicURL, Version: a.Version,
		Rules: a.habits.of, Source: a.sourceSetting, Neighbours: neighbours(),
	})
	if err != nil {
		return nil, nil, err
	}
	figures, err := a.metrics()
	if err != nil {
		return nil, nil, err
	}
	feed, err := calendar.New(calendar.Options{Reader: a.store, Principal: access.PrincipalOf, Now: a.Now, Logger: a.Logger})
	if err != nil {
		return nil, nil, err
	}
	queries, err := a.graphql()
	if err != nil {
		return nil, nil, err
	}
	mux := &board{http.NewServeMux(), map[string]bool{}}
	mux.Handle("/", api)
	mux.Handle("GET "+consentPath, http.HandlerFunc(a.consentAnswer))
	mux.Handle(calendar.Path, feed)
	chat, err := a.openChat()
	if err != nil {
		return nil, nil, err
	}
	chat.mount(mux)
	for _, p := range graphqlPaths {
		mux.Handle(p, queries)
	}
	for _, p := range metricsPaths {
		mux.Handle("GET "+p, figures)
	}
	return mux, mux.routes, nil
}

// gate decides who may ask for what, before every handler.
func (a *App) gate(next http.Handler) (http.Handler, error) {
	web := a.Config.HTTP
	proxies, err := access.ParseProxies(web.TrustedProxies)
	if err != nil {
		return nil, models.Invalid("http.trusted_proxies", "%v", err)
	}
	passwords, err := access.NewPasswords(access.PasswordOptions{Users: a.store, Random: rand.Reader, Now: a.Now, Logger: a.Logger})
	if err != nil {
		return nil, fmt.Errorf("set the check of passwords up: %w", err)
	}
	gate, err := access.NewGate(access.GateOptions{
		Rules: access.Rules(a.Config.Metrics.Public), Tokens: access.Tokens{Reader: a.store}, Passwords: passwords, Open: a.OpenAccess,
		Now: a.Now, Logger: a.Logger, PerToken: web.RatePerToken, PerAddress: web.RatePerAddress, Proxies: proxies,
		HTTPS: strings.HasPrefix(web.PublicURL, "https:"),
	}, next)
	if err != nil {
		return nil, fmt.Errorf("set the gate up: %w", err)
	}
	return gate, nil
}

// sourceSetting is what the configuration says of a source, for scripts of the
// Nautobot app. Without providers it reads for all.
func (a *App) sourceSetting(name string) rest.SourceSetting {
	for _, c := range a.Config.Sources {
		if c.Name == name {
			return rest.SourceSetting{AttachAll: c.AttachAllProviders || len(c.Providers) == 0, Providers: c.Providers}
		}
	}
	return rest.SourceSetting{}
}

// openFindings counts the open findings by severity.
func (a *App) openFindings(ctx context.Context) (map[models.Severity]int64, error) {
	counts, err := a.store.FindingCounts(ctx)
	bySeverity := map[models.Severity]int64{}
	for _, c := range counts {
		bySeverity[c.Severity] += c.Count
	}
	return bySeverity, err
}

func (a *App) metrics() (http.Handler, error) {
	queue, err := a.newQueue(nil)
	if err != nil {
		return nil, err
	}
	o := metrics.Options{
		Reader: a.store, Enable: a.Config.Metrics.Enable, Labels: a.Config.Metrics.LabelsAttached.Map(),
		Rules: a.habits.of, Now: a.Now, Logger: a.Logger, Version: a.Version,
		DisabledDefinitions: a.disabled, Watching: a.pipeline.Watching,
		Process: a.counted, Labelled: a.labelled(), Findings: a.openFindings, Drifts: a.openDrifts, Jobs: queue.Waiting,
		Inventories: a.configuredInventories,
	}
	if a.announcer != nil {
		o.Destinations = a.announcer.desk.Destinations
	}
	h, err := metrics.New(o)
	if err != nil {
		return nil, fmt.Errorf("set the metrics up: %w", err)
	}
	return h, nil
}

// labelled names the sources whose messages are labelled.
func (a *App) labelled() []string {
	var names []string
	for _, c := range a.Config.Sources {
		if len(c.Labels) > 0 && c.LabelMode != "none" && c.Mode != "shadow" {
			names = append(names, c.Name)
		}
	}
	return names
}

func (a *App) commandOptions() command.Options {
	o := command.Options{
		Reader: a.store, Writer: a.store, Accounts: a.store, Random: rand.Reader,
		Rules: a.habits.of, Now: a.Now, Zone: a.location, Version: a.Version, Review: a.desk(),
	}
	if a.announcer != nil {
		o.Announcer = a.announcer.desk
	}
	return o
}
