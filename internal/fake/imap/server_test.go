package imap_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	fake "lineman/internal/fake/imap"
)

var mail = []byte("Subject: planned work\r\n\r\nOn Tuesday.\r\n")

func start(t *testing.T, o fake.Options) *fake.Server {
	t.Helper()
	s, err := fake.Start(o)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func login(t *testing.T, s *fake.Server) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(s.PlainAddr(), nil)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.Login(s.User(), s.Password()).Wait())
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMailOutlivesARestart(t *testing.T) {
	s := start(t, fake.Options{Folders: []string{"Providers/Zayo"}})
	uid, err := s.Add("Providers/Zayo", mail, time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	must(t, err)
	addr := s.TLSAddr()
	must(t, s.Close())
	must(t, s.Close())
	if _, err := imapclient.DialInsecure(s.PlainAddr(), nil); err == nil {
		t.Error("a closed server listens")
	}
	must(t, s.Restart())
	if s.TLSAddr() != addr {
		t.Errorf("the port moved from %s to %s", addr, s.TLSAddr())
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.Certificate())
	c, err := imapclient.DialTLS(addr, &imapclient.Options{TLSConfig: &tls.Config{RootCAs: roots}})
	must(t, err)
	defer c.Close()
	must(t, c.Login(s.User(), s.Password()).Wait())
	_, err = c.Select("Providers/Zayo", nil).Wait()
	must(t, err)
	got, err := c.Fetch(imap.UIDSetNum(imap.UID(uid)), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}}).Collect()
	must(t, err)
	if len(got) != 1 || string(got[0].BodySection[0].Bytes) != string(mail) {
		t.Errorf("after the restart: %v", got)
	}
}

func TestReadOnlyMeansIt(t *testing.T) {
	s := start(t, fake.Options{})
	uid, err := s.Add("INBOX", mail, time.Now())
	must(t, err)
	c := login(t, s)
	for _, readOnly := range []bool{true, false} {
		_, err = c.Select("INBOX", &imap.SelectOptions{ReadOnly: readOnly}).Wait()
		must(t, err)
		err = c.Store(imap.UIDSetNum(imap.UID(uid)), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{"x"}}, nil).Close()
		if (err != nil) != readOnly {
			t.Errorf("read-only %v: STORE gives %v", readOnly, err)
		}
	}
}

func TestDeletedFolderComesBackRebuilt(t *testing.T) {
	s := start(t, fake.Options{Folders: []string{"Work"}})
	c := login(t, s)
	old, err := c.Select("Work", nil).Wait()
	must(t, err)
	must(t, s.DeleteFolder("Work"))
	must(t, s.CreateFolder("Work"))
	again, err := c.Select("Work", nil).Wait()
	must(t, err)
	if old.UIDValidity == again.UIDValidity {
		t.Errorf("UIDVALIDITY stayed %d", old.UIDValidity)
	}
}

func TestFaults(t *testing.T) {
	s := start(t, fake.Options{})
	_, err := s.Add("INBOX", mail, time.Now())
	must(t, err)
	s.SetFaults(fake.Faults{DropAfterCommands: 1, DropTimes: 1})
	c := login(t, s)
	_, err = c.Select("INBOX", nil).Wait()
	must(t, err)
	if _, err := c.Search(&imap.SearchCriteria{}, nil).Wait(); err == nil {
		t.Error("the connection was to be dropped at the second command")
	}
	c = login(t, s)
	for range 3 {
		_, err = c.Select("INBOX", nil).Wait()
		must(t, err)
	}

	s.SetFaults(fake.Faults{DropAfterBytes: 10})
	raw, err := tls.Dial("tcp", s.TLSAddr(), &tls.Config{InsecureSkipVerify: true})
	if err == nil {
		raw.Close()
		t.Error("a handshake fitted into 10 bytes")
	}

	s.SetFaults(fake.Faults{RefuseLogin: true})
	c, err = imapclient.DialInsecure(s.PlainAddr(), nil)
	must(t, err)
	defer c.Close()
	if err := c.Login(s.User(), s.Password()).Wait(); err == nil || err == io.ErrUnexpectedEOF {
		t.Errorf("refused login: %v", err)
	}
	if s.Logins() != 3 || s.Commands() < 5 {
		t.Errorf("counted %d logins and %d commands", s.Logins(), s.Commands())
	}
}
