package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// load finds and locks everything that the writes touch: first the providers,
// in the order that all transactions share, then the groups.
func (e *editing) load(writes []models.Write) (err error) {
	if e.whole, err = wholeProviders(e.w.DB, e.sight); err != nil {
		return fmt.Errorf("read the scope: %w", err)
	}
	e.targets, e.creators = make([]string, len(writes)), make([]models.Identity, len(writes))
	var providers, ids []string
	for i, write := range writes {
		provider, err := e.find(i, write)
		if err != nil {
			return &models.WriteError{Index: i, Err: err}
		}
		providers = append(providers, provider)
		if e.targets[i] != "" {
			ids = append(ids, e.targets[i])
		}
	}
	if err := e.graph.loadProviders(providers); err != nil {
		return fmt.Errorf("load providers: %w", err)
	}
	var identities []models.Identity
	for i, write := range writes {
		if write.Create != nil {
			id, err := e.identity(e.creators[i].ProviderID, *write.Create)
			if err != nil {
				return &models.WriteError{Index: i, Err: err}
			}
			e.creators[i] = id
			identities = append(identities, e.creators[i])
		}
	}
	return e.loadGroups(ids, identities)
}

func (e *editing) loadGroups(ids []string, identities []models.Identity) error {
	// Read again: only under the lock of its provider does a record stay in its group.
	rows, err := loadIn[maintenanceRow](e.w.Select("id", "group_id"), "id", unique(ids))
	if err != nil {
		return fmt.Errorf("look for records: %w", err)
	}
	groups := each(rows, func(r maintenanceRow) string { return r.GroupID })
	known, err := e.graph.loadIdentities(unique(identities))
	if err != nil {
		return fmt.Errorf("look for identities: %w", err)
	}
	for _, k := range known {
		groups = append(groups, k.GroupID)
	}
	if err := e.graph.loadGroups(unique(groups)); err != nil {
		return err
	}
	if err := e.loadBare(groups); err != nil {
		return err
	}
	e.records = map[string]*record{}
	for _, home := range e.graph.groups {
		for _, r := range home.records {
			e.records[r.model.ID] = r
		}
	}
	return e.graph.links.preload(nil, e.graph.notices)
}

// loadBare reads groups whose identities were given up: they are known by
// their records alone.
func (e *editing) loadBare(groups []string) error {
	bare := slices.DeleteFunc(unique(groups), func(id string) bool { return e.graph.byID[id] != nil })
	if len(bare) == 0 {
		return nil
	}
	if err := e.graph.loadRecords(bare); err != nil {
		return fmt.Errorf("load records: %w", err)
	}
	return nil
}

// find looks up what a write is about and gives its provider.
func (e *editing) find(i int, write models.Write) (providerID string, err error) {
	if write.Create != nil {
		p, err := e.provider(write.Create.Provider)
		if err != nil {
			return "", err
		}
		if !e.sight.all && !e.whole[p] {
			return "", fmt.Errorf("a record of this provider: %w", models.ErrDenied)
		}
		e.creators[i].ProviderID = p
		return p, nil
	}
	row, err := e.maintenance(write.Maintenance)
	e.targets[i] = row.ID
	return row.ProviderID, err
}

// maintenance finds a record in sight by ID or name.
func (e *editing) maintenance(idOrName string) (row maintenanceRow, err error) {
	q := where(e.w.Table("maintenances m"), e.sight.maintenances())
	if isID(idOrName) {
		q = q.Where("m.id = ?", idOrName)
	} else {
		q = q.Where("m.name_key = ?", short(nameKey(idOrName)))
	}
	err = q.Select("m.*").Order("m.merged_into, m.id").Limit(1).Take(&row).Error
	return row, found(err, "maintenance %q", idOrName)
}

// provider finds a provider by ID, slug or name; without one it is the
// people's own, which is made when it is not there.
func (e *editing) provider(text string) (string, error) {
	var row providerRow
	q := e.w.Table("providers")
	switch {
	case text == "":
		own := providerRow{
			ID: newID(), Slug: models.OwnProvider, Name: "Own work", NameKey: nameKey("Own work"), CreatedAt: at(e.now), UpdatedAt: at(e.now),
		}
		if err := e.w.Clauses(clause.OnConflict{DoNothing: true}).Create(&own).Error; err != nil {
			return "", err
		}
		q = q.Where("slug = ?", models.OwnProvider)
	case isID(text):
		q = q.Where("id = ?", text)
	default:
		q = q.Where("slug = ? OR name_key = ?", nameKey(text), nameKey(text))
	}
	err := q.Limit(1).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", models.Invalid("provider", "there is no provider %q; import it first, or leave it out for work of your own", text)
	}
	return row.ID, err
}

// identity is that of the mail that will tell of a record that a person makes.
func (e *editing) identity(providerID string, c models.Creation) (models.Identity, error) {
	p, n := e.graph.providers[providerID], models.Notice{MaintenanceID: tidy(c.ID), Account: tidy(c.Account)}
	if p.IDsPerAccount && n.Account == "" {
		return models.Identity{}, models.Invalid("account", "the ids of %s are unique only within an account; name the account", p.Slug)
	}
	return identityOf(p, n), nil
}

// create gives the record that a person makes: a new one, or one that was
// deleted.
func (e *editing) create(id models.Identity, c models.Creation) (*record, error) {
	home := e.graph.byKey[id].end()
	if home == nil {
		home = e.graph.newGroup(id.ProviderID)
		e.graph.byKey[id] = home
		e.graph.freshKeys = append(e.graph.freshKeys, id)
	}
	for _, r := range home.records {
		if !r.model.Deleted {
			return nil, models.Invalid("maintenance_id", "there is a maintenance %s already; change that one", r.model.Name)
		}
	}
	if len(home.records) > 0 {
		return home.records[len(home.records)-1], nil
	}
	m := models.Maintenance{ID: newID(), Generation: 1, Key: id.Key, ExternalID: tidy(c.ID)}
	m.Name = maintenanceName(e.graph.providers[id.ProviderID].Slug, m)
	var n int64
	if err := e.w.Table("maintenances").Where("name_key = ? AND deleted = ?", short(nameKey(m.Name)), false).Count(&n).Error; err != nil {
		return nil, err
	}
	taken := slices.ContainsFunc(e.graph.groups, func(g *group) bool {
		return slices.ContainsFunc(g.records, func(r *record) bool { return !r.stored && strings.EqualFold(r.model.Name, m.Name) })
	})
	if perAccount := e.graph.providers[id.ProviderID].IDsPerAccount; !perAccount && (n > 0 || taken) {
		return nil, models.Invalid("maintenance_id", "there is a maintenance %s already; change that one", m.Name)
	}
	r := newRecord(home, m)
	home.records = append(home.records, r)
	return r, nil
}

// mergeKey finds the identity that a record is to be merged into.
func (e *editing) mergeKey(r *record, target string) (string, error) {
	row, err := e.maintenance(target)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return "", models.Invalid("into", "there is no maintenance %q", target)
	case err != nil:
		return "", err
	case row.ID == r.model.ID:
		return "", models.Invalid("into", "a maintenance cannot be merged into itself")
	case row.ProviderID != r.model.ProviderID:
		return "", models.Invalid("into", "%s is another provider's", row.Name)
	case row.MergedInto != "":
		return "", models.Invalid("into", "%s was merged itself; name the one that it was merged into", row.Name)
	}
	return row.Key, nil
}

// inSight reports whether a circuit of the inventory may be seen.
func (e *editing) inSight(circuitID string) (bool, error) {
	var n int64
	if !isID(circuitID) {
		return false, nil
	}
	q := func() *gorm.DB { return e.w.Table("circuits x").Where("x.id = ?", circuitID) }
	err := where(q(), e.sight.circuits("x.id")).Count(&n).Error
	return n > 0, err
}
