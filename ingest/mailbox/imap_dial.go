package mailbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"lineman/ingest"
)

// imapSession is one logged-in connection.
type imapSession struct {
	client *imapclient.Client
	conn   *imapConn
	set    imapSettings
	sel    *imapSelected // nil: no folder is open
	delim  string        // between levels of folders; empty: not asked yet
	bearer string        // access token; empty: the login is by password
	news   imapNews
}

// dialIMAP connects, encrypts and logs in.
func dialIMAP(ctx context.Context, set imapSettings, o Options) (*imapSession, error) {
	roots, err := readCAFile(set.caFile)
	if err != nil {
		return nil, err
	}
	bearer := ""
	if set.tokens != nil {
		if bearer, err = accessToken(ctx, set.tokens); err != nil {
			return nil, err
		}
	}
	dialCtx, cancel := context.WithTimeout(ctx, o.DialTimeout)
	defer cancel()
	raw, err := new(net.Dialer).DialContext(dialCtx, "tcp", set.address)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: connect to %s: %w", ingest.ErrUnreachable, set.address, err)
	}
	s := &imapSession{conn: &imapConn{Conn: raw, limit: o.Stall}, set: set, bearer: bearer}
	stop := context.AfterFunc(ctx, func() { s.conn.abort(ctx.Err()) })
	defer stop()
	s.conn.arm()
	defer s.conn.disarm()
	err = s.greet(dialCtx, roots)
	if err == nil {
		err = s.login(ctx)
	}
	if err != nil {
		s.end()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return s, nil
}

// greet encrypts as configured and waits for the server's first word.
func (s *imapSession) greet(ctx context.Context, roots *x509.CertPool) error {
	cfg := &tls.Config{RootCAs: roots, ServerName: s.set.server, MinVersion: tls.VersionTLS12}
	var err error
	switch s.set.mode {
	case imapTLS:
		cfg.NextProtos = []string{"imap"}
		encrypted := tls.Client(s.conn, cfg)
		if err = encrypted.HandshakeContext(ctx); err != nil {
			return s.tlsError(err)
		}
		s.client = imapclient.New(encrypted, s.options(nil))
	case imapStartTLS:
		stop := context.AfterFunc(ctx, func() { s.conn.abort(errIMAPStalled) })
		defer stop()
		s.client, err = imapclient.NewStartTLS(s.conn, s.options(cfg))
		var refused *imap.Error
		if errors.As(err, &refused) {
			return fmt.Errorf("%w: %s does not offer STARTTLS (%s), and lineman sends no password unencrypted; use imap:// if the server has TLS on port 993",
				ingest.ErrUnreachable, s.set.address, s.clean(refused.Text))
		}
		if err != nil {
			return s.tlsError(err)
		}
	case imapPlain:
		if ip := net.ParseIP(hostOf(s.conn.RemoteAddr())); s.set.loopback && !ip.IsLoopback() {
			return fmt.Errorf("%w: %s is not this machine, and imap+plain would send the password readable; use imap+starttls://", ingest.ErrUnreachable, s.set.address)
		}
		s.client = imapclient.New(s.conn, s.options(nil))
	}
	if err := s.client.WaitGreeting(); err != nil {
		return s.lost("wait for the greeting of "+s.set.address, err)
	}
	return nil
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return ""
	}
	return host
}

// tlsError explains a failed handshake.
func (s *imapSession) tlsError(err error) error {
	var cert *tls.CertificateVerificationError
	if !errors.As(err, &cert) {
		return s.lost("encrypt the connection to "+s.set.address, err)
	}
	var name x509.HostnameError
	if errors.As(err, &name) {
		return fmt.Errorf("%w: the certificate of %s is for another name: %w; set tls.server_name to the name in the certificate",
			ingest.ErrUnreachable, s.set.address, cert.Err)
	}
	return fmt.Errorf("%w: the certificate of %s is not trusted: %w; set tls.ca_file to a PEM file with the certificate of its authority",
		ingest.ErrUnreachable, s.set.address, cert.Err)
}

// login sends account and password, or the access token.
func (s *imapSession) login(ctx context.Context) error {
	if s.client.State() == imap.ConnStateAuthenticated { // PREAUTH
		return nil
	}
	if s.bearer != "" {
		return s.bear(ctx)
	}
	if s.client.Caps().Has(imap.CapLoginDisabled) {
		return fmt.Errorf("%w: %s takes no password on this connection (LOGINDISABLED); use imap:// or imap+starttls://", ingest.ErrLogin, s.set.address)
	}
	err := s.client.Login(s.set.account, string(s.set.secret)).Wait()
	var refused *imap.Error
	switch {
	case err == nil:
		return s.enable()
	case errors.As(err, &refused) && imapTemporary(refused.Code):
		return fmt.Errorf("%w: %s cannot check passwords now: %s", ingest.ErrUnreachable, s.set.address, s.clean(refused.Text))
	case errors.As(err, &refused):
		return fmt.Errorf("%w: %s refused account %q: %s; check account and secret",
			ingest.ErrLogin, s.set.address, s.set.account, s.clean(refused.Text))
	}
	return s.lost("log in to "+s.set.address, err)
}

// enable switches a server that knows both to IMAP4rev2: the client writes the
// names of folders by its rules as soon as it is offered.
func (s *imapSession) enable() error {
	caps := s.client.Caps()
	if !caps.Has(imap.CapIMAP4rev1) || !caps.Has(imap.CapIMAP4rev2) {
		return nil
	}
	_, err := s.client.Enable(imap.CapIMAP4rev2).Wait()
	var refused *imap.Error
	if err != nil && !errors.As(err, &refused) {
		return s.lost("log in to "+s.set.address, err)
	}
	return nil
}

// imapTemporary tells the codes by which a server says "not now" (RFC 5530).
func imapTemporary(c imap.ResponseCode) bool {
	return c == imap.ResponseCodeUnavailable || c == imap.ResponseCodeServerBug ||
		c == imap.ResponseCodeInUse || c == imap.ResponseCodeLimit
}

func readCAFile(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: tls.ca_file cannot be read: %w", ingest.ErrUnreachable, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%w: tls.ca_file %s holds no certificate in PEM form", ingest.ErrUnreachable, path)
	}
	return pool, nil
}

// failed explains the error of a command. What the server refused is the
// sentinel no, everything else is a lost connection.
func (s *imapSession) failed(what string, no, err error) error {
	var refused *imap.Error
	if errors.As(err, &refused) {
		if imapTemporary(refused.Code) {
			no = ingest.ErrUnreachable
		}
		return fmt.Errorf("%w: %s: the server answered: %s", no, what, s.clean(refused.Text))
	}
	return s.lost(what, err)
}

// lost explains an error of the connection itself.
func (s *imapSession) lost(what string, err error) error {
	if cause := s.conn.why(); cause != nil {
		err = cause
	} else {
		s.conn.abort(err)
	}
	return fmt.Errorf("%w: connection to %s lost: %s: %w", ingest.ErrUnreachable, s.set.address, what, err)
}

// clean makes a server's text fit for people: short, printable, and never with
// the password or the token in it.
func (s *imapSession) clean(text string) string {
	for _, secret := range []string{string(s.set.secret), s.bearer} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return plainText(text)
}

// broken tells that the connection cannot be used any more.
func (s *imapSession) broken() bool {
	if s.conn.why() != nil {
		return true
	}
	select {
	case <-s.client.Closed():
		return true
	default:
		return false
	}
}

// end closes the connection and waits for the client's reader.
func (s *imapSession) end() {
	s.conn.abort(errIMAPClosed)
	if s.client != nil {
		<-s.client.Closed()
	}
}
