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
	"lineman/internal/config"
	"lineman/models"
)

func endsWithContext(t *testing.T, s stage) {
	var refs []models.MailRef
	for i := range 120 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 3000), noon))
	}
	box := enter(t, s, s.source())
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
	box := enter(t, s, s.source())
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
	must(t, enter(t, s, s.source()).Close()) // never connected
}

func survivesTheServer(t *testing.T, s stage) {
	want := map[models.MailRef][]byte{}
	var refs []models.MailRef
	for i := range 150 {
		raw := sample(i, 3000)
		ref := s.add(t, "INBOX", raw, noon)
		refs, want[ref] = append(refs, ref), raw
	}
	box := enter(t, s, s.source())
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
	sameBodies(t, want, got)
}

func tellsLogin(t *testing.T, s stage) {
	src := s.source()
	src.Secret = "CANARY-5f1e"
	if other, ok := s.(interface {
		refused(*testing.T) config.Source
	}); ok {
		src = other.refused(t) // its credentials hold CANARY
	}
	_, err := enter(t, s, src).Folders(t.Context())
	if !errors.Is(err, ingest.ErrLogin) {
		t.Fatalf("with a wrong password: %v, want ErrLogin", err)
	}
	if strings.Contains(err.Error(), "CANARY") || strings.Contains(fmt.Sprintf("%+v", err), "CANARY") {
		t.Errorf("the error shows the password: %v", err)
	}
}

func tellsUnreachable(t *testing.T, s stage) {
	s.stop(t)
	if _, err := enter(t, s, s.source()).Folders(t.Context()); !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("without a server: %v, want ErrUnreachable", err)
	}
}

func tellsFolder(t *testing.T, s stage) {
	src := s.source()
	src.Folders = []string{"INBOX", "Lost"}
	box := enter(t, s, src)
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
			box := enter(t, s, src)
			must(t, box.(ingest.Labeler).Label(t.Context(), ref, id, step.add, step.remove))
			if diff := cmp.Diff(step.want, s.labels(t, src, ref)); diff != "" {
				t.Errorf("%s, step %d (-want +got):\n%s", src.LabelMode, i, diff)
			}
		}
		if s.seen(t, ref) {
			t.Errorf("%s: labelling marked the message as read", src.LabelMode)
		}
		s.remove(t, ref)
		err := enter(t, s, src).(ingest.Labeler).Label(t.Context(), ref, id, []string{parsed}, nil)
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
		if _, can := enter(t, s, src).(ingest.Labeler); can {
			t.Errorf("%s: the mailbox could label", name)
		}
	}
}
