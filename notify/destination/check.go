package destination

import (
	"context"
	"errors"
	"net"
	"net/url"

	"lineman/internal/webclient"
)

// Check looks whether a mail server takes mail, up to the point where it would
// be written.
func (e *email) Check(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	c, err := e.open(ctx)
	if err != nil {
		return "", e.failed(ctx, err)
	}
	defer c.Close() // Quit, where it was said, closed it already
	if err := e.enter(c); err != nil {
		return "", e.failed(ctx, err)
	}
	_ = c.Quit() // it answered
	if e.account != "" {
		return e.host + " let " + e.account + " in", nil
	}
	return e.host + " answers", nil
}

// Check asks Alertmanager how it does.
func (a *alertmanager) Check(ctx context.Context) (string, error) {
	return a.api.who + " answers", a.api.status(ctx)
}

// Check looks whether a connection is made: anything more would be a call.
func (w *webhook) Check(ctx context.Context) (string, error) {
	return reached(ctx, w.url, w.who, webclient.Guard{Allow: w.allow, Resolver: w.o.Resolver})
}

// Check looks whether a connection is made: anything more would be an alert.
func (d *pagerDuty) Check(ctx context.Context) (string, error) {
	return reached(ctx, d.url, d.who, webclient.Guard{Allow: []string{hostOf(d.url)}, Resolver: d.o.Resolver})
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// reached connects to a host as a guard lets it.
func reached(ctx context.Context, address, who string, g webclient.Guard) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the url is no web address")
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	conn, err := g.Transport().DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return "", unreached(who, err)
	}
	return who + " can be reached", conn.Close()
}
