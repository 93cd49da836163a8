package ingest_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// known makes an address one of a provider that reads NTT's notices.
func (r rig) known(t *testing.T, address string) {
	t.Helper()
	if _, err := r.store.ImportProviders(t.Context(), []models.ProviderRow{{Line: 2, Name: "Late", Parser: "ntt", Emails: []string{address}}}); err != nil {
		t.Fatal(err)
	}
}

// fromLate is a notice of somebody whom nobody knows yet.
func fromLate(id string) []byte {
	mail := string(notice(id, "CONFIRMED", 0, "CKT-000001"))
	return []byte("From: NOC <noc@late.example>\r\n" + mail[len("From: NTT <noc@us.ntt.net>\r\n"):])
}

// TestAddressThatComesLater: mail that matched nobody is judged again once
// somebody has its address, whatever was kept of it, and counts as what was
// there before.
func TestAddressThatComesLater(t *testing.T) {
	for _, keep := range []string{ingest.UnknownKeep, ingest.UnknownLedger, ingest.UnknownSkip} {
		t.Run(keep, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				r := newRig(t, s, newShelf(fromLate("L-1"), letter("stranger@nowhere.example", "hello")), func(o *ingest.Options) { o.UnknownSenders = keep })
				r.pass(t)
				r.known(t, "noc@late.example")
				if got := r.pass(t); got.Parsed != 1 {
					t.Errorf("the pass after the address became known: %+v, want one parsed", got)
				}
				d, err := s.Maintenance(t.Context(), models.ScopeAll, "late-L-1")
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range d.Changes {
					if c.Cause != models.CauseBackfill {
						t.Errorf("change %s has the cause %s, want backfill", c.Field, c.Cause)
					}
				}
				if d := cmp.Diff(models.Tally{}, r.pass(t)); d != "" {
					t.Errorf("the next pass found something (-want +got):\n%s", d)
				}
			})
		})
	}
}

// TestProviderAttachedLater: mail of a provider for which the source did not
// read is judged again once it does.
func TestProviderAttachedLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"))
		only := func(slugs ...string) func(*ingest.Options) {
			return func(o *ingest.Options) { o.Sources[0].Providers = slugs }
		}
		r := newRig(t, s, box, only("zayo"))
		r.pass(t)
		if got := r.states(t)["Maintenance M-1"]; got != models.StateSkipped {
			t.Fatalf("state %s, want skipped", got)
		}
		r = newRig(t, s, box, only("zayo", "ntt"))
		if got := r.pass(t); got.Parsed != 1 {
			t.Errorf("the pass after ntt was attached: %+v, want one parsed", got)
		}
	})
}

// TestReconcile: what stands in the mailbox and in no ledger is found behind
// the cursor, fetched and counted.
func TestReconcile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), letter("stranger@nowhere.example", "hello"), notice("M-3", "CONFIRMED", 0, "CKT-000001"))
		r := newRig(t, s, box, func(o *ingest.Options) { o.UnknownSenders = ingest.UnknownSkip })
		whole := box.folders["INBOX"]
		box.folders["INBOX"] = []stored{whole[0], whole[1]}
		r.pass(t)
		// A cursor that is ahead of the mailbox hides the third message.
		row, err := s.SourceByName(t.Context(), "box")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Keep(t.Context(), row.ID, models.Cursor{Folder: "INBOX", UIDValidity: 7, UID: 9}, nil); err != nil {
			t.Fatal(err)
		}
		box.folders["INBOX"] = whole
		if got := r.pass(t); got.Fetched != 0 {
			t.Fatalf("%+v, want the third message hidden", got)
		}

		got, err := r.Reconcile(t.Context(), "box")
		if err != nil {
			t.Fatal(err)
		}
		want := models.Reconciliation{
			At: day0.Add(time.Hour), From: day0.Add(time.Hour).AddDate(0, 0, -7), Messages: 3, Ledger: 3, Kept: 2, Skipped: 1,
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if _, err := r.Pending(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		if got := r.states(t)["Maintenance M-3"]; got != models.StateParsed {
			t.Errorf("the message that was missing is %q, want parsed", got)
		}
		row, err = s.SourceByName(t.Context(), "box")
		if d := cmp.Diff(want, row.Reconciled); err != nil || d != "" {
			t.Errorf("%v, kept (-want +got):\n%s", err, d)
		}
	})
}

// TestReconcileSaysWhatIsMissing: a message that cannot be kept is named.
func TestReconcileSaysWhatIsMissing(t *testing.T) {
	r := newRig(t, storetest.SQLite(t), newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001")))
	o := r.Options
	o.Store = forgetful{r.Store}
	p, err := ingest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Reconcile(t.Context(), "box")
	if err != nil {
		t.Fatal(err)
	}
	missing := []models.MailRef{{Folder: "INBOX", UIDValidity: 7, UID: 1}}
	if d := cmp.Diff(missing, got.Missing); d != "" || got.Messages != 1 || got.Ledger != 0 {
		t.Errorf("%+v (-want +got):\n%s", got, d)
	}
}

// forgetful is a store that takes messages and keeps none.
type forgetful struct{ ingest.Store }

func (forgetful) Keep(_ context.Context, _ string, _ models.Cursor, list []models.Arrival) ([]models.Kept, error) {
	return make([]models.Kept, len(list)), nil
}

// TestCauses: what was there before lineman looked is backfill, what arrives
// later is live, also when it is found behind the cursor.
func TestCauses(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day0.Add(3 * time.Hour)
		s := storetest.Open(t, url, func() time.Time { return now })
		box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"))
		r := newRig(t, s, box, func(o *ingest.Options) { o.Now = func() time.Time { return now } })
		r.pass(t)
		now = now.Add(48 * time.Hour)
		r.pass(t)
		box.folders["Later"] = []stored{
			{uid: 1, received: day0, raw: notice("M-2", "CONFIRMED", 0, "CKT-000001")},
			{uid: 2, received: now.Add(-10 * time.Minute), raw: notice("M-3", "CONFIRMED", 0, "CKT-000001")},
		}
		now = now.Add(time.Minute)
		r.pass(t)
		for name, want := range map[string]models.Cause{
			"ntt-M-1": models.CauseBackfill, "ntt-M-2": models.CauseBackfill, "ntt-M-3": models.CauseLive,
		} {
			d, err := s.Maintenance(t.Context(), models.ScopeAll, name)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Changes[0].Cause; got != want {
				t.Errorf("%s has the cause %s, want %s", name, got, want)
			}
		}
	})
}
