package app

import (
	"context"
	"fmt"
	"net/http"

	"lineman/api/calendar"
	"lineman/api/rest"
	"lineman/chatops/command"
	"lineman/internal/metrics"
	"lineman/models"
)

// metricsPaths are where the metrics are served; the second is where scripts
// for the Nautobot app look.
var metricsPaths = []string{"/metrics", "/api/plugins/capacity-metrics/app-metrics", "/api/plugins/capacity-metrics/app-metrics/"}

// handler joins everything that answers over HTTP.
func (a *App) handler() (http.Handler, error) {
	auth := rest.Tokens{Reader: a.store}
	api, err := rest.New(rest.Options{
		Reader: a.store, Writer: a.store, Auth: auth, Open: a.OpenAccess, Push: a.pipeline, Ready: a.store.Ping,
		Now: a.Now, Logger: a.Logger, BaseURL: a.Config.HTTP.PublicURL, Version: a.Version,
		Rules: a.habits.of, Source: a.sourceSetting,
	})
	if err != nil {
		return nil, err
	}
	figures, err := a.metrics()
	if err != nil {
		return nil, err
	}
	if !a.Config.Metrics.Public {
		figures = rest.Guard(rest.GuardOptions{Auth: auth, Open: a.OpenAccess, Whole: true, Logger: a.Logger}, figures)
	}
	feed, err := calendar.New(calendar.Options{Reader: a.store, Tokens: a.store, Open: a.OpenAccess, Now: a.Now, Logger: a.Logger})
	if err != nil {
		return nil, err
	}
	queries, err := a.graphql(auth)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", api)
	mux.HandleFunc("GET "+consentPath, a.consentAnswer)
	mux.Handle(calendar.Path, feed)
	for _, p := range graphqlPaths {
		mux.Handle(p, queries)
	}
	for _, p := range metricsPaths {
		mux.Handle("GET "+p, figures)
	}
	return a.counted.Watch(routeOf, mux), nil
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
	h, err := metrics.New(metrics.Options{
		Reader: a.store, Enable: a.Config.Metrics.Enable, Labels: a.Config.Metrics.LabelsAttached.Map(),
		Rules: a.habits.of, Now: a.Now, Logger: a.Logger, Version: a.Version,
		DisabledDefinitions: a.disabled, Watching: a.pipeline.Watching,
		Process: a.counted, Labelled: a.labelled(), Findings: a.openFindings, Jobs: queue.Waiting,
		Inventories: a.configuredInventories,
	})
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
	return command.Options{Reader: a.store, Rules: a.habits.of, Now: a.Now, Zone: a.location, Version: a.Version}
}
