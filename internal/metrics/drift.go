package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	driftDesc = prometheus.NewDesc("lineman_mail_drifts", "Where the mail of a provider is not any more what it usually is, by kind: failing, field, silent", []string{"provider", "kind"}, nil)
	driftsUp  = collectorUp("drifts")
)

// maxDrifts bounds the providers that have a series of their own; the others
// are counted together.
const maxDrifts = 200

// driftCollector counts drifts that last.
type driftCollector struct{ o Options }

// Describe sends the descriptions.
func (c *driftCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- driftDesc
	ch <- driftsUp
}

// Collect reads the drifts.
func (c *driftCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	all, err := c.o.Drifts(ctx)
	up := 1.0
	if err != nil {
		c.o.Logger.Error("metrics could not be read", "collector", driftsUp.String(), "error", err)
		up = 0
	}
	ch <- prometheus.MustNewConstMetric(driftsUp, prometheus.GaugeValue, up)
	sums := map[[2]string]int{}
	for _, d := range all {
		key := [2]string{value(d.Provider), string(d.Kind)}
		if _, had := sums[key]; !had && len(sums) >= maxDrifts {
			key[0] = "(other)"
		}
		sums[key]++
	}
	for key, n := range sums {
		ch <- prometheus.MustNewConstMetric(driftDesc, prometheus.GaugeValue, float64(n), key[0], key[1])
	}
}
