package store_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestRememberedIsWhatIsStored compares, after each of many random writes by
// this store, by another and by nobody's rules, what a store gives that has
// read before with what one gives that has not.
func TestRememberedIsWhatIsStored(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address, nil)
		w := newWorld(t, s)
		w.crowd(t, 12, 2)
		other := storetest.Open(t, address, nil)
		r := rand.New(rand.NewPCG(3, 5))
		for i := range 60 {
			given(t, s) // and remembered
			by := []*store.Store{s, other}[r.IntN(2)]
			what := inventoryWrites[i%len(inventoryWrites)]
			if i%7 == 6 {
				circuits(t, by, models.CircuitRow{CID: fmt.Sprint("N/", r.IntN(12)), Provider: "zayo", SiteA: "Rome", Tenant: fmt.Sprint("by hand ", i)})
			} else {
				tx, err := by.SQL().BeginTx(ctx, nil)
				ok(t, err)
				_, err = tx.Exec(fmt.Sprintf(what, strconv.Itoa(i)))
				ok(t, err)
				if r.IntN(4) == 0 {
					ok(t, tx.Rollback())
				} else {
					ok(t, tx.Commit())
				}
			}
			fresh := storetest.Open(t, address, nil)
			if diff := cmp.Diff(given(t, fresh), given(t, s)); diff != "" {
				t.Fatalf("after %s: stored (-), given (+)\n%s", what, diff)
			}
			ok(t, fresh.Close())
		}
	})
}

// inventoryWrites change each table of the inventory, %[1]s being a number.
var inventoryWrites = []string{
	"UPDATE circuits SET description = 'line %[1]s'",
	"UPDATE sites SET region = 'region %[1]s'",
	"UPDATE terminations SET xconnect = 'XC-%[1]s'",
	"UPDATE providers SET name = 'Zayo %[1]s' WHERE slug = 'zayo'",
	"INSERT INTO circuit_tags (circuit_id, tag) SELECT id, 'tag %[1]s' FROM circuits",
	"INSERT INTO site_tags (site_id, tag) SELECT id, 'tag %[1]s' FROM sites",
	"INSERT INTO provider_tags (provider_id, tag) SELECT id, 'tag %[1]s' FROM providers",
	"UPDATE provider_emails SET position = position + 1 + 0 * %[1]s",
	"UPDATE provider_emails SET address = 'x%[1]s' || address WHERE address LIKE '%%zayo.com'",
	"DELETE FROM circuit_tags WHERE tag <> 'tag %[1]s'",
	"DELETE FROM site_tags WHERE tag <> 'tag %[1]s'",
	"DELETE FROM provider_tags WHERE tag <> 'tag %[1]s'",
	"DELETE FROM terminations WHERE xconnect <> '%[1]s' AND side = 'Z' AND circuit_id IN (SELECT id FROM circuits WHERE cid_key < 'N/5')",
	"UPDATE circuits SET tenant = 'tenant %[1]s', removed_at = NULL",
}

// given is what readers give of the inventory.
func given(t *testing.T, s *store.Store) map[string]any {
	t.Helper()
	list, _, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Page: models.Page{Limit: 1000}})
	ok(t, err)
	var ids []string
	for _, m := range list {
		for _, c := range m.Circuits {
			ids = append(ids, c.CircuitID)
		}
	}
	byID, err := s.CircuitsByID(ctx, models.ScopeAll, ids)
	ok(t, err)
	ends, err := s.Terminations(ctx, models.ScopeAll, models.Batch{IDs: ids})
	ok(t, err)
	if len(byID) < 10 || len(ends) < 10 {
		t.Fatalf("%d circuits, %d with ends", len(byID), len(ends))
	}
	return map[string]any{"maintenances": list, "circuits": byID, "ends": ends}
}

// TestRememberedIsNeverOld: who begins to read after a write is done gets it,
// while others write and read.
func TestRememberedIsNeverOld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		newWorld(t, s)
		list, _, err := s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{CID: "Z/1"})
		ok(t, err)
		id := list[0].ID
		var written atomic.Int64
		var all sync.WaitGroup
		stop := make(chan struct{})
		for range 3 {
			all.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					least := written.Load()
					byID, err := s.CircuitsByID(ctx, models.ScopeAll, []string{id})
					if err != nil {
						t.Error(err)
						return
					}
					if n, _ := strconv.ParseInt(byID[id].Description, 10, 64); n < least {
						t.Errorf("read %d after %d was written", n, least)
						return
					}
				}
			})
		}
		for n := range int64(60) {
			if _, err := s.SQL().Exec(fmt.Sprintf("UPDATE circuits SET description = '%d'", n)); err != nil {
				t.Error(err)
			}
			written.Store(n)
		}
		close(stop)
		all.Wait()
	})
}

// TestMarksAreJoined: the marks of many transactions become few, and what was
// remembered by them is read anew.
func TestMarksAreJoined(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.crowd(t, 12, 2)
		if s.Pool() != nil {
			if _, err := s.SQL().Exec("INSERT INTO inventory_stamps (stamp) SELECT 'old ' || n FROM generate_series(1, 2000) n"); err != nil {
				t.Fatal(err)
			}
		}
		before := given(t, s)
		_, err := s.Retain(ctx, models.RetentionPlan{})
		ok(t, err)
		if n := count(t, s, "SELECT count(*) FROM inventory_stamps"); n != 1 {
			t.Errorf("%d marks, want 1", n)
		}
		if diff := cmp.Diff(before, given(t, s)); diff != "" {
			t.Error(diff)
		}
		if _, err := s.SQL().Exec("UPDATE circuits SET description = 'after'"); err != nil {
			t.Fatal(err)
		}
		if cmp.Equal(before, given(t, s)) {
			t.Error("what was written afterwards is not given")
		}
	})
}
