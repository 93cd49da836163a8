package mailbox

import (
	"testing"
	"time"

	"lineman/internal/config"
	"lineman/internal/fake/dovecot"
	fakeimap "lineman/internal/fake/imap"
)

func watchBox(t *testing.T, addr, user, password string, pace imapPace) *imapBox {
	t.Helper()
	box, err := Open(config.Source{Name: "noc", URL: "imap+plain://" + addr, Account: user, Secret: config.Secret(password)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	b := box.(*imapBox)
	b.pace = pace
	if err := b.Wait(t.Context(), "INBOX"); err != nil {
		t.Fatal(err)
	}
	return b
}

// A folder is looked at again after a while, though the server says nothing;
// the connection is the same.
func TestWaitComesBack(t *testing.T) {
	s, err := fakeimap.Start(fakeimap.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b := watchBox(t, s.PlainAddr(), s.User(), s.Password(), imapPace{look: time.Millisecond})
	for range 3 {
		if err := b.Wait(t.Context(), "INBOX"); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Logins(); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}

// A server without IDLE is asked.
func TestWaitWithoutIdle(t *testing.T) {
	s := dovecot.Start(t, dovecot.Options{NoIdle: true})
	b := watchBox(t, s.PlainAddr(), s.User(), s.Password(), imapPace{look: time.Hour, noop: 5 * time.Millisecond})
	for range 2 {
		ended := make(chan error)
		go func() { ended <- b.Wait(t.Context(), "INBOX") }()
		s.Deliver([]byte("Subject: new\r\n\r\nx\r\n"), time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
	b.pace = imapPace{look: time.Millisecond, noop: time.Millisecond}
	if err := b.Wait(t.Context(), "INBOX"); err != nil {
		t.Errorf("asked in vain: %v", err)
	}
}
