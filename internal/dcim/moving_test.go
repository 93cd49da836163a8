package dcim_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/fake/nautobot"
	"lineman/internal/fake/paged"
	"lineman/models"
)

// TestListsThatMove: a list that changes between its pages is read again, and
// refused when it does not come to rest.
func TestListsThatMove(t *testing.T) {
	add := func(w *paged.World) {
		w.Circuits = append(w.Circuits, paged.Circuit{ID: 100 + len(w.Circuits), CID: "NEW", Provider: "quay-net", Type: "Transit", Status: "Active"})
		w.Circuits[len(w.Circuits)-1].CID += nautobot.ID("", len(w.Circuits))
	}
	remove := func(w *paged.World) { w.Circuits = w.Circuits[1:] }
	insert := func(w *paged.World) {
		w.Circuits = append([]paged.Circuit{{ID: 9 - len(w.Circuits), CID: "FIRST" + nautobot.ID("", len(w.Circuits)), Provider: "quay-net"}}, w.Circuits...)
	}
	for name, change := range map[string]func(*paged.World){"grows": add, "shrinks": remove, "a row twice": insert} {
		for _, times := range []int{1, 1000} {
			each(t, func(t *testing.T, kind, version string, fake *paged.Server) {
				for range 6 {
					fake.Change(add)
				}
				left := times
				fake.Before(func(path string, offset int, w *paged.World) {
					if strings.HasPrefix(path, "circuits/circuits") && offset > 0 && left > 0 {
						left--
						change(w)
					}
				})
				inv, err := reader(t, kind, fake, nil).Read(ctx)
				if times == 1 {
					if err != nil {
						t.Fatalf("%s once: %v", name, err)
					}
					keys := map[string]bool{}
					for _, c := range inv.Circuits {
						keys[c.RemoteID] = true
					}
					if len(keys) != len(inv.Circuits) {
						t.Errorf("%s: a circuit is there twice", name)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), "changes while it is read") {
					t.Errorf("%s all the time: %v", name, err)
				}
			})
		}
	}
}

// keeper is a keeper that had all circuits before.
type keeper struct {
	had    []string
	kept   []models.Inventory
	failed string
}

func (k *keeper) MissingCircuits(_ context.Context, _ string, there []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(k.had), func(id string) bool { return slices.Contains(there, id) }), nil
}

func (k *keeper) SyncInventory(_ context.Context, inv models.Inventory, _ models.SyncOptions) (models.SyncResult, error) {
	k.kept = append(k.kept, inv)
	return models.SyncResult{Circuits: models.SyncCount{Unchanged: len(inv.Circuits)}}, nil
}

func (k *keeper) SyncFailed(_ context.Context, _, _, reason string) error {
	k.failed = reason
	return nil
}

// TestRowsHiddenByAMove: one circuit goes and another comes between two pages.
// The count stays, and the row that moved over the edge is in no page; it is
// asked for, found, and the list read again.
func TestRowsHiddenByAMove(t *testing.T) {
	fake := fakeOf("netbox", "4.1.3", 2)
	once := true
	fake.Before(func(path string, offset int, w *paged.World) {
		if path == "circuits/circuits/" && offset > 0 && once {
			once = false
			w.Circuits = append(w.Circuits[1:], paged.Circuit{ID: 50, CID: "QN-9", Provider: "quay-net"})
		}
	})
	k := &keeper{had: []string{"10", "11", "12"}}
	inv, _, err := reader(t, "netbox", fake, nil).Sync(ctx, k, models.SyncOptions{})
	if err != nil || len(k.kept) != 1 || k.failed != "" {
		t.Fatalf("%v %+v", err, k)
	}
	var cids []string
	for _, c := range inv.Circuits {
		cids = append(cids, c.CID)
	}
	if !cmp.Equal(cids, []string{"HX/2", "QN-1", "QN-9"}) {
		t.Errorf("circuits %v", cids)
	}

	fake = fakeOf("netbox", "4.1.3", 2)
	fake.Fail(paged.Fault{Path: "providers", Status: 500, Body: "{}", Times: 1})
	if _, _, err := reader(t, "netbox", fake, nil).Sync(ctx, k, models.SyncOptions{}); err == nil || k.failed == "" {
		t.Errorf("a failure is kept nowhere: %v", err)
	}
}
