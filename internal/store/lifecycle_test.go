package store_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestUnknownCircuitAppears: the note and the label come with the mail and go
// with the import, in the same transaction, with a Change that says so.
func TestUnknownCircuitAppears(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		q := newQueue(t, s)
		b := newBench(t, s)
		zayo, lumen := provider(t, s, "zayo"), provider(t, s, "lumen")
		first := b.receive(zayo, notice(zayo, "TTN-1", 3, "abc/1", "ABC/2"))
		b.receive(lumen, notice(lumen, "L-1", 3, "ABC/1")) // the same id, another provider
		due := b.labelled()
		if len(due) != 2 || !cmp.Equal(due[0].Add, []string{models.LabelParsed, models.LabelUnknownCIDs}) {
			t.Fatalf("due %+v", due)
		}
		q.jobs = nil

		circuits(t, s, models.CircuitRow{CID: "ABC/1", Provider: "Zayo"})
		d := detail(t, s, "zayo-TTN-1")
		if d.Revision != 2 || d.Circuits[0].CircuitID == "" || d.Circuits[1].CircuitID != "" {
			t.Errorf("record %+v", d.Maintenance)
		}
		if c := d.Changes[0]; c.Field != "circuit[ABC/1].link" || c.Cause != models.CauseImport || c.New != d.Circuits[0].CircuitID {
			t.Errorf("change %+v", c)
		}
		if !closed(d, "unknown-cid:ABC/1") || closed(d, "unknown-cid:ABC/2") {
			t.Errorf("notes %+v", d.Notes)
		}
		if due := must(s.LabelsDue(ctx, b.source.ID, 10)); len(due) != 0 {
			t.Errorf("one circuit is still unknown, and yet due: %+v", due)
		}

		circuits(t, s, models.CircuitRow{CID: "ABC/2", Provider: "zayo"})
		due = must(s.LabelsDue(ctx, b.source.ID, 10))
		if len(due) != 1 || !cmp.Equal(due[0].Remove, []string{models.LabelUnknownCIDs}) || due[0].Add != nil {
			t.Errorf("due %+v", due)
		}
		if !cmp.Equal(q.jobs, []models.Job{{Kind: models.JobLabel, Source: "noc"}}) {
			t.Errorf("jobs %+v", q.jobs)
		}
		if raw := must(s.Raws(ctx, []string{first.RawID}))[0]; raw.Flags.UnknownCIDs || raw.State != models.StateParsed {
			t.Errorf("raw %+v", raw)
		}
		if d := detail(t, s, "lumen-L-1"); d.Revision != 1 || d.Circuits[0].CircuitID != "" {
			t.Errorf("another provider's record %+v", d.Maintenance)
		}
		circuits(t, s, models.CircuitRow{CID: "ABC/2", Provider: "zayo"})
		if d := detail(t, s, "zayo-TTN-1"); d.Revision != 3 {
			t.Errorf("revision %d after an import that brought nothing", d.Revision)
		}
	})
}

func closed(d models.MaintenanceDetail, key string) bool {
	return slices.ContainsFunc(d.Notes, func(n models.Note) bool { return n.Key == key && n.Closed })
}

// TestPeoplesNotesAreLeftAlone: what a person edited or closed is not touched
// by the next mail.
func TestPeoplesNotesAreLeftAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		b.receive(zayo, notice(zayo, "TTN-1", 3, "A", "B", "C"))
		_, err := s.SQL().Exec("UPDATE notes SET comment = 'known to be gone', touched_by = 'eva' WHERE key = 'unknown-cid:A'")
		ok(t, err)
		_, err = s.SQL().Exec("UPDATE notes SET closed = true, touched_by = 'eva' WHERE key = 'unknown-cid:B'")
		ok(t, err)
		b.receive(zayo, notice(zayo, "TTN-1", 4, "A", "B", "C"))
		d := detail(t, s, "zayo-TTN-1")
		if len(d.Notes) != 3 || d.Notes[0].Comment != "known to be gone" || d.Notes[0].Closed || !closed(d, "unknown-cid:B") || closed(d, "unknown-cid:C") {
			t.Errorf("notes %+v", d.Notes)
		}
	})
}

// TestReparse: a newer reading of the same mail takes the place of the older
// one, which stays in the table.
func TestReparse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		raw := b.mail()
		b.apply(raw, zayo, notice(zayo, "TTN-1", 3, "A"))
		v := verdict(raw, zayo, notice(zayo, "TTN-1", 4, "A"))
		v.ParserVersion, v.Cause = "2", models.CauseReparse
		b.applyAs(v)
		d := detail(t, s, "zayo-TTN-1")
		if len(d.Notices) != 1 || d.Notices[0].ParserVersion != "2" || d.Revision != 2 {
			t.Errorf("record %+v", d)
		}
		if d.Changes[0].Cause != models.CauseReparse || !strings.HasPrefix(d.Changes[0].Field, "window[1]") {
			t.Errorf("changes %+v", d.Changes)
		}
		if n := count(t, s, "SELECT count(*) FROM notices"); n != 2 {
			t.Errorf("%d notices stored", n)
		}

		// A reading that fails replaces nothing.
		failed := models.Verdict{RawID: raw, ProviderID: zayo.ID, State: models.StateParsingFailed, Error: "no start", ParserVersion: "3", Cause: models.CauseReparse}
		b.applyAs(failed)
		if d := detail(t, s, "zayo-TTN-1"); len(d.Notices) != 1 || d.Revision != 2 {
			t.Errorf("record %+v", d)
		}

		// Another id: the old record is left without notices and goes.
		v = verdict(raw, zayo, notice(zayo, "TTN-2", 4, "A"))
		v.ParserVersion, v.Cause = "4", models.CauseReparse
		got := b.applyAs(v)
		if !slices.Contains(got.Maintenances, "zayo-TTN-2") {
			t.Errorf("touched %v", got.Maintenances)
		}
		checkNotices(t, s, map[string]int{"zayo-TTN-2": 1})
		if n := count(t, s, "SELECT count(*) FROM identities"); n != 1 {
			t.Errorf("%d identities, want the one that is in use", n)
		}
		if n := count(t, s, "SELECT count(*) FROM changes WHERE field = 'removed'"); n != 1 {
			t.Errorf("%d changes tell of the removal", n)
		}

		// No notice at all.
		b.applyAs(models.Verdict{RawID: raw, ProviderID: zayo.ID, State: models.StateIgnored, ParserVersion: "5", Cause: models.CauseReparse})
		checkNotices(t, s, map[string]int{})
		if got := must(s.Raws(ctx, []string{raw}))[0]; got.State != models.StateIgnored || got.ParserVersion != "5" {
			t.Errorf("raw %+v", got)
		}
	})
}

// TestReparseTakesRecordsApart: records that a wrong reading joined are two
// again, and one that it kept apart is joined.
func TestReparseTakesRecordsApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		b.receive(zayo, notice(zayo, "ONE", 3, "A"))
		b.receive(zayo, notice(zayo, "TWO", 3, "B"))
		raw := b.mail()
		plain := notice(zayo, "THREE", 3, "C")
		joined := with(plain, func(n *models.Notice) { n.Supersedes = []string{"ONE", "TWO"} })
		for i, step := range []struct {
			notice models.Notice
			want   map[string]int
		}{
			{joined, map[string]int{"zayo-THREE": 3}},
			{plain, map[string]int{"zayo-ONE": 1, "zayo-TWO": 1, "zayo-THREE": 1}},
			{joined, map[string]int{"zayo-THREE": 3}},
			{with(plain, func(n *models.Notice) { n.Supersedes = []string{"ONE"} }), map[string]int{"zayo-THREE": 2, "zayo-TWO": 1}},
		} {
			v := verdict(raw, zayo, step.notice)
			v.ParserVersion, v.Cause = strings.Repeat("i", i+1), models.CauseReparse
			b.applyAs(v)
			checkNotices(t, s, step.want)
		}
		b.receive(zayo, notice(zayo, "TWO", 4, "B"))
		checkNotices(t, s, map[string]int{"zayo-THREE": 2, "zayo-TWO": 2})
	})
}

func count(t *testing.T, s *store.Store, query string) (n int) {
	t.Helper()
	ok(t, s.SQL().QueryRow(query).Scan(&n))
	return n
}

// TestEditsMoveWithTheID: what a person did on a record goes to the one that a
// re-parse made of its mail.
func TestEditsMoveWithTheID(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		raw := b.mail()
		b.apply(raw, zayo, notice(zayo, "TTN-1", 3, "A"))
		edit(t, s, "zayo-TTN-1", models.EditSet, "summary", "ours")
		v := verdict(raw, zayo, notice(zayo, "TTN-2", 3, "A"))
		v.ParserVersion = "2"
		b.applyAs(v)
		if d := detail(t, s, "zayo-TTN-2"); d.Summary != "ours" || d.Orphan {
			t.Errorf("record %+v", d.Maintenance)
		}
		checkNotices(t, s, map[string]int{"zayo-TTN-2": 1})

		// Without a successor the record stays, as an orphan.
		b.applyAs(models.Verdict{RawID: raw, ProviderID: zayo.ID, State: models.StateIgnored, ParserVersion: "3"})
		if d := detail(t, s, "zayo-TTN-2"); d.Summary != "ours" || !d.Orphan {
			t.Errorf("record %+v", d.Maintenance)
		}
		// Its mail comes back to it.
		b.receive(zayo, notice(zayo, "TTN-2", 3, "A"))
		if d := detail(t, s, "zayo-TTN-2"); d.Orphan || len(d.Notices) != 1 {
			t.Errorf("record %+v", d.Maintenance)
		}
	})
}

// edit keeps one act of a person on a record, to be seen by the next fold.
func edit(t *testing.T, s *store.Store, name string, kind models.EditKind, field, value string) {
	t.Helper()
	d := detail(t, s, name)
	ok(t, s.AddEdit(models.Edit{MaintenanceID: d.ID, Kind: kind, Author: "eva", At: day.AddDate(0, 0, 1), Field: field, Value: value}))
}

func TestMergedRecordsKeepEdits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		b.receive(zayo, notice(zayo, "ONE", 3, "A"))
		b.receive(zayo, notice(zayo, "TWO", 3, "B"))
		edit(t, s, "zayo-TWO", models.EditSet, "summary", "ours")
		must(s.Edit(ctx, eva, []models.Write{{Maintenance: "zayo-TWO", Notes: []models.NoteWrite{{Title: "call", Comment: "they are late"}}}}))
		b.receive(zayo, with(notice(zayo, "TWO", 4, "B"), func(n *models.Notice) { n.Supersedes = []string{"ONE"} }))
		checkNotices(t, s, map[string]int{"zayo-TWO": 3})
		d := detail(t, s, "zayo-TWO")
		if d.Summary != "ours" || len(d.PeopleNotes) != 1 || d.PeopleNotes[0].Comment != "they are late" || !cmp.Equal(d.Aliases, []string{"ONE"}) {
			t.Errorf("record %+v", d)
		}
	})
}

func TestLabelsFollowTheState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		a := b.arrival("mail")
		elsewhere := must(s.EnsureSource(ctx, "other", "imap"))
		raw := b.keep(a)[0]
		_, err := s.Keep(ctx, elsewhere.ID, models.Cursor{Folder: "INBOX", UID: 1}, []models.Arrival{{
			Message: models.MailboxMessage{Ref: models.MailRef{Folder: "INBOX", UID: 1}, Received: day}, Raw: a.Raw,
		}})
		ok(t, err)
		if due := b.labelled(); len(due) != 0 {
			t.Errorf("received mail is due: %+v", due)
		}
		b.applyAs(models.Verdict{RawID: raw, State: models.StateUnknownProvider, ParserVersion: "1"})
		for _, id := range []string{b.source.ID, elsewhere.ID} {
			if due := must(s.LabelsDue(ctx, id, 10)); len(due) != 1 || !cmp.Equal(due[0].Add, []string{models.LabelUnknownProvider}) {
				t.Errorf("due %+v", due)
			}
		}
		due := must(s.LabelsDue(ctx, b.source.ID, 10))
		ok(t, s.LabelResults(ctx, []models.LabelResult{{MessageRowID: due[0].MessageRowID, Error: "server gone"}}))
		if due = must(s.LabelsDue(ctx, b.source.ID, 10)); len(due) != 1 || due[0].MessageID != a.Message.MessageID {
			t.Errorf("a failed label is not due any more: %+v", due)
		}
		b.labelled()
		b.apply(raw, zayo, notice(zayo, "TTN-1", 3))
		due = b.labelled()
		if len(due) != 1 || !cmp.Equal(due[0].Add, []string{models.LabelParsed}) || !cmp.Equal(due[0].Remove, []string{models.LabelUnknownProvider}) {
			t.Errorf("due %+v", due)
		}
		if due = b.labelled(); len(due) != 0 {
			t.Errorf("still due: %+v", due)
		}
	})
}

// TestStateMovesWhileALabelIsWritten: the result of an old task does not hide
// that the labels are old.
func TestStateMovesWhileALabelIsWritten(t *testing.T) {
	s := storetest.SQLite(t)
	b := newBench(t, s)
	zayo := provider(t, s, "zayo")
	raw := b.mail()
	b.applyAs(models.Verdict{RawID: raw, State: models.StateUnknownProvider})
	old := must(s.LabelsDue(ctx, b.source.ID, 10))[0]
	b.apply(raw, zayo, notice(zayo, "TTN-1", 3))
	ok(t, s.LabelResults(ctx, []models.LabelResult{{MessageRowID: old.MessageRowID, Applied: old.Want}}))
	due := must(s.LabelsDue(ctx, b.source.ID, 10))
	if len(due) != 1 || !cmp.Equal(due[0].Remove, []string{models.LabelUnknownProvider}) {
		t.Errorf("due %+v", due)
	}
}

func TestHostileNotice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		n := notice(zayo, "T\x00TN-\xff1", 3, "A\x00B", "\xfe", strings.Repeat("x", 3000))
		n.Windows[0].Circuits = append(n.Windows[0].Circuits, models.NoticeCircuit{CID: noise(9000), Impact: models.ImpactOutage})
		n.UID, n.Supersedes = noise(8000), []string{noise(7000)}
		n.Summary, n.Account, n.Organizer = "nul \x00", "bad \xc3\x28", "'; DROP TABLE notices; --"
		n.Issued = day.AddDate(68, 0, 0)
		got := b.receive(zayo, n)
		if got.State != models.StateParsed {
			t.Fatalf("%+v", got)
		}
		d := detail(t, s, got.Maintenances[0])
		if d.Notices[0].Issued.After(d.Notices[0].Received) || len(d.Circuits) != 4 {
			t.Errorf("record %+v", d)
		}
	})
}

// noise is text that no database can compress.
func noise(n int) string {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('!' + r.IntN(90))
	}
	return string(b)
}

func TestLongNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		a := b.arrival("mail")
		a.Message.MessageID = noise(6000)
		n := notice(zayo, noise(5000), 3)
		n.Account = noise(4000)
		b.apply(b.keep(a)[0], zayo, n)
		got := b.receive(zayo, n)
		if d := detail(t, s, got.Maintenances[0]); len(d.Notices) != 2 {
			t.Errorf("%d notices", len(d.Notices))
		}
	})
}

func TestApplyMissingMail(t *testing.T) {
	s := storetest.SQLite(t)
	b := newBench(t, s)
	zayo := provider(t, s, "zayo")
	raw := b.mail()
	applied, err := s.Apply(ctx, []models.Verdict{verdict("00000000-0000-7000-8000-000000000000", zayo, notice(zayo, "X", 1)), verdict(raw, zayo, notice(zayo, "Y", 1))})
	ok(t, err)
	if applied[0].State != "" || applied[1].State != models.StateParsed {
		t.Errorf("%+v", applied)
	}
	checkNotices(t, s, map[string]int{"zayo-Y": 1})
}

func TestMailCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		b.receive(zayo, notice(zayo, "A", 1))
		b.receive(zayo, notice(zayo, "B", 1))
		b.mail()
		want := []models.MailCount{
			{Source: "noc", State: models.StateReceived, Count: 1},
			{Source: "noc", Provider: "zayo", State: models.StateParsed, Count: 2},
		}
		if diff := cmp.Diff(want, must(s.MailCounts(ctx))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTimesAreUTCWithMicroseconds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zone := time.FixedZone("somewhere", 5*3600)
		a := b.arrival("mail")
		a.Message.Received = time.Date(2031, 5, 1, 13, 0, 0, 123456789, zone)
		got := must(s.Raws(ctx, b.keep(a)))[0].Received
		if want := time.Date(2031, 5, 1, 8, 0, 0, 123456000, time.UTC); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	})
}
