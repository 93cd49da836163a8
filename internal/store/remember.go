package store

import (
	"context"
	"maps"
	"slices"
	"sync"

	"gorm.io/gorm"

	"lineman/models"
)

// maxRemembered bounds the records of one kind that are kept.
const maxRemembered = 20_000

// remembered keeps records of the inventory for as long as nothing in it
// changes. What marks the state of the inventory is read by whoever asks, in its
// transaction if it has one, so that it is given exactly what it would read,
// whichever process wrote last. Whoever gets a record must not change what it points to.
type remembered[V any] struct {
	mu    sync.Mutex
	stamp string
	byID  map[string]V
}

// of gives the records that are known in a state of the inventory, and the IDs
// of the others.
func (r *remembered[V]) of(stamp string, ids []string) (known map[string]V, missing []string) {
	known = make(map[string]V, len(ids))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stamp != stamp || stamp == "" {
		return known, ids
	}
	for _, id := range ids {
		if v, is := r.byID[id]; is {
			known[id] = v
		} else {
			missing = append(missing, id)
		}
	}
	return known, missing
}

func (r *remembered[V]) keep(stamp string, fresh map[string]V) {
	if stamp == "" || len(fresh) > maxRemembered {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stamp != stamp || len(r.byID)+len(fresh) > maxRemembered {
		r.stamp, r.byID = stamp, make(map[string]V, len(fresh))
	}
	maps.Copy(r.byID, fresh)
}

// recalled gives records by ID: to whoever sees everything as recall does, to
// others as load reads them. It takes no snapshot: where the inventory changes
// between its two statements, it gives what is there after the change, and what
// it keeps is found by nobody who asks later.
func recalled[V any](ctx context.Context, s *Store, r *remembered[V], what string, v sight, ids []string, load func(tx *gorm.DB, missing []string) (map[string]V, error)) (byID map[string]V, err error) {
	err = s.peek(ctx, what, func(tx *gorm.DB) error {
		if v.all {
			byID, err = recall(tx, r, ids, func(missing []string) (map[string]V, error) { return load(tx, missing) })
		} else {
			byID, err = load(tx, ids)
		}
		return err
	})
	return byID, err
}

// recall gives records by ID: those that are remembered, and the others as
// load reads them.
func recall[V any](tx *gorm.DB, r *remembered[V], ids []string, load func(missing []string) (map[string]V, error)) (map[string]V, error) {
	if ids = validIDs(unique(ids)); len(ids) == 0 {
		return nil, nil
	}
	stamp, err := inventoryStamp(tx)
	if err != nil {
		return nil, err
	}
	return recallAt(stamp, r, ids, load)
}

// recallAt does it for whoever knows the state of the inventory.
func recallAt[V any](stamp string, r *remembered[V], ids []string, load func(missing []string) (map[string]V, error)) (map[string]V, error) {
	known, missing := r.of(stamp, ids)
	if len(missing) == 0 {
		return known, nil
	}
	fresh, err := load(missing)
	if err != nil {
		return nil, err
	}
	r.keep(stamp, fresh)
	maps.Copy(known, fresh)
	return known, nil
}

// inventoryStamp marks the state of the inventory that a transaction sees. On
// PostgreSQL it tells of all transactions that wrote to it and are seen. Without
// any it is empty, and nothing is remembered.
func inventoryStamp(tx *gorm.DB) (stamp string, err error) {
	text := "SELECT stamp FROM inventory_stamps"
	if tx.Name() == string(dialectPostgres) {
		text = "SELECT COALESCE(md5(string_agg(stamp, ',' ORDER BY stamp)), '') FROM inventory_stamps"
	}
	err = tx.Raw(text).Scan(&stamp).Error
	return stamp, err
}

// inventoryStampRow is a mark of the state of the inventory.
type inventoryStampRow struct {
	Stamp string `gorm:"primaryKey;not null"`
}

func (inventoryStampRow) TableName() string { return "inventory_stamps" }

// maxStamps bounds the rows that mark the state of the inventory.
const maxStamps = 1000

// sweepStamps replaces the marks of many transactions by its own.
func (w *work) sweepStamps() error {
	if w.s.dialect == dialectSQLite { // has one
		return nil
	}
	n, err := count(w.Table("inventory_stamps"))
	if err != nil || n <= maxStamps {
		return err
	}
	if err := w.Exec("INSERT INTO inventory_stamps (stamp) VALUES (txid_current()::text) ON CONFLICT DO NOTHING").Error; err != nil {
		return err
	}
	return w.Exec("DELETE FROM inventory_stamps WHERE stamp <> txid_current()::text").Error
}

// circuitsWhole gives circuits as loadCircuits does. They are shared.
func (s *Store) circuitsWhole(tx *gorm.DB, ids []string) (map[string]*models.Circuit, error) {
	if ids = validIDs(unique(ids)); len(ids) == 0 {
		return nil, nil
	}
	stamp, err := inventoryStamp(tx)
	if err != nil {
		return nil, err
	}
	around := surroundings{
		providers: func(ids []string) (map[string]models.Provider, error) {
			return recallAt(stamp, &s.providers, ids, readSurroundings(tx).providers)
		},
		sites: func(ids []string) (map[string]models.Site, error) {
			return recallAt(stamp, &s.sites, ids, readSurroundings(tx).sites)
		},
	}
	return recallAt(stamp, &s.circuits, ids, func(missing []string) (map[string]*models.Circuit, error) {
		fresh, err := loadCircuits(tx, missing, around)
		for _, c := range fresh {
			c.Tags, c.Terminations = slices.Clip(c.Tags), slices.Clip(c.Terminations)
		}
		return fresh, err
	})
}
