package ingest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestPassBehindTheCursor: a pass that goes back on purpose, or compares, moves
// no cursor: changes since then (a message that was moved into the folder and
// is older than the window) are told after it alone.
func TestPassBehindTheCursor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		shelf := newShelf(letter("noc@us.ntt.net", "one"))
		r := newRig(t, s, shelf)
		r.pass(t)
		cursors := func() []models.Cursor {
			src, err := s.EnsureSource(t.Context(), "box", "shelf")
			if err != nil {
				t.Fatal(err)
			}
			list, err := s.Cursors(t.Context(), src.ID)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		before := cursors()
		shelf.put("INBOX", letter("noc@us.ntt.net", "two"))
		if rep := r.Pass(t.Context(), "box", 90*24*time.Hour); rep.Err != nil || rep.Tally.New != 1 {
			t.Errorf("a pass that goes back: %+v", rep)
		}
		if _, err := r.Reconcile(t.Context(), "box"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, cursors()); diff != "" || len(before) != 1 {
			t.Errorf("cursors (-before +after):\n%s", diff)
		}
		if got := r.pass(t); got.New != 0 {
			t.Errorf("the next pass found %d new mails, want none", got.New)
		}
	})
}
