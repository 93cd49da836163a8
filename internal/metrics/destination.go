package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"lineman/models"
)

// destinationCollector is how deliveries of announcements go.
type destinationCollector struct{ o Options }

var (
	destinationLabels  = []string{"destination", "kind"}
	destinationUp      = prometheus.NewDesc("lineman_destination_up", "Whether the last attempt to deliver to a destination succeeded", destinationLabels, nil)
	destinationSuccess = prometheus.NewDesc("lineman_destination_last_success_timestamp_seconds", "When something was last delivered to a destination", destinationLabels, nil)
	destinationWaiting = prometheus.NewDesc("lineman_destination_waiting", "Deliveries that wait: due ones, and those that are held for a digest or the end of quiet hours", append([]string{"state"}, destinationLabels...), nil)
	destinationAge     = prometheus.NewDesc("lineman_destination_oldest_seconds", "How long the oldest delivery to a destination is due; 0 when none is", destinationLabels, nil)
	destinationsUp     = collectorUp("destinations")
)

// Describe sends the descriptions.
func (c *destinationCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{destinationUp, destinationSuccess, destinationWaiting, destinationAge, destinationsUp} {
		ch <- d
	}
}

// Collect reads how they do; of very many, those that wait for most.
func (c *destinationCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	list, err := c.o.Destinations(ctx)
	if err != nil {
		c.o.Logger.Error("metrics could not be read", "collector", "destinations", "error", err)
		ch <- prometheus.MustNewConstMetric(destinationsUp, prometheus.GaugeValue, 0)
		return
	}
	ch <- prometheus.MustNewConstMetric(destinationsUp, prometheus.GaugeValue, 1)
	seen := map[string]bool{}
	for _, d := range list {
		if name := value(d.Name); !seen[name] && len(seen) < maxDestinations {
			seen[name] = true
			c.destination(ch, d, name)
		}
	}
}

func (c *destinationCollector) destination(ch chan<- prometheus.Metric, d models.DestinationHealth, name string) {
	kind := value(d.Kind)
	gauge := func(desc *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, append(labels, name, kind)...)
	}
	if d.LastError != "" && d.LastErrorAt.After(d.LastSuccess) {
		gauge(destinationUp, 0)
	} else if !d.LastSuccess.IsZero() {
		gauge(destinationUp, 1)
	}
	if !d.LastSuccess.IsZero() {
		gauge(destinationSuccess, float64(d.LastSuccess.UnixMicro())/1e6)
	}
	gauge(destinationWaiting, float64(d.Due.Count), "due")
	gauge(destinationWaiting, float64(d.Waiting-d.Due.Count), "held")
	age := 0.0
	if !d.Due.Oldest.IsZero() {
		age = max(0, c.o.Now().Sub(d.Due.Oldest).Seconds())
	}
	gauge(destinationAge, age)
}
