package ingest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// incomplete gives the subjects of the mails that are marked incomplete.
func (r rig) incomplete(t *testing.T) []string {
	t.Helper()
	raws, _, err := r.store.Mails(t.Context(), models.ScopeAll, models.MailFilter{Page: models.Page{Limit: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	marked := []string{}
	for _, raw := range raws {
		if raw.Flags.Incomplete {
			marked = append(marked, raw.Subject)
		}
	}
	return marked
}

func TestKnownCircuitsThatWereNotReadMarkTheMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, err := s.ImportCircuits(t.Context(), []models.CircuitRow{{CID: "CKT-000001", Provider: "ntt"}})
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t, s, newShelf(
			notice("M-1", "CONFIRMED", 0, "CKT-000001"),
			letter("noc@us.ntt.net", "invoice for ckt-000001"),
			letter("noc@us.ntt.net", "invoice for ckt-000002"),
			letter("stranger@nowhere.example", "hello CKT-000001"),
		))
		r.pass(t)
		got := map[string]bool{}
		for _, subject := range r.incomplete(t) {
			got[subject] = true
		}
		want := map[string]bool{"invoice for ckt-000001": true, "hello CKT-000001": true}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("marked (-want +got):\n%s", d)
		}

		// A circuit that comes later is looked for in the next mail.
		_, err = s.ImportCircuits(t.Context(), []models.CircuitRow{{CID: "CKT-000003", Provider: "ntt"}})
		if err != nil {
			t.Fatal(err)
		}
		r2 := newRig(t, s, newShelf(letter("noc@us.ntt.net", "invoice for CKT-000003")),
			func(o *ingest.Options) { o.Sources[0].Name = "second" })
		if rep := r2.Pass(t.Context(), "second", 0); rep.Err != nil {
			t.Fatal(rep.Err)
		}
		if got := len(r2.incomplete(t)); got != 3 {
			t.Errorf("%d mails are marked, want 3: %v", got, r2.incomplete(t))
		}
	})
}
