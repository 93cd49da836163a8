package metrics

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"lineman/models"
)

// circuitCollector is circuit_maintenance_status: for each termination 1 =
// operational, 2 = under active maintenance (F46).
type circuitCollector struct {
	o       Options
	paths   [][]string // in the order of the description's labels
	status  *prometheus.Desc
	dropped *prometheus.Desc
	up      *prometheus.Desc
}

var labelRule = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func newCircuitCollector(o Options) (*circuitCollector, error) {
	labels := o.Labels
	if len(labels) == 0 {
		labels = DefaultLabels()
	}
	c := &circuitCollector{o: o}
	names := slices.Sorted(maps.Keys(labels))
	for _, name := range names {
		if !labelRule.MatchString(name) || strings.HasPrefix(name, "__") {
			return nil, models.Invalid("metrics.labels_attached", "%q is no label name; use letters, digits and _, with a letter first", name)
		}
		path := strings.Split(labels[name], ".")
		if _, known := resolve(models.CircuitStatus{}, path); !known {
			o.Logger.Warn("a label's path leads nowhere; its value will be empty", "label", name, "path", labels[name])
		}
		c.paths = append(c.paths, path)
	}
	c.status = prometheus.NewDesc("circuit_maintenance_status", "Circuit operational status", names, nil)
	c.dropped = prometheus.NewDesc("lineman_circuit_series_dropped", "Series of circuit_maintenance_status left out since there are too many", nil, nil)
	c.up = collectorUp("circuits")
	return c, nil
}

// Describe sends the descriptions.
func (c *circuitCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.status
	ch <- c.dropped
	ch <- c.up
}

// Collect sends one sample for each set of labels; when several terminations
// have the same one, the worst value stands.
func (c *circuitCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	rows, err := c.o.Reader.CircuitStatuses(ctx, models.ScopeAll, c.o.Now().UTC())
	if err != nil {
		c.o.Logger.Error("circuit statuses could not be read", "error", err)
		ch <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, 0)
		return
	}
	series, dropped := c.series(rows)
	for _, s := range series {
		ch <- prometheus.MustNewConstMetric(c.status, prometheus.GaugeValue, s.value, s.labels...)
	}
	ch <- prometheus.MustNewConstMetric(c.dropped, prometheus.GaugeValue, float64(dropped))
	ch <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, 1)
}

type sample struct {
	labels []string
	value  float64
}

// series merges rows with equal labels. Beyond the limit, circuits under
// maintenance go first.
func (c *circuitCollector) series(rows []models.CircuitStatus) ([]*sample, int) {
	at := map[string]*sample{}
	var list []*sample
	for _, row := range rows {
		s := &sample{labels: make([]string, len(c.paths)), value: 1}
		if row.Active {
			s.value = 2
		}
		for i, path := range c.paths {
			text, _ := resolve(row, path)
			s.labels[i] = value(text)
		}
		key := strings.Join(s.labels, "\x00")
		if had, twice := at[key]; twice {
			had.value = max(had.value, s.value)
			continue
		}
		at[key] = s
		list = append(list, s)
	}
	active, idle := partition(list)
	all := append(active, idle...)
	if len(all) <= c.o.MaxSeries {
		return all, 0
	}
	return all[:c.o.MaxSeries], len(all) - c.o.MaxSeries
}

func partition(list []*sample) (active, idle []*sample) {
	for _, s := range list {
		if s.value == 2 {
			active = append(active, s)
		} else {
			idle = append(idle, s)
		}
	}
	return active, idle
}

// value makes any text fit for a label: UTF-8, of bounded length.
func value(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, string(utf8.RuneError)), "\x00", "")
	if len(text) <= maxValue {
		return text
	}
	text = text[:maxValue]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text
}
