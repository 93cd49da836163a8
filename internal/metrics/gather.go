package metrics

import (
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// gatherer joins what collectors give with the circuits, read side by side.
type gatherer struct {
	collected prometheus.Gatherer
	circuits  *circuits
}

// Gather implements prometheus.Gatherer. Families are sorted by name; the
// circuits in theirs are not.
func (g gatherer) Gather() ([]*dto.MetricFamily, error) {
	var family *dto.MetricFamily
	var metrics constant
	read := make(chan struct{})
	go func() {
		defer close(read)
		family, metrics = g.circuits.gather()
	}()
	own, err := g.collected.Gather()
	<-read
	if err != nil {
		return own, err
	}
	told := prometheus.NewRegistry()
	if err := told.Register(metrics); err != nil {
		return own, err
	}
	ready := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return own, nil })
	all, err := prometheus.Gatherers{ready, told}.Gather()
	if family != nil {
		at, _ := slices.BinarySearchFunc(all, family, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
		all = slices.Insert(all, at, family)
	}
	return all, err
}

// constant is a collector of metrics that are known.
type constant []prometheus.Metric

// Describe sends the descriptions.
func (c constant) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range c {
		ch <- m.Desc()
	}
}

// Collect sends the metrics.
func (c constant) Collect(ch chan<- prometheus.Metric) {
	for _, m := range c {
		ch <- m
	}
}
