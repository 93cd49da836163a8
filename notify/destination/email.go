package destination

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"lineman/internal/config"
	"lineman/notify"
)

// email sends mail to some recipients through an SMTP server. The mails about
// one maintenance are one thread; its windows go along as calendar entries that
// replace those of earlier mails.
type email struct {
	o        Options
	scheme   string
	host     string // with port
	name     string // without
	tls      *tls.Config
	account  string
	secret   config.Secret
	auth     string
	from     mail.Address
	domain   string // of from
	to       []mail.Address
	calendar bool
	timeout  time.Duration
}

// maxRecipients bounds the recipients of one destination.
const maxRecipients = 100

// smtpPorts are those of the schemes.
var smtpPorts = map[string]string{"smtp": "587", "smtp+starttls": "587", "smtps": "465", "smtp+plain": "25"}

func newEmail(o Options, s config.Destination) (notify.Destination, error) {
	c := s.Email
	e := &email{o: o, account: c.Account, secret: c.Secret, auth: c.Auth, calendar: c.Calendar != "none", timeout: c.Timeout}
	if e.timeout == 0 {
		e.timeout = time.Minute
	}
	if err := e.server(c); err != nil {
		return nil, err
	}
	var err error
	if e.from, err = address(c.From); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	_, e.domain, _ = strings.Cut(e.from.Address, "@")
	for i, text := range c.To {
		a, err := address(text)
		if err != nil {
			return nil, fmt.Errorf("to[%d]: %w", i, err)
		}
		if !slices.ContainsFunc(e.to, func(b mail.Address) bool { return strings.EqualFold(a.Address, b.Address) }) {
			e.to = append(e.to, a)
		}
	}
	if len(e.to) == 0 || len(e.to) > maxRecipients {
		return nil, fmt.Errorf("to: has %d addresses; use 1 to %d, or a mailing list", len(e.to), maxRecipients)
	}
	return e, nil
}

func (e *email) server(c config.EmailDestination) error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Hostname() == "" || u.User != nil || smtpPorts[u.Scheme] == "" {
		return errors.New("url: is no address of a mail server; write it like smtp://mail.example.net:587")
	}
	port := u.Port()
	if port == "" {
		port = smtpPorts[u.Scheme]
	}
	e.scheme, e.name, e.host = u.Scheme, u.Hostname(), net.JoinHostPort(u.Hostname(), port)
	if ip := net.ParseIP(e.name); e.scheme == "smtp+plain" && !c.TLS.Insecure && e.name != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("url: would send mail and password readable; use smtp:// or smtps://, or permit it with tls: {insecure: true}")
	}
	e.tls, err = tlsOf(c.TLS, e.name)
	return err
}

// address reads one address that any mail server can carry.
func address(text string) (mail.Address, error) {
	a, err := mail.ParseAddress(text)
	if err != nil {
		return mail.Address{}, fmt.Errorf("%q is no mail address; write it like noc@example.net", text)
	}
	at := strings.LastIndex(a.Address, "@")
	local, domain := a.Address[:at], a.Address[at+1:]
	if strings.ContainsFunc(local, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>()[]",:;\`, r) }) {
		return mail.Address{}, fmt.Errorf("%q has characters before the @ that not every mail server takes; use another address", text)
	}
	if domain, err = idna.Lookup.ToASCII(domain); err != nil || !strings.Contains(domain, ".") && domain != "localhost" || len(local)+len(domain) > 253 {
		return mail.Address{}, fmt.Errorf("%q has no domain behind the @ that mail can go to", text)
	}
	return mail.Address{Name: a.Name, Address: local + "@" + domain}, nil
}

// Deliver sends one mail. When only some of the recipients took it and the
// others may later, the receipt beside the error names those that have it, and
// the next attempt leaves them out.
func (e *email) Deliver(ctx context.Context, p notify.Parcel) (notify.Receipt, error) {
	id := messageID(p.Key, e.domain)
	root := p.Root
	if p.Thread == "" || !isMessageID(root) {
		root = ""
	}
	raw, err := e.compose(p, id, root)
	if err != nil {
		return notify.Receipt{}, notify.Fatal(fmt.Errorf("write the mail: %w", err))
	}
	has := served(p)
	var to []string
	for _, a := range e.to {
		if !slices.Contains(has, a.Address) {
			to = append(to, a.Address)
		}
	}
	r := notify.Receipt{Root: root}
	if r.Root == "" && p.Thread != "" {
		r.Root = id
	}
	if len(to) == 0 {
		r.Posted = posted(id, has)
		return r, nil
	}
	results, err := e.send(ctx, to, raw)
	if err != nil {
		return notify.Receipt{}, err
	}
	return e.judge(r, id, has, results)
}

// judge makes of what became of each recipient what became of the mail.
func (e *email) judge(r notify.Receipt, id string, has []string, results []recipient) (notify.Receipt, error) {
	var refused, later []string
	for _, one := range results {
		switch {
		case one.err == nil:
			has = append(has, one.address)
		case one.fatal:
			refused = append(refused, fmt.Sprintf("%s: %v", one.address, one.err))
		default:
			later = append(later, fmt.Sprintf("%s: %v", one.address, one.err))
		}
	}
	said := shorten(strings.Join(append(slices.Clone(refused), later...), "; "), 1000)
	switch {
	case len(later) > 0 && len(has) == 0:
		return notify.Receipt{}, &notify.Failure{Err: fmt.Errorf("nobody took it yet: %s", said)}
	case len(later) > 0:
		r.Posted = posted(id, has)
		return r, &notify.Failure{Err: fmt.Errorf("%d of %d recipients took it: %s", len(has), len(e.to), said)}
	case len(has) == 0:
		return notify.Receipt{}, notify.Fatal(fmt.Errorf("every recipient was refused: %s", said))
	case len(refused) > 0:
		r.Note = fmt.Sprintf("%d of %d recipients took it: %s", len(has), len(e.to), said)
	}
	r.Posted = posted(id, has)
	return r, nil
}

func messageID(key, domain string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, key) + ".lineman@" + domain
}

// isMessageID reports whether a text may stand in a header as one.
func isMessageID(text string) bool {
	local, domain, found := strings.Cut(text, "@")
	return found && local != "" && domain != "" && len(text) < 250 &&
		!strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' })
}

// posted is where a mail is: its id and who has it.
func posted(id string, has []string) string { return id + " " + strings.Join(has, " ") }

// served are those who got the parcel by an earlier attempt.
func served(p notify.Parcel) []string {
	if len(p.Items) == 0 {
		return nil
	}
	words := strings.Fields(p.Items[0].Delivery.Posted)
	if len(words) == 0 || !strings.HasPrefix(words[0], messageID(p.Key, "")) {
		return nil
	}
	return words[1:]
}
