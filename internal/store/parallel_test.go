package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestApplyFromManySides: batches about the same maintenances, applied at
// once, lose nothing and leave each record with its revisions in one row.
func TestApplyFromManySides(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo, lumen := provider(t, s, "zayo"), provider(t, s, "lumen")
		const batches, records = 8, 5
		var work [batches][]models.Verdict
		for i := range work {
			for n := range records {
				p := []models.Provider{zayo, lumen}[(i+n)%2] // both in one batch, in either order
				id := fmt.Sprintf("T-%d", n)
				work[i] = append(work[i],
					verdict(b.mail(), p, notice(p, id, 3+i, "A", fmt.Sprint("B", i))),
					verdict(b.mail(), p, with(notice(p, id+"-new", 3, "X"), func(n *models.Notice) { n.Supersedes = []string{id} })))
			}
		}
		var all sync.WaitGroup
		for _, verdicts := range work {
			all.Add(1)
			go func() {
				defer all.Done()
				if _, err := s.Apply(ctx, verdicts); err != nil {
					t.Error(err)
				}
			}()
		}
		all.Add(1)
		go func() { // the inventory changes meanwhile
			defer all.Done()
			for i := range batches {
				if _, err := s.ImportCircuits(ctx, []models.CircuitRow{{CID: fmt.Sprint("B", i), Provider: "zayo"}, {CID: fmt.Sprint("B", i), Provider: "lumen"}}); err != nil {
					t.Error(err)
				}
			}
		}()
		all.Wait()
		items, total, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{})
		ok(t, err)
		if total != 2*records {
			t.Fatalf("%d records, want %d", total, 2*records)
		}
		for _, m := range items {
			d := detail(t, s, m.ID)
			if len(d.Notices) != batches {
				t.Errorf("%s has %d notices, want %d", m.Name, len(d.Notices), batches)
			}
			if d.Changes[0].Revision != d.Revision {
				t.Errorf("%s has revision %d and a change of %d", m.Name, d.Revision, d.Changes[0].Revision)
			}
			for _, c := range d.Circuits {
				if c.CID[0] == 'B' && c.CircuitID == "" {
					t.Errorf("%s: %s is in the inventory and not linked", m.Name, c.CID)
				}
			}
		}
	})
}

// TestUnknownProviderOfAVerdict: a provider that is not there keeps no batch
// from being applied.
func TestUnknownProviderOfAVerdict(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		gone := models.Provider{ID: "00000000-0000-7000-8000-000000000000", Slug: "gone"}
		one, two := b.mail(), b.mail()
		applied, err := s.Apply(ctx, []models.Verdict{verdict(one, gone, notice(gone, "X", 1)), verdict(two, zayo, notice(zayo, "Y", 1))})
		ok(t, err)
		if len(applied) != 2 || !cmp.Equal(applied[1].Maintenances, []string{"zayo-Y"}) {
			t.Errorf("%+v", applied)
		}
	})
}

// TestTwoProcesses: two stores on one file, as serve and ingest have it, wait
// for each other and never fail.
func TestTwoProcesses(t *testing.T) {
	url := storetest.SQLiteURL(t)
	var all sync.WaitGroup
	for i := range 2 {
		s := storetest.Open(t, url, fixed)
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		all.Add(1)
		go func() {
			defer all.Done()
			for n := range 30 {
				a := models.Arrival{
					Message: models.MailboxMessage{Ref: models.MailRef{Folder: fmt.Sprint(i), UID: uint32(n + 1)}, Received: day},
					Raw:     fmt.Append(nil, i, n),
				}
				kept, err := s.Keep(ctx, b.source.ID, models.Cursor{Folder: fmt.Sprint(i), UID: uint32(n + 1)}, []models.Arrival{a})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := s.Apply(ctx, []models.Verdict{verdict(kept[0].RawID, zayo, notice(zayo, "TTN-1", n, "A"))}); err != nil {
					t.Error(err)
				}
				if _, _, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{}); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	all.Wait()
	if d := detail(t, storetest.Open(t, url, fixed), "zayo-TTN-1"); len(d.Notices) != 60 {
		t.Errorf("%d notices, want 60", len(d.Notices))
	}
}
