package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// ImportCircuits creates and updates circuits by provider and CID without
// regard to case, all or none. Providers (slug or name) and sites must be
// there; circuit types are created. An empty value leaves what is there. The
// first bad row is an InputError with its line.
//
// Maintenances that wait for a circuit which the import brings are linked to
// it: their note is closed, a Change tells of it, and the labels of the mail
// become due.
func (s *Store) ImportCircuits(ctx context.Context, rows []models.CircuitRow) (models.ImportResult, error) {
	return importRows(ctx, s, "circuits", rows, newCircuitImport)
}

// ExportCircuits lists all circuits by provider and CID, as an import takes
// them.
func (s *Store) ExportCircuits(ctx context.Context) ([]models.CircuitRow, error) {
	var all []models.CircuitRow
	err := s.read(ctx, "read circuits", func(tx *gorm.DB) error {
		circuits, err := allCircuits(tx)
		for _, c := range circuits {
			row := models.CircuitRow{
				CID: c.CID, Provider: c.Provider.Slug, Type: c.Type, Status: c.Status,
				Description: c.Description, Tenant: c.Tenant, Tags: c.Tags,
			}
			for _, t := range c.Terminations {
				if t.Side == models.SideA {
					row.SiteA, row.XConnectA = t.Site.Name, t.XConnect
				} else {
					row.SiteZ, row.XConnectZ = t.Site.Name, t.XConnect
				}
			}
			all = append(all, row)
		}
		return err
	})
	return all, err
}

func allCircuits(tx *gorm.DB) ([]models.Circuit, error) {
	var rows []circuitRow
	err := tx.Table("circuits x").Select("x.*").Joins("JOIN providers pr ON pr.id = x.provider_id").
		Order("pr.slug, x.cid_key").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	circuits := each(rows, circuitRow.model)
	return circuits, fillCircuits(tx, circuits, readSurroundings(tx))
}

type circuitImport struct {
	w         *work
	providers providerNames
	sites     map[string]models.Site
	circuits  map[models.Identity]models.Circuit
	lines     map[models.Identity]int
	types     map[string]bool // new ones
	dirty     []models.Circuit
	result    models.ImportResult
}

func newCircuitImport(w *work) (*circuitImport, error) {
	i := &circuitImport{
		w: w, circuits: map[models.Identity]models.Circuit{}, lines: map[models.Identity]int{}, types: map[string]bool{},
	}
	var err error
	if i.providers, err = lockProviders(w); err != nil {
		return nil, err
	}
	circuits, err := allCircuits(w.DB)
	if err != nil {
		return nil, err
	}
	for _, c := range circuits {
		i.circuits[models.Identity{ProviderID: c.ProviderID, Key: models.CIDKey(c.CID)}] = c
	}
	i.sites, err = allSites(w.DB)
	return i, err
}

func (i *circuitImport) take(row models.CircuitRow) error {
	where := lineField(row.Line)
	cid := tidy(row.CID)
	if models.CIDKey(cid) == "" {
		return models.Invalid(where, "the cid is missing; every circuit needs one")
	}
	if len(cid) > maxKey/2 {
		return models.Invalid(where, "the cid has %d bytes, more than the %d that fit; correct it", len(cid), maxKey/2)
	}
	provider, err := i.providers.find(where, row.Provider)
	if err != nil {
		return err
	}
	key := models.Identity{ProviderID: provider.ID, Key: models.CIDKey(cid)}
	if line, again := i.lines[key]; again {
		return models.Invalid(where, "circuit %s of %s is on line %d already; leave one of them out", cid, provider.Slug, line)
	}
	i.lines[key] = row.Line
	c, known := i.circuits[key]
	if !known {
		c = models.Circuit{ID: newID(), ProviderID: provider.ID, CreatedAt: i.w.s.clock()}
	}
	changed, err := i.update(&c, cid, row)
	if err != nil {
		return err
	}
	switch {
	case !known:
		i.result.Created++
	case changed:
		i.result.Updated++
	default:
		i.result.Unchanged++
		return nil
	}
	i.dirty = append(i.dirty, c)
	return nil
}

func (i *circuitImport) update(c *models.Circuit, cid string, row models.CircuitRow) (changed bool, err error) {
	changed = setText(&c.CID, cid)
	if kind := tidy(row.Type); kind != "" {
		i.types[kind] = true
		changed = setText(&c.Type, kind) || changed
	}
	changed = setText(&c.Status, tidy(row.Status)) || changed
	changed = setText(&c.Description, tidy(row.Description)) || changed
	changed = setText(&c.Tenant, tidy(row.Tenant)) || changed
	changed = setTags(&c.Tags, row.Tags) || changed
	for _, end := range []struct{ side, site, xconnect string }{
		{models.SideA, row.SiteA, row.XConnectA}, {models.SideZ, row.SiteZ, row.XConnectZ},
	} {
		site, xconnect := tidy(end.site), tidy(end.xconnect)
		if site == "" && xconnect == "" {
			continue
		}
		siteID := ""
		if site != "" {
			found, known := i.sites[site]
			if !known {
				return false, models.Invalid(lineField(row.Line), "there is no site %q; import it first, or correct the name", site)
			}
			siteID = found.ID
		}
		changed = setEnd(c, end.side, siteID, xconnect) || changed
	}
	return changed, nil
}

// setEnd sets one termination and reports a change.
func setEnd(c *models.Circuit, side, siteID, xconnect string) bool {
	for n := range c.Terminations {
		if t := &c.Terminations[n]; t.Side == side {
			changed := setText(&t.SiteID, siteID)
			return setText(&t.XConnect, xconnect) || changed
		}
	}
	ends := append([]models.Termination{}, c.Terminations...)
	c.Terminations = append(ends, models.Termination{ID: newID(), CircuitID: c.ID, Side: side, SiteID: siteID, XConnect: xconnect})
	return true
}

func (i *circuitImport) changedProviders() []string {
	return unique(each(i.dirty, func(c models.Circuit) string { return c.ProviderID }))
}

// finish saves the circuits and links what waits for them.
func (i *circuitImport) finish() (models.ImportResult, error) {
	if err := i.saveTouching(models.CauseImport); err != nil {
		return i.result, err
	}
	return i.result, relink(i.w, i.changedProviders(), nil)
}

// saveTouching saves and has the findings computed anew of where circuits end
// and ended.
func (i *circuitImport) saveTouching(cause models.Cause) error {
	ids := each(i.dirty, func(c models.Circuit) string { return c.ID })
	if err := i.w.touchCircuits(cause, ids); err != nil {
		return fmt.Errorf("look for sites and groups: %w", err)
	}
	if err := i.save(); err != nil {
		return err
	}
	if err := i.w.touchCircuits(cause, ids); err != nil {
		return fmt.Errorf("look for sites and groups: %w", err)
	}
	return nil
}

func (i *circuitImport) save() error {
	now := at(i.w.s.clock())
	var kinds []circuitTypeRow
	for kind := range i.types {
		kinds = append(kinds, circuitTypeRow{Name: kind, CreatedAt: now})
	}
	err := chunks(kinds, func(part []circuitTypeRow) error {
		return i.w.Clauses(clause.OnConflict{DoNothing: true}).Create(&part).Error
	})
	if err != nil {
		return fmt.Errorf("save circuit types: %w", err)
	}
	var rows []circuitRow
	var tags []circuitTagRow
	var ends []terminationRow
	var ids []string
	for _, c := range i.dirty {
		ids = append(ids, c.ID)
		rows = append(rows, circuitRowOf(c, now))
		for _, t := range c.Tags {
			tags = append(tags, circuitTagRow{CircuitID: c.ID, Tag: t})
		}
		for _, t := range c.Terminations {
			ends = append(ends, terminationRowOf(c.ID, t))
		}
	}
	if err := upsert(i.w.DB, rows); err != nil {
		return fmt.Errorf("save circuits: %w", err)
	}
	if err := replaceOwned(i.w.DB, "circuit_id", ids, tags); err != nil {
		return fmt.Errorf("save tags: %w", err)
	}
	if err := replaceOwned(i.w.DB, "circuit_id", ids, ends); err != nil {
		return fmt.Errorf("save terminations: %w", err)
	}
	return nil
}
