package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestKnownCircuitsAreReadOnlyWhenTheyChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		none, empty, err := s.KnownCircuits(ctx, "")
		ok(t, err)
		if len(none) != 0 || empty == "" {
			t.Errorf("of an empty store: %v, stamp %q", none, empty)
		}
		circuits(t, s, models.CircuitRow{CID: "Ckt-000001", Provider: "zayo"})
		known, stamp, err := s.KnownCircuits(ctx, empty)
		ok(t, err)
		if d := cmp.Diff([]models.KnownCircuit{{CID: "Ckt-000001", Text: "Ckt-000001"}}, known); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		known, again, err := s.KnownCircuits(ctx, stamp)
		ok(t, err)
		if known != nil || again != stamp {
			t.Errorf("without a change: %v, stamp %q and then %q", known, stamp, again)
		}
		circuits(t, s, models.CircuitRow{CID: "Ckt-000002", Provider: "zayo"})
		known, again, err = s.KnownCircuits(ctx, stamp)
		ok(t, err)
		if len(known) != 2 || again == stamp {
			t.Errorf("after a change: %v, stamp %q", known, again)
		}
	})
}
