package ingest_test

import (
	"context"
	"testing"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// doubting is a store that lets every cancellation wait for a person.
type doubting struct{ *store.Store }

func (s doubting) Apply(ctx context.Context, verdicts []models.Verdict) ([]models.Applied, error) {
	for i, v := range verdicts {
		if len(v.Notices) > 0 && v.Notices[0].Status == models.StatusCancelled {
			verdicts[i].State = models.StateNeedsReview
		}
	}
	return s.Store.Apply(ctx, verdicts)
}

// TestAcceptAndReject holds that what waits counts or not as a person says,
// that this is an edit of the maintenance, and that both can be taken back.
func TestAcceptAndReject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.ImportCircuits(t.Context(), []models.CircuitRow{{Line: 2, CID: "CKT-000001", Provider: "ntt"}}); err != nil {
			t.Fatal(err)
		}
		d := newDesk(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), notice("M-1", "CANCELLED", 1, "CKT-000001")), func(o *ingest.Options) { o.Store = doubting{s} })
		d.wantReasons("before", map[string]string{"Maintenance M-1": "needs-review"})
		id := d.open()["Maintenance M-1"].ID
		status := func(want models.Status, open bool, decision models.ReviewAction) {
			t.Helper()
			m, _ := d.maintenance("ntt-M-1")
			if i := d.show(id); m.Status != want || i.Open != open || i.Decision != decision || (i.State == models.StateNeedsReview) != open {
				t.Errorf("%s, %s, open %t, %q; want %s, open %t, %q", m.Status, i.State, i.Open, i.Decision, want, open, decision)
			}
		}
		d.does(models.ReviewWrite{ID: id, Action: models.ReviewReject, Reason: "not by them"})
		status(models.StatusConfirmed, false, models.ReviewReject)
		d.refused(models.ReviewWrite{ID: id, Action: models.ReviewAccept}, "eva did reject")
		if got, _ := d.again(ingest.Reparse{}); len(got) > 0 {
			t.Errorf("read again after rejecting: %v", got)
		}
		status(models.StatusConfirmed, false, models.ReviewReject)
		d.does(models.ReviewWrite{ID: id, Action: models.ReviewUndo})
		status(models.StatusCancelled, true, "")
		d.does(models.ReviewWrite{ID: id, Action: models.ReviewAccept})
		status(models.StatusCancelled, false, models.ReviewAccept)
		d.does(models.ReviewWrite{ID: id, Action: models.ReviewUndo})
		status(models.StatusCancelled, true, "")
		d.does(models.ReviewWrite{ID: id, Action: models.ReviewReject})
		m, _ := d.maintenance("ntt-M-1")
		byEva := 0
		for _, c := range m.Changes {
			if c.Author == "eva" && c.Field == "status" && c.Cause == models.CauseEdit {
				byEva++
			}
		}
		if byEva != 3 {
			t.Errorf("eva changed the status %d times; want 3: %+v", byEva, m.Changes)
		}
	})
}
