package ingest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// maintenances gives the names of all records.
func (r rig) maintenances(t *testing.T) []string {
	t.Helper()
	items, _, err := r.store.Maintenances(t.Context(), models.ScopeAll, models.MaintenanceFilter{Page: models.Page{Limit: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range items {
		names = append(names, m.Name)
	}
	return names
}

// TestPush hands mail over, again, and after it was read in a mailbox.
func TestPush(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		seen := notice("PW-1", "CONFIRMED", 0, "A")
		r := newRig(t, s, newShelf(seen))
		r.pass(t)
		first, err := r.Push(t.Context(), notice("PW-2", "CONFIRMED", 0, "A"))
		if err != nil || !first.New || first.ID == "" || first.State != models.StateReceived {
			t.Fatalf("new mail: %+v, %v", first, err)
		}
		// A process that dies here leaves it waiting; whoever pushes next sees to it.
		second, err := r.Push(t.Context(), notice("PW-3", "CONFIRMED", 0, "A"))
		if err != nil || !second.New {
			t.Fatalf("more mail: %+v, %v", second, err)
		}
		if tally, err := r.Settle(t.Context(), second.ID); err != nil || tally.Parsed != 2 {
			t.Errorf("settled %+v, %v, want both", tally, err)
		}
		for want, raw := range map[models.Pushed][]byte{
			{ID: first.ID, State: models.StateParsed}:  notice("PW-2", "CONFIRMED", 0, "A"),
			{ID: second.ID, State: models.StateParsed}: notice("PW-3", "CONFIRMED", 0, "A"),
		} {
			if got, err := r.Push(t.Context(), raw); err != nil || got != want {
				t.Errorf("again: %+v, %v, want %+v", got, err, want)
			}
		}
		if got, err := r.Push(t.Context(), seen); err != nil || got.New || got.State != models.StateParsed {
			t.Errorf("mail that a mailbox had: %+v, %v", got, err)
		}
		if diff := cmp.Diff([]string{"ntt-PW-1", "ntt-PW-2", "ntt-PW-3"}, sortedNames(r.maintenances(t))); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
		if tally := r.pass(t); tally.New != 0 {
			t.Errorf("the next pass finds %+v", tally)
		}
	})
}

func TestPushOfNoMail(t *testing.T) {
	r := newRig(t, storetest.SQLite(t), newShelf())
	for name, raw := range map[string][]byte{"empty": nil, "over the limit": make([]byte, 25<<20+1)} {
		_, err := r.Push(t.Context(), raw)
		if _, ok := errors.AsType[*models.InputError](err); !ok {
			t.Errorf("%s: %v, want an InputError", name, err)
		}
	}
	if n := len(r.states(t)); n != 0 {
		t.Errorf("%d mails are kept", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Push(ctx, letter("a@b.example", "x")); err == nil {
		t.Error("a mail that was not committed counts as taken")
	}
}

// TestPushOfStrangers has no mailbox to fetch from later what is not kept.
func TestPushOfStrangers(t *testing.T) {
	for what, kept := range map[string]bool{ingest.UnknownKeep: true, ingest.UnknownLedger: true, ingest.UnknownSkip: false} {
		r := newRig(t, storetest.SQLite(t), newShelf(), func(o *ingest.Options) { o.UnknownSenders = what })
		got, err := r.Push(t.Context(), letter("stranger@nowhere.example", "x"))
		if err != nil || (got.ID != "") != kept || !kept && got.State != models.StateSkipped {
			t.Errorf("unknown_senders: %s: %+v, %v", what, got, err)
		}
		if !kept {
			continue
		}
		if _, err := r.Settle(t.Context(), got.ID); err != nil {
			t.Fatal(err)
		}
		if state := r.states(t)["x"]; state != models.StateUnknownProvider {
			t.Errorf("unknown_senders: %s: state %s", what, state)
		}
	}
}

// TestRevisit gives a provider the address of somebody whose mail was handed
// over before.
func TestRevisit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRig(t, s, newShelf())
		raw := bytes.Replace(notice("PW-1", "CONFIRMED", 0, "A"), []byte("NTT <noc@us.ntt.net>"), []byte("works@ntt.example"), 1)
		pushed, err := r.Push(t.Context(), raw)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // nothing has changed
			if _, err := r.Settle(t.Context(), pushed.ID); err != nil {
				t.Fatal(err)
			}
			if err := r.Revisit(t.Context(), ingest.PushSource); err != nil {
				t.Fatal(err)
			}
			if state, err := r.State(t.Context(), pushed.ID); err != nil || state != models.StateUnknownProvider {
				t.Fatalf("from nobody: %s, %v", state, err)
			}
		}
		if _, err := s.ImportProviders(t.Context(), []models.ProviderRow{{Name: "NTT", Slug: "ntt", Emails: []string{"noc@us.ntt.net", "works@ntt.example"}, Parser: "ntt"}}); err != nil {
			t.Fatal(err)
		}
		if err := r.Revisit(t.Context(), ingest.PushSource); err != nil {
			t.Fatal(err)
		}
		if tally, err := r.Settle(t.Context(), pushed.ID); err != nil || tally.Parsed != 1 {
			t.Errorf("from somebody: %+v, %v", tally, err)
		}
	})
}

// brought turns mails into those of a file.
func brought(file string, raws ...[]byte) func(func(ingest.Brought, error) bool) {
	return func(yield func(ingest.Brought, error) bool) {
		for _, raw := range raws {
			m := ingest.Brought{From: file, Raw: raw, Size: int64(len(raw)), Digest: fmt.Sprintf("%x", sha256.Sum256(raw))}
			if len(raw) > 25<<20 {
				m.Raw = nil
			}
			if string(raw) == "broken" {
				if !yield(ingest.Brought{}, errors.New("the file is broken")) {
					return
				}
				continue
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}

// TestImport brings mail in files: every mail is judged, one that cannot be
// harms no other, and all of it may be done again.
func TestImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRig(t, s, newShelf())
		var mails [][]byte
		for i := range 450 { // more than two pages
			mails = append(mails, notice(fmt.Sprintf("PW-%03d", i), "CONFIRMED", 0, "A"))
		}
		mails = append(mails, []byte("broken"), make([]byte, 25<<20+1), []byte("\x00\x01"), mails[3], letter("stranger@nowhere.example", "x"))
		report := r.Import(t.Context(), brought("old.mbox", mails...))
		if report.Source != ingest.ImportSource || report.Err == nil || report.Err.Error() != "the file is broken" {
			t.Errorf("source %s, error %v", report.Source, report.Err)
		}
		want := models.Tally{Fetched: 454, New: 452, Parsed: 450, Failed: 1, UnknownProvider: 2, Duplicate: 1}
		if diff := cmp.Diff(want, report.Tally); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		if n := len(r.maintenances(t)); n != 450 {
			t.Errorf("%d records, want 450", n)
		}
		raws, _, err := s.Mails(t.Context(), models.ScopeAll, models.MailFilter{Page: models.Page{Limit: 1000}})
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range raws {
			if raw.State == models.StateReceived || raw.Cause != models.CauseImport {
				t.Fatalf("mail %q is %s for the cause %s", raw.Subject, raw.State, raw.Cause)
			}
		}
		again := r.Import(t.Context(), brought("copy.mbox", mails[:450]...))
		if diff := cmp.Diff(models.Tally{Fetched: 450, Duplicate: 450}, again.Tally); diff != "" || again.Err != nil {
			t.Errorf("again: %v (-want +got):\n%s", again.Err, diff)
		}
	})
}

// TestImportIsStopped stops in the middle and goes on.
func TestImportIsStopped(t *testing.T) {
	r := newRig(t, storetest.SQLite(t), newShelf())
	var mails [][]byte
	for i := range 300 {
		mails = append(mails, notice(fmt.Sprintf("PW-%03d", i), "CONFIRMED", 0, "A"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	report := r.Import(ctx, func(yield func(ingest.Brought, error) bool) {
		n := 0
		for m, err := range brought("old.mbox", mails...) {
			if n++; n == 250 {
				cancel()
			}
			if !yield(m, err) {
				return
			}
		}
	})
	if !errors.Is(report.Err, context.Canceled) {
		t.Errorf("stopped: %v", report.Err)
	}
	if report = r.Import(t.Context(), brought("old.mbox", mails...)); report.Err != nil {
		t.Fatal(report.Err)
	}
	if n := len(r.maintenances(t)); n != 300 || len(r.states(t)) != 300 {
		t.Errorf("%d records of %d mails, want 300 of each", n, len(r.states(t)))
	}
}

func sortedNames(names []string) []string {
	slices.Sort(names)
	return names
}
