// Package metrics serves Prometheus text: the gauge
// circuit_maintenance_status and lineman's own lineman_ metrics, read from the
// records when they are scraped. It stores nothing and decides nothing about
// access.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lineman/models"
)

// Reader is what is read at scrape time.
type Reader interface {
	ShownCircuits(ctx context.Context, s models.Scope, at time.Time, had string) (models.ShownCircuits, error)
	Maintenances(ctx context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error)
	Standings(ctx context.Context, s models.Scope, statuses []models.Status, after time.Time) ([]models.MaintenanceItem, error)
	MailCounts(ctx context.Context) ([]models.MailCount, error)
	SourceHealths(ctx context.Context) ([]models.SourceHealth, error)
	Backlog(ctx context.Context, labelled []string) (models.Backlog, error)
	TrustCounts(ctx context.Context) ([]models.TrustCount, error)
}

// Options are what the metrics are made of.
type Options struct {
	Reader  Reader
	Enable  bool                                        // serve circuit_maintenance_status
	Labels  map[string]string                           // label → dotted path from the termination; empty: DefaultLabels
	Rules   func(providerSlug string) models.PhaseRules // nil: the defaults
	Now     func() time.Time
	Logger  *slog.Logger
	Version string

	DisabledDefinitions []string // files of provider definitions that are wrong and left out

	// Watching tells for each watched source whether this process watches it
	// and nothing is broken; nil: no source is watched.
	Watching func() map[string]bool

	Process  *Process // what this process counts; nil: nothing
	Labelled []string // names of the sources whose messages are labelled

	// Findings counts the open findings by severity; nil: nobody looks for any.
	Findings func(ctx context.Context) (map[models.Severity]int64, error)

	// Drifts gives the drifts of providers' mail that last; nil: nobody looks
	// for any.
	Drifts func(ctx context.Context) ([]models.Drift, error)

	// Inventories tells how their syncs stand; nil: there are none to tell of.
	Inventories func(context.Context) ([]models.InventoryState, error)

	// Destinations tells how deliveries of announcements go; nil: nothing is
	// announced.
	Destinations func(context.Context) ([]models.DestinationHealth, error)

	// Jobs tells of every kind of job what is due and not begun; nil: there is
	// no queue.
	Jobs func(ctx context.Context) (map[models.JobKind]models.Waiting, error)

	MaxSeries int // of circuit_maintenance_status; 0: 250,000
}

// DefaultLabels are the labels of circuit_maintenance_status unless others are
// set.
func DefaultLabels() map[string]string {
	return map[string]string{
		"circuit": "circuit.cid", "circuit_type": "circuit.type.name", "provider": "circuit.provider.name", "site": "site.name",
	}
}

// The limits of one scrape.
const (
	scrapeWithin     = 10 * time.Second
	maxValue         = 200 // bytes of a label's value
	defaultMaxSeries = 250_000
	maxMails         = 10_000 // series of lineman_mails
	maxDestinations  = 1000
)

// New makes the handler of /metrics. An InputError names a label that
// Prometheus cannot have.
func New(o Options) (http.Handler, error) {
	if o.Reader == nil || o.Now == nil || o.Logger == nil {
		return nil, errors.New("metrics need a Reader, Now and a Logger")
	}
	if o.Rules == nil {
		o.Rules = func(string) models.PhaseRules { return models.PhaseRules{} }
	}
	if o.MaxSeries <= 0 {
		o.MaxSeries = defaultMaxSeries
	}
	own := &ownCollector{o: o}
	members := []prometheus.Collector{
		own, buildInfo(o.Version), disabledDefinitions(o.DisabledDefinitions), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}
	if o.Inventories != nil {
		members = append(members, &inventoryCollector{o})
	}
	if o.Destinations != nil {
		members = append(members, &destinationCollector{o})
	}
	if o.Drifts != nil {
		members = append(members, &driftCollector{o})
	}
	if o.Process != nil {
		members = append(members, o.Process.collectors()...)
	}
	registry := prometheus.NewRegistry()
	for _, m := range members {
		if err := registry.Register(m); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	var all prometheus.Gatherer = registry
	if o.Enable {
		c, err := newCircuits(o)
		if err != nil {
			return nil, err
		}
		all = gatherer{registry, c}
	}
	return promhttp.HandlerFor(all, promhttp.HandlerOpts{
		ErrorLog: errorLog{o.Logger}, ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4,
	}), nil
}

func buildInfo(version string) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "lineman_build_info", Help: "Version of lineman; always 1",
		ConstLabels: prometheus.Labels{"version": value(version), "goversion": runtime.Version()},
	})
	g.Set(1)
	return g
}

func disabledDefinitions(files []string) prometheus.Collector {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "lineman_parser_definition_disabled", Help: "Provider definitions that are wrong and left out, by file; always 1",
	}, []string{"definition"})
	for _, file := range files {
		g.WithLabelValues(value(file)).Set(1)
	}
	return g
}

type errorLog struct{ logger *slog.Logger }

// Println logs what the scrape handler reports.
func (l errorLog) Println(v ...any) { l.logger.Error("scrape failed", "error", fmt.Sprint(v...)) }
