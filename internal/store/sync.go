package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// errDryRun takes a transaction back whose result was all that was asked for.
var errDryRun = errors.New("dry run")

// maxWarnings is how many warnings of a sync are kept.
const maxWarnings = 50

// SyncInventory takes over what an inventory holds, all or nothing. An object
// is found again by its key (a circuit by provider and CID, a site by its name,
// a provider by its slug), else by what it was linked to before, so that one
// that was renamed there is renamed here. The sync sets the fields that the
// inventory brings, empty ones too; what people added here (aliases, addresses)
// stays. What is missing there is marked and never deleted.
//
// Maintenances that wait for a circuit are linked as ImportCircuits does, with
// Changes whose cause is sync.
//
// An InputError when too many circuits are missing and o does not accept it,
// when the configuration maps to a provider that is not there, or when a newer
// reading was taken over already. What a person accepts is in the audit log.
func (s *Store) SyncInventory(ctx context.Context, inv models.Inventory, o models.SyncOptions) (models.SyncResult, error) {
	var result models.SyncResult
	err := s.write(ctx, "sync the inventory "+inv.Source, func(w *work) error {
		r := &syncRun{w: w, inv: inv, options: o, now: s.clock()}
		err := r.run()
		result = r.result
		switch {
		case err == nil && o.DryRun:
			return errDryRun
		case err == nil && o.AcceptRemovals:
			return audit(w, []models.Audit{auditOf(s, models.Terminal(), "sync, accept removals", "inventory", inv.Source, inv.Source, "", "",
				fmt.Sprintf("%d circuits removed", result.Circuits.Removed))})
		}
		return err
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return models.SyncResult{}, err
	}
	return result, nil
}

// syncRun is the state of one SyncInventory.
type syncRun struct {
	w       *work
	inv     models.Inventory
	options models.SyncOptions
	now     time.Time
	result  models.SyncResult
	quiet   int // warnings beyond maxWarnings

	source inventorySourceRow
	links  map[string]map[string]*inventoryLinkRow // of this inventory, by kind and remote ID
	others map[string][]inventoryLinkRow           // of other inventories, by object
	seen   map[*inventoryLinkRow]bool
	dirty  map[*inventoryLinkRow]bool
	gone   []inventoryLinkRow // to be deleted

	providers map[string]*importedProvider // by remote ID
	also      map[string][]string          // by remote ID of a provider: IDs of more whose mail may mean its circuits
	sites     map[string]string            // IDs by remote ID
	circuits  map[string]models.Circuit    // by remote ID
	keys      map[models.Identity]string   // IDs of circuits by provider and CID, as they will be

	matching map[string]bool // IDs of providers whose mail may be linked otherwise now
	moved    []string        // IDs of circuits that may be meant no more where they were
}

func (r *syncRun) run() error {
	r.matching = map[string]bool{}
	r.result.Warnings = append(r.result.Warnings, r.inv.Warnings[:min(len(r.inv.Warnings), maxWarnings)]...)
	r.quiet = len(r.inv.Warnings) - len(r.result.Warnings)
	for _, step := range []struct {
		what string
		take func() error
	}{
		{"begin", r.begin}, {"take over providers", r.takeProviders}, {"take over sites", r.takeSites},
		{"take over circuits", r.takeCircuits}, {"take over aliases", r.takeAliases}, {"take over groups", r.takeGroups},
		{"finish", r.finish},
	} {
		if err := step.take(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

func (r *syncRun) warn(format string, args ...any) {
	if len(r.result.Warnings) >= maxWarnings {
		r.quiet++
		return
	}
	r.result.Warnings = append(r.result.Warnings, fmt.Sprintf(format, args...))
}

// begin locks the inventory, so that one sync of it follows the other, and
// loads what it was linked to.
func (r *syncRun) begin() error {
	fresh := inventorySourceRow{Name: r.inv.Source, Kind: r.inv.Kind}
	if err := r.w.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
		return err
	}
	if err := locked(r.w.s, r.w.DB).Where("name = ?", r.inv.Source).Take(&r.source).Error; err != nil {
		return err
	}
	if at(r.inv.Started).Before(r.source.Started.Time) {
		return models.Invalid("inventory "+r.inv.Source, "a newer reading of it was taken over meanwhile; this one is left out")
	}
	var rows []inventoryLinkRow
	if err := r.w.Find(&rows).Error; err != nil {
		return err
	}
	r.links, r.others = map[string]map[string]*inventoryLinkRow{}, map[string][]inventoryLinkRow{}
	r.seen, r.dirty = map[*inventoryLinkRow]bool{}, map[*inventoryLinkRow]bool{}
	for i, row := range rows {
		switch {
		case row.Source == r.inv.Source:
			r.linksOf(row.Kind)[row.RemoteID] = &rows[i]
		case row.RemovedAt.IsZero():
			r.others[row.ObjectID] = append(r.others[row.ObjectID], row)
		}
	}
	return nil
}

func (r *syncRun) linksOf(kind string) map[string]*inventoryLinkRow {
	if r.links[kind] == nil {
		r.links[kind] = map[string]*inventoryLinkRow{}
	}
	return r.links[kind]
}

// linked gives the ID of the object that a remote one was linked to.
func (r *syncRun) linked(kind, remote string) string {
	if l := r.links[kind][remote]; l != nil {
		return l.ObjectID
	}
	return ""
}

// link says that a remote object is this one here.
func (r *syncRun) link(kind, remote, object string, made bool) *inventoryLinkRow {
	l := r.links[kind][remote]
	if l == nil {
		l = &inventoryLinkRow{Source: r.inv.Source, Kind: kind, RemoteID: remote, FirstSeen: at(r.now)}
		r.linksOf(kind)[remote] = l
	}
	if l.ObjectID != object {
		l.ObjectID, l.Made = object, made
		r.dirty[l] = true
	}
	if !l.RemovedAt.IsZero() {
		l.RemovedAt = instant{}
		r.dirty[l] = true
	}
	r.seen[l] = true
	return l
}

// owns reports whether this inventory decides the fields of the object of a
// link: of several that have the object, the first one does.
func (r *syncRun) owns(l *inventoryLinkRow) bool {
	return !slices.ContainsFunc(r.others[l.ObjectID], func(o inventoryLinkRow) bool {
		return o.Kind == l.Kind && (o.FirstSeen.Before(l.FirstSeen.Time) || o.FirstSeen.Equal(l.FirstSeen.Time) && o.Source < l.Source)
	})
}

// missing marks the links of a kind that were not seen, and gives them.
func (r *syncRun) missing(kind string) []*inventoryLinkRow {
	var all []*inventoryLinkRow
	for _, l := range r.links[kind] {
		if !r.seen[l] && l.RemovedAt.IsZero() {
			l.RemovedAt = at(r.now)
			r.dirty[l] = true
			all = append(all, l)
		}
	}
	return all
}

// unlink forgets a link.
func (r *syncRun) unlink(l *inventoryLinkRow) {
	delete(r.dirty, l)
	delete(r.links[l.Kind], l.RemoteID)
	r.gone = append(r.gone, *l)
}

func (r *syncRun) finish() error {
	if r.quiet > 0 {
		r.result.Warnings = append(r.result.Warnings, fmt.Sprintf("%d more warnings are left out here", r.quiet))
	}
	err := r.w.Model(&circuitRow{}).Where("inventory = ? AND removed_at IS NULL", r.inv.Source).Update("last_seen", at(r.now)).Error
	if err != nil {
		return err
	}
	for _, l := range r.gone {
		if err := r.w.Where("source = ? AND kind = ? AND remote_id = ?", l.Source, l.Kind, l.RemoteID).Delete(&inventoryLinkRow{}).Error; err != nil {
			return err
		}
	}
	rows := make([]inventoryLinkRow, 0, len(r.dirty))
	for l := range r.dirty {
		rows = append(rows, *l)
	}
	if err := upsert(r.w.DB, rows); err != nil {
		return err
	}
	r.source.Kind, r.source.Version = r.inv.Kind, r.inv.Version
	r.source.Started, r.source.LastSuccess, r.source.LastError = at(r.inv.Started), at(r.now), ""
	r.source.Result.V = storeSyncResult(r.result)
	if err := r.w.Save(&r.source).Error; err != nil {
		return err
	}
	providers := make([]string, 0, len(r.matching))
	for id := range r.matching {
		providers = append(providers, id)
	}
	for remote, more := range r.also {
		if r.matching[r.providers[remote].ID] {
			providers = append(providers, more...)
		}
	}
	providers = unique(providers)
	slices.Sort(providers)
	_, err = relinkFor(r.w, relinking{providers: providers, moved: r.moved, cause: models.CauseSync})
	return err
}

// MissingCircuits gives the remote IDs of circuits that an inventory had, and
// that are not among those that are there.
func (s *Store) MissingCircuits(ctx context.Context, source string, there []string) ([]string, error) {
	var ids []string
	err := s.read(ctx, "look for missing circuits", func(tx *gorm.DB) error {
		ids = nil
		return tx.Model(&inventoryLinkRow{}).Where("source = ? AND kind = ? AND removed_at IS NULL", source, linkCircuit).
			Order("remote_id").Pluck("remote_id", &ids).Error
	})
	known := make(map[string]bool, len(there))
	for _, id := range there {
		known[id] = true
	}
	return slices.DeleteFunc(ids, func(id string) bool { return known[id] }), err
}

// SyncFailed keeps why a sync did not come about.
func (s *Store) SyncFailed(ctx context.Context, source, kind, reason string) error {
	return s.write(ctx, "keep the failure of a sync", func(w *work) error {
		row := inventorySourceRow{Name: source, Kind: kind, LastError: reason, LastErrorAt: at(s.clock())}
		return w.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"last_error", "last_error_at"}),
		}).Create(&row).Error
	})
}

// InventoryStates tells how the sync of every inventory stands, by name.
func (s *Store) InventoryStates(ctx context.Context) ([]models.InventoryState, error) {
	var all []models.InventoryState
	err := s.read(ctx, "read inventories", func(tx *gorm.DB) error {
		var rows []inventorySourceRow
		if err := tx.Order("name").Find(&rows).Error; err != nil {
			return err
		}
		var counts []struct {
			Inventory string
			Live      int
			Removed   int
		}
		err := tx.Raw(`SELECT inventory, count(*) - count(removed_at) AS live, count(removed_at) AS removed
			FROM circuits WHERE inventory <> '' GROUP BY inventory`).Scan(&counts).Error
		all = each(rows, inventorySourceRow.model)
		for i := range all {
			for _, c := range counts {
				if c.Inventory == all[i].Name {
					all[i].Circuits, all[i].Removed = c.Live, c.Removed
				}
			}
		}
		return err
	})
	return all, err
}
