package mailbox

import (
	"context"
	"net"
	"net/url"
	"slices"
	"sync"

	"golang.org/x/oauth2"

	"lineman/ingest"
	"lineman/internal/config"
	"lineman/models"
)

func imapKind() Kind {
	return Kind{
		Name: "imap",
		URLs: []string{"imap://HOST", "imaps://HOST", "imap+starttls://HOST", "imap+plain://HOST"},
		Accepts: func(u *url.URL) bool {
			_, ok := imapModes[u.Scheme]
			return ok
		},
		Open: openIMAP,
	}
}

// imapMode says how a connection is encrypted.
type imapMode int

const (
	imapTLS imapMode = iota
	imapStartTLS
	imapPlain
)

var imapModes = map[string]imapMode{
	"imap": imapTLS, "imaps": imapTLS, "imap+starttls": imapStartTLS, "imap+plain": imapPlain,
}

// imapSettings is a source's configuration, checked.
type imapSettings struct {
	source   string // its name, for messages
	mode     imapMode
	host     string
	address  string // host:port
	loopback bool   // the peer must be this machine
	account  string
	secret   config.Secret
	caFile   string
	server   string             // name in the certificate
	folders  []string           // as configured, `/` between levels
	byFolder bool               // labels are copies in folders
	labelled []string           // label folders, as configured
	tokens   oauth2.TokenSource // of XOAUTH2; nil: the login is by password
}

// imapBox is one IMAP account. It connects when it is first needed, and again
// after the connection was lost; the call that lost it fails.
type imapBox struct {
	set  imapSettings
	opt  Options
	pace imapPace

	mu     sync.Mutex
	closed bool
	sess   *imapSession
}

var (
	_ ingest.Mailbox = (*imapBox)(nil)
	_ ingest.Watcher = (*imapBox)(nil)
	_ ingest.Labeler = (*imapLabelBox)(nil)
)

// imapLabelBox is an imapBox that labels.
type imapLabelBox struct {
	*imapBox
	said map[string]bool // warnings that were given
}

func openIMAP(src config.Source, o Options) (ingest.Mailbox, error) {
	set, err := readIMAPSettings(src)
	if err != nil {
		return nil, err
	}
	if src.Auth == "xoauth2" {
		if set.tokens, err = imapTokens(src, o); err != nil {
			return nil, err
		}
	}
	box := &imapBox{set: set, opt: o, pace: imapPaces}
	labels := src.Mode != "shadow" && len(src.Labels) > 0
	switch src.LabelMode {
	case "none":
		return box, nil
	case "", "keyword", "folder":
		if !labels {
			return box, nil
		}
		return &imapLabelBox{imapBox: box, said: map[string]bool{}}, nil
	default:
		return nil, models.Invalid(key(src, "label_mode"), "%q is unknown; use keyword, folder or none", src.LabelMode)
	}
}

func readIMAPSettings(src config.Source) (imapSettings, error) {
	set := imapSettings{
		source: src.Name, account: src.Account, secret: src.Secret,
		caFile: src.TLS.CAFile, server: src.TLS.ServerName, byFolder: src.LabelMode == "folder",
	}
	u, err := parseURL(src)
	if err != nil {
		return set, err
	}
	if err := set.locate(src, u); err != nil {
		return set, err
	}
	switch {
	case src.Auth != "" && src.Auth != "login" && src.Auth != "xoauth2":
		return set, models.Invalid(key(src, "auth"), "%q is unknown; use login or xoauth2", src.Auth)
	case src.Account == "":
		return set, models.Invalid(key(src, "account"), "is missing; write the user name of the mailbox")
	case src.Secret == "" && src.Auth != "xoauth2":
		return set, models.Invalid(key(src, "secret"), "is missing; write ${NAME} of an environment variable or file:/path")
	}
	if set.folders, err = foldersOf(src); err != nil {
		return set, err
	}
	if set.byFolder {
		for _, name := range src.Labels {
			if name != "" {
				set.labelled = append(set.labelled, name)
			}
		}
		slices.Sort(set.labelled)
	}
	return set, nil
}

// locate takes host, port and encryption from the URL.
func (set *imapSettings) locate(src config.Source, u *url.URL) error {
	set.mode = imapModes[u.Scheme]
	set.host = u.Hostname()
	port := u.Port()
	if port == "" {
		port = map[imapMode]string{imapTLS: "993", imapStartTLS: "143", imapPlain: "143"}[set.mode]
	}
	set.address = net.JoinHostPort(set.host, port)
	if set.server == "" {
		set.server = set.host
	}
	switch {
	case set.host == "":
		return models.Invalid(key(src, "url"), "has no host; write it like %s://imap.example.net", u.Scheme)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return models.Invalid(key(src, "url"), "has something after the host; name folders by the key folders")
	}
	if set.mode == imapPlain && !src.TLS.Insecure {
		if ip := net.ParseIP(set.host); set.host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return models.Invalid(key(src, "url"),
				"imap+plain would send the password readable to %s; use imap:// or imap+starttls://, or permit it with tls: {insecure: true}", set.host)
		}
		set.loopback = true
	}
	return nil
}

// Close ends the session, if there is one.
func (b *imapBox) Close() error {
	b.mu.Lock()
	sess := b.sess
	b.sess, b.closed = nil, true
	b.mu.Unlock()
	if sess != nil {
		sess.conn.abort(errIMAPClosed)
	}
	return nil
}

// do runs one call of the interface on the session, which it opens if need be.
// A session that broke is dropped. A cancelled context, a server that falls
// silent and Close end the call by closing the connection.
func (b *imapBox) do(ctx context.Context, call func(*imapSession) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := b.session(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { s.conn.abort(ctx.Err()) })
	s.conn.arm()
	err = call(s)
	s.conn.disarm()
	if !stop() {
		s.conn.abort(ctx.Err()) // now, not when the other goroutine comes to it
	}
	if s.broken() {
		b.drop(s)
	}
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return err
}

// session gives the open session, or a new one.
func (b *imapBox) session(ctx context.Context) (*imapSession, error) {
	b.mu.Lock()
	s, closed := b.sess, b.closed
	b.mu.Unlock()
	if closed {
		return nil, errIMAPClosed
	}
	if s != nil && !s.broken() {
		return s, nil
	}
	if s != nil {
		b.drop(s)
	}
	s, err := dialIMAP(ctx, b.set, b.opt)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	closed = b.closed
	if !closed {
		b.sess = s
	}
	b.mu.Unlock()
	if closed {
		s.end()
		return nil, errIMAPClosed
	}
	return s, nil
}

func (b *imapBox) drop(s *imapSession) {
	b.mu.Lock()
	if b.sess == s {
		b.sess = nil
	}
	b.mu.Unlock()
	s.end()
}
