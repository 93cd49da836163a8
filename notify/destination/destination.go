// Package destination holds the places that announcements go to, one file each:
// a chat channel, mail, a webhook, Alertmanager's silences, PagerDuty. A
// destination is handed a parcel, sends it in its own protocol and says what
// became of it. It holds no rule about who is told what, and it never tries
// again by itself.
package destination

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/internal/config"
	"lineman/internal/webclient"
	"lineman/notify"
)

// Options are what destinations are made of.
type Options struct {
	Now       func() time.Time
	PublicURL string // where the service is reached; empty: nothing links to it
	Version   string // of lineman

	Senders []platform.Sender // the chat platforms that can speak first
	Buttons Preparer          // nil: buttons are sent as they are

	Resolver *net.Resolver     // nil: the system's
	Base     http.RoundTripper // of calls to operators' own services; nil: one for the destination's settings
}

// Preparer makes the buttons of a message usable in a channel;
// *chatops.Dispatcher is one.
type Preparer interface {
	PrepareLasting(ctx context.Context, r chatops.Request, m chatops.Message, lasting time.Duration) (chatops.Message, error)
}

// Member is one line of the list of kinds.
type Member struct {
	Kind    string // as its key in the settings
	Machine bool   // read by programs; see notify.Target
	PerRule bool   // keeps something for each rule; see notify.Target
	// New checks the settings and makes the destination, without any I/O but
	// reading the files that the settings name.
	New func(o Options, s config.Destination) (notify.Destination, error)
}

// All lists the kinds.
func All() []Member {
	return []Member{
		{Kind: config.DestinationChat, New: newChat},
		{Kind: config.DestinationEmail, New: newEmail},
		{Kind: config.DestinationWebhook, Machine: true, New: newWebhook},
		{Kind: config.DestinationAlertmanager, Machine: true, PerRule: true, New: newAlertmanager},
		{Kind: config.DestinationPagerDuty, Machine: true, New: newPagerDuty},
	}
}

// New makes a configured destination. Its error says in one sentence what is
// wrong with the settings.
func New(o Options, s config.Destination) (notify.Target, error) {
	for _, m := range All() {
		if m.Kind != s.Kind() {
			continue
		}
		d, err := m.New(o, s)
		if err != nil {
			return notify.Target{}, fmt.Errorf("destination %s: %s: %w", s.Name, m.Kind, err)
		}
		return notify.Target{Name: s.Name, Kind: m.Kind, Machine: m.Machine, PerRule: m.PerRule, Destination: d}, nil
	}
	return notify.Target{}, fmt.Errorf("destination %s: has the settings of no kind; add chat, email, webhook, alertmanager or pagerduty", s.Name)
}

// tlsOf are the settings of encryption towards a host.
func tlsOf(s config.TLS, host string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if s.ServerName != "" {
		c.ServerName = s.ServerName
	}
	if s.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, fmt.Errorf("tls.ca_file: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, errors.New("tls.ca_file: holds no certificate in PEM form")
	}
	return c, nil
}

// patience is how long one attempt may take in all where nothing is set.
const patience = 20 * time.Second

// client calls an operator's own service: a proxy of the environment is used,
// and a redirect is an answer.
func (o Options) client(s config.TLS, timeout time.Duration) (*http.Client, error) {
	base := o.Base
	if base == nil {
		c, err := tlsOf(s, "")
		if err != nil {
			return nil, err
		}
		t := webclient.Guard{Resolver: o.Resolver}.Transport()
		t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, Resolver: o.Resolver}).DialContext
		t.Proxy, t.TLSClientConfig = http.ProxyFromEnvironment, c
		base = t
	}
	return once(base, timeout), nil
}

// once is a client that follows no redirect.
func once(base http.RoundTripper, timeout time.Duration) *http.Client {
	if timeout == 0 {
		timeout = patience
	}
	return &http.Client{
		Transport: base, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
