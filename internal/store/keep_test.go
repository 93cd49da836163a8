package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func fixed() time.Time { return day }

// queue is an Enqueuer that writes jobs into a table in the transaction.
type queue struct {
	jobs []models.Job
	fail error
}

func (q *queue) EnqueueSQL(ctx context.Context, tx *sql.Tx, jobs []models.Job) error {
	for _, j := range jobs {
		if _, err := tx.ExecContext(ctx, "INSERT INTO test_jobs (kind) VALUES (?)", string(j.Kind)); err != nil {
			return err
		}
	}
	q.jobs = append(q.jobs, jobs...)
	return q.fail
}

func (q *queue) EnqueuePgx(ctx context.Context, conn *pgx.Conn, jobs []models.Job) error {
	for _, j := range jobs {
		if _, err := conn.Exec(ctx, "INSERT INTO test_jobs (kind) VALUES ($1)", string(j.Kind)); err != nil {
			return err
		}
	}
	q.jobs = append(q.jobs, jobs...)
	return q.fail
}

func newQueue(t *testing.T, s *store.Store) *queue {
	t.Helper()
	_, err := s.SQL().Exec("CREATE TABLE test_jobs (kind text)")
	ok(t, err)
	q := &queue{}
	s.SetEnqueuer(q)
	return q
}

func jobRows(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	ok(t, s.SQL().QueryRow("SELECT count(*) FROM test_jobs").Scan(&n))
	return n
}

func TestKeep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		q := newQueue(t, s)
		b := newBench(t, s)
		raw := "From: a\x00\xff\r\n\r\n" + string(bytes.Repeat([]byte("x"), 5000))
		one, copyOfOne := b.arrival(raw), b.arrival(raw)
		one.Message.Subject = "bad \xff\x00 bytes"
		skipped := b.arrival("")
		skipped.Raw, skipped.Message.Outcome, skipped.Message.Reason = nil, models.StateSkipped, "another sender"
		cursor := models.Cursor{Folder: "INBOX", UIDValidity: 4294967295, UID: 4294967294}
		kept, err := s.Keep(ctx, b.source.ID, cursor, []models.Arrival{one, copyOfOne, skipped})
		ok(t, err)
		if !kept[0].New || kept[1].New || kept[0].RawID != kept[1].RawID || kept[2].RawID != "" || kept[1].Ref != copyOfOne.Message.Ref {
			t.Errorf("kept %+v", kept)
		}
		if diff := cmp.Diff([]models.Job{{Kind: models.JobProcess, RawIDs: []string{kept[0].RawID}}}, q.jobs); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]models.Cursor{cursor}, must(s.Cursors(ctx, b.source.ID))); diff != "" {
			t.Error(diff)
		}
		raws := must(s.Raws(ctx, []string{kept[0].RawID, "no id"}))
		if len(raws) != 1 || string(raws[0].Raw) != raw || raws[0].State != models.StateReceived || raws[0].Subject != "bad \uFFFD bytes" {
			t.Errorf("raws %+v", raws)
		}
		if !raws[0].Received.Equal(one.Message.Received) || raws[0].Size != int64(len(raw)) {
			t.Errorf("raw %+v", raws[0])
		}

		// Again: nothing is doubled, nothing is enqueued.
		again, err := s.Keep(ctx, b.source.ID, cursor, []models.Arrival{one, copyOfOne, skipped})
		ok(t, err)
		if again[0].New || again[0].RawID != kept[0].RawID || len(q.jobs) != 1 {
			t.Errorf("again %+v, jobs %+v", again, q.jobs)
		}
		health := must(s.SourceHealths(ctx))
		if len(health) != 1 || health[0].Messages != 3 || !health[0].LastMail.Equal(skipped.Message.Received) {
			t.Errorf("health %+v", health)
		}
		known := must(s.KnownHashes(ctx, []string{raws[0].SHA256, "0000"}))
		if !cmp.Equal(known, map[string]string{raws[0].SHA256: raws[0].ID}) {
			t.Errorf("known %v", known)
		}
	})
}

func TestKeepIsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		q := newQueue(t, s)
		b := newBench(t, s)
		q.fail = errors.New("the queue is full")
		a := b.arrival("mail")
		if _, err := s.Keep(ctx, b.source.ID, models.Cursor{Folder: "INBOX", UID: 1}, []models.Arrival{a}); !errors.Is(err, q.fail) {
			t.Fatalf("error %v", err)
		}
		_, raws, err := s.Mails(ctx, models.ScopeAll, models.MailFilter{})
		ok(t, err)
		if raws != 0 || jobRows(t, s) != 0 || len(must(s.Cursors(ctx, b.source.ID))) != 0 {
			t.Error("something of a failed transaction is left")
		}
		q.fail = nil
		b.keep(a)
		if jobRows(t, s) != 1 {
			t.Error("the job is not there after the commit")
		}
	})
}

func TestKeepEnqueuesInChunks(t *testing.T) {
	s := storetest.SQLite(t)
	q := newQueue(t, s)
	b := newBench(t, s)
	var all []models.Arrival
	for i := range 1030 {
		all = append(all, b.arrival(fmt.Sprint("mail ", i)))
	}
	b.keep(all...)
	if len(q.jobs) != 21 || len(q.jobs[0].RawIDs) != 50 || len(q.jobs[20].RawIDs) != 30 {
		t.Errorf("%d jobs", len(q.jobs))
	}
	got := must(s.Received(ctx, b.source.ID, 2000))
	if len(got) != 1030 || string(got[1029].Raw) != "mail 1029" {
		t.Errorf("%d received", len(got))
	}
}

// TestKeepFillsTheLedger: a row that was kept without its bytes gets them when
// they are fetched after all.
func TestKeepFillsTheLedger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		a := b.arrival("body")
		bare := a
		bare.Raw, bare.Message.Outcome, bare.Message.Reason = nil, models.StateUnknownProvider, "no provider has this address"
		b.keep(bare)
		if due := must(s.LabelsDue(ctx, b.source.ID, 10)); len(due) != 1 || due[0].Want[0] != models.LabelUnknownProvider {
			t.Errorf("due %+v", due)
		}
		b.keep(a)
		if due := must(s.LabelsDue(ctx, b.source.ID, 10)); len(due) != 0 {
			t.Errorf("due %+v", due)
		}
		if h := must(s.SourceHealths(ctx)); h[0].Messages != 1 {
			t.Errorf("%d messages", h[0].Messages)
		}
	})
}

func TestKnownRefs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		a, remote := b.arrival("a"), b.arrival("b")
		remote.Message.Ref = models.MailRef{Folder: "INBOX", RemoteID: "abc"}
		b.keep(a, remote)
		other := models.MailRef{Folder: "INBOX", UIDValidity: 7, UID: 99}
		known := must(s.KnownRefs(ctx, b.source.ID, "INBOX", 7, []models.MailRef{a.Message.Ref, other}))
		if !cmp.Equal(known, map[models.MailRef]bool{a.Message.Ref: true}) {
			t.Errorf("known %v", known)
		}
		if known = must(s.KnownRefs(ctx, b.source.ID, "INBOX", 8, []models.MailRef{a.Message.Ref})); len(known) != 0 {
			t.Errorf("known under another UIDVALIDITY: %v", known)
		}
		if known = must(s.KnownRefs(ctx, b.source.ID, "INBOX", 0, []models.MailRef{remote.Message.Ref})); len(known) != 1 {
			t.Errorf("known remote %v", known)
		}
		if known = must(s.KnownRefs(ctx, b.source.ID, "INBOX", 7, nil)); len(known) != 0 {
			t.Errorf("known of none: %v", known)
		}
	})
}

// TestTheSameMailFromManySides keeps one mail from many goroutines.
func TestTheSameMailFromManySides(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		q := newQueue(t, s)
		var guard sync.Mutex
		fresh := 0
		var all sync.WaitGroup
		for i := range 8 {
			src := must(s.EnsureSource(ctx, fmt.Sprint("box", i), "imap"))
			all.Add(1)
			go func() {
				defer all.Done()
				var list []models.Arrival
				for n := range 20 { // in different orders
					n = (n*7 + i*3) % 20
					list = append(list, models.Arrival{
						Message: models.MailboxMessage{Ref: models.MailRef{Folder: "INBOX", UID: uint32(n + 1)}, Received: day},
						Raw:     []byte(fmt.Sprint("mail ", n)),
					})
				}
				kept, err := s.Keep(ctx, src.ID, models.Cursor{Folder: "INBOX", UID: 20}, list)
				if err != nil {
					t.Error(err)
				}
				guard.Lock()
				defer guard.Unlock()
				for _, k := range kept {
					if k.New {
						fresh++
					}
				}
			}()
		}
		all.Wait()
		_, raws, err := s.Mails(ctx, models.ScopeAll, models.MailFilter{})
		ok(t, err)
		if raws != 20 || fresh != 20 {
			t.Errorf("%d raw mails, %d said to be new", raws, fresh)
		}
		_ = q
	})
}

func TestSweep(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		q := newQueue(t, s)
		b := newBench(t, s)
		raw := b.mail()
		ok(t, s.Attempt(ctx, []string{raw}))
		ok(t, s.Attempt(ctx, []string{raw}))
		if got := must(s.Raws(ctx, []string{raw})); got[0].Attempts != 2 {
			t.Errorf("%d attempts", got[0].Attempts)
		}
		if ids := must(s.Orphans(ctx, now, 10)); len(ids) != 0 {
			t.Errorf("orphans %v", ids)
		}
		now = now.Add(time.Minute)
		ids := must(s.Orphans(ctx, now, 10))
		if !cmp.Equal(ids, []string{raw}) {
			t.Fatalf("orphans %v", ids)
		}
		ok(t, s.EnqueueProcess(ctx, ids))
		if last := q.jobs[len(q.jobs)-1]; last.Kind != models.JobProcess || !cmp.Equal(last.RawIDs, ids) {
			t.Errorf("job %+v", last)
		}
		if ids := must(s.Orphans(ctx, now, 10)); len(ids) != 0 {
			t.Errorf("just enqueued, and still an orphan: %v", ids)
		}
	})
}

func TestSourcesAndPolls(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.SourceByName(ctx, "noc"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("error %v", err)
		}
		one := must(s.EnsureSource(ctx, "noc", "imap"))
		two := must(s.EnsureSource(ctx, "noc", "gmail"))
		if one.ID != two.ID || two.Kind != "gmail" {
			t.Errorf("%+v %+v", one, two)
		}
		ok(t, s.SourceResult(ctx, one.ID, day, ""))
		ok(t, s.SourceResult(ctx, one.ID, day.Add(time.Hour), "login refused"))
		got := must(s.SourceByName(ctx, "noc"))
		if !got.LastSuccess.Equal(day) || got.LastError != "login refused" || !got.LastErrorAt.Equal(day.Add(time.Hour)) {
			t.Errorf("%+v", got)
		}
		ok(t, s.SourceResult(ctx, one.ID, day.Add(2*time.Hour), ""))
		if got = must(s.SourceByName(ctx, "noc")); got.LastError != "" || !got.LastSuccess.Equal(day.Add(2*time.Hour)) {
			t.Errorf("%+v", got)
		}
		poll := must(s.StartPoll(ctx, one.ID))
		ok(t, s.FinishPoll(ctx, poll, models.Tally{Fetched: 3, New: 2, Parsed: 1, Failed: 1}, ""))
		var fetched, fresh int
		ok(t, s.SQL().QueryRow("SELECT fetched, fresh FROM polls WHERE finished IS NOT NULL").Scan(&fetched, &fresh))
		if fetched != 3 || fresh != 2 {
			t.Errorf("poll %d %d", fetched, fresh)
		}
	})
}

func TestLease(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		take := func(owner string, want bool) {
			t.Helper()
			if got := must(s.AcquireLease(ctx, "poll:noc", owner, time.Minute)); got != want {
				t.Fatalf("%s: %v", owner, got)
			}
		}
		take("a", true)
		take("b", false)
		now = now.Add(50 * time.Second)
		take("a", true) // renewed
		now = now.Add(50 * time.Second)
		take("b", false)
		now = now.Add(10 * time.Second)
		take("b", true) // lapsed
		take("a", false)
		ok(t, s.ReleaseLease(ctx, "poll:noc", "a")) // not a's any more
		take("a", false)
		ok(t, s.ReleaseLease(ctx, "poll:noc", "b"))
		take("a", true)
		now = now.Add(-24 * time.Hour) // a's clock was a day ahead
		take("b", true)
	})
}
