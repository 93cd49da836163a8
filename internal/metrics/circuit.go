package metrics

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"lineman/models"
)

// circuits is circuit_maintenance_status: for each termination 1 =
// operational, 2 = under active maintenance (F46). There may be very many, so
// they become a family at once and not one by one through a collector.
type circuits struct {
	o       Options
	names   []string   // of the labels, sorted
	paths   [][]string // in the order of the names
	dropped *prometheus.Desc
	up      *prometheus.Desc
	kept    atomic.Pointer[labelled] // nil: nothing
}

var labelRule = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func newCircuits(o Options) (*circuits, error) {
	labels := o.Labels
	if len(labels) == 0 {
		labels = DefaultLabels()
	}
	c := &circuits{o: o, names: slices.Sorted(maps.Keys(labels))}
	for _, name := range c.names {
		if !labelRule.MatchString(name) || strings.HasPrefix(name, "__") {
			return nil, models.Invalid("metrics.labels_attached", "%q is no label name; use letters, digits and _, with a letter first", name)
		}
		path := strings.Split(labels[name], ".")
		if _, known := resolve(&models.CircuitStatus{}, path); !known {
			o.Logger.Warn("a label's path leads nowhere; its value will be empty", "label", name, "path", labels[name])
		}
		c.paths = append(c.paths, path)
	}
	c.dropped = prometheus.NewDesc("lineman_circuit_series_dropped", "Series of circuit_maintenance_status left out since there are too many", nil, nil)
	c.up = collectorUp("circuits")
	return c, nil
}

// gather reads the circuits. The family is nil when there are none, or they
// cannot be read; metrics tell of it and of what was left out.
func (c *circuits) gather() (family *dto.MetricFamily, metrics constant) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	l, active, err := c.read(ctx)
	if err != nil {
		c.o.Logger.Error("circuit statuses could not be read", "error", err)
		return nil, constant{prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, 0)}
	}
	series, dropped := l.series(active, c.o.MaxSeries)
	return c.family(series), constant{
		prometheus.MustNewConstMetric(c.dropped, prometheus.GaugeValue, float64(dropped)),
		prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, 1),
	}
}

// family makes one of samples, in few pieces of memory.
func (c *circuits) family(list []sample) *dto.MetricFamily {
	if len(list) == 0 {
		return nil
	}
	n := len(c.names)
	pairs, pointers := make([]dto.LabelPair, n*len(list)), make([]*dto.LabelPair, n*len(list))
	metrics, gauges := make([]dto.Metric, len(list)), make([]dto.Gauge, len(list))
	all := make([]*dto.Metric, len(list))
	for i := range list {
		for k := range n {
			at := i*n + k
			pairs[at].Name, pairs[at].Value = &c.names[k], &list[i].labels[k]
			pointers[at] = &pairs[at]
		}
		gauges[i].Value = &list[i].value
		metrics[i].Label, metrics[i].Gauge = pointers[i*n:(i+1)*n:(i+1)*n], &gauges[i]
		all[i] = &metrics[i]
	}
	return &dto.MetricFamily{
		Name: new(statusName), Help: new("Circuit operational status"), Type: dto.MetricType_GAUGE.Enum(), Metric: all,
	}
}

const statusName = "circuit_maintenance_status"

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
