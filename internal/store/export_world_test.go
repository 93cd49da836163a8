package store

import (
	"context"
	"fmt"
	"time"

	"lineman/models"
)

// FillWorld writes sites, circuits between two of them, and maintenances of
// one window and three circuits each, spread evenly over a span of time. It
// goes below the rules of the fold, since only readers look at it.
func (s *Store) FillWorld(ctx context.Context, sites, circuits, maintenances int, from, to time.Time) error {
	return s.write(ctx, "fill a world", func(w *work) error {
		var providers []string
		if err := w.Model(&providerRow{}).Order("slug").Pluck("id", &providers).Error; err != nil {
			return err
		}
		now := at(s.clock())
		var siteRows []siteRow
		for i := range sites {
			name := fmt.Sprintf("Site %d", i)
			siteRows = append(siteRows, siteRow{ID: newID(), Name: name, CreatedAt: now, UpdatedAt: now})
		}
		var circuitRows []circuitRow
		var ends []terminationRow
		for i := range circuits {
			cid := fmt.Sprintf("CKT-%06d", i)
			c := circuitRow{ID: newID(), ProviderID: providers[i%len(providers)], CID: cid, CIDKey: models.CIDKey(cid), Status: "active", CreatedAt: now, UpdatedAt: now}
			circuitRows = append(circuitRows, c)
			ends = append(ends,
				terminationRow{ID: newID(), CircuitID: c.ID, Side: models.SideA, SiteID: ref(siteRows[i%sites].ID)},
				terminationRow{ID: newID(), CircuitID: c.ID, Side: models.SideZ, SiteID: ref(siteRows[(i/7+1)%sites].ID)})
		}
		step := to.Sub(from) / time.Duration(maintenances)
		var records []maintenanceRow
		var windows []windowRow
		var impacts []impactRow
		for i := range maintenances {
			start := from.Add(step * time.Duration(i))
			id := fmt.Sprintf("TTN-%06d", i)
			m := models.Maintenance{
				ID: newID(), ProviderID: providers[i%len(providers)], Key: id, Generation: 1, Name: "p-" + id, ExternalID: id, Status: models.RecordStatuses[i%5],
				Summary: "Splicing of a cable in the north of the town", Organizer: "noc@carrier.example", Accounts: []string{"ACME"}, Revision: 3, CreatedAt: now.Time, UpdatedAt: now.Time,
				Windows: []models.Window{{Ordinal: 1, Kind: models.WindowPrimary, Status: models.RecordStatuses[i%5], Start: start, End: start.Add(4 * time.Hour)}},
			}
			for c := range 3 {
				r := circuitRows[(i+c*len(providers))%circuits] // of the same provider
				m.Windows[0].Impacts = append(m.Windows[0].Impacts, models.WindowImpact{CID: r.CID, Account: "ACME", Impact: models.Impacts[(i+c)%4]})
				impacts = append(impacts, impactRow{
					ID: newID(), MaintenanceID: m.ID, Position: c, CID: r.CID, CIDKey: r.CIDKey, Account: "ACME", Impact: string(models.Impacts[(i+c)%4]),
					CircuitID: ref(r.ID), CreatedAt: now, UpdatedAt: now,
				})
			}
			records = append(records, newMaintenanceRow(m, newID()))
			windows = append(windows, newWindowRow(m.ID, m.Windows[0]))
		}
		for _, f := range []func() error{
			func() error { return insert(w.DB, siteRows) }, func() error { return insert(w.DB, circuitRows) }, func() error { return insert(w.DB, ends) },
			func() error { return insert(w.DB, records) }, func() error { return insert(w.DB, windows) }, func() error { return insert(w.DB, impacts) },
		} {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	})
}
