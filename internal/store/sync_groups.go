package store

import (
	"fmt"
	"maps"

	"lineman/models"
)

// syncedGroup is a redundancy group with its members and their priorities.
type syncedGroup struct {
	redundancyGroupRow
	members map[string]string // priority by circuit ID
}

// takeGroups takes redundancy groups over. One that is missing there keeps its
// name and loses its members, if a sync made it.
func (r *syncRun) takeGroups() error {
	if r.inv.NoGroups {
		return nil
	}
	byName, byID, err := r.loadGroups()
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, remote := range r.inv.Groups {
		if g := byName[tidy(remote.Name)]; g != nil {
			used[g.ID] = true
		}
	}
	var dirty []*syncedGroup
	for _, remote := range r.inv.Groups {
		name := tidy(remote.Name)
		if name == "" || len(name) > maxKey {
			r.warn("the group with id %s is left out: its name is empty or too long", remote.RemoteID)
			continue
		}
		g, found := byName[name], true
		if g == nil {
			if g = byID[r.linked(linkGroup, remote.RemoteID)]; g == nil || used[g.ID] {
				g, found = &syncedGroup{redundancyGroupRow: redundancyGroupRow{ID: newID()}}, false
			}
			used[g.ID], byName[name] = true, g
		}
		changed := place(&g.Name, name)
		members := r.members(remote)
		if remote.MinUp > 0 && g.MinUp != remote.MinUp {
			g.MinUp, changed = remote.MinUp, true
		}
		if !maps.Equal(g.members, members) {
			g.members, changed = members, true
		}
		r.link(linkGroup, remote.RemoteID, g.ID, !found)
		tally(&r.result.Groups, !found, changed)
		if !found || changed {
			dirty = append(dirty, g)
		}
	}
	for _, l := range r.missing(linkGroup) {
		r.result.Groups.Removed++
		if g := byID[l.ObjectID]; g != nil && l.Made && !used[g.ID] {
			g.members = nil
			dirty = append(dirty, g)
		}
	}
	return r.saveGroups(dirty)
}

// members gives the circuits of a group that were taken over.
func (r *syncRun) members(g models.InventoryGroup) map[string]string {
	all := make(map[string]string, len(g.Members))
	for _, m := range g.Members {
		if l := r.links[linkCircuit][m.Circuit]; l != nil && r.seen[l] {
			all[l.ObjectID] = tidy(m.Priority)
		}
	}
	if n := len(g.Members) - len(all); n > 0 {
		r.warn("group %q: %d of its circuits were not taken over, and do not count in it", g.Name, n)
	}
	return all
}

func (r *syncRun) loadGroups() (byName, byID map[string]*syncedGroup, err error) {
	var rows []redundancyGroupRow
	if err := r.w.Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("load groups: %w", err)
	}
	var members []redundancyMemberRow
	if err := r.w.Find(&members).Error; err != nil {
		return nil, nil, fmt.Errorf("load members: %w", err)
	}
	byName, byID = map[string]*syncedGroup{}, map[string]*syncedGroup{}
	for _, row := range rows {
		g := &syncedGroup{redundancyGroupRow: row, members: map[string]string{}}
		byName[g.Name], byID[g.ID] = g, g
	}
	for _, m := range members {
		byID[m.GroupID].members[m.CircuitID] = m.Priority
	}
	return byName, byID, nil
}

func (r *syncRun) saveGroups(dirty []*syncedGroup) error {
	var rows []redundancyGroupRow
	var members []redundancyMemberRow
	var ids []string
	for _, g := range dirty {
		ids, rows = append(ids, g.ID), append(rows, g.redundancyGroupRow)
		r.w.touchSubjects(models.CauseSync, subjectKey{models.SubjectGroup, g.ID})
		for id, priority := range g.members {
			members = append(members, redundancyMemberRow{GroupID: g.ID, CircuitID: id, Priority: priority})
		}
	}
	if err := upsert(r.w.DB, rows); err != nil {
		return fmt.Errorf("save groups: %w", err)
	}
	if err := replaceOwned(r.w.DB, "group_id", ids, members); err != nil {
		return fmt.Errorf("save members: %w", err)
	}
	return nil
}
