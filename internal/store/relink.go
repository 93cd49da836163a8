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
	_, err := relinkFor(w, relinking{providers: providers, moved: moved, cause: models.CauseImport})
	return err
}

// relinking says what is to be folded again, and why.
type relinking struct {
	providers []string // IDs
	moved     []string // IDs of circuits that other ids mean now
	keys      []string // only ids with these keys mean something new; nil: any may
	ruled     bool     // what is linked by another id than the circuit's own may mean another one
	cause     models.Cause
}

// relinkFor does what is said, and gives the records that it worked on; nil
// where there is nothing to do.
func relinkFor(w *work, what relinking) (*graph, error) {
	if len(what.providers) == 0 {
		return nil, nil
	}
	groups, err := waiting(w, what)
	if err != nil {
		return nil, fmt.Errorf("look for waiting circuits: %w", err)
	}
	g := newGraph(w, w.s.clock())
	if err := g.loadProviders(what.providers); err != nil {
		return nil, fmt.Errorf("load providers: %w", err)
	}
	if err := g.loadGroups(groups); err != nil {
		return nil, err
	}
	mails, notices, err := mailOf(g, what.providers)
	if err != nil {
		return nil, fmt.Errorf("look for mail with unknown circuits: %w", err)
	}
	if err := g.links.preload(nil, g.notices); err != nil {
		return nil, err
	}
	all := newTouched()
	for _, home := range g.groups {
		all.gain(home)
	}
	if _, err := g.fold(all, origin{cause: what.cause}); err != nil {
		return nil, fmt.Errorf("fold: %w", err)
	}
	if err := g.save(); err != nil {
		return nil, fmt.Errorf("save records: %w", err)
	}
	return g, correctFlags(g, mails, notices)
}

// waiting gives the groups of providers that list a circuit without a link, one
// of the named ids, or a link to a circuit of moved, unless a person made it.
func waiting(w *work, what relinking) (groups []string, err error) {
	listed := func() *gorm.DB {
		return w.Table("maintenance_circuits mc").Joins("JOIN maintenances m ON m.id = mc.maintenance_id").
			Where("m.provider_id IN ? AND mc.manual = ?", what.providers, false).Distinct()
	}
	take := func(q *gorm.DB) error {
		var more []string
		err := q.Pluck("m.group_id", &more).Error
		groups = append(groups, more...)
		return err
	}
	if what.keys == nil {
		err = take(listed().Where("mc.circuit_id IS NULL"))
	} else {
		err = chunks(what.keys, func(part []string) error {
			return take(listed().Where("mc.cid_key IN ?", part)) // also what a later step of matching linked
		})
	}
	if err != nil {
		return nil, err
	}
	if what.ruled {
		own := "EXISTS (SELECT 1 FROM circuits x WHERE x.id = mc.circuit_id AND x.cid_key <> mc.cid_key)"
		if err := take(listed().Where(own)); err != nil {
			return nil, err
		}
	}
	err = chunks(unique(what.moved), func(part []string) error { return take(listed().Where("mc.circuit_id IN ?", part)) })
	slices.Sort(groups)
	return slices.Compact(groups), err
}

// mailOf gives the mail of providers that is flagged unknown-cids, and that of
// the records that are worked on, with its notices.
func mailOf(g *graph, providers []string) ([]rawRow, map[string][]*noticeRow, error) {
	var ids []string
	err := g.w.Model(&rawRow{}).Where("provider_id IN ? AND unknown_cids = ?", providers, true).Pluck("id", &ids).Error
	if err != nil {
		return nil, nil, err
	}
	for _, home := range g.groups {
		for _, n := range home.notices {
			ids = append(ids, n.RawID)
		}
	}
	ids = unique(ids)
	slices.Sort(ids)
	raws, err := loadIn[rawRow](locked(g.w.s, g.w.DB).Order("id"), "id", ids)
	if err != nil {
		return nil, nil, err
	}
	rows, err := loadIn[noticeRow](g.w.Where("superseded = ?", false), "raw_id", ids)
	notices := map[string][]*noticeRow{}
	for i := range rows {
		notices[rows[i].RawID] = append(notices[rows[i].RawID], g.adopt(&rows[i]))
	}
	return raws, notices, err
}

// correctFlags flags mail unknown-cids that names a circuit of which nobody
// knows now what it is, and takes the flag of other mail away.
func correctFlags(g *graph, raws []rawRow, notices map[string][]*noticeRow) error {
	var changed []rawRow
	for _, r := range raws {
		unknown, err := g.unknownCIDs(notices[r.ID])
		if err != nil {
			return fmt.Errorf("match circuits: %w", err)
		}
		if unknown != r.UnknownCIDs {
			r.UnknownCIDs, r.UpdatedAt = unknown, at(g.now)
			changed = append(changed, r)
		}
	}
	if err := upsert(g.w.DB, changed); err != nil {
		return fmt.Errorf("correct flags: %w", err)
	}
	return markLabels(g.w, changed)
}
