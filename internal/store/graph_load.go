package store

import (
	"fmt"

	"lineman/models"
)

// loadProviders reads and locks providers, in an order that all transactions
// share.
func (g *graph) loadProviders(ids []string) error {
	ids = validIDs(unique(ids))
	var rows []providerRow
	if len(ids) == 0 {
		return nil
	}
	if err := locked(g.w.s, g.w.DB).Where("id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		g.providers[r.ID] = r.model()
	}
	return nil
}

// load reads every group that the notices can belong to: fresh ones by
// identity, superseded id and UID, affected ones as they are stored.
func (g *graph) load(fresh, affected []*noticeRow) error {
	var keys []models.Identity
	for _, n := range fresh {
		keys = append(keys, g.keysOf(n)...)
	}
	sameUID, err := g.loadByUID(fresh)
	if err != nil {
		return fmt.Errorf("load notices by UID: %w", err)
	}
	for _, rows := range [][]*noticeRow{affected, sameUID} {
		for _, n := range rows {
			keys = append(keys, models.Identity{ProviderID: n.ProviderID, Key: n.Key})
		}
	}
	identities, err := g.loadIdentities(unique(keys))
	if err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	ids := make([]string, len(identities))
	for i, r := range identities {
		ids[i] = r.GroupID
	}
	if err := g.loadGroups(unique(ids)); err != nil {
		return err
	}
	return g.links.preload(fresh, g.notices)
}

// loadByUID reads notices that have the UID of a fresh one.
func (g *graph) loadByUID(fresh []*noticeRow) ([]*noticeRow, error) {
	var providers, uids []string
	for _, n := range fresh {
		if hasUID(n.UID) {
			providers, uids = append(providers, n.ProviderID), append(uids, n.UID)
		}
	}
	rows, err := loadIn[noticeRow](g.w.Where(isWithUID).Where("superseded = ? AND provider_id IN ?", false, unique(providers)), "uid", unique(uids))
	all := make([]*noticeRow, len(rows))
	for i := range rows {
		all[i] = g.adopt(&rows[i])
	}
	return all, err
}

func (g *graph) loadIdentities(keys []models.Identity) ([]identityRow, error) {
	var providers, texts []string
	wanted := make(map[models.Identity]bool, len(keys))
	for _, k := range keys {
		providers, texts = append(providers, k.ProviderID), append(texts, k.Key)
		wanted[k] = true
	}
	rows, err := loadIn[identityRow](g.w.Where("provider_id IN ?", unique(providers)), "key", unique(texts))
	var exact []identityRow
	for _, r := range rows {
		if wanted[models.Identity{ProviderID: r.ProviderID, Key: r.Key}] {
			exact = append(exact, r)
		}
	}
	return exact, err
}

// loadGroups reads groups with all their identities, notices and records.
func (g *graph) loadGroups(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	identities, err := loadIn[identityRow](g.w.DB, "group_id", ids)
	if err != nil {
		return fmt.Errorf("load identities of groups: %w", err)
	}
	var providers, keys []string
	for _, r := range identities {
		home := g.byID[r.GroupID]
		if home == nil {
			home = &group{id: r.GroupID, provider: r.ProviderID, stored: true}
			g.groups, g.byID[home.id] = append(g.groups, home), home
		}
		g.byKey[models.Identity{ProviderID: r.ProviderID, Key: r.Key}] = home
		providers, keys = append(providers, r.ProviderID), append(keys, r.Key)
	}
	if err := g.loadProviders(g.missingProviders(providers)); err != nil {
		return fmt.Errorf("load providers of groups: %w", err)
	}
	if err := g.loadNotices(unique(providers), unique(keys)); err != nil {
		return fmt.Errorf("load notices of groups: %w", err)
	}
	if err := g.loadRecords(ids); err != nil {
		return fmt.Errorf("load records of groups: %w", err)
	}
	return nil
}

func (g *graph) missingProviders(ids []string) []string {
	var missing []string
	for _, id := range unique(ids) {
		if _, known := g.providers[id]; !known {
			missing = append(missing, id)
		}
	}
	return missing
}

func (g *graph) loadNotices(providers, keys []string) error {
	rows, err := loadIn[noticeRow](g.w.Where("superseded = ? AND provider_id IN ?", false, providers).Order("id"), "key", keys)
	for i := range rows {
		n := g.adopt(&rows[i])
		if home := g.of(n); home != nil {
			home.add(n)
		}
	}
	return err
}

// loadRecords reads the stored maintenances of groups whole.
func (g *graph) loadRecords(groups []string) error {
	rows, err := loadIn[maintenanceRow](locked(g.w.s, g.w.DB.Order("id")), "group_id", groups)
	if err != nil || len(rows) == 0 {
		return err
	}
	ids := make([]string, len(rows))
	byID := make(map[string]*record, len(rows))
	for i, r := range rows {
		home := g.byID[r.GroupID]
		if home == nil { // identities that were given up
			home = &group{id: r.GroupID, provider: r.ProviderID, stored: true}
			g.groups, g.byID[home.id] = append(g.groups, home), home
		}
		rec := newRecord(home, r.model())
		rec.stored = true
		home.records = append(home.records, rec)
		ids[i], byID[r.ID] = r.ID, rec
	}
	windows, err := loadIn[windowRow](g.w.Order("maintenance_id, ordinal"), "maintenance_id", ids)
	for _, r := range windows {
		m := &byID[r.MaintenanceID].model
		m.Windows = append(m.Windows, r.model())
	}
	if err != nil {
		return err
	}
	return g.loadParts(ids, byID)
}

func (g *graph) loadParts(ids []string, byID map[string]*record) error {
	impacts, err := loadIn[impactRow](g.w.Order("maintenance_id, position"), "maintenance_id", ids)
	if err != nil {
		return err
	}
	for _, r := range impacts {
		rec := byID[r.MaintenanceID]
		rec.model.Circuits = append(rec.model.Circuits, r.model())
		rec.impacts[impactKey{r.Account, r.CIDKey}] = r
	}
	notes, err := loadIn[noteRow](g.w.Order("created_at, id"), "maintenance_id", ids)
	if err != nil {
		return err
	}
	for _, r := range notes {
		byID[r.MaintenanceID].notes[noteKey(r)] = r
	}
	edits, err := loadIn[editRow](g.w.Order("at, id"), "maintenance_id", ids)
	for _, r := range edits {
		rec := byID[r.MaintenanceID]
		rec.edits = append(rec.edits, r.model())
	}
	return err
}
