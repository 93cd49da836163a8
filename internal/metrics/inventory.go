package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"lineman/models"
)

// inventoryCollector is how the syncs of inventories stand.
type inventoryCollector struct{ o Options }

var (
	syncUpDesc       = prometheus.NewDesc("lineman_inventory_sync_up", "Whether the last sync of an inventory succeeded", []string{"inventory"}, nil)
	syncSuccessDesc  = prometheus.NewDesc("lineman_inventory_sync_last_success_timestamp_seconds", "When an inventory was last synced", []string{"inventory"}, nil)
	syncCircuitsDesc = prometheus.NewDesc("lineman_inventory_sync_circuits", "Circuits that are synced from an inventory: present there, or removed since", []string{"inventory", "state"}, nil)
	syncObjectsDesc  = prometheus.NewDesc("lineman_inventory_sync_objects", "What the last successful sync did, by kind of object", []string{"inventory", "kind", "change"}, nil)
	syncWarningsDesc = prometheus.NewDesc("lineman_inventory_sync_warnings", "What the last successful sync could not take over", []string{"inventory"}, nil)
	syncErrorDesc    = prometheus.NewDesc("lineman_inventory_sync_error_info", "Why the last sync of an inventory failed; absent after a success", []string{"inventory", "reason"}, nil)
	inventoriesUp    = collectorUp("inventories")
)

// Describe sends the descriptions.
func (c *inventoryCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{syncUpDesc, syncSuccessDesc, syncCircuitsDesc, syncObjectsDesc, syncWarningsDesc, syncErrorDesc, inventoriesUp} {
		ch <- d
	}
}

// Collect reads the states.
func (c *inventoryCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	states, err := c.o.Inventories(ctx)
	if err != nil {
		c.o.Logger.Error("metrics could not be read", "collector", "inventories", "error", err)
		ch <- prometheus.MustNewConstMetric(inventoriesUp, prometheus.GaugeValue, 0)
		return
	}
	ch <- prometheus.MustNewConstMetric(inventoriesUp, prometheus.GaugeValue, 1)
	for _, s := range states {
		c.state(ch, s)
	}
}

func (c *inventoryCollector) state(ch chan<- prometheus.Metric, s models.InventoryState) {
	name := value(s.Name)
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{name}, labels...)...)
	}
	up := 1.0
	if s.LastError != "" {
		up = 0
		gauge(syncErrorDesc, 1, reason(s.LastError))
	}
	gauge(syncUpDesc, up)
	gauge(syncCircuitsDesc, float64(s.Circuits), "present")
	gauge(syncCircuitsDesc, float64(s.Removed), "removed")
	timestamp(ch, syncSuccessDesc, s.LastSuccess, name)
	if s.LastSuccess.IsZero() {
		return
	}
	gauge(syncWarningsDesc, float64(len(s.Last.Warnings)))
	for kind, n := range map[string]models.SyncCount{
		"circuit": s.Last.Circuits, "site": s.Last.Sites, "provider": s.Last.Providers, "alias": s.Last.Aliases, "group": s.Last.Groups,
	} {
		gauge(syncObjectsDesc, float64(n.Created), kind, "created")
		gauge(syncObjectsDesc, float64(n.Updated), kind, "updated")
		gauge(syncObjectsDesc, float64(n.Removed), kind, "removed")
		gauge(syncObjectsDesc, float64(n.Unchanged), kind, "unchanged")
	}
}
