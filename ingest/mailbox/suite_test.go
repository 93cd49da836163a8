package mailbox_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/fake/dovecot"
	fakeimap "lineman/internal/fake/imap"
	"lineman/models"
)

// stage is a mailbox server with somebody else who uses it.
type stage interface {
	source() config.Source         // reads INBOX
	labelSources() []config.Source // one for each way of labelling, with labels parsed and ignored
	add(t *testing.T, folder string, raw []byte, received time.Time) models.MailRef
	remove(t *testing.T, ref models.MailRef)
	create(t *testing.T, folder string)
	rebuild(t *testing.T, folder string) // deleted and made again, empty
	seen(t *testing.T, ref models.MailRef) bool
	labels(t *testing.T, src config.Source, ref models.MailRef) []string // sorted; one for each copy
	stop(t *testing.T)
	start(t *testing.T)
}

// stages are the servers that a kind is tried against. A kind without one
// fails the suite.
var stages = map[string]map[string]func(t *testing.T) stage{
	"imap": {
		"in process": func(t *testing.T) stage { return newFakeStage(t, fakeimap.Options{}) },
		"dovecot":    func(t *testing.T) stage { return newDovecotStage(t, dovecot.Options{}) },
	},
	"gmail":   {"in process": func(t *testing.T) stage { return newGmailStage(t) }},
	"graph":   {"in process": func(t *testing.T) stage { return newGraphStage(t) }},
	"maildir": {"files": func(t *testing.T) stage { return newMaildirStage(t) }},
	"folder":  {"files": func(t *testing.T) stage { return newFolderStage(t) }},
}

// conformance is what every kind of mailbox must do.
var conformance = map[string]func(t *testing.T, s stage){
	"lists page by page":                          listsPages,
	"lists an empty folder":                       listsEmpty,
	"starts where the first run is told to":       startsAtSince,
	"gives whole messages and leaves them unread": fetchesWhole,
	"a message that is gone harms no other":       fetchesAroundGone,
	"stops when keep fails":                       stopsWithKeep,
	"says when a folder was rebuilt":              saysReset,
	"ends with its context":                       endsWithContext,
	"can be closed at any time":                   closesAnyTime,
	"goes on after the server was gone":           survivesTheServer,
	"tells a wrong password":                      tellsLogin,
	"tells an unreachable server":                 tellsUnreachable,
	"tells a missing folder":                      tellsFolder,
	"labels and unlabels":                         labels,
	"labels only what it may":                     labelsOnlyWhatItMay,
}

func TestKinds(t *testing.T) {
	for _, kind := range mailbox.Kinds() {
		servers := stages[kind.Name]
		if len(servers) == 0 {
			t.Errorf("kind %q has no server to be tried against; add it to stages", kind.Name)
		}
		for server, start := range servers {
			for name, test := range conformance {
				t.Run(kind.Name+"/"+server+"/"+name, func(t *testing.T) {
					t.Parallel()
					s := start(t)
					if lame, ok := s.(interface{ lacks() []string }); ok && slices.Contains(lame.lacks(), name) {
						return // the kind has nothing of the sort
					}
					test(t, s)
				})
			}
		}
	}
}

// noon is the day of the tests.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// enter opens a source as the stage has it opened.
func enter(t *testing.T, s stage, src config.Source) ingest.Mailbox {
	t.Helper()
	if own, ok := s.(interface{ options() mailbox.Options }); ok {
		box, err := mailbox.Open(src, own.options())
		must(t, err)
		t.Cleanup(func() { must(t, box.Close()) })
		return box
	}
	return open(t, src)
}

// unknown drops what a ledger has already: a mailbox may repeat messages.
func unknown(ledger, list []ingest.Listed) []models.MailRef {
	have := refsOf(ledger)
	return slices.DeleteFunc(refsOf(list), func(ref models.MailRef) bool { return slices.Contains(have, ref) })
}

func open(t *testing.T, src config.Source) ingest.Mailbox {
	t.Helper()
	box, err := mailbox.Open(src, mailbox.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, box.Close()) })
	return box
}

// listAll lists a folder to its end, page by page.
func listAll(t *testing.T, box ingest.Mailbox, folder string, cursor models.Cursor, since time.Time, limit int) ([]ingest.Listed, models.Cursor) {
	t.Helper()
	var all []ingest.Listed
	for {
		page, err := box.List(t.Context(), folder, cursor, since, limit)
		must(t, err)
		if len(page.Messages) > limit {
			t.Fatalf("a page of %d has %d messages", limit, len(page.Messages))
		}
		if page.More && len(page.Messages) == 0 {
			t.Fatal("an empty page says that there is more")
		}
		all = append(all, page.Messages...)
		cursor = page.Cursor
		if !page.More {
			return all, cursor
		}
	}
}

func refsOf(list []ingest.Listed) []models.MailRef {
	refs := make([]models.MailRef, len(list))
	for i, m := range list {
		refs[i] = m.Ref
	}
	return refs
}

// fetchAll fetches messages that must all arrive.
func fetchAll(t *testing.T, box ingest.Mailbox, refs []models.MailRef) map[models.MailRef][]byte {
	t.Helper()
	got := map[models.MailRef][]byte{}
	must(t, box.Fetch(t.Context(), refs, func(ref models.MailRef, raw []byte, err error) error {
		if err != nil {
			t.Errorf("message %v: %v", ref, err)
		}
		if _, twice := got[ref]; twice {
			t.Errorf("message %v was kept twice", ref)
		}
		got[ref] = raw
		return nil
	}))
	return got
}

// sameBodies compares mail byte by byte.
func sameBodies(t *testing.T, want, got map[models.MailRef][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d messages arrived, want %d", len(got), len(want))
	}
	for ref, raw := range want {
		if !bytes.Equal(raw, got[ref]) {
			t.Errorf("message %v has %d bytes that are not the %d bytes of the mail", ref, len(got[ref]), len(raw))
		}
	}
}

func listsPages(t *testing.T, s stage) {
	var want []ingest.Listed
	for i := range 25 {
		raw := sample(i, 500+i*10)
		at := noon.Add(time.Duration(i) * time.Minute)
		want = append(want, ingest.Listed{Ref: s.add(t, "INBOX", raw, at), Size: int64(len(raw)), Received: at})
	}
	for _, i := range []int{3, 4, 24} { // gaps, also at the end
		s.remove(t, want[i].Ref)
	}
	want = append(want[:3:3], want[5:24]...)

	box := enter(t, s, s.source())
	var sizes []int
	var got []ingest.Listed
	cursor := models.Cursor{Folder: "INBOX"}
	for {
		page, err := box.List(t.Context(), "INBOX", cursor, time.Time{}, 11)
		must(t, err)
		if page.Reset {
			t.Error("a first run says Reset")
		}
		sizes = append(sizes, len(page.Messages))
		got = append(got, page.Messages...)
		cursor = page.Cursor
		if !page.More {
			break
		}
	}
	if mute, ok := s.(interface{ sizeless() }); ok {
		mute.sizeless() // the server tells no sizes
		for i := range want {
			want[i].Size = 0
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{11, 11}, sizes); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	if again, _ := listAll(t, box, "INBOX", cursor, time.Time{}, 11); len(unknown(got, again)) != 0 {
		t.Errorf("new after the cursor: %v", unknown(got, again))
	}
	late := s.add(t, "INBOX", sample(99, 500), noon)
	if next, _ := listAll(t, box, "INBOX", cursor, time.Time{}, 11); !cmp.Equal(unknown(got, next), []models.MailRef{late}) {
		t.Errorf("after a new message: got %v, want %v alone", unknown(got, next), late)
	}
}

func listsEmpty(t *testing.T, s stage) {
	box := enter(t, s, s.source())
	page, err := box.List(t.Context(), "INBOX", models.Cursor{Folder: "INBOX"}, noon, 10)
	must(t, err)
	if len(page.Messages) != 0 || page.More || page.Reset || page.Cursor.First() {
		t.Errorf("an empty folder gives %+v", page)
	}
	ref := s.add(t, "INBOX", sample(1, 100), noon.AddDate(0, 0, -30))
	got, _ := listAll(t, box, "INBOX", page.Cursor, noon, 10)
	if !cmp.Equal(refsOf(got), []models.MailRef{ref}) {
		t.Errorf("mail that came after the first run: got %v, want %v", refsOf(got), ref)
	}
	must(t, box.Fetch(t.Context(), nil, nil))
}

func startsAtSince(t *testing.T, s stage) {
	// Three in the morning is still the day before in the servers' zone.
	since := time.Date(2026, 2, 23, 3, 0, 0, 0, time.UTC)
	west := time.FixedZone("", -8*60*60)
	var refs []models.MailRef
	for i, at := range []time.Time{
		since.AddDate(0, 0, -30), since.AddDate(0, 0, -1), since.Add(-time.Hour), since.Add(-time.Second),
		since, since.Add(time.Second), noon,
	} {
		refs = append(refs, s.add(t, "INBOX", sample(i, 200), at.In(west)))
	}
	box := enter(t, s, s.source())
	for _, limit := range []int{1, 2, 100} {
		got, _ := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, since, limit)
		if diff := cmp.Diff(refs[4:], refsOf(got)); diff != "" {
			t.Errorf("first run in pages of %d (-want +got):\n%s", limit, diff)
		}
	}
	got, cursor := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, noon.Add(time.Hour), 5)
	if len(got) != 0 || cursor.First() {
		t.Errorf("a first run from later than all mail gives %v and cursor %+v", refsOf(got), cursor)
	}
	if later, _ := listAll(t, box, "INBOX", cursor, time.Time{}, 5); len(later) != 0 {
		t.Errorf("after a first run from later than all mail: %v", refsOf(later))
	}
}

func fetchesWhole(t *testing.T, s stage) {
	binary := append(sample(0, 100), 0xff, 0xfe, 'x', '\r', '\n')
	bodies := [][]byte{binary, sample(1, 2_000_000), []byte("Subject: short\r\n\r\n")}
	for i := 2; i < 120; i++ {
		bodies = append(bodies, sample(i, 3000))
	}
	want := map[models.MailRef][]byte{}
	for _, b := range bodies {
		want[s.add(t, "INBOX", b, noon)] = b
	}
	box := enter(t, s, s.source())
	list, _ := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 50)
	sameBodies(t, want, fetchAll(t, box, refsOf(list)))
	for ref := range want {
		if s.seen(t, ref) {
			t.Fatalf("message %v was marked as read", ref)
		}
	}
}

func fetchesAroundGone(t *testing.T, s stage) {
	var refs []models.MailRef
	for i := range 5 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 300), noon))
	}
	box := enter(t, s, s.source())
	listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 50)
	s.remove(t, refs[1])
	s.remove(t, refs[4])
	var kept []models.MailRef
	gone := map[models.MailRef]bool{}
	must(t, box.Fetch(t.Context(), refs, func(ref models.MailRef, raw []byte, err error) error {
		kept = append(kept, ref)
		if errors.Is(err, ingest.ErrGone) && raw == nil {
			gone[ref] = true
		} else if err != nil {
			t.Errorf("message %v: %v", ref, err)
		}
		return nil
	}))
	want := map[models.MailRef]bool{refs[1]: true, refs[4]: true}
	if diff := cmp.Diff(want, gone); diff != "" || len(kept) != 5 {
		t.Errorf("kept %v; gone (-want +got):\n%s", kept, diff)
	}
}

func stopsWithKeep(t *testing.T, s stage) {
	var refs []models.MailRef
	for i := range 60 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 300), noon))
	}
	box := enter(t, s, s.source())
	full := errors.New("disk full")
	calls := 0
	err := box.Fetch(t.Context(), refs, func(models.MailRef, []byte, error) error {
		if calls++; calls == 3 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || calls != 3 {
		t.Errorf("after %d calls of keep: %v, want 3 and the error of keep", calls, err)
	}
	if errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("the mailbox is blamed for keep: %v", err)
	}
	if got := fetchAll(t, box, refs); len(got) != len(refs) {
		t.Errorf("afterwards %d of %d messages arrive", len(got), len(refs))
	}
}

func saysReset(t *testing.T, s stage) {
	s.create(t, "Work")
	old := s.add(t, "Work", sample(1, 100), noon)
	src := s.source()
	src.Folders = []string{"Work"}
	box := enter(t, s, src)
	_, cursor := listAll(t, box, "Work", models.Cursor{Folder: "Work"}, time.Time{}, 10)
	s.rebuild(t, "Work")
	s.add(t, "Work", sample(2, 100), noon.AddDate(0, 0, -30))
	fresh := s.add(t, "Work", sample(3, 100), noon)
	page, err := box.List(t.Context(), "Work", cursor, noon.Add(-time.Hour), 10)
	must(t, err)
	if !page.Reset || page.Cursor == cursor || !cmp.Equal(refsOf(page.Messages), []models.MailRef{fresh}) {
		t.Errorf("after the folder was made again: %+v, want Reset and message %v alone", page, fresh)
	}
	var why error
	must(t, box.Fetch(t.Context(), []models.MailRef{old}, func(_ models.MailRef, raw []byte, err error) error {
		why = err
		if raw != nil {
			t.Error("another message was given for one of the old folder")
		}
		return nil
	}))
	if !errors.Is(why, ingest.ErrGone) {
		t.Errorf("a message of the old folder: %v, want ErrGone", why)
	}
}
