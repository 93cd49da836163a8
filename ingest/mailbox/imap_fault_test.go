package mailbox_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	fakeimap "lineman/internal/fake/imap"
	"lineman/models"
)

func TestRefusedLogin(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	s.faults(fakeimap.Faults{RefuseLogin: true})
	if _, err := open(t, s.source()).Folders(t.Context()); !errors.Is(err, ingest.ErrLogin) {
		t.Errorf("refused login: %v, want ErrLogin", err)
	}
	s.faults(fakeimap.Faults{Unavailable: true})
	if _, err := open(t, s.source()).Folders(t.Context()); !errors.Is(err, ingest.ErrUnreachable) || errors.Is(err, ingest.ErrLogin) {
		t.Errorf("a server that cannot check passwords now: %v, want ErrUnreachable", err)
	}
}

// The connection is cut after every so many bytes. Whatever was kept before is
// whole, and the next pass brings the rest.
func TestConnectionCutAnywhere(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	want := map[models.MailRef][]byte{}
	var refs []models.MailRef
	for i := range 8 {
		raw := sample(i, 700)
		ref := s.add(t, "INBOX", raw, noon)
		refs, want[ref] = append(refs, ref), raw
	}
	for cut := int64(40); cut < 9000; cut += 97 {
		s.faults(fakeimap.Faults{DropAfterBytes: cut, DropTimes: 1})
		box := open(t, s.source())
		got := map[models.MailRef][]byte{}
		keep := func(ref models.MailRef, raw []byte, err error) error {
			if err != nil || got[ref] != nil {
				t.Errorf("cut at %d: message %d: error %v, kept before: %v", cut, ref.UID, err, got[ref] != nil)
			}
			got[ref] = raw
			return nil
		}
		err := box.Fetch(t.Context(), refs, keep)
		if err != nil && !errors.Is(err, ingest.ErrUnreachable) {
			t.Errorf("cut at %d: %v, want ErrUnreachable", cut, err)
		}
		if err == nil && len(got) != len(refs) {
			t.Errorf("cut at %d: no error, and %d of %d messages", cut, len(got), len(refs))
		}
		var rest []models.MailRef
		for _, ref := range refs {
			if got[ref] == nil {
				rest = append(rest, ref)
			}
		}
		s.faults(fakeimap.Faults{})
		must(t, box.Fetch(t.Context(), rest, keep))
		sameBodies(t, want, got)
	}
}

// Every call survives a connection that ends before any one of its commands.
func TestConnectionCutBeforeEachCommand(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	ref := s.add(t, "INBOX", sample(1, 300), noon)
	for _, src := range s.labelSources() {
		for n := 1; n < 12; n++ {
			s.faults(fakeimap.Faults{DropAfterCommands: n, DropTimes: 1})
			box := open(t, src)
			pass := func() error {
				if _, err := box.Folders(t.Context()); err != nil {
					return err
				}
				list, err := box.List(t.Context(), "INBOX", models.Cursor{Folder: "INBOX"}, noon.Add(-time.Hour), 10)
				if err != nil {
					return err
				}
				if err := box.Fetch(t.Context(), refsOf(list.Messages), func(models.MailRef, []byte, error) error { return nil }); err != nil {
					return err
				}
				return box.(ingest.Labeler).Label(t.Context(), ref, "", []string{src.Labels["parsed"]}, []string{src.Labels["ignored"]})
			}
			if err := pass(); err != nil && !errors.Is(err, ingest.ErrUnreachable) {
				t.Errorf("%s, cut at command %d: %v, want ErrUnreachable", src.LabelMode, n+1, err)
			}
			s.faults(fakeimap.Faults{})
			if err := pass(); err != nil {
				t.Errorf("%s, after the cut at command %d: %v", src.LabelMode, n+1, err)
			}
		}
		if diff := cmp.Diff([]string{src.Labels["parsed"]}, s.labels(t, src, ref)); diff != "" {
			t.Errorf("%s: labels (-want +got):\n%s", src.LabelMode, diff)
		}
	}
}

// A server that hangs up at one message does not hold up those behind it.
func TestMessageThatKillsTheConnection(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	var refs []models.MailRef
	for i := range 3 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 300), noon))
	}
	s.faults(fakeimap.Faults{DropAtUID: refs[0].UID})
	box := open(t, s.source())
	kept := map[uint32]string{}
	keep := func(ref models.MailRef, _ []byte, err error) error {
		kept[ref.UID] = "whole"
		if err != nil {
			kept[ref.UID] = err.Error()
		}
		return nil
	}
	if err := box.Fetch(t.Context(), refs, keep); !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("first pass: %v, want ErrUnreachable", err)
	}
	if len(kept) != 2 || !strings.Contains(kept[refs[0].UID], "at no other") || kept[refs[1].UID] != "whole" {
		t.Errorf("first pass kept %v, want the message at fault with its reason, and one as proof", kept)
	}
	must(t, box.Fetch(t.Context(), refs[2:], keep))
	if len(kept) != 3 || kept[refs[2].UID] != "whole" {
		t.Errorf("second pass: %v", kept)
	}

	// Once is no proof.
	s.faults(fakeimap.Faults{DropAtUID: refs[0].UID, DropTimes: 2})
	clear(kept)
	if err := box.Fetch(t.Context(), refs[:1], keep); !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("cut twice: %v, want ErrUnreachable", err)
	}
	if kept[refs[0].UID] != "whole" {
		t.Errorf("cut twice: %v, want the message", kept)
	}

	// Nor is it one when no other message comes either.
	for n := 1; n <= len(refs); n++ {
		s.faults(fakeimap.Faults{DropAtBodies: true})
		clear(kept)
		if err := box.Fetch(t.Context(), refs[:n], keep); !errors.Is(err, ingest.ErrUnreachable) || len(kept) != 0 {
			t.Errorf("%d messages, cut at all: %v, kept %v, want ErrUnreachable and none", n, err, kept)
		}
	}
}

func TestMessageThatIsRefused(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	var refs []models.MailRef
	for i := range 5 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 300), noon))
	}
	s.faults(fakeimap.Faults{RefuseUID: refs[2].UID})
	whole, refused := 0, ""
	must(t, open(t, s.source()).Fetch(t.Context(), refs, func(_ models.MailRef, raw []byte, err error) error {
		if err != nil {
			refused += err.Error()
		} else if raw != nil {
			whole++
		}
		return nil
	}))
	if whole != 4 || !strings.Contains(refused, "This message cannot be read") {
		t.Errorf("%d messages came; refused: %q", whole, refused)
	}
}

// A server that can hand over nothing now loses nobody a message.
func TestAllMessagesAreRefused(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	var refs []models.MailRef
	for i := range 3 {
		refs = append(refs, s.add(t, "INBOX", sample(i, 300), noon))
	}
	s.faults(fakeimap.Faults{RefuseBodies: true})
	box := open(t, s.source())
	for n := 1; n <= len(refs); n++ {
		err := box.Fetch(t.Context(), refs[:n], func(ref models.MailRef, _ []byte, err error) error {
			t.Errorf("message %d was given up: %v", ref.UID, err)
			return nil
		})
		if !errors.Is(err, ingest.ErrUnreachable) || !strings.Contains(err.Error(), "hands over no message") {
			t.Errorf("%d messages, all refused: %v, want ErrUnreachable", n, err)
		}
	}
	s.faults(fakeimap.Faults{})
	if got := fetchAll(t, box, refs); len(got) != len(refs) {
		t.Errorf("afterwards %d of %d messages arrive", len(got), len(refs))
	}
}

func TestKeywordsRefused(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	ref := s.add(t, "INBOX", sample(1, 300), noon)
	s.faults(fakeimap.Faults{RefuseKeywords: true})
	box := open(t, s.source())
	for range 2 {
		err := box.(ingest.Labeler).Label(t.Context(), ref, "", []string{"maint/parsed"}, nil)
		if !errors.Is(err, ingest.ErrLabels) || !strings.Contains(err.Error(), "label_mode: folder") {
			t.Errorf("keywords refused: %v, want ErrLabels with a way out", err)
		}
	}
	must(t, box.(ingest.Labeler).Label(t.Context(), ref, "", nil, []string{"maint/parsed"})) // it cannot be there
	if got := s.flags(t, ref); len(got) != 0 {
		t.Errorf("flags: %v", got)
	}
}

// A server that does not say what STORE did is asked.
func TestQuietStore(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	src := s.source()
	parsed, ignored := src.Labels["parsed"], src.Labels["ignored"]
	ref := s.add(t, "INBOX", sample(1, 300), noon)
	s.faults(fakeimap.Faults{QuietStore: true})
	box := open(t, src).(ingest.Labeler)
	must(t, box.Label(t.Context(), ref, "", []string{parsed}, nil))
	must(t, box.Label(t.Context(), ref, "", []string{ignored}, []string{parsed}))
	if diff := cmp.Diff([]string{ignored}, s.labels(t, src, ref)); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	s.remove(t, ref)
	if err := box.Label(t.Context(), ref, "", []string{parsed}, nil); !errors.Is(err, ingest.ErrGone) {
		t.Errorf("label of a message that is gone: %v, want ErrGone", err)
	}
	lost := s.add(t, "INBOX", sample(2, 300), noon)
	s.faults(fakeimap.Faults{QuietStore: true, ForgetKeywords: true})
	if err := box.Label(t.Context(), lost, "", []string{parsed}, nil); !errors.Is(err, ingest.ErrLabels) {
		t.Errorf("keywords forgotten without a word: %v, want ErrLabels", err)
	}
	s.faults(fakeimap.Faults{ForgetKeywords: true})
	if err := box.Label(t.Context(), lost, "", []string{parsed}, nil); !errors.Is(err, ingest.ErrLabels) {
		t.Errorf("keywords forgotten: %v, want ErrLabels", err)
	}
}

func TestCopiesStayWithoutUIDPlus(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{NoUIDPlus: true})
	src := s.labelSources()[1]
	ref := s.add(t, "INBOX", sample(1, 300), noon)
	box := open(t, src)
	label := func(add, remove []string) {
		must(t, box.(ingest.Labeler).Label(t.Context(), ref, "", add, remove))
	}
	label([]string{"maint/parsed"}, nil)
	label(nil, []string{"maint/parsed"})
	if n := s.count(t, "maint/parsed"); n != 1 {
		t.Errorf("%d copies in the label folder, want the one that cannot be removed", n)
	}
	copied := models.MailRef{Folder: "maint/parsed", UID: 1}
	if got := s.flags(t, copied); len(got) != 0 {
		t.Errorf("the copy has flags %v", got)
	}
}

func TestPlainBeyondThisMachine(t *testing.T) {
	src := config.Source{Name: "noc", URL: "imap+plain://192.0.2.1", Account: "a", Secret: "b", TLS: config.TLS{Insecure: true}}
	if _, err := mailbox.Open(src, mailbox.Options{}); err != nil {
		t.Errorf("permitted by tls.insecure: %v", err)
	}
}
