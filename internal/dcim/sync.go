package dcim

import (
	"context"
	"errors"

	"lineman/models"
)

// Keeper keeps inventories; *store.Store is one.
type Keeper interface {
	// MissingCircuits gives the circuits that an inventory had and that are not
	// among these, all by their IDs there.
	MissingCircuits(ctx context.Context, source string, there []string) ([]string, error)
	SyncInventory(ctx context.Context, inv models.Inventory, o models.SyncOptions) (models.SyncResult, error)
	SyncFailed(ctx context.Context, source, kind, reason string) error
}

// maxConfirmed is how many missing circuits are asked for one by one; where
// there are more, a limit on removals is what protects.
const maxConfirmed = 1000

// Sync reads the inventory and hands it to the keeper. What is missing is asked
// for once more: a page that was read while rows moved may have left it out.
// When it fails, nothing was changed but that the keeper knows why; a dry run
// leaves not even that.
func (r *Reader) Sync(ctx context.Context, k Keeper, o models.SyncOptions) (models.Inventory, models.SyncResult, error) {
	inv, result, err := r.sync(ctx, k, o)
	if err != nil && !o.DryRun && ctx.Err() == nil {
		err = errors.Join(err, k.SyncFailed(ctx, r.config.Name, r.kind.name, err.Error()))
	}
	return inv, result, err
}

func (r *Reader) sync(ctx context.Context, k Keeper, o models.SyncOptions) (models.Inventory, models.SyncResult, error) {
	if o.RemovalLimit == 0 {
		o.RemovalLimit = r.config.RemovalLimit
	}
	for try := 1; ; try++ {
		inv, err := r.Read(ctx)
		if err != nil {
			return inv, models.SyncResult{}, err
		}
		hidden, err := r.hidden(ctx, k, inv)
		if err != nil {
			return inv, models.SyncResult{}, err
		}
		if hidden == 0 {
			result, err := k.SyncInventory(ctx, inv, o)
			return inv, result, err
		}
		if try == maxTries {
			return inv, models.SyncResult{}, r.client.fault("changes while it is read: %d circuits were missing in its list and are there all the same, in %d readings; it is tried again on schedule", hidden, try)
		}
		r.log.WarnContext(ctx, "an inventory changed while it was read; it is read again", "inventory", r.config.Name, "circuits", hidden)
	}
}

// hidden counts the circuits that a reading misses and that are there.
func (r *Reader) hidden(ctx context.Context, k Keeper, inv models.Inventory) (int, error) {
	there := make([]string, len(inv.Circuits))
	for i, c := range inv.Circuits {
		there[i] = c.RemoteID
	}
	missing, err := k.MissingCircuits(ctx, inv.Source, there)
	if err != nil || len(missing) == 0 || len(missing) > maxConfirmed {
		return 0, err
	}
	still, err := r.Still(ctx, missing)
	return len(still), err
}
