// Package postfix runs a private Postfix for tests: the Debian server, with a
// configuration and a queue of its own, in a temporary folder, on a free
// loopback port. It hands every mail to one command, as a pipe, and tries again
// each second what the command does not take. Nothing of a system-wide Postfix
// is used or touched.
package postfix

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	binary  = "/usr/sbin/postfix"
	daemons = "/usr/lib/postfix/sbin"
	owner   = "postfix"
	account = "nobody" // who runs the command
)

// Server is a Postfix with one pipe.
type Server struct {
	t    testing.TB
	dir  string
	addr string
	cmd  *exec.Cmd
}

// New makes a server that is not running yet, and removes it when the test
// ends. The test is skipped where no Postfix is installed or it may not run.
func New(t testing.TB) *Server {
	t.Helper()
	if _, err := os.Stat(binary); err != nil {
		t.Skip("no Postfix: install postfix or run make test")
	}
	if os.Geteuid() != 0 {
		t.Skip("Postfix needs to be started by root")
	}
	dir, err := os.MkdirTemp("/tmp", "lineman-postfix-")
	s := &Server{t: t, dir: dir}
	s.must(err)
	t.Cleanup(s.remove)
	for _, sub := range []string{"etc", "spool", "data", "work"} {
		s.must(os.Mkdir(filepath.Join(dir, sub), 0o755))
	}
	s.must(os.Chmod(dir, 0o755))
	s.must(os.Chmod(s.Work(), 0o777))
	u, err := user.Lookup(owner)
	s.must(err)
	uid, err := strconv.Atoi(u.Uid)
	s.must(err)
	s.must(os.Chown(filepath.Join(dir, "data"), uid, 0))
	return s
}

// Work is a folder in which the command may read and write.
func (s *Server) Work() string { return filepath.Join(s.dir, "work") }

// Start runs the server with a shell script as its command, which gets the mail
// on standard input.
func (s *Server) Start(script string) {
	s.t.Helper()
	s.must(os.WriteFile(filepath.Join(s.dir, "deliver"), []byte("#!/bin/sh\n"+script), 0o755))
	for range 5 { // a port can be taken between the look and the start
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		s.must(err)
		s.addr = ln.Addr().String()
		s.must(ln.Close())
		s.must(os.WriteFile(filepath.Join(s.dir, "etc", "main.cf"), []byte(fmt.Sprintf(mainCF, s.dir, daemons, owner)), 0o644))
		s.must(os.WriteFile(filepath.Join(s.dir, "etc", "master.cf"), []byte(fmt.Sprintf(masterCF, s.addr, account, s.dir)), 0o644))
		if s.launch() {
			return
		}
	}
	s.t.Fatalf("Postfix does not start:\n%s", s.Log())
}

// launch starts the server and waits until it answers; false when it ended.
func (s *Server) launch() bool {
	s.cmd = exec.Command(binary, "-c", filepath.Join(s.dir, "etc"), "start-fg")
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.must(s.cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = s.cmd.Wait() // what matters is that it ended
		close(ended)
	}()
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-ended:
			return false
		case <-tick.C:
		}
		if c, err := smtp.Dial(s.addr); err == nil {
			_ = c.Quit() // it answers; that is all
			s.t.Cleanup(func() { s.stop(ended) })
			return true
		}
	}
}

func (s *Server) stop(ended <-chan struct{}) {
	_ = exec.Command(binary, "-c", filepath.Join(s.dir, "etc"), "abort").Run() // Kill follows
	if err := syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		s.t.Errorf("end Postfix: %v", err)
	}
	<-ended
	if s.t.Failed() {
		s.t.Logf("Postfix's log:\n%s", s.Log())
	}
}

func (s *Server) remove() {
	if err := os.RemoveAll(s.dir); err != nil {
		s.t.Errorf("remove Postfix's folder: %v", err)
	}
}

// Addr is host:port of its SMTP.
func (s *Server) Addr() string { return s.addr }

// Drain waits until the command has taken every mail.
func (s *Server) Drain() {
	s.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for s.Queued() > 0 {
		<-tick.C
	}
}

// Send hands a mail to the server by SMTP.
func (s *Server) Send(raw []byte) {
	s.t.Helper()
	s.must(smtp.SendMail(s.addr, nil, "sender@carrier.example", []string{"noc@customer.example"}, raw))
}

// Queued counts the mails that the command has not taken yet.
func (s *Server) Queued() int {
	s.t.Helper()
	n := 0
	for _, queue := range []string{"incoming", "active", "deferred", "maildrop", "hold"} {
		err := filepath.WalkDir(filepath.Join(s.dir, "spool", queue), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				n++
			}
			return nil // a file that moved on meanwhile is counted where it is
		})
		s.must(err)
	}
	return n
}

// Log is what the server wrote.
func (s *Server) Log() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Errorf("read Postfix's log: %v", err)
	}
	return strings.TrimSpace(string(text))
}

func (s *Server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

const mainCF = `compatibility_level = 3.6
queue_directory = %[1]s/spool
data_directory = %[1]s/data
daemon_directory = %[2]s
command_directory = /usr/sbin
mail_owner = %[3]s
setgid_group = postdrop
myhostname = mx.customer.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = lineman
relay_transport = lineman
lineman_destination_recipient_limit = 1
message_size_limit = 27000000
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
maillog_file = %[1]s/log
maillog_file_prefixes = %[1]s
`

const masterCF = `%[1]s inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n - 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
lineman unix - n n - 1 pipe flags=R user=%[2]s argv=%[3]s/deliver
`
