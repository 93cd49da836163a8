package mailbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
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
					test(t, start(t))
				})
			}
		}
	}
}

// noon is the day of the tests.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

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
			t.Errorf("message %d: %v", ref.UID, err)
		}
		if _, twice := got[ref]; twice {
			t.Errorf("message %d was kept twice", ref.UID)
		}
		got[ref] = raw
		return nil
	}))
	return got
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

	box := open(t, s.source())
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
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{11, 11}, sizes); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	if again, _ := listAll(t, box, "INBOX", cursor, time.Time{}, 11); len(again) != 0 {
		t.Errorf("listed again after the cursor: %v", refsOf(again))
	}
	late := s.add(t, "INBOX", sample(99, 500), noon)
	if next, _ := listAll(t, box, "INBOX", cursor, time.Time{}, 11); !cmp.Equal(refsOf(next), []models.MailRef{late}) {
		t.Errorf("after a new message: got %v, want %v alone", refsOf(next), late)
	}
}

func listsEmpty(t *testing.T, s stage) {
	box := open(t, s.source())
	page, err := box.List(t.Context(), "INBOX", models.Cursor{Folder: "INBOX"}, noon, 10)
	must(t, err)
	if len(page.Messages) != 0 || page.More || page.Reset || page.Cursor.UIDValidity == 0 {
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
	since := noon.AddDate(0, 0, -7)
	var refs []models.MailRef
	for i, at := range []time.Time{
		since.AddDate(0, 0, -30), since.AddDate(0, 0, -1), since.Add(-time.Hour), since.Add(-time.Second),
		since, since.Add(time.Second), noon,
	} {
		refs = append(refs, s.add(t, "INBOX", sample(i, 200), at))
	}
	box := open(t, s.source())
	for _, limit := range []int{1, 2, 100} {
		got, _ := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, since, limit)
		if diff := cmp.Diff(refs[4:], refsOf(got)); diff != "" {
			t.Errorf("first run in pages of %d (-want +got):\n%s", limit, diff)
		}
	}
	got, cursor := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, noon.Add(time.Hour), 5)
	if len(got) != 0 || cursor.UID < refs[6].UID {
		t.Errorf("a first run from later than all mail gives %v and cursor %+v", refsOf(got), cursor)
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
	box := open(t, s.source())
	list, _ := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 50)
	if diff := cmp.Diff(want, fetchAll(t, box, refsOf(list))); diff != "" {
		t.Errorf("fetched bodies differ: %.2000s", diff)
	}
	for ref := range want {
		if s.seen(t, ref) {
			t.Fatalf("message %d was marked as read", ref.UID)
		}
	}
}

func fetchesAroundGone(t *testing.T, s stage) {
	var refs []models.MailRef
	for i := range 5 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 300), noon))
	}
	box := open(t, s.source())
	listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 50)
	s.remove(t, refs[1])
	s.remove(t, refs[4])
	var kept []uint32
	gone := map[uint32]bool{}
	must(t, box.Fetch(t.Context(), refs, func(ref models.MailRef, raw []byte, err error) error {
		kept = append(kept, ref.UID)
		if errors.Is(err, ingest.ErrGone) && raw == nil {
			gone[ref.UID] = true
		} else if err != nil {
			t.Errorf("message %d: %v", ref.UID, err)
		}
		return nil
	}))
	want := map[uint32]bool{refs[1].UID: true, refs[4].UID: true}
	if diff := cmp.Diff(want, gone); diff != "" || len(kept) != 5 {
		t.Errorf("kept %v; gone (-want +got):\n%s", kept, diff)
	}
}

func stopsWithKeep(t *testing.T, s stage) {
	var refs []models.MailRef
	for i := range 60 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 300), noon))
	}
	box := open(t, s.source())
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
	box := open(t, src)
	_, cursor := listAll(t, box, "Work", models.Cursor{Folder: "Work"}, time.Time{}, 10)
	s.rebuild(t, "Work")
	s.add(t, "Work", sample(2, 100), noon.AddDate(0, 0, -30))
	fresh := s.add(t, "Work", sample(3, 100), noon)
	page, err := box.List(t.Context(), "Work", cursor, noon.Add(-time.Hour), 10)
	must(t, err)
	if !page.Reset || page.Cursor.UIDValidity == cursor.UIDValidity || !cmp.Equal(refsOf(page.Messages), []models.MailRef{fresh}) {
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

func endsWithContext(t *testing.T, s stage) {
	var refs []models.MailRef
	for i := range 120 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 3000), noon))
	}
	box := open(t, s.source())
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := box.Fetch(ctx, refs, func(models.MailRef, []byte, error) error {
		calls++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || calls == len(refs) {
		t.Errorf("cancelled at the first message: %v after %d of %d", err, calls, len(refs))
	}
	if _, err := box.List(ctx, "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("List with a cancelled context: %v", err)
	}
	if got, _ := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 200); len(got) != len(refs) {
		t.Errorf("afterwards %d of %d messages are listed", len(got), len(refs))
	}
}

func closesAnyTime(t *testing.T, s stage) {
	var refs []models.MailRef
	for i := range 120 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 3000), noon))
	}
	box := open(t, s.source())
	closed := make(chan error)
	err := box.Fetch(t.Context(), refs, func(models.MailRef, []byte, error) error {
		go func() { closed <- box.Close() }()
		return <-closed
	})
	if err == nil {
		t.Error("Fetch came to its end in a closed mailbox")
	}
	must(t, box.Close())
	if _, err := box.Folders(t.Context()); err == nil {
		t.Error("Folders works in a closed mailbox")
	}
	must(t, open(t, s.source()).Close()) // never connected
}

func survivesTheServer(t *testing.T, s stage) {
	want := map[models.MailRef][]byte{}
	var refs []models.MailRef
	for i := range 150 {
		raw := sample(i, 3000)
		ref := s.add(t, "INBOX", raw, noon)
		refs, want[ref] = append(refs, ref), raw
	}
	box := open(t, s.source())
	got := map[models.MailRef][]byte{}
	keep := func(ref models.MailRef, raw []byte, err error) error {
		must(t, err)
		if _, twice := got[ref]; twice {
			t.Errorf("message %d was kept twice", ref.UID)
		}
		if len(got) == 0 {
			s.stop(t)
		}
		got[ref] = raw
		return nil
	}
	err := box.Fetch(t.Context(), refs, keep)
	if !errors.Is(err, ingest.ErrUnreachable) || len(got) == 0 || len(got) == len(refs) {
		t.Fatalf("the server went away at the first message: %v after %d of %d", err, len(got), len(refs))
	}
	if _, err := box.List(t.Context(), "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 10); !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("while the server is away: %v, want ErrUnreachable", err)
	}
	s.start(t)
	var rest []models.MailRef
	for _, ref := range refs {
		if _, ok := got[ref]; !ok {
			rest = append(rest, ref)
		}
	}
	must(t, box.Fetch(t.Context(), rest, keep))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("both passes together differ from the mailbox: %.2000s", diff)
	}
}

func tellsLogin(t *testing.T, s stage) {
	src := s.source()
	src.Secret = "CANARY-5f1e"
	_, err := open(t, src).Folders(t.Context())
	if !errors.Is(err, ingest.ErrLogin) {
		t.Fatalf("with a wrong password: %v, want ErrLogin", err)
	}
	if strings.Contains(err.Error(), "CANARY") || strings.Contains(fmt.Sprintf("%+v", err), "CANARY") {
		t.Errorf("the error shows the password: %v", err)
	}
}

func tellsUnreachable(t *testing.T, s stage) {
	s.stop(t)
	if _, err := open(t, s.source()).Folders(t.Context()); !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("without a server: %v, want ErrUnreachable", err)
	}
}

func tellsFolder(t *testing.T, s stage) {
	src := s.source()
	src.Folders = []string{"INBOX", "Lost"}
	box := open(t, src)
	got, err := box.Folders(t.Context())
	if !errors.Is(err, ingest.ErrFolder) || !strings.Contains(err.Error(), `"Lost"`) {
		t.Errorf("with a missing folder: %v, want ErrFolder that names it", err)
	}
	if !cmp.Equal(got, []string{"INBOX"}) {
		t.Errorf("folders that are there: %v", got)
	}
	if _, err := box.List(t.Context(), "Lost", models.Cursor{}, noon, 1); !errors.Is(err, ingest.ErrFolder) {
		t.Errorf("List of it: %v, want ErrFolder", err)
	}
	ref := s.add(t, "INBOX", sample(1, 100), noon)
	if got := fetchAll(t, box, []models.MailRef{ref}); !bytes.Equal(got[ref], sample(1, 100)) {
		t.Error("the other folder cannot be read afterwards")
	}
}

func labels(t *testing.T, s stage) {
	for _, src := range s.labelSources() {
		parsed, ignored := src.Labels["parsed"], src.Labels["ignored"]
		ref := s.add(t, "INBOX", sample(7, 300), noon)
		id := "<work-7@carrier.example>"
		steps := []struct{ add, remove, want []string }{
			{add: []string{parsed}, want: []string{parsed}},
			{add: []string{parsed}, want: []string{parsed}},
			{add: []string{ignored}, remove: []string{parsed}, want: []string{ignored}},
			{add: []string{ignored}, remove: []string{parsed}, want: []string{ignored}},
			{add: []string{ignored}, remove: []string{ignored}, want: []string{ignored}},
			{remove: []string{ignored, parsed}},
			{},
		}
		for i, step := range steps {
			// A mailbox of its own: nothing may depend on what it remembers.
			box := open(t, src)
			must(t, box.(ingest.Labeler).Label(t.Context(), ref, id, step.add, step.remove))
			if diff := cmp.Diff(step.want, s.labels(t, src, ref)); diff != "" {
				t.Errorf("%s, step %d (-want +got):\n%s", src.LabelMode, i, diff)
			}
		}
		if s.seen(t, ref) {
			t.Errorf("%s: labelling marked the message as read", src.LabelMode)
		}
		s.remove(t, ref)
		err := open(t, src).(ingest.Labeler).Label(t.Context(), ref, id, []string{parsed}, nil)
		if !errors.Is(err, ingest.ErrGone) {
			t.Errorf("%s: label of a message that is gone: %v, want ErrGone", src.LabelMode, err)
		}
	}
}

func labelsOnlyWhatItMay(t *testing.T, s stage) {
	for name, change := range map[string]func(*config.Source){
		"shadow":    func(src *config.Source) { src.Mode = "shadow" },
		"none":      func(src *config.Source) { src.LabelMode = "none" },
		"no labels": func(src *config.Source) { src.Labels = nil },
	} {
		src := s.source()
		change(&src)
		if _, can := open(t, src).(ingest.Labeler); can {
			t.Errorf("%s: the mailbox could label", name)
		}
	}
}
