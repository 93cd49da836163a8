package mailbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"lineman/internal/config"
	"lineman/internal/fake/dovecot"
	fakeimap "lineman/internal/fake/imap"
	"lineman/models"
)

// imapServer is what both IMAP servers of the tests have in common.
type imapServer interface {
	PlainAddr() string
	TLSAddr() string
	User() string
	Password() string
	Certificate() []byte
}

// imapStage is an IMAP server with a second client beside the one under test.
type imapStage struct {
	imapServer
	stopServer, startServer func()
	admin                   *imapclient.Client
}

// eachIMAP runs a test against the server in the process and against Dovecot.
func eachIMAP(t *testing.T, test func(t *testing.T, s *imapStage)) {
	t.Run("in process", func(t *testing.T) { test(t, newFakeStage(t, fakeimap.Options{})) })
	t.Run("dovecot", func(t *testing.T) { test(t, newDovecotStage(t, dovecot.Options{})) })
}

func newFakeStage(t *testing.T, o fakeimap.Options) *imapStage {
	t.Helper()
	s, err := fakeimap.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the server: %v", err)
		}
	})
	return &imapStage{
		imapServer: s,
		stopServer: func() { must(t, s.Close()) }, startServer: func() { must(t, s.Restart()) },
	}
}

func newDovecotStage(t *testing.T, o dovecot.Options) *imapStage {
	t.Helper()
	s := dovecot.Start(t, o)
	return &imapStage{imapServer: s, stopServer: s.Kill, startServer: s.Restart}
}

// faults gives the server in the process, for its faults.
func (s *imapStage) faults(f fakeimap.Faults) { s.imapServer.(*fakeimap.Server).SetFaults(f) }

func (s *imapStage) source() config.Source {
	return config.Source{
		Name: "noc", URL: "imap+plain://" + s.PlainAddr(), Account: s.User(), Secret: config.Secret(s.Password()),
		LabelMode: "keyword", Labels: map[string]string{"parsed": "maint/parsed", "ignored": "Not for us (ignored)"},
	}
}

func (s *imapStage) labelSources() []config.Source {
	keyword, folder := s.source(), s.source()
	folder.LabelMode = "folder"
	folder.Labels = map[string]string{"parsed": "maint/parsed", "ignored": "maint/ignored"}
	return []config.Source{keyword, folder}
}

// client is the second client, logged in.
func (s *imapStage) client(t *testing.T) *imapclient.Client {
	t.Helper()
	if s.admin != nil {
		if s.admin.Noop().Wait() == nil {
			return s.admin
		}
		s.admin.Close()
	}
	c, err := imapclient.DialInsecure(s.PlainAddr(), nil)
	must(t, err)
	must(t, c.Login(s.User(), s.Password()).Wait())
	s.admin = c
	t.Cleanup(func() { c.Close() })
	return c
}

func (s *imapStage) add(t *testing.T, folder string, raw []byte, received time.Time) models.MailRef {
	t.Helper()
	cmd := s.client(t).Append(folder, int64(len(raw)), &imap.AppendOptions{Time: received})
	_, err := cmd.Write(raw)
	must(t, err)
	must(t, cmd.Close())
	data, err := cmd.Wait()
	must(t, err)
	return models.MailRef{Folder: folder, UIDValidity: data.UIDValidity, UID: uint32(data.UID)}
}

func (s *imapStage) remove(t *testing.T, ref models.MailRef) {
	t.Helper()
	c := s.client(t)
	_, err := c.Select(ref.Folder, nil).Wait()
	must(t, err)
	uid := imap.UIDSetNum(imap.UID(ref.UID))
	must(t, c.Store(uid, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
	must(t, c.UIDExpunge(uid).Close())
	must(t, c.Unselect().Wait())
}

func (s *imapStage) create(t *testing.T, folder string) {
	t.Helper()
	must(t, s.client(t).Create(folder, nil).Wait())
}

func (s *imapStage) rebuild(t *testing.T, folder string) {
	t.Helper()
	must(t, s.client(t).Delete(folder).Wait())
	s.create(t, folder)
}

// flags reads the flags of a message without changing it.
func (s *imapStage) flags(t *testing.T, ref models.MailRef) []imap.Flag {
	t.Helper()
	c := s.client(t)
	_, err := c.Select(ref.Folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	must(t, err)
	got, err := c.Fetch(imap.UIDSetNum(imap.UID(ref.UID)), &imap.FetchOptions{UID: true, Flags: true}).Collect()
	must(t, err)
	if len(got) != 1 {
		t.Fatalf("message %v is not there", ref)
	}
	return got[0].Flags
}

func (s *imapStage) seen(t *testing.T, ref models.MailRef) bool {
	t.Helper()
	return slices.Contains(s.flags(t, ref), imap.FlagSeen)
}

// count gives how many messages a folder holds; -1 when there is no folder.
func (s *imapStage) count(t *testing.T, folder string) int {
	t.Helper()
	data, err := s.client(t).Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return -1
	}
	return int(data.NumMessages)
}

func (s *imapStage) labels(t *testing.T, src config.Source, ref models.MailRef) []string {
	t.Helper()
	var got []string
	for _, name := range src.Labels {
		if src.LabelMode == "folder" {
			for range s.count(t, s.native(t, name)) {
				got = append(got, name)
			}
			continue
		}
		for _, f := range s.flags(t, ref) {
			if strings.EqualFold(string(f), keywordOf[name]) {
				got = append(got, name)
			}
		}
	}
	slices.Sort(got)
	return got
}

// keywordOf writes out which keyword a label of the tests must become.
var keywordOf = map[string]string{
	"maint/parsed": "maint/parsed", "Not for us (ignored)": "Not=20for=20us=20=28ignored=29",
}

// native writes a folder name with the server's delimiter.
func (s *imapStage) native(t *testing.T, name string) string {
	t.Helper()
	root, err := s.client(t).List("", "", nil).Collect()
	must(t, err)
	return strings.ReplaceAll(name, "/", string(root[0].Delim))
}

func (s *imapStage) stop(t *testing.T)  { t.Helper(); s.stopServer() }
func (s *imapStage) start(t *testing.T) { t.Helper(); s.startServer() }

func (s *imapStage) caFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(path, s.Certificate(), 0o600))
	return path
}

// sample makes an unremarkable mail of about size bytes.
func sample(n, size int) []byte {
	head := fmt.Sprintf("From: NOC <noc@carrier.example>\r\nTo: noc@example.net\r\nSubject: Planned work %d\r\n"+
		"Message-ID: <work-%d@carrier.example>\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\n", n, n)
	line := "A line of the notice, with circuits and windows and all.\r\n"
	return []byte(head + strings.Repeat(line, max(1, size/len(line))))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
