package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"lineman/internal/config"
	"lineman/internal/dcim"
	"lineman/internal/jobs"
	"lineman/models"
)

// SyncReport is how the sync of one inventory went.
type SyncReport struct {
	Name    string
	Title   string // for example netbox 4.1.3; empty: it was not reached
	Result  models.SyncResult
	Err     error
	Elapsed time.Duration
}

// SyncOptions narrow a sync by hand.
type SyncOptions struct {
	Name           string // of an inventory; empty: all
	DryRun         bool
	AcceptRemovals bool // however many circuits are missing
}

// SyncInventories syncs the configured inventories, one after the other, and
// hands each report to line as it comes. failed says that one of them could not
// be synced.
func (a *App) SyncInventories(ctx context.Context, o SyncOptions, line func(SyncReport)) (failed bool, err error) {
	list, err := a.inventories(o.Name)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		r := a.syncInventory(ctx, c, models.SyncOptions{DryRun: o.DryRun, AcceptRemovals: o.AcceptRemovals})
		failed = failed || r.Err != nil
		line(r)
		if ctx.Err() != nil {
			return true, errors.New("stopped before all inventories were synced; nothing is half done")
		}
	}
	return failed, nil
}

func (a *App) inventories(only string) ([]config.Inventory, error) {
	all := a.Config.Inventories
	if len(all) == 0 {
		return nil, models.Invalid("inventory_sources", "no inventory is configured; add a NetBox or a Nautobot to lineman.yaml (docs/inventory.md shows how)")
	}
	if only == "" {
		return all, nil
	}
	i := slices.IndexFunc(all, func(c config.Inventory) bool { return c.Name == only })
	if i < 0 {
		var names []string
		for _, c := range all {
			names = append(names, c.Name)
		}
		return nil, models.Invalid("NAME", "no inventory is called %q; configured are %v", only, names)
	}
	return all[i : i+1], nil
}

func (a *App) syncInventory(ctx context.Context, c config.Inventory, o models.SyncOptions) SyncReport {
	begun := a.Now()
	report := SyncReport{Name: c.Name}
	reader, err := dcim.New(dcim.Options{Config: c, Logger: a.Logger, Now: a.Now})
	if err != nil {
		report.Err = err
		return report
	}
	inv, result, err := reader.Sync(ctx, a.store, o)
	if inv.Version != "" {
		report.Title = inv.Kind + " " + inv.Version
	}
	report.Result, report.Err, report.Elapsed = result, err, a.Now().Sub(begun)
	return report
}

// syncs are the schedules of the inventories.
func (a *App) syncs() []jobs.Schedule {
	var list []jobs.Schedule
	for _, c := range a.Config.Inventories {
		list = append(list, jobs.Schedule{Source: c.Name, Cron: c.Schedule})
	}
	return list
}

// syncJob syncs one inventory on its schedule, which is the retry of what
// failed. One that is configured no more is left alone.
func (a *App) syncJob(ctx context.Context, j models.Job) error {
	i := slices.IndexFunc(a.Config.Inventories, func(c config.Inventory) bool { return c.Name == j.Source })
	if i < 0 {
		return nil
	}
	r := a.syncInventory(ctx, a.Config.Inventories[i], models.SyncOptions{})
	if r.Err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		a.Logger.Warn("inventory was not synced; nothing was changed", "inventory", j.Source, "error", r.Err)
		return nil
	}
	c := r.Result.Circuits
	a.Logger.Info("inventory synced", "inventory", j.Source, "system", r.Title, "created", c.Created, "updated", c.Updated,
		"removed", c.Removed, "unchanged", c.Unchanged, "warnings", len(r.Result.Warnings))
	return nil
}

// InventoryStates tells how the sync of every inventory stands.
func (a *App) InventoryStates(ctx context.Context) ([]models.InventoryState, error) {
	return a.store.InventoryStates(ctx)
}

// configuredInventories leaves out those that are configured no more.
func (a *App) configuredInventories(ctx context.Context) ([]models.InventoryState, error) {
	states, err := a.store.InventoryStates(ctx)
	return slices.DeleteFunc(states, func(s models.InventoryState) bool {
		return !slices.ContainsFunc(a.Config.Inventories, func(c config.Inventory) bool { return c.Name == s.Name })
	}), err
}
