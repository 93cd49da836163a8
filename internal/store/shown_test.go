package store_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestShownCircuitsAreWhatIsStored keeps what was shown for as long as it is
// said to be unchanged, and compares it with what is read anew, after each of
// many random writes to the inventory and to maintenances, by another store.
func TestShownCircuitsAreWhatIsStored(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address, nil)
		w := newWorld(t, s)
		w.crowd(t, 12, 2)
		other := storetest.Open(t, address, nil)
		r := rand.New(rand.NewPCG(7, 11))
		work := []string{
			"UPDATE maintenance_circuits SET cancelled = (length(cid) %% 2 = %[1]s %% 2)",
			"UPDATE maintenances SET status = CASE WHEN %[1]s %% 3 = 0 THEN 'CANCELLED' ELSE 'CONFIRMED' END",
			"UPDATE maintenances SET deleted = (%[1]s %% 2 = 0) WHERE name_key LIKE '%%1'",
		}
		var kept models.ShownCircuits
		unchanged, active := 0, 0
		for i := range 90 {
			what, inventory := work[i%len(work)], r.IntN(3) == 0
			if inventory {
				what = inventoryWrites[r.IntN(len(inventoryWrites))]
			}
			_, err := other.SQL().Exec(fmt.Sprintf(what, strconv.Itoa(i)))
			ok(t, err)
			at := day.AddDate(0, 0, 3).Add(16*time.Hour + time.Duration(r.IntN(4))*time.Hour)
			shown, err := s.ShownCircuits(ctx, models.ScopeAll, at, kept.Stamp)
			ok(t, err)
			if !inventory && i > 0 && !shown.Unchanged {
				t.Fatalf("%s is said to change the inventory", what)
			}
			if shown.Unchanged {
				unchanged++
				for k := range kept.Rows {
					kept.Rows[k].Active = shown.Active[kept.Rows[k].Circuit.ID]
				}
			} else {
				kept = shown
			}
			active += len(shown.Active)
			fresh := must(other.ShownCircuits(ctx, models.ScopeAll, at, ""))
			if diff := cmp.Diff(fresh.Rows, kept.Rows); diff != "" {
				t.Fatalf("after %s: stored (-), kept (+)\n%s", what, diff)
			}
			if diff := cmp.Diff(fresh.Active, shown.Active); diff != "" || fresh.Stamp != kept.Stamp {
				t.Fatalf("after %s: %s", what, diff)
			}
		}
		if unchanged < 30 || unchanged == 90 || active == 0 {
			t.Fatalf("%d times unchanged, %d active", unchanged, active)
		}
	})
}
