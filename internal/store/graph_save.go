package store

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// save writes what changed in memory.
func (g *graph) save() error {
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"identities", g.saveIdentities},
		{"maintenances", g.saveRecords},
		{"windows", g.saveWindows},
		{"circuits", g.saveCircuits},
		{"notes", g.saveNotes},
		{"notices", g.saveNotices},
		{"what waits for a person", g.saveHeld},
		{"changes", func() error { return insert(g.w.DB, g.changes) }},
		{"sites and groups", g.saveStirred},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

func (g *graph) saveIdentities() error {
	for _, k := range unique(g.freedKeys) {
		if err := g.w.Where("provider_id = ? AND key = ?", k.ProviderID, k.Key).Delete(&identityRow{}).Error; err != nil {
			return err
		}
	}
	var rows []identityRow
	for _, k := range unique(g.freshKeys) {
		if g.byKey[k] == nil {
			continue // given up again
		}
		rows = append(rows, identityRow{ProviderID: k.ProviderID, Key: k.Key, GroupID: g.byKey[k].end().id, CreatedAt: at(g.now)})
	}
	return upsert(g.w.DB, rows)
}

// all gives the records that are to be written, in a stable order.
func (g *graph) all() []*record {
	var all []*record
	for _, home := range g.groups {
		for _, r := range home.records {
			if r.dirty {
				all = append(all, r)
			}
		}
	}
	return all
}

func (g *graph) saveRecords() error {
	rows := make([]maintenanceRow, 0, len(g.groups))
	for _, r := range g.all() {
		rows = append(rows, newMaintenanceRow(r.model, r.group.id))
	}
	// A record that goes away may have the key of one that stays. Its edits
	// move to a row that may be written only after it is gone.
	free := slices.DeleteFunc(slices.Clone(g.removed), func(id string) bool { return g.takenOver(id) })
	if err := g.deleteRecords(free); err != nil {
		return err
	}
	if len(free) < len(g.removed) {
		if err := g.rename(g.removed); err != nil {
			return err
		}
	}
	if err := upsert(g.w.DB, rows); err != nil {
		return err
	}
	for _, r := range g.all() {
		if len(r.takes) == 0 {
			continue
		}
		if err := g.w.Model(&editRow{}).Where("maintenance_id IN ?", r.takes).Update("maintenance_id", r.model.ID).Error; err != nil {
			return err
		}
		if err := g.w.Where("maintenance_id IN ?", r.takes).Delete(&noteRow{}).Error; err != nil {
			return err
		}
	}
	return g.deleteRecords(g.removed)
}

func (g *graph) takenOver(id string) bool {
	return slices.ContainsFunc(g.all(), func(r *record) bool { return slices.Contains(r.takes, id) })
}

func (g *graph) deleteRecords(ids []string) error {
	return chunks(ids, func(part []string) error {
		return g.w.Where("id IN ?", part).Delete(&maintenanceRow{}).Error
	})
}

// rename frees the keys of records that are about to be deleted.
func (g *graph) rename(ids []string) error {
	return chunks(ids, func(part []string) error {
		return g.w.Model(&maintenanceRow{}).Where("id IN ?", part).
			Update("generation", gorm.Expr("-generation")).Error
	})
}

func (g *graph) saveWindows() error {
	var old []string
	var rows []windowRow
	for _, r := range g.all() {
		if !r.windows {
			continue
		}
		if r.stored {
			old = append(old, r.model.ID)
		}
		for _, w := range r.model.Windows {
			rows = append(rows, newWindowRow(r.model.ID, w))
		}
	}
	err := chunks(old, func(part []string) error {
		return g.w.Where("maintenance_id IN ?", part).Delete(&windowRow{}).Error
	})
	if err != nil {
		return err
	}
	return insert(g.w.DB, rows)
}

func (g *graph) saveCircuits() error {
	var gone []string
	var rows []impactRow
	for _, r := range g.all() {
		gone = append(gone, r.gone...)
		for _, c := range r.model.Circuits {
			if key := (impactKey{c.Account, cidKey(c.CID)}); r.impactDirty[key] {
				rows = append(rows, r.impacts[key])
			}
		}
	}
	err := chunks(gone, func(part []string) error {
		return g.w.Where("id IN ?", part).Delete(&impactRow{}).Error
	})
	if err != nil {
		return err
	}
	return upsert(g.w.DB, rows)
}

func (g *graph) saveNotes() error {
	var rows []noteRow
	for _, r := range g.all() {
		for key, n := range r.notes {
			if r.noteDirty[key] {
				rows = append(rows, n)
			}
		}
	}
	slices.SortFunc(rows, func(a, b noteRow) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return upsert(g.w.DB, rows)
}

func (g *graph) saveNotices() error {
	rows := make([]noticeRow, 0, len(g.freshNotices))
	fresh := make(map[string]bool, len(g.freshNotices))
	for _, n := range g.freshNotices {
		fresh[n.ID] = true
		rows = append(rows, *n)
	}
	if err := insert(g.w.DB, rows); err != nil {
		return err
	}
	err := chunks(g.superseded, func(part []string) error {
		return g.w.Model(&noticeRow{}).Where("id IN ?", part).Update("superseded", true).Error
	})
	if err != nil {
		return err
	}
	moved := map[ref][]string{}
	for _, n := range g.notices {
		if n.moved && !fresh[n.ID] && !n.Superseded {
			moved[n.RecordID] = append(moved[n.RecordID], n.ID)
		}
	}
	for to, ids := range moved {
		err := chunks(ids, func(part []string) error {
			return g.w.Model(&noticeRow{}).Where("id IN ?", part).Update("record_id", to).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}
