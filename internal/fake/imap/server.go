// Package imap is an IMAP server inside the process: a real one, on loopback
// ports, plain (with STARTTLS) and with TLS, for tests and for the demo. It
// keeps mail in memory, has one account, and can be told to misbehave. It is
// strict where it matters to its users: a folder opened read-only cannot be
// written to.
package imap

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// Options say what server to start. All fields may be zero.
type Options struct {
	User       string   // "noc@example.net" when empty
	Password   string   // "secret" when empty
	Token      string   // access token that XOAUTH2 takes; empty: no XOAUTH2
	Folders    []string // beside INBOX; levels are separated by /
	Containers []string // folders that only hold others and cannot be opened
	NoUIDPlus  bool     // no UID EXPUNGE
	Rev2       bool     // IMAP4rev2 is offered, too
	NoStartTLS bool     // the plain port offers no encryption
}

// Server is a running server. Its methods may be called from any goroutine,
// Restart and Close from one at a time.
type Server struct {
	opt           Options
	user          *imapmemserver.User
	plain, secure string // host:port
	cert          []byte
	tls           *tls.Config
	stop          func() error
	wg            sync.WaitGroup

	mu       sync.Mutex
	faults   Faults
	logins   int
	commands int
}

// Start starts a server with an empty INBOX on two free loopback ports.
func Start(o Options) (*Server, error) {
	if o.User == "" {
		o.User = "noc@example.net"
	}
	if o.Password == "" {
		o.Password = "secret"
	}
	certPEM, keyPEM, err := SelfSigned()
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("load certificate: %w", err)
	}
	s := &Server{opt: o, user: imapmemserver.NewUser(o.User, o.Password), cert: certPEM}
	for _, f := range append([]string{"INBOX"}, o.Folders...) {
		if err := s.CreateFolder(f); err != nil {
			return nil, err
		}
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	s.plain, s.secure = "127.0.0.1:0", "127.0.0.1:0"
	if err := s.Restart(); err != nil {
		return nil, err
	}
	return s, nil
}

// Restart lets a server that was closed listen again, on the same ports and
// with the same mail.
func (s *Server) Restart() error {
	caps := imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapESearch: {}}
	if s.opt.Rev2 {
		caps[imap.CapIMAP4rev2], caps[imap.CapMove] = struct{}{}, struct{}{}
	}
	if !s.opt.NoUIDPlus {
		caps[imap.CapUIDPlus] = struct{}{}
	}
	starttls := s.tls
	if s.opt.NoStartTLS {
		starttls = nil
	}
	done := make(chan struct{})
	server := imapserver.New(&imapserver.Options{
		NewSession: func(c *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{server: s, conn: c, done: done}, nil, nil
		},
		Caps: caps, TLSConfig: starttls, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	plain, err := net.Listen("tcp", s.plain)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	secure, err := net.Listen("tcp", s.secure)
	if err != nil {
		return errors.Join(fmt.Errorf("listen: %w", err), plain.Close())
	}
	s.plain, s.secure = plain.Addr().String(), secure.Addr().String()
	accepting := make(chan struct{}, 2)
	serve := func(ln net.Listener) {
		defer s.wg.Done()
		_ = server.Serve(ln) // ends when the listener is closed
	}
	s.wg.Add(2)
	for _, ln := range []net.Listener{
		&faultyListener{Listener: plain, server: s, accepting: accepting},
		tls.NewListener(&faultyListener{Listener: secure, server: s, accepting: accepting}, s.tls),
	} {
		go serve(ln)
		<-accepting // a server that is closed before it serves is a race in it
	}
	s.stop = sync.OnceValue(func() error {
		close(done)
		err := ignoreClosed(server.Close())
		s.wg.Wait()
		return err
	})
	return nil
}

// Close hangs up all connections and stops listening. It may be called again.
func (s *Server) Close() error { return s.stop() }

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// User gives the name of the account.
func (s *Server) User() string { return s.opt.User }

// Password gives the password of the account.
func (s *Server) Password() string { return s.opt.Password }

// PlainAddr gives host:port of the plain port.
func (s *Server) PlainAddr() string { return s.plain }

// TLSAddr gives host:port of the port with implicit TLS.
func (s *Server) TLSAddr() string { return s.secure }

// Certificate gives the server's self-signed certificate in PEM form. It is
// valid for 127.0.0.1, ::1 and localhost.
func (s *Server) Certificate() []byte { return bytes.Clone(s.cert) }

// CreateFolder makes an empty folder. One that was deleted before comes back
// with another UIDVALIDITY.
func (s *Server) CreateFolder(name string) error {
	if err := s.user.Create(name, nil); err != nil {
		return fmt.Errorf("create folder %s: %w", name, err)
	}
	return nil
}

// DeleteFolder removes a folder with all that is in it.
func (s *Server) DeleteFolder(name string) error {
	if err := s.user.Delete(name); err != nil {
		return fmt.Errorf("delete folder %s: %w", name, err)
	}
	return nil
}

// Add puts a message into a folder, unseen, and gives its UID. received
// becomes its INTERNALDATE.
func (s *Server) Add(folder string, raw []byte, received time.Time) (uint32, error) {
	data, err := s.user.Append(folder, literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: received})
	if err != nil {
		return 0, fmt.Errorf("add to folder %s: %w", folder, err)
	}
	return uint32(data.UID), nil
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return int64(l.Len()) }
