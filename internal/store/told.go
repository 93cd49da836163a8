package store

import (
	"fmt"
	"strings"

	"gorm.io/gorm"

	"lineman/models"
)

// told gives what changed so far, by maintenance in the order of its first
// change.
func (g *graph) told() []models.ReparsedMaintenance { return g.toldFrom(0) }

// toldFrom does so from a place in the list of changes on.
func (g *graph) toldFrom(from int) (all []models.ReparsedMaintenance) {
	place := map[string]int{}
	for _, c := range g.changes[from:] {
		i, known := place[c.MaintenanceID]
		if !known {
			i = len(all)
			place[c.MaintenanceID] = i
			all = append(all, models.ReparsedMaintenance{Name: g.named[c.MaintenanceID]})
		}
		all[i].Changes = append(all[i].Changes, models.Change{Field: c.Field, Old: c.Old, New: c.New})
	}
	return all
}

// nameLinks puts circuit ids in the place of the IDs of circuits in changes of
// links, for people.
func nameLinks(tx *gorm.DB, all []models.ReparsedMaintenance) error {
	var ids []string
	links := eachLink(all, func(c *models.Change) { ids = append(ids, c.Old, c.New) })
	if !links {
		return nil
	}
	rows, err := loadIn[circuitRow](tx.Select("id", "cid"), "id", validIDs(unique(ids)))
	if err != nil {
		return fmt.Errorf("name circuits: %w", err)
	}
	cids := map[string]string{"": ""}
	for _, r := range rows {
		cids[r.ID] = r.CID
	}
	eachLink(all, func(c *models.Change) { c.Old, c.New = cids[c.Old], cids[c.New] })
	return nil
}

// eachLink does f with each change of a link, and reports whether there is one.
func eachLink(all []models.ReparsedMaintenance, f func(*models.Change)) (there bool) {
	for _, m := range all {
		for i := range m.Changes {
			if strings.HasSuffix(m.Changes[i].Field, ".link") {
				f(&m.Changes[i])
				there = true
			}
		}
	}
	return there
}
