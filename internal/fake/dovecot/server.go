// Package dovecot runs a private Dovecot for tests: the Debian server, with a
// configuration of its own, in a temporary folder, on free loopback ports. It
// can be killed and started again. Nothing of a system-wide Dovecot is used or
// touched.
package dovecot

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"lineman/internal/fake/imap"
)

// Options say what server to start. All fields may be zero.
type Options struct {
	Separator  string // between levels of folders; "." when empty
	NoStartTLS bool   // no encryption at all
	Tokens     bool   // XOAUTH2 is offered, with the tokens of Server.Token
	NoIdle     bool   // IDLE is not offered
	NoKeywords bool   // the account may not change flags: no \* in PERMANENTFLAGS
}

// Server is a Dovecot with one account.
type Server struct {
	t             testing.TB
	binary        string
	dir           string
	plain, secure string // host:port
	cert          []byte
	uid, gid      int // owner of the mail
	delivered     int
	cmd           *exec.Cmd
	exited        chan struct{}
}

// The account of every Server, and the zone it lives in.
const (
	account  = "noc@example.net"
	password = "secret"
	zone     = "PST8" // far from UTC: SEARCH goes by the server's days
)

// Start starts a Dovecot with an empty INBOX, and stops it when the test ends.
// The test is skipped where no Dovecot is installed.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	binary := find()
	if binary == "" {
		t.Skip("no Dovecot: install dovecot-imapd or run make test")
	}
	s := &Server{t: t, binary: binary, dir: shortDir(t)}
	if o.Separator == "" {
		o.Separator = "."
	}
	var err error
	for range 5 { // a port can be taken between the look and the start
		s.plain, s.secure = freeAddrs(t)
		s.write(o)
		if err = s.launch(); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("Dovecot's log:\n%s", s.Log())
		}
		if err := os.RemoveAll(s.dir); err != nil {
			t.Errorf("remove Dovecot's folder: %v", err)
		}
	})
	return s
}

func find() string {
	for _, p := range []string{"/usr/sbin/dovecot", "/usr/local/sbin/dovecot"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	p, err := exec.LookPath("dovecot")
	if err != nil {
		return ""
	}
	return p
}

// shortDir makes a folder that Dovecot's users can reach and whose path leaves
// room for the names of sockets; t.TempDir grants neither.
func shortDir(t testing.TB) string {
	t.Helper()
	parent := os.TempDir()
	if len(parent) > 40 {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "lineman-dovecot-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// freeAddrs gives two addresses with different ports that were free just now.
func freeAddrs(t testing.TB) (first, second string) {
	t.Helper()
	listen := func() net.Listener {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return ln
	}
	one, two := listen(), listen()
	defer one.Close()
	defer two.Close()
	return one.Addr().String(), two.Addr().String()
}

// write makes the files that the server reads.
func (s *Server) write(o Options) {
	s.t.Helper()
	cert, key, err := imap.SelfSigned()
	if err != nil {
		s.t.Fatal(err)
	}
	s.cert = cert
	me, err := user.Current()
	if err != nil {
		s.t.Fatal(err)
	}
	uid, gid := me.Uid, me.Gid
	if uid == "0" {
		uid, gid = "65534", "65534" // Dovecot gives root no mail
	}
	if s.uid, err = strconv.Atoi(uid); err != nil {
		s.t.Fatal(err)
	}
	if s.gid, err = strconv.Atoi(gid); err != nil {
		s.t.Fatal(err)
	}
	home := filepath.Join(s.dir, "home")
	for name, content := range map[string][]byte{
		"cert.pem": cert, "key.pem": key,
		"users":         []byte(account + ":{PLAIN}" + password + "::::::\n"),
		"dovecot.conf":  []byte(s.config(o, me, uid, gid, home)),
		"acl":           []byte("* owner lrstipekxa\n"),
		"oauth2.conf":   fmt.Appendf(nil, oauthText, s.dir),
		tokenKey(s.dir): []byte(base64.StdEncoding.EncodeToString(tokenSecret)),
	} {
		if !filepath.IsAbs(name) {
			name = filepath.Join(s.dir, name)
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := s.own(home); err != nil {
		s.t.Fatal(err)
	}
}

// Restart starts the server, on the same ports and with the same mail, and
// waits until it answers.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	if err := s.launch(); err != nil {
		s.t.Fatal(err)
	}
}

// launch starts the server and waits until it answers.
func (s *Server) launch() error {
	var output bytes.Buffer
	cmd := exec.Command(s.binary, "-F", "-c", filepath.Join(s.dir, "dovecot.conf"))
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TZ=" + zone}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start Dovecot: %w", err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // ends by a signal
		close(exited)
	}()
	s.cmd, s.exited = cmd, exited
	if err := s.ready(); err != nil {
		s.Kill()
		return fmt.Errorf("start Dovecot: %w\n%s%s", err, output.String(), s.Log())
	}
	return nil
}

// ready waits for the greeting.
func (s *Server) ready() error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(15 * time.Second)
	for {
		if greeted(s.plain) {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.exited:
			return errors.New("it ended at once")
		case <-late:
			return errors.New("it did not answer in 15 s")
		}
	}
}

func greeted(addr string) bool {
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return false
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	return err == nil && len(line) > 4 && line[:4] == "* OK"
}

// Kill ends the server and all its connections at once, as a power cut would.
// It may be called when it is not running.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	// All of its processes are one group, which Restart made.
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.exited
	s.cmd = nil
	s.silent()
}

// silent waits until the ports are free: the processes that accepted
// connections die a moment after the one that was waited for.
func (s *Server) silent() {
	s.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for _, addr := range []string{s.plain, s.secure} {
		for {
			c, err := net.DialTimeout("tcp", addr, time.Second)
			if err != nil {
				break
			}
			c.Close()
			select {
			case <-tick.C:
			case <-late:
				s.t.Errorf("Dovecot still listens at %s after it was killed", addr)
				return
			}
		}
	}
}

// Deliver puts a message into INBOX as a mail server would: a new file in the
// Maildir. It appears when the folder is opened next, with UIDs in the order of
// delivery; received becomes its INTERNALDATE.
func (s *Server) Deliver(raw []byte, received time.Time) {
	s.t.Helper()
	maildir := filepath.Join(s.dir, "home", "Maildir")
	s.delivered++
	name := fmt.Sprintf("%d.M%06dP1.test", received.Unix(), s.delivered)
	tmp := filepath.Join(maildir, "tmp", name)
	if err := s.own(maildir, "cur", "new", "tmp"); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := errors.Join(os.Chown(tmp, s.uid, s.gid), os.Chtimes(tmp, received, received),
		os.Rename(tmp, filepath.Join(maildir, "new", name))); err != nil {
		s.t.Fatal(err)
	}
}

// own makes folders that belong to the owner of the mail.
func (s *Server) own(dir string, inner ...string) error {
	for _, d := range append([]string{""}, inner...) {
		path := filepath.Join(dir, d)
		if err := os.Mkdir(path, 0o700); errors.Is(err, os.ErrExist) {
			continue
		} else if err != nil {
			return err
		}
		if err := os.Chown(path, s.uid, s.gid); err != nil {
			return err
		}
	}
	return nil
}

// User gives the name of the account.
func (s *Server) User() string { return account }

// Password gives the password of the account.
func (s *Server) Password() string { return password }

// PlainAddr gives host:port of the port with STARTTLS.
func (s *Server) PlainAddr() string { return s.plain }

// TLSAddr gives host:port of the port with implicit TLS.
func (s *Server) TLSAddr() string { return s.secure }

// Certificate gives the server's self-signed certificate in PEM form.
func (s *Server) Certificate() []byte { return bytes.Clone(s.cert) }

// Log gives what the server has logged.
func (s *Server) Log() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
