package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestSourceDownForDays: the others go on, and what came meanwhile is read when
// it is back.
func TestSourceDownForDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := day0.Add(time.Hour)
		box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"))
		other := newShelf(notice("N-1", "CONFIRMED", 0, "CKT-000001"))
		r := newRig(t, s, box, func(o *ingest.Options) {
			second := o.Sources[0]
			second.Name, second.Open = "second", other.open
			o.Sources = append(o.Sources, second)
			o.Now = func() time.Time { return now }
		})
		r.mustPass(t, "box")
		box.refuse = ingest.ErrUnreachable
		for d := range 20 {
			now = now.Add(24 * time.Hour)
			if rep := r.Pass(t.Context(), "box", 0); !errors.Is(rep.Err, ingest.ErrUnreachable) {
				t.Fatalf("day %d: %v, want unreachable", d, rep.Err)
			}
			r.mustPass(t, "second")
			box.put("INBOX", notice(fmt.Sprintf("M-%d", d+2), "CONFIRMED", 0, "CKT-000001"))
		}
		box.refuse = nil
		if got := r.mustPass(t, "box"); got.Parsed != 20 {
			t.Errorf("the pass after twenty days: %+v, want 20 parsed", got)
		}
		row, err := s.SourceByName(t.Context(), "box")
		if err != nil || row.LastError != "" || !row.LastSuccess.Equal(now) {
			t.Errorf("source %+v, %v", row, err)
		}
	})
}

// TestFolderEmptied: what was kept stays, and the ledger tells of it.
func TestFolderEmptied(t *testing.T) {
	box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), notice("M-2", "CONFIRMED", 0, "CKT-000001"))
	r := newRig(t, storetest.SQLite(t), box)
	r.pass(t)
	box.folders["INBOX"] = nil
	if d := cmp.Diff(models.Tally{}, r.pass(t)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := r.states(t); len(got) != 2 {
		t.Errorf("%v, want both mails", got)
	}
	census, err := r.Reconcile(t.Context(), "box")
	if err != nil || census.Messages != 0 || len(census.Missing) != 0 {
		t.Errorf("%+v, %v, want an empty mailbox and nothing missing", census, err)
	}
}

// TestMailMovedByAPerson: the mail in the other folder is the same mail.
func TestMailMovedByAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"))
		r := newRig(t, s, box)
		r.pass(t)
		mail := box.folders["INBOX"][0].raw
		box.folders["INBOX"] = nil
		box.put("Done", mail)
		if got := r.pass(t); got.New != 0 || got.Duplicate != 1 || got.Parsed != 0 {
			t.Errorf("%+v, want the copy known", got)
		}
		ref := models.MailRef{Folder: "Done", UIDValidity: 7, UID: 1}
		if got := box.labels[ref]; len(got) == 0 {
			t.Error("the mail has no labels where it is now")
		}
	})
}

// TestClockWrongByADay: neither a clock that was ahead nor one that falls back
// loses a mail or holds the source up.
func TestClockWrongByADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := day0.Add(25 * time.Hour)
		box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"))
		r := newRig(t, s, box, func(o *ingest.Options) { o.Now = func() time.Time { return now } })
		r.pass(t)
		now = now.Add(-24 * time.Hour)
		box.put("INBOX", notice("M-2", "CONFIRMED", 0, "CKT-000001"))
		if got := r.pass(t); got.Parsed != 1 {
			t.Errorf("after the clock fell back: %+v, want one parsed", got)
		}
		now = now.Add(48 * time.Hour)
		box.put("INBOX", notice("M-3", "CONFIRMED", 0, "CKT-000001"))
		if got := r.pass(t); got.Parsed != 1 {
			t.Errorf("after the clock went ahead: %+v, want one parsed", got)
		}
	})
}

// dated gives a mail another Date, and its calendar another DTSTAMP.
func dated(mail []byte, date, stamp string) []byte {
	text := strings.Replace(string(mail), "Mon, 02 Mar 2026 08:00:00", date, 1)
	return []byte(strings.Replace(text, "DTSTAMP:20260302T080000Z", "DTSTAMP:"+stamp, 1))
}

// TestFutureDatedMail: a notice that says it is from 2099 does not shut out the
// cancellation that comes after it.
func TestFutureDatedMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		future := dated(notice("M-1", "CONFIRMED", 0, "CKT-000001"), "Fri, 02 Jan 2099 08:00:00", "20990102T080000Z")
		cancel := notice("M-1", "CANCELLED", 1, "CKT-000001")
		r := newRig(t, s, newShelf(future, cancel))
		r.pass(t)
		d, err := s.Maintenance(t.Context(), models.ScopeAll, "ntt-M-1")
		if err != nil || d.Status != models.StatusCancelled {
			t.Errorf("status %s, %v, want CANCELLED", d.Status, err)
		}
	})
}

// TestThroughAMailingList: the copy of a list, with another Subject and a
// footer, is its own mail and no second notice.
func TestThroughAMailingList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		direct := notice("M-1", "CONFIRMED", 0, "CKT-000001")
		listed := strings.Replace(string(direct), "Subject: ", "List-Id: <noc.lists.customer.example>\r\nSubject: [noc] ", 1)
		listed = strings.Replace(listed, "Content-Type: text/calendar; charset=utf-8\r\n\r\n",
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n", 1) +
			"--b\r\nContent-Type: text/plain\r\n\r\n_____\r\nnoc mailing list\r\n--b--\r\n"
		one, two := newShelf(direct), newShelf([]byte(listed))
		r := newRig(t, s, one, func(o *ingest.Options) {
			second := o.Sources[0]
			second.Name, second.Open = "second", two.open
			o.Sources = append(o.Sources, second)
		})
		r.mustPass(t, "box")
		r.mustPass(t, "second")
		want := map[string]models.MailState{"Maintenance M-1": models.StateParsed, "[noc] Maintenance M-1": models.StateDuplicate}
		if d := cmp.Diff(want, r.states(t)); d != "" {
			t.Errorf("states (-want +got):\n%s", d)
		}
		d, err := s.Maintenance(t.Context(), models.ScopeAll, "ntt-M-1")
		if err != nil || len(d.Notices) != 1 || d.Revision != 1 {
			t.Errorf("%d notices, revision %d, %v; want one of each", len(d.Notices), d.Revision, err)
		}
	})
}

// TestReusedMessageID: another mail under the same Message-ID is a mail of its
// own.
func TestReusedMessageID(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		second := strings.Replace(string(notice("M-2", "CONFIRMED", 0, "CKT-000001")), "<M-2.0@", "<M-1.0@", 1)
		r := newRig(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), []byte(second)))
		if got := r.pass(t); got.Parsed != 2 {
			t.Errorf("%+v, want two parsed", got)
		}
	})
}

// TestDatabaseFull: nothing is lost and no mail is blamed; once there is room
// the next pass reads on.
func TestDatabaseFull(t *testing.T) {
	s := storetest.SQLite(t)
	var mails [][]byte
	for i := range 600 {
		mails = append(mails, notice(fmt.Sprintf("M-%d", i), "CONFIRMED", 0, "CKT-000001"))
	}
	r := newRig(t, s, newShelf(mails...))
	pages := 0
	if err := s.SQL().QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	full := 0
	for room := 50; full < 100; room += 50 {
		if _, err := s.SQL().Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+room)); err != nil {
			t.Fatal(err)
		}
		rep := r.Pass(t.Context(), "box", 0)
		if rep.Err == nil {
			break
		}
		if !errors.Is(rep.Err, models.ErrDatabase) {
			t.Fatalf("%v, want that the database is in trouble", rep.Err)
		}
		full++
	}
	if full < 3 {
		t.Errorf("the database was full %d times, want it often", full)
	}
	wantAllParsed(t, r, 600)
}

func wantAllParsed(t *testing.T, r rig, n int) {
	t.Helper()
	states := r.states(t)
	for subject, state := range states {
		if state != models.StateParsed {
			t.Errorf("%s is %s, want parsed", subject, state)
		}
	}
	if len(states) != n {
		t.Errorf("%d mails, want %d", len(states), n)
	}
}

// TestDatabaseRestarted: every connection is cut at each step of a pass; the
// passes after it read on.
func TestDatabaseRestarted(t *testing.T) {
	s := storetest.Postgres(t)
	var mails [][]byte
	for i := range 300 {
		mails = append(mails, notice(fmt.Sprintf("M-%d", i), "CONFIRMED", 0, "CKT-000001"))
	}
	box := newShelf(mails...)
	cut := ""
	r := newRig(t, s, box, func(o *ingest.Options) {
		o.Step = func(step string) {
			if step == cut {
				cut = ""
				// The cutting connection is cut as well: its error says so.
				_, _ = s.Pool().Exec(context.Background(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
			}
		}
	})
	for _, step := range ingest.Steps {
		cut = step
		rep := r.Pass(t.Context(), "box", 0)
		if rep.Err != nil && !errors.Is(rep.Err, models.ErrDatabase) {
			t.Errorf("cut at %s: %v, want that the database is in trouble", step, rep.Err)
		}
	}
	r.pass(t)
	wantAllParsed(t, r, 300)
}
