package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
	"lineman/parsers"
	"lineman/parsers/provider"
)

var day0 = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// notice is a BCOP notice of NTT as a mail.
func notice(id, status string, sequence int, circuits ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: NTT <noc@us.ntt.net>\r\nTo: noc@customer.example\r\nSubject: Maintenance %s\r\n", id)
	fmt.Fprintf(&b, "Date: Mon, 02 Mar 2026 08:%02d:00 +0000\r\nMessage-ID: <%s.%d@ntt.example>\r\n", sequence, id, sequence)
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n")
	fmt.Fprintf(&b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//ntt//maint//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nSEQUENCE:%d\r\n", id, sequence)
	fmt.Fprintf(&b, "DTSTAMP:20260302T08%02d00Z\r\nDTSTART:20260310T010000Z\r\nDTEND:20260310T050000Z\r\nSUMMARY:Work\r\n", sequence)
	fmt.Fprintf(&b, "ORGANIZER;CN=NTT:mailto:noc@us.ntt.net\r\nX-MAINTNOTE-PROVIDER:ntt.net\r\nX-MAINTNOTE-ACCOUNT:137\r\n")
	fmt.Fprintf(&b, "X-MAINTNOTE-MAINTENANCE-ID:%s\r\nX-MAINTNOTE-IMPACT:OUTAGE\r\nX-MAINTNOTE-STATUS:%s\r\n", id, status)
	for _, c := range circuits {
		fmt.Fprintf(&b, "X-MAINTNOTE-OBJECT-ID:%s\r\n", c)
	}
	b.WriteString("END:VEVENT\r\nEND:VCALENDAR\r\n")
	return []byte(b.String())
}

// letter is a mail that is no notice.
func letter(from, subject string) []byte {
	return []byte("From: " + from + "\r\nTo: noc@customer.example\r\nSubject: " + subject +
		"\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\nMessage-ID: <" + subject + "@letters.example>\r\n\r\nHello.\r\n")
}

// rig is a pipeline over one shelf and a real database.
type rig struct {
	*ingest.Pipeline
	store *store.Store
	shelf *shelf
}

func newRig(t *testing.T, s *store.Store, box *shelf, change ...func(*ingest.Options)) rig {
	t.Helper()
	o := ingest.Options{
		Store: s, Engine: parsers.NewEngine(provider.All()), Owner: "test",
		Now: func() time.Time { return day0.Add(time.Hour) }, Logger: slog.New(slog.DiscardHandler),
		Sources: []ingest.Source{{
			Name: "box", Kind: "shelf", Open: box.open, InitialDays: 7,
			Labels: map[string]string{"parsed": "P", "ignored": "I", "parsing-failed": "F", "unknown-provider": "U", "unknown-cids": "C", "out-of-sequence": "O"},
		}},
	}
	for _, c := range change {
		c(&o)
	}
	p, err := ingest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return rig{p, s, box}
}

// pass makes one pass that must succeed.
func (r rig) pass(t *testing.T) models.Tally {
	t.Helper()
	rep := r.Pass(t.Context(), "box", 0)
	if rep.Err != nil {
		t.Fatal(rep.Err)
	}
	return rep.Tally
}

// states gives the subjects and states of the raw mails.
func (r rig) states(t *testing.T) map[string]models.MailState {
	t.Helper()
	raws, _, err := r.store.Mails(t.Context(), models.ScopeAll, models.MailFilter{Page: models.Page{Limit: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]models.MailState{}
	for _, raw := range raws {
		got[raw.Subject] = raw.State
	}
	return got
}

func TestPassKeepsProcessesAndLabels(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRig(t, s, newShelf(
			notice("M-1", "CONFIRMED", 0, "CKT-000001"),
			notice("M-1", "CANCELLED", 1, "CKT-000001"),
			letter("stranger@nowhere.example", "hello"),
			letter("noc@us.ntt.net", "invoice"),
		))
		want := models.Tally{Fetched: 4, New: 4, Parsed: 2, Ignored: 1, UnknownProvider: 1}
		if d := cmp.Diff(want, r.pass(t)); d != "" {
			t.Errorf("first pass (-want +got):\n%s", d)
		}
		if d := cmp.Diff(models.Tally{}, r.pass(t)); d != "" {
			t.Errorf("second pass found something (-want +got):\n%s", d)
		}
		list, _, err := s.Maintenances(t.Context(), models.ScopeAll, models.MaintenanceFilter{})
		if err != nil || len(list) != 1 {
			t.Fatalf("maintenances: %d, %v", len(list), err)
		}
		if list[0].Name != "ntt-M-1" || list[0].Status != models.StatusCancelled {
			t.Errorf("got %s %s", list[0].Name, list[0].Status)
		}
		ref := func(uid uint32) models.MailRef { return models.MailRef{Folder: "INBOX", UIDValidity: 7, UID: uid} }
		labels := map[models.MailRef][]string{ref(1): {"P", "C"}, ref(2): {"P", "C"}, ref(3): {"U"}, ref(4): {"I"}}
		if d := cmp.Diff(labels, r.shelf.labels); d != "" {
			t.Errorf("labels (-want +got):\n%s", d)
		}
	})
}

func TestPassContinuesWhereTheConnectionBroke(t *testing.T) {
	var mails [][]byte
	for i := range 450 {
		mails = append(mails, notice(fmt.Sprintf("M-%d", i), "CONFIRMED", 0, "CKT-000001"))
	}
	box := newShelf(mails...)
	box.breakAfter = 230
	r := newRig(t, storetest.SQLite(t), box)
	rep := r.Pass(t.Context(), "box", 0)
	if !errors.Is(rep.Err, ingest.ErrUnreachable) {
		t.Fatalf("err = %v, want ErrUnreachable", rep.Err)
	}
	if rep.Tally.New != 230 || rep.Tally.Parsed != 230 {
		t.Errorf("before the break: %+v, want 230 new and parsed", rep.Tally)
	}
	box.breakAfter = 0
	if got := r.pass(t); got.Fetched != 220 || got.New != 220 {
		t.Errorf("after the break: %+v, want 220 fetched and new", got)
	}
}

func TestOneBadMessageStopsNobody(t *testing.T) {
	box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), notice("M-2", "CONFIRMED", 0, "CKT-000001"), notice("M-3", "CONFIRMED", 0, "CKT-000001"))
	box.vanish = 1
	box.folders["INBOX"][1].size = parsers.MaxMailSize + 1
	r := newRig(t, storetest.SQLite(t), box)
	if got := r.pass(t); got.Parsed != 1 || got.Failed != 2 {
		t.Errorf("got %+v, want one parsed, one vanished and one too large", got)
	}
	if box.fetched != 2 {
		t.Errorf("fetched %d bodies, want 2: the large one must not be fetched", box.fetched)
	}
	if got := r.pass(t); got != (models.Tally{}) {
		t.Errorf("the next pass found %+v; the cursor must move past bad messages", got)
	}
}

func TestUnknownSenders(t *testing.T) {
	for mode, raws := range map[string]int{ingest.UnknownKeep: 2, ingest.UnknownLedger: 1, ingest.UnknownSkip: 1} {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t, storetest.SQLite(t), newShelf(letter("x@nowhere.example", "a"), notice("M-1", "CONFIRMED", 0, "CKT-000001")),
				func(o *ingest.Options) { o.UnknownSenders = mode })
			r.pass(t)
			if got := r.states(t); len(got) != raws {
				t.Errorf("raw mails: %v, want %d", got, raws)
			}
		})
	}
}

func TestSourceReadsOnlyItsProviders(t *testing.T) {
	r := newRig(t, storetest.SQLite(t), newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001")),
		func(o *ingest.Options) { o.Sources[0].Providers = []string{"zayo"} })
	r.pass(t)
	if got := r.states(t)["Maintenance M-1"]; got != models.StateSkipped {
		t.Errorf("state %q, want skipped", got)
	}
}

func TestPanickingFormatIsSetAside(t *testing.T) {
	bomb := parsers.Format{
		Name: "bomb", Fits: func(*parsers.Message) (bool, string) { return true, "" },
		Read: func(m *parsers.Message) parsers.Reading {
			if strings.Contains(m.Subject, "M-1") {
				panic("boom")
			}
			return parsers.Reading{Ignored: "not the bomb"}
		},
	}
	r := newRig(t, storetest.SQLite(t), newShelf(notice("M-1", "CONFIRMED", 0, "C"), notice("M-2", "CONFIRMED", 0, "C")),
		func(o *ingest.Options) {
			o.Engine = parsers.NewEngine([]parsers.Provider{{Slug: "ntt", Name: "NTT", Formats: []parsers.Format{bomb}}})
		})
	r.pass(t)
	want := map[string]models.MailState{"Maintenance M-1": models.StateQuarantined, "Maintenance M-2": models.StateIgnored}
	if d := cmp.Diff(want, r.states(t)); d != "" {
		t.Errorf("states (-want +got):\n%s", d)
	}
}

// picky refuses to apply the mails of one maintenance.
type picky struct {
	ingest.Store
	id string
}

func (p picky) Apply(ctx context.Context, vs []models.Verdict) ([]models.Applied, error) {
	for _, v := range vs {
		for _, n := range v.Notices {
			if n.MaintenanceID == p.id {
				return nil, errors.New("the database takes offence")
			}
		}
	}
	return p.Store.Apply(ctx, vs)
}

func TestRefusedMailCostsOnlyItself(t *testing.T) {
	r := newRig(t, storetest.SQLite(t),
		newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), notice("M-2", "CONFIRMED", 0, "CKT-000001")),
		func(o *ingest.Options) { o.Store = picky{o.Store, "M-2"} })
	r.pass(t)
	want := map[string]models.MailState{"Maintenance M-1": models.StateParsed, "Maintenance M-2": models.StateQuarantined}
	if d := cmp.Diff(want, r.states(t)); d != "" {
		t.Errorf("states (-want +got):\n%s", d)
	}
}

func TestMailOnWhichProcessesDied(t *testing.T) {
	s := storetest.SQLite(t)
	r := newRig(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001")))
	if _, err := r.Poll(t.Context(), "box"); err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Received(t.Context(), "", 10)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("waiting: %d, %v", len(waiting), err)
	}
	for range 5 {
		if err := s.Attempt(t.Context(), []string{waiting[0].ID}); err != nil {
			t.Fatal(err)
		}
	}
	r.pass(t)
	if got := r.states(t)["Maintenance M-1"]; got != models.StateQuarantined {
		t.Errorf("state %q, want quarantined", got)
	}
}

// TestInnocentsOfADeadProcess has a process die three times on a batch: of the
// mails in it, only one that was alone with it is suspected.
func TestInnocentsOfADeadProcess(t *testing.T) {
	s := storetest.SQLite(t)
	r := newRig(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), notice("M-2", "CONFIRMED", 0, "CKT-000001"), notice("M-3", "CONFIRMED", 0, "CKT-000001")))
	if _, err := r.Poll(t.Context(), "box"); err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Received(t.Context(), "", 10)
	if err != nil || len(waiting) != 3 {
		t.Fatalf("waiting: %d, %v", len(waiting), err)
	}
	for _, w := range waiting { // died once with all three
		if err := s.Attempt(t.Context(), []string{w.ID}); err != nil {
			t.Fatal(err)
		}
	}
	counted := &counting{Store: s}
	r = newRig(t, s, r.shelf, func(o *ingest.Options) { o.Store = counted })
	if got := r.pass(t); got.Parsed != 3 {
		t.Errorf("%+v, want all three parsed", got)
	}
	if d := cmp.Diff([]int{1, 1, 1}, counted.sizes); d != "" {
		t.Errorf("sizes of the batches (-want +got):\n%s", d)
	}
}

// counting notes how many mails are tried at once.
type counting struct {
	ingest.Store
	sizes []int
}

func (c *counting) Attempt(ctx context.Context, ids []string) error {
	c.sizes = append(c.sizes, len(ids))
	return c.Store.Attempt(ctx, ids)
}

func TestBusySource(t *testing.T) {
	s := storetest.SQLite(t)
	r := newRig(t, s, newShelf())
	if ok, err := s.AcquireLease(t.Context(), "source:box", "somebody else", time.Minute); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if rep := r.Pass(t.Context(), "box", 0); !errors.Is(rep.Err, ingest.ErrBusy) {
		t.Errorf("err = %v, want ErrBusy", rep.Err)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	r := newRig(t, storetest.SQLite(t), newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), letter("x@nowhere.example", "a")))
	rep := r.DryRun(t.Context(), "box", 0)
	if rep.Err != nil {
		t.Fatal(rep.Err)
	}
	if want := (models.Tally{Fetched: 2, New: 2, Parsed: 1, UnknownProvider: 1}); rep.Tally != want {
		t.Errorf("tally %+v, want %+v", rep.Tally, want)
	}
	if got := r.states(t); len(got) != 0 {
		t.Errorf("a dry run kept %v", got)
	}
	if len(r.shelf.labels) != 0 {
		t.Errorf("a dry run labelled %v", r.shelf.labels)
	}
	if got := r.pass(t); got.New != 2 {
		t.Errorf("the pass after it: %+v, want 2 new", got)
	}
}

func TestShadowLabelsNothing(t *testing.T) {
	r := newRig(t, storetest.SQLite(t), newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001")),
		func(o *ingest.Options) { o.Sources[0].Shadow = true })
	r.pass(t)
	if len(r.shelf.labels) != 0 {
		t.Errorf("labelled %v", r.shelf.labels)
	}
}

func TestSinceGoesBehindTheCursor(t *testing.T) {
	box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), notice("M-2", "CONFIRMED", 0, "CKT-000001"))
	box.folders["INBOX"][0].received = day0.AddDate(0, 0, -20)
	r := newRig(t, storetest.SQLite(t), box)
	if got := r.pass(t); got.New != 1 {
		t.Fatalf("first pass: %+v, want only the young one", got)
	}
	rep := r.Pass(t.Context(), "box", 30*24*time.Hour)
	if rep.Err != nil || rep.Tally.New != 1 || rep.Tally.Fetched != 1 {
		t.Errorf("since 30 days: %+v, %v, want the old one and nothing twice", rep.Tally, rep.Err)
	}
}
