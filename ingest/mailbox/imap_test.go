package mailbox_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/fake/dovecot"
	fakeimap "lineman/internal/fake/imap"
	"lineman/models"
)

func TestSettingsThatCannotWork(t *testing.T) {
	good := config.Source{Name: "noc", URL: "imap://imap.example.net", Account: "noc@example.net", Secret: "CANARY-77"}
	tests := map[string]struct {
		change func(*config.Source)
		field  string
		says   string
	}{
		"no URL":         {func(s *config.Source) { s.URL = "" }, "url", "imap://imap.example.net"},
		"no scheme":      {func(s *config.Source) { s.URL = "imap.example.net" }, "url", "is no URL"},
		"unknown scheme": {func(s *config.Source) { s.URL = "pop3://imap.example.net" }, "url", "imap+starttls://HOST"},
		"no host":        {func(s *config.Source) { s.URL = "imap://" }, "url", "has no host"},
		"folder in URL":  {func(s *config.Source) { s.URL = "imap://imap.example.net/INBOX" }, "url", "key folders"},
		"secret in URL":  {func(s *config.Source) { s.URL = "imap://noc:CANARY-77@imap.example.net" }, "url", "account and secret"},
		"plain":          {func(s *config.Source) { s.URL = "imap+plain://imap.example.net" }, "url", "insecure"},
		"unknown auth":   {func(s *config.Source) { s.Auth = "kerberos" }, "auth", "use login"},
		"no account":     {func(s *config.Source) { s.Account = "" }, "account", "is missing"},
		"no secret":      {func(s *config.Source) { s.Secret = "" }, "secret", "is missing"},
		"label mode":     {func(s *config.Source) { s.LabelMode = "colour" }, "label_mode", "keyword, folder or none"},
		"empty folder":   {func(s *config.Source) { s.Folders = []string{" "} }, "folders", "no folder name"},
		"line in folder": {func(s *config.Source) { s.Folder = "INBOX\r\nA1 DELETE INBOX" }, "folders", "no folder name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			src := good
			tt.change(&src)
			_, err := mailbox.Open(src, mailbox.Options{})
			var input *models.InputError
			if !errors.As(err, &input) {
				t.Fatalf("got %v, want an InputError", err)
			}
			if want := "notification_sources[noc]." + tt.field; input.Field != want || !strings.Contains(input.Reason, tt.says) {
				t.Errorf("got %q: %q, want %q with %q", input.Field, input.Reason, want, tt.says)
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
	for _, url := range []string{"imap://h", "imaps://h", "imap://h:1993/", "imap+starttls://h", "imap+plain://127.0.0.1", "imap+plain://localhost:1143", "imap+plain://[::1]"} {
		src := good
		src.URL = url
		if _, err := mailbox.Open(src, mailbox.Options{}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestKeyword(t *testing.T) {
	tests := []struct{ label, want string }{
		{"maint/parsed", "maint/parsed"},
		{"parsing-failed", "parsing-failed"},
		{"$Label1", "$Label1"},
		{"unknown CIDs", "unknown=20CIDs"},
		{`\Seen`, "=5CSeen"},
		{`a(b)c{d%e*f"g]h`, "a=28b=29c=7Bd=25e=2Af=22g=5Dh"},
		{"a=20b", "a=3D20b"},
		{"Störung", "St=C3=B6rung"},
	}
	for _, tt := range tests {
		if got := mailbox.Keyword(tt.label); got != tt.want {
			t.Errorf("Keyword(%q) = %q, want %q", tt.label, got, tt.want)
		}
	}
}

func TestEncryption(t *testing.T) {
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		ref := s.add(t, "INBOX", sample(1, 100), noon)
		_, port, err := net.SplitHostPort(s.TLSAddr())
		must(t, err)
		tests := map[string]struct {
			url    string
			tls    config.TLS
			want   error
			clause string
		}{
			"TLS":                     {"imap://" + s.TLSAddr(), config.TLS{CAFile: s.caFile(t)}, nil, ""},
			"imaps is the same":       {"imaps://localhost:" + port, config.TLS{CAFile: s.caFile(t)}, nil, ""},
			"STARTTLS":                {"imap+starttls://" + s.PlainAddr(), config.TLS{CAFile: s.caFile(t)}, nil, ""},
			"other name":              {"imap://" + s.TLSAddr(), config.TLS{CAFile: s.caFile(t), ServerName: "mail.example"}, ingest.ErrUnreachable, "tls.server_name"},
			"name by setting":         {"imap://" + s.TLSAddr(), config.TLS{CAFile: s.caFile(t), ServerName: "localhost"}, nil, ""},
			"TLS not trusted":         {"imap://" + s.TLSAddr(), config.TLS{}, ingest.ErrUnreachable, "tls.ca_file"},
			"STARTTLS not trusted":    {"imap+starttls://" + s.PlainAddr(), config.TLS{}, ingest.ErrUnreachable, "tls.ca_file"},
			"insecure trusts no more": {"imap://" + s.TLSAddr(), config.TLS{Insecure: true}, ingest.ErrUnreachable, "tls.ca_file"},
			"CA file missing":         {"imap://" + s.TLSAddr(), config.TLS{CAFile: "/nowhere/ca.pem"}, ingest.ErrUnreachable, "tls.ca_file cannot be read"},
			"CA file without any":     {"imap://" + s.TLSAddr(), config.TLS{CAFile: "imap_test.go"}, ingest.ErrUnreachable, "holds no certificate"},
			"TLS at the plain port":   {"imap://" + s.PlainAddr(), config.TLS{CAFile: s.caFile(t)}, ingest.ErrUnreachable, "encrypt the connection"},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				src := s.source()
				src.URL, src.TLS = tt.url, tt.tls
				box := open(t, src)
				if tt.want == nil {
					if got := fetchAll(t, box, []models.MailRef{ref}); len(got[ref]) == 0 {
						t.Error("the message did not come")
					}
					return
				}
				_, err := box.Folders(t.Context())
				if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.clause) {
					t.Errorf("got %v, want %v with %q", err, tt.want, tt.clause)
				}
			})
		}
	})
}

func TestNoStartTLS(t *testing.T) {
	servers := map[string]func(t *testing.T) *imapStage{
		"in process": func(t *testing.T) *imapStage { return newFakeStage(t, fakeimap.Options{NoStartTLS: true}) },
		"dovecot":    func(t *testing.T) *imapStage { return newDovecotStage(t, dovecot.Options{NoStartTLS: true}) },
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			src := s.source()
			src.URL = "imap+starttls://" + s.PlainAddr()
			_, err := open(t, src).Folders(t.Context())
			if !errors.Is(err, ingest.ErrUnreachable) || !strings.Contains(err.Error(), "does not offer STARTTLS") {
				t.Errorf("got %v, want ErrUnreachable that names STARTTLS", err)
			}
		})
	}
}

func TestFolders(t *testing.T) {
	servers := map[string]func(t *testing.T) *imapStage{
		"in process": func(t *testing.T) *imapStage {
			return newFakeStage(t, fakeimap.Options{Containers: []string{"Providers"}})
		},
		"IMAP4rev2": func(t *testing.T) *imapStage {
			return newFakeStage(t, fakeimap.Options{Rev2: true, Containers: []string{"Providers"}})
		},
		"dovecot dots": func(t *testing.T) *imapStage { return newDovecotStage(t, dovecot.Options{}) },
		"dovecot /":    func(t *testing.T) *imapStage { return newDovecotStage(t, dovecot.Options{Separator: "/"}) },
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			for _, f := range []string{"Providers/Zayo", "Providers/Lumen", "Providers/Lumen/Old", "Störungen", "maint/parsed", "Junk"} {
				s.create(t, s.native(t, f))
			}
			tests := []struct {
				folder  string
				folders []string
				mode    string
				want    []string
				missing []string
			}{
				{want: []string{"INBOX"}},
				{folder: "inbox", want: []string{"INBOX"}},
				{folder: "Junk", folders: []string{"INBOX", "Junk"}, want: []string{"Junk", "INBOX"}},
				{folders: []string{"Providers/*", "INBOX"}, want: []string{"Providers/Lumen", "Providers/Lumen/Old", "Providers/Zayo", "INBOX"}},
				{folders: []string{"Providers/%"}, want: []string{"Providers/Lumen", "Providers/Zayo"}},
				{folders: []string{"Providers/Zayo", "Störungen"}, want: []string{"Providers/Zayo", "Störungen"}},
				{folders: []string{"maint/*"}, want: []string{"maint/parsed"}},
				{folders: []string{"*"}, mode: "folder", want: []string{"INBOX", "Junk", "Providers/Lumen", "Providers/Lumen/Old", "Providers/Zayo", "Störungen"}},
				{folders: []string{"maint/parsed"}, mode: "folder", want: []string{"maint/parsed"}},
				{folders: []string{"Junk", "Spam", "Provider/*", "Providers"}, want: []string{"Junk"}, missing: []string{`"Spam"`, `"Provider/*"`, `"Providers"`}},
			}
			for _, tt := range tests {
				src := s.source()
				src.Folder, src.Folders = tt.folder, tt.folders
				if tt.mode != "" {
					src.LabelMode = tt.mode
				}
				got, err := open(t, src).Folders(t.Context())
				for i := range tt.want {
					tt.want[i] = s.native(t, tt.want[i])
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%q %q (-want +got):\n%s", tt.folder, tt.folders, diff)
				}
				if (err != nil) != (tt.missing != nil) || err != nil && !errors.Is(err, ingest.ErrFolder) {
					t.Errorf("%q: error %v", tt.folders, err)
				}
				for _, m := range tt.missing {
					if !strings.Contains(err.Error(), m) {
						t.Errorf("%q: the error does not name %s: %v", tt.folders, m, err)
					}
				}
			}
		})
	}
}

func TestManyMessages(t *testing.T) {
	const many = 5000
	eachIMAP(t, func(t *testing.T, s *imapStage) {
		fill(t, s, many, 400)
		box := open(t, s.source())
		list, cursor := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 200)
		if len(list) != many || cursor.UID != many {
			t.Fatalf("listed %d messages up to %d, want %d", len(list), cursor.UID, many)
		}
		if !slices.IsSortedFunc(list, func(a, b ingest.Listed) int { return int(a.Ref.UID) - int(b.Ref.UID) }) {
			t.Error("the list is not in the order of UIDs")
		}
		if got := fetchAll(t, box, refsOf(list)); len(got) != many {
			t.Errorf("fetched %d messages, want %d", len(got), many)
		}
		recent, _ := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, noon.Add((many-10)*time.Minute), 200)
		if len(recent) != 10 {
			t.Errorf("a first run from the tenth last message lists %d", len(recent))
		}
	})
}

// A folder whose UIDs begin far above 1, and have a gap, is listed in few
// commands.
func TestGapsOfUIDs(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	server := s.imapServer.(*fakeimap.Server)
	fill(t, s, 9000, 10)
	c := s.client(t)
	_, err := c.Select("INBOX", nil).Wait()
	must(t, err)
	gap := imap.UIDSet{{Start: 11, Stop: 8990}}
	must(t, c.Store(gap, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
	must(t, c.UIDExpunge(gap).Close())
	box := open(t, s.source())
	before := server.Commands()
	list, _ := listAll(t, box, "INBOX", models.Cursor{Folder: "INBOX"}, time.Time{}, 20)
	if len(list) != 20 {
		t.Errorf("listed %d messages, want 20", len(list))
	}
	if n := server.Commands() - before; n > 12 {
		t.Errorf("it took %d commands to jump over the gap", n)
	}
}

func TestSilentServer(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{})
	s.faults(fakeimap.Faults{Mute: true})
	box, err := mailbox.Open(s.source(), mailbox.Options{Stall: 50 * time.Millisecond})
	must(t, err)
	defer box.Close()
	if _, err := box.Folders(t.Context()); !errors.Is(err, ingest.ErrUnreachable) || !strings.Contains(err.Error(), "did not answer in time") {
		t.Errorf("a server that says nothing: %v", err)
	}
}

// A connection that is accepted and never greeted.
func TestNoGreeting(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer ln.Close()
	for _, scheme := range []string{"imap", "imap+starttls", "imap+plain"} {
		src := config.Source{Name: "noc", URL: scheme + "://" + ln.Addr().String(), Account: "a", Secret: "b"}
		box, err := mailbox.Open(src, mailbox.Options{Stall: 50 * time.Millisecond, DialTimeout: 50 * time.Millisecond})
		must(t, err)
		if _, err := box.Folders(t.Context()); !errors.Is(err, ingest.ErrUnreachable) {
			t.Errorf("%s: a server that never greets: %v", scheme, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := box.Folders(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: cancelled: %v", scheme, err)
		}
		must(t, box.Close())
	}
}

// fill puts n messages of about size bytes into INBOX, a minute apart.
func fill(t testing.TB, s *imapStage, n, size int) {
	t.Helper()
	for i := range n {
		raw, at := sample(i, size), noon.Add(time.Duration(i)*time.Minute)
		switch server := s.imapServer.(type) {
		case *fakeimap.Server:
			if _, err := server.Add("INBOX", raw, at); err != nil {
				t.Fatal(err)
			}
		case *dovecot.Server:
			server.Deliver(raw, at)
		}
	}
}
