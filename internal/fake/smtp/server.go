// Package smtp is a real SMTP server in the process, for tests: it takes mail
// for anybody but those it was told to refuse, keeps it, and can ask for
// encryption and a login.
package smtp

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"lineman/internal/fake/imap"
)

// Options say what server to start. All fields may be zero.
type Options struct {
	TLS      bool     // from the start
	StartTLS bool     // is offered
	Account  string   // must log in with it and Secret; empty: nobody has to
	Secret   string   //
	Logins   []string // the ways in which one can log in; none: PLAIN and LOGIN
	Refuse   func(recipient string) *smtp.SMTPError
	Lose     func(n int) bool // the nth mail, from 1, is taken, and the connection then broken without an answer
}

// Mail is one that was taken.
type Mail struct {
	From string
	To   []string
	Raw  []byte
}

// Server is a running server.
type Server struct {
	o    Options
	addr string
	cert []byte

	mu    sync.Mutex
	mails []Mail
	taken int
}

// Start starts a server on a free loopback port and stops it when the test
// ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{o: o}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{s: s, c: c}, nil }))
	server.Domain, server.AllowInsecureAuth = "mx.customer.example", true
	server.MaxMessageBytes = 30 << 20
	cert, key, err := imap.SelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}}
	s.cert = cert
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	if o.StartTLS {
		server.TLSConfig = config
	}
	if o.TLS {
		ln = tls.NewListener(ln, config)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("stop the mail server: %v", err)
		}
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("the mail server ended: %v", err)
		}
	})
	return s
}

// Addr is host:port of the server.
func (s *Server) Addr() string { return s.addr }

// Certificate is what the server shows, in PEM form.
func (s *Server) Certificate() []byte { return s.cert }

// Mails are those that were taken.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

type session struct {
	s      *Server
	c      *smtp.Conn
	logged bool
	mail   Mail
}

func (c *session) AuthMechanisms() []string {
	switch {
	case c.s.o.Account == "":
		return nil
	case c.s.o.Logins != nil:
		return c.s.o.Logins
	}
	return []string{sasl.Plain, sasl.Login}
}

func (c *session) Auth(way string) (sasl.Server, error) {
	check := func(account, secret string) error {
		if account != c.s.o.Account || secret != c.s.o.Secret {
			return smtp.ErrAuthFailed
		}
		c.logged = true
		return nil
	}
	if way == sasl.Login {
		return &login{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, account, secret string) error { return check(account, secret) }), nil
}

func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	if c.s.o.Account != "" && !c.logged {
		return smtp.ErrAuthRequired
	}
	c.mail = Mail{From: from}
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if c.s.o.Refuse != nil {
		if reply := c.s.o.Refuse(to); reply != nil {
			return reply
		}
	}
	c.mail.To = append(c.mail.To, to)
	return nil
}

func (c *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.mail.Raw = raw
	c.s.mu.Lock()
	c.s.mails = append(c.s.mails, c.mail)
	c.s.taken++
	lose := c.s.o.Lose != nil && c.s.o.Lose(c.s.taken)
	c.s.mu.Unlock()
	if lose {
		return c.c.Conn().Close()
	}
	return nil
}

func (c *session) Reset()        { c.mail = Mail{} }
func (c *session) Logout() error { return nil }

// login is the server's side of LOGIN, of which the library has only the
// client's.
type login struct {
	check   func(account, secret string) error
	step    int
	account string
}

func (l *login) Next(response []byte) (challenge []byte, done bool, err error) {
	l.step++
	switch {
	case l.step == 1 && response == nil:
		return []byte("Username:"), false, nil
	case l.step <= 2 && l.account == "":
		l.account = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.account, string(response))
}
