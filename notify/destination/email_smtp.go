package destination

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"lineman/notify"
)

// recipient is what became of one of them.
type recipient struct {
	address string
	err     error // nil: the server took the mail for it
	fatal   bool  // trying again does not help
}

// send hands a mail to the server, for as many recipients as it takes. An error
// is about all of them.
func (e *email) send(ctx context.Context, to []string, raw []byte) ([]recipient, error) {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	c, err := e.open(ctx)
	if err != nil {
		return nil, e.failed(ctx, err)
	}
	defer c.Close() // Quit, where it was said, closed it already
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	if err := e.enter(c); err != nil {
		return nil, e.failed(ctx, err)
	}
	results, err := e.submit(c, to, raw)
	if err != nil {
		return nil, e.failed(ctx, err)
	}
	_ = c.Quit() // the mail is the server's already
	return results, nil
}

// open connects, encrypted where the scheme says so.
func (e *email) open(ctx context.Context) (*smtp.Client, error) {
	d := &net.Dialer{Resolver: e.o.Resolver}
	conn, err := d.DialContext(ctx, "tcp", e.host)
	if err != nil {
		return nil, err
	}
	if deadline, set := ctx.Deadline(); set {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	var c *smtp.Client
	switch e.scheme {
	case "smtps":
		secure := tls.Client(conn, e.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		c = smtp.NewClient(secure)
	case "smtp+plain":
		c = smtp.NewClient(conn)
	default:
		if c, err = smtp.NewClientStartTLS(conn, e.tls); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	c.CommandTimeout, c.SubmissionTimeout = e.timeout, e.timeout
	return c, nil
}

var errNoAuth = errors.New("offers no way to log in that lineman knows")

// enter greets and logs in.
func (e *email) enter(c *smtp.Client) error {
	if _, encrypted := c.TLSConnectionState(); !encrypted {
		if err := c.Hello(e.domain); err != nil {
			return err
		}
	}
	if e.account == "" {
		return nil
	}
	way := e.auth
	if way == "" && c.SupportsAuth(sasl.Plain) {
		way = "plain"
	}
	if way == "" && c.SupportsAuth(sasl.Login) {
		way = "login"
	}
	switch way {
	case "plain":
		return c.Auth(sasl.NewPlainClient("", e.account, e.secret.Reveal()))
	case "login":
		return c.Auth(sasl.NewLoginClient(e.account, e.secret.Reveal()))
	}
	return errNoAuth
}

// submit is one transaction. A recipient that is refused does not hold up the
// others; when none is left there is nothing to hand over.
func (e *email) submit(c *smtp.Client, to []string, raw []byte) ([]recipient, error) {
	if err := c.Mail(e.from.Address, &smtp.MailOptions{Size: int64(len(raw))}); err != nil {
		return nil, err
	}
	results := make([]recipient, len(to))
	taken := 0
	for i, address := range to {
		err := c.Rcpt(address, nil)
		reply := new(smtp.SMTPError)
		if err != nil && !errors.As(err, &reply) {
			return nil, err
		}
		results[i] = recipient{address: address}
		if err != nil {
			results[i].err, results[i].fatal = errors.New(e.said(reply)), !reply.Temporary()
			continue
		}
		taken++
	}
	if taken == 0 {
		return results, nil
	}
	w, err := c.Data()
	if err != nil {
		return nil, err
	}
	if _, err := bytes.NewReader(raw).WriteTo(w); err != nil {
		return nil, err
	}
	return results, w.Close()
}

// said is what the server answered, without secrets.
func (e *email) said(r *smtp.SMTPError) string {
	return strings.TrimSpace(fmt.Sprint(r.Code, " ", excerpt(r.Message, e.secrets()...)))
}

// secrets are what no error may show, in the ways in which they are sent.
func (e *email) secrets() []string {
	if e.secret == "" {
		return nil
	}
	s := e.secret.Reveal()
	return []string{"\x00" + e.account + "\x00" + s, s}
}

// failed says of an error of the whole session what it means for trying again:
// 4yz passes, 5yz does not.
func (e *email) failed(ctx context.Context, err error) error {
	reply := new(smtp.SMTPError)
	switch {
	case errors.As(err, &reply) && reply.Code == 535, errors.As(err, &reply) && reply.Code == 534, errors.As(err, &reply) && reply.Code == 530:
		return notify.Fatal(fmt.Errorf("%s answered %s; check account, secret and auth", e.host, e.said(reply)))
	case errors.As(err, &reply) && reply.Temporary():
		return &notify.Failure{Err: fmt.Errorf("%s answered %s", e.host, e.said(reply))}
	case errors.As(err, &reply):
		return notify.Fatal(fmt.Errorf("%s answered %s", e.host, e.said(reply)))
	case errors.Is(err, errNoAuth):
		return notify.Fatal(fmt.Errorf("%s %w; leave account and secret out, or use another url", e.host, errNoAuth))
	case strings.Contains(err.Error(), "doesn't support STARTTLS"):
		return notify.Fatal(fmt.Errorf("%s offers no STARTTLS; use smtps://, or smtp+plain:// on this machine", e.host))
	case ctx.Err() != nil:
		return unreached(e.host, ctx.Err())
	}
	return unreached(e.host, errors.New(excerpt(err.Error(), e.secrets()...)))
}
