package store

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// Circuits lists circuits in scope by provider and CID, with provider,
// terminations and sites; total counts all that the filter fits. Page.After
// are the provider's slug, the CID's key and the ID of a circuit.
func (s *Store) Circuits(ctx context.Context, scope models.Scope, f models.CircuitFilter) (circuits []models.Circuit, total int, err error) {
	err = s.read(ctx, "read circuits", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB {
			q := where(tx.Table("circuits x").Joins("JOIN providers pr ON pr.id = x.provider_id"), v.circuits("x.id"))
			if f.CID != "" {
				q = q.Where("x.cid_key = ?", models.CIDKey(f.CID))
			}
			if len(f.Providers) > 0 {
				q = q.Where("pr.slug IN ?", each(f.Providers, nameKey))
			}
			if len(f.Types) > 0 {
				q = q.Where("x.type_name IN ?", f.Types)
			}
			if len(f.Sites) > 0 {
				q = q.Where("x.id IN (SELECT e.circuit_id FROM terminations e JOIN sites w ON w.id = e.site_id WHERE w.name IN ?)", f.Sites)
			}
			return narrowCircuits(s, filterCircuits(q, f), f)
		}
		rows, n, err := listed[circuitRow](query, keyset{{"pr.slug", byText, false}, {"x.cid_key", byText, false}, {"x.id", byText, false}}, f.Page, "x.*")
		if err != nil {
			return err
		}
		circuits, total = each(rows, circuitRow.model), n
		return fillCircuits(tx, circuits, readSurroundings(tx))
	})
	return circuits, total, err
}

// filterCircuits filters by what only scripts and pages ask for.
func filterCircuits(q *gorm.DB, f models.CircuitFilter) *gorm.DB {
	q = withIDs(q, "x.id", f.IDs)
	if len(f.Ends) > 0 {
		q = where(q, in("x.id IN (SELECT e.circuit_id FROM terminations e WHERE e.id IN ?)", validIDs(f.Ends)))
	}
	if f.Named != "" {
		key := models.CIDKey(f.Named)
		q = q.Where("(x.cid_key = ? OR x.id IN (SELECT al.circuit_id FROM aliases al WHERE al.alias_key = ?))", key, key)
	}
	if len(f.CIDs) > 0 {
		q = q.Where("x.cid_key IN ?", each(f.CIDs, models.CIDKey))
	}
	if len(f.Statuses) > 0 {
		q = q.Where("x.status IN ?", f.Statuses)
	}
	if len(f.Tenants) > 0 {
		q = q.Where("x.tenant IN ?", f.Tenants)
	}
	if len(f.Tags) > 0 {
		q = q.Where("x.id IN (SELECT circuit_id FROM circuit_tags WHERE tag IN ?)", f.Tags)
	}
	return containing(q, f.Query, "LOWER(x.cid_key)", "LOWER(x.description)")
}

// narrowCircuits filters by what an inventory says of circuits.
func narrowCircuits(s *Store, q *gorm.DB, f models.CircuitFilter) *gorm.DB {
	end, narrow := q.Session(&gorm.Session{NewDB: true}).Table("terminations e").Select("e.circuit_id"), false
	for _, by := range []struct {
		column string
		values []string
	}{{"e.device", f.Devices}, {"e.interface", f.Interfaces}, {"e.cable", f.Cables}} {
		if len(by.values) > 0 {
			end, narrow = end.Where(by.column+" IN ?", by.values), true
		}
	}
	if narrow {
		q = q.Where("x.id IN (?)", end)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		if s.dialect == dialectPostgres {
			q = q.Where("x.custom_fields ->> ? = ?", name, f.Fields[name])
		} else {
			q = q.Where("EXISTS (SELECT 1 FROM json_each(x.custom_fields) j WHERE j.key = ? AND j.value = ?)", name, f.Fields[name])
		}
	}
	if f.Removed != nil && *f.Removed {
		q = q.Where("x.removed_at IS NOT NULL")
	}
	if f.Removed != nil && !*f.Removed {
		q = q.Where("x.removed_at IS NULL")
	}
	return q
}

// surroundings give what circuits share, by ID.
type surroundings struct {
	providers func(ids []string) (map[string]models.Provider, error)
	sites     func(ids []string) (map[string]models.Site, error)
}

func readSurroundings(tx *gorm.DB) surroundings {
	return surroundings{
		func(ids []string) (map[string]models.Provider, error) { return loadProvidersByID(tx, ids) },
		func(ids []string) (map[string]models.Site, error) { return loadSites(tx, ids) },
	}
}

// loadCircuits reads circuits whole, by ID.
func loadCircuits(tx *gorm.DB, ids []string, around surroundings) (map[string]*models.Circuit, error) {
	rows, err := loadIn[circuitRow](tx, "id", validIDs(unique(ids)))
	if err != nil {
		return nil, err
	}
	circuits := each(rows, circuitRow.model)
	if err := fillCircuits(tx, circuits, around); err != nil {
		return nil, err
	}
	byID := make(map[string]*models.Circuit, len(circuits))
	for i := range circuits {
		byID[circuits[i].ID] = &circuits[i]
	}
	return byID, nil
}

// fillCircuits loads provider, tags, terminations and sites of circuits, in a
// fixed number of statements.
func fillCircuits(tx *gorm.DB, circuits []models.Circuit, around surroundings) error {
	if len(circuits) == 0 {
		return nil
	}
	byID := make(map[string]*models.Circuit, len(circuits))
	var ids, providerIDs, siteIDs []string
	for i := range circuits {
		byID[circuits[i].ID] = &circuits[i]
		ids, providerIDs = append(ids, circuits[i].ID), append(providerIDs, circuits[i].ProviderID)
	}
	providers, err := around.providers(unique(providerIDs))
	if err != nil {
		return err
	}
	for i := range circuits {
		circuits[i].Provider = providers[circuits[i].ProviderID]
	}
	tags, err := loadIn[circuitTagRow](tx.Order("circuit_id, tag"), "circuit_id", ids)
	if err != nil {
		return err
	}
	for _, t := range tags {
		c := byID[t.CircuitID]
		c.Tags = append(c.Tags, t.Tag)
	}
	ends, err := loadIn[terminationRow](tx.Order("circuit_id, side"), "circuit_id", ids)
	if err != nil {
		return err
	}
	for _, e := range ends {
		siteIDs = append(siteIDs, string(e.SiteID))
	}
	sites, err := around.sites(validIDs(unique(siteIDs)))
	if err != nil {
		return err
	}
	for _, e := range ends {
		t := e.model()
		t.Site = sites[t.SiteID]
		c := byID[e.CircuitID]
		c.Terminations = append(c.Terminations, t)
	}
	return nil
}

func loadSites(tx *gorm.DB, ids []string) (map[string]models.Site, error) {
	ids = validIDs(unique(ids))
	rows, err := loadIn[siteRow](tx, "id", ids)
	if err != nil {
		return nil, err
	}
	tags, err := loadIn[siteTagRow](tx.Order("site_id, tag"), "site_id", ids)
	if err != nil {
		return nil, err
	}
	sites := make(map[string]models.Site, len(rows))
	for _, r := range rows {
		sites[r.ID] = r.model()
	}
	for _, t := range tags {
		site := sites[t.SiteID]
		site.Tags = append(site.Tags, t.Tag)
		sites[t.SiteID] = site
	}
	return sites, nil
}

func loadProvidersByID(tx *gorm.DB, ids []string) (map[string]models.Provider, error) {
	rows, err := loadIn[providerRow](tx, "id", ids)
	if err != nil {
		return nil, err
	}
	all, err := fillProviders(tx, rows)
	byID := make(map[string]models.Provider, len(all))
	for _, p := range all {
		byID[p.ID] = p
	}
	return byID, err
}
