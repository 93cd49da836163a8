package store

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// relink folds the maintenances of providers that wait for circuits again, now
// that the inventory changed, and those that are linked to one of the circuits
// moved, whose aliases mean others now; the flags of their mail are corrected.
// The providers are locked.
func relink(w *work, providers, moved []string) error {
	return relinkFor(w, providers, moved, models.CauseImport)
}

// relinkFor does so for the sake of a cause.
func relinkFor(w *work, providers, moved []string, cause models.Cause) error {
	if len(providers) == 0 {
		return nil
	}
	groups, err := waiting(w, providers, moved)
	if err != nil {
		return fmt.Errorf("look for waiting circuits: %w", err)
	}
	g := newGraph(w, w.s.clock())
	if err := g.loadProviders(providers); err != nil {
		return fmt.Errorf("load providers: %w", err)
	}
	if err := g.loadGroups(groups); err != nil {
		return err
	}
	flagged, notices, err := flaggedMail(g, providers)
	if err != nil {
		return fmt.Errorf("look for flagged mail: %w", err)
	}
	if err := g.links.preload(nil, g.notices); err != nil {
		return err
	}
	all := newTouched()
	for _, home := range g.groups {
		all.gain(home)
	}
	if _, err := g.fold(all, origin{cause: cause}); err != nil {
		return fmt.Errorf("fold: %w", err)
	}
	if err := g.save(); err != nil {
		return fmt.Errorf("save records: %w", err)
	}
	return clearFlags(g, flagged, notices)
}

// waiting gives the groups of providers that list a circuit without a link, or
// with one to a circuit of moved, unless a person made it.
func waiting(w *work, providers, moved []string) ([]string, error) {
	listed := func() *gorm.DB {
		return w.Table("maintenance_circuits mc").Joins("JOIN maintenances m ON m.id = mc.maintenance_id").
			Where("m.provider_id IN ? AND mc.manual = ?", providers, false).Distinct()
	}
	var groups []string
	err := listed().Where("mc.circuit_id IS NULL").Pluck("m.group_id", &groups).Error
	if err != nil {
		return nil, err
	}
	err = chunks(unique(moved), func(part []string) error {
		var more []string
		err := listed().Where("mc.circuit_id IN ?", part).Pluck("m.group_id", &more).Error
		groups = append(groups, more...)
		return err
	})
	slices.Sort(groups)
	return slices.Compact(groups), err
}

// flaggedMail gives the mail of providers that is flagged unknown-cids, with
// its notices.
func flaggedMail(g *graph, providers []string) ([]rawRow, map[string][]*noticeRow, error) {
	var raws []rawRow
	if err := locked(g.w.s, g.w.DB).Where("provider_id IN ? AND unknown_cids = ?", providers, true).Order("id").Find(&raws).Error; err != nil {
		return nil, nil, err
	}
	ids := each(raws, func(r rawRow) string { return r.ID })
	rows, err := loadIn[noticeRow](g.w.Where("superseded = ?", false), "raw_id IN ?", ids)
	notices := map[string][]*noticeRow{}
	for i := range rows {
		notices[rows[i].RawID] = append(notices[rows[i].RawID], g.adopt(&rows[i]))
	}
	return raws, notices, err
}

func clearFlags(g *graph, raws []rawRow, notices map[string][]*noticeRow) error {
	var cleared []rawRow
	for _, r := range raws {
		unknown, err := g.unknownCIDs(notices[r.ID])
		if err != nil {
			return fmt.Errorf("match circuits: %w", err)
		}
		if !unknown {
			r.UnknownCIDs, r.UpdatedAt = false, at(g.now)
			cleared = append(cleared, r)
		}
	}
	if err := upsert(g.w.DB, cleared); err != nil {
		return fmt.Errorf("clear flags: %w", err)
	}
	return markLabels(g.w, cleared)
}
