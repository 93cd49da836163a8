package mailbox_test

import (
	"context"
	"errors"
	"testing"

	"lineman/ingest"
	"lineman/internal/fake/dovecot"
	"lineman/models"
)

// watch waits on folders one after the other in the background, and tells of
// each time that it woke.
func watch(t *testing.T, box ingest.Mailbox, folder string) (woke <-chan error, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	events, done := make(chan error), make(chan struct{})
	go func() {
		defer close(done)
		for {
			err := box.(ingest.Watcher).Wait(ctx, folder)
			select {
			case events <- err:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return events, func() { cancel(); <-done }
}

// woken waits until the watched folder may have new mail.
func woken(t *testing.T, woke <-chan error) {
	t.Helper()
	select {
	case err := <-woke:
		must(t, err)
	case <-t.Context().Done():
		t.Fatal("the folder's mail was not noticed")
	}
}

func TestWatch(t *testing.T) {
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		s.create(t, "Work")
		old := s.add(t, "INBOX", sample(0, 100), noon)
		woke, stop := watch(t, open(t, s.source()), "INBOX")
		defer stop()
		woken(t, woke) // at once: nobody knows what came before
		for i := range 3 {
			s.add(t, "INBOX", sample(1+i, 100), noon)
			woken(t, woke)
		}
		// One goes, another comes: the number of messages is what it was.
		s.remove(t, old)
		s.add(t, "INBOX", sample(5, 100), noon)
		woken(t, woke)
		// Neither flags nor other folders are news.
		ref := s.add(t, "Work", sample(6, 100), noon)
		box := open(t, s.source())
		must(t, box.(ingest.Labeler).Label(t.Context(), ref, "", []string{"maint/parsed"}, nil))
		s.remove(t, ref)
		select {
		case err := <-woke:
			t.Errorf("woken by another folder: %v", err)
		default:
		}
		s.stop(t)
		if err := <-woke; !errors.Is(err, ingest.ErrUnreachable) {
			t.Errorf("when the server goes: %v, want ErrUnreachable", err)
		}
		s.start(t)
		again, end := watch(t, open(t, s.source()), "INBOX")
		woken(t, again)
		s.add(t, "INBOX", sample(7, 100), noon)
		woken(t, again)
		end()
	})
}

// TestWatchBetween: mail that comes while nobody waits wakes the next Wait.
func TestWatchBetween(t *testing.T) {
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		box := open(t, s.source())
		w := box.(ingest.Watcher)
		must(t, w.Wait(t.Context(), "INBOX"))
		for i := range 3 {
			s.add(t, "INBOX", sample(i, 100), noon)
			must(t, w.Wait(t.Context(), "INBOX"))
		}
		// Woken, and another one comes before the next Wait.
		s.add(t, "INBOX", sample(8, 100), noon)
		s.add(t, "INBOX", sample(9, 100), noon)
		must(t, w.Wait(t.Context(), "INBOX"))
		list, _ := listAll(t, open(t, s.source()), "INBOX", models.Cursor{}, noon, 10)
		if len(list) != 5 {
			t.Errorf("%d messages are listed after the last of 5 came", len(list))
		}
	})
}

func TestWatchDelivered(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	s := &imapStage{imapServer: server}
	woke, stop := watch(t, open(t, s.source()), "INBOX")
	defer stop()
	woken(t, woke)
	server.Deliver(sample(1, 100), noon) // a file that appears in the Maildir
	woken(t, woke)
}

func TestWatchErrors(t *testing.T) {
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		if err := open(t, s.source()).(ingest.Watcher).Wait(t.Context(), "Lost"); !errors.Is(err, ingest.ErrFolder) {
			t.Errorf("a folder that is not there: %v, want ErrFolder", err)
		}
		src := s.source()
		src.Secret = "CANARY-wrong"
		if err := open(t, src).(ingest.Watcher).Wait(t.Context(), "INBOX"); !errors.Is(err, ingest.ErrLogin) {
			t.Errorf("a wrong password: %v, want ErrLogin", err)
		}
		box := open(t, s.source())
		w := box.(ingest.Watcher)
		must(t, w.Wait(t.Context(), "INBOX"))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.Wait(ctx, "INBOX") }()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		box = open(t, s.source())
		w = box.(ingest.Watcher)
		must(t, w.Wait(t.Context(), "INBOX"))
		go func() { ended <- w.Wait(t.Context(), "INBOX") }()
		must(t, box.Close())
		if err := <-ended; err == nil {
			t.Error("Wait came to its end in a closed mailbox")
		}
	})
}

// TestNoKeywords: a real server on which nobody may change flags says so, and
// the mail is read all the same.
func TestNoKeywords(t *testing.T) {
	s := newDovecotStage(t, dovecot.Options{NoKeywords: true})
	ref := s.add(t, "INBOX", sample(1, 100), noon)
	src := s.source()
	err := open(t, src).(ingest.Labeler).Label(t.Context(), ref, "", []string{src.Labels["parsed"]}, nil)
	if !errors.Is(err, ingest.ErrLabels) {
		t.Errorf("label: %v, want ErrLabels", err)
	}
	if got := fetchAll(t, open(t, src), []models.MailRef{ref}); len(got) != 1 {
		t.Error("the mail cannot be read")
	}
	folder := s.labelSources()[1]
	must(t, open(t, folder).(ingest.Labeler).Label(t.Context(), ref, "", []string{"maint/parsed"}, nil))
	if n := s.count(t, s.native(t, "maint/parsed")); n != 1 {
		t.Errorf("%d copies in the label folder, want 1", n)
	}
}
