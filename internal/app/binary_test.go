package app_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	fakeimap "lineman/internal/fake/imap"
	"lineman/internal/fake/traffic"
)

// builtIn is the folder of the binary, once a test has asked for it.
var builtIn string

// built is the plain binary (no race detector) that can be told where to die,
// made once for all tests.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lineman-binary-")
	if err != nil {
		return "", err
	}
	builtIn = dir
	bin := filepath.Join(dir, "lineman")
	out, err := exec.Command("go", "build", "-tags", "faults", "-o", bin, "lineman/cmd/lineman").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if builtIn != "" {
		os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

func binary(t testing.TB) string {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// imapServer is a server with one account.
type imapServer interface {
	PlainAddr() string
	User() string
	Password() string
}

// mailServer is an IMAP server with n mails of package traffic in INBOX.
func mailServer(t testing.TB, n int) *fakeimap.Server {
	t.Helper()
	s, err := fakeimap.Start(fakeimap.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for i := range n {
		raw, received := traffic.Mail(i)
		if _, err := s.Add("INBOX", raw, received); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// installation is a folder with a configuration for one mail server.
type installation struct {
	dir, config string
	bin         string
}

// install makes an installation with SQLite in its folder.
func install(t testing.TB, s imapServer) installation {
	t.Helper()
	dir := t.TempDir()
	return installIn(t, s, dir, "sqlite:"+filepath.Join(dir, "lineman.db"))
}

func installIn(t testing.TB, s imapServer, dir, database string) installation {
	t.Helper()
	in := installation{dir: dir, bin: binary(t)}
	in.config = filepath.Join(in.dir, "lineman.yaml")
	text := fmt.Sprintf(`database: {url: "%s"}
log: {level: warn}
http: {address: "127.0.0.1:0"}
raw_notification_initial_days_since: 3650
metrics: {enable: true}
notification_sources:
  - name: noc
    url: imap+plain://%s
    account: %s
    secret: %s
    label_mode: keyword
    labels: {parsed: m-parsed, ignored: m-ignored, parsing-failed: m-failed, unknown-provider: m-stranger, unknown-cids: m-cids, out-of-sequence: m-late}
`, database, s.PlainAddr(), s.User(), s.Password())
	if err := os.WriteFile(in.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	circuits := filepath.Join(in.dir, "circuits.csv")
	if err := os.WriteFile(circuits, traffic.CircuitsCSV(), 0o600); err != nil {
		t.Fatal(err)
	}
	in.run(t, "circuits", "import", circuits)
	return in
}

// command prepares the binary with the installation's configuration.
func (in installation) command(args ...string) *exec.Cmd {
	c := exec.Command(in.bin, append([]string{"--config", in.config}, args...)...)
	c.Dir = in.dir
	return c
}

// run runs a command that must succeed and gives what it printed.
func (in installation) run(t testing.TB, args ...string) string {
	t.Helper()
	c := in.command(args...)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("lineman %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// keywords gives the labels of every message of INBOX, by UID.
func keywords(t testing.TB, s imapServer) map[imap.UID]string {
	t.Helper()
	c, err := imapclient.DialInsecure(s.PlainAddr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(s.User(), s.Password()).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		t.Fatal(err)
	}
	all := imap.UIDSet{imap.UIDRange{Start: 1, Stop: 0}}
	list, err := c.Fetch(all, &imap.FetchOptions{UID: true, Flags: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	got := map[imap.UID]string{}
	for _, m := range list {
		var names []string
		for _, f := range m.Flags {
			names = append(names, strings.ToLower(string(f)))
		}
		got[m.UID] = strings.Join(sorted(names), " ")
	}
	return got
}

// add configures one more source on the same server.
func (in installation) add(t *testing.T, s imapServer, name, password string) {
	t.Helper()
	text, err := os.ReadFile(in.config)
	if err != nil {
		t.Fatal(err)
	}
	more := fmt.Sprintf("  - {name: %s, url: \"imap+plain://%s\", account: %s, secret: %s}\n", name, s.PlainAddr(), s.User(), password)
	if err := os.WriteFile(in.config, append(text, more...), 0o600); err != nil {
		t.Fatal(err)
	}
}
