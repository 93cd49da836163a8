package destination

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"lineman/internal/config"
	"lineman/internal/webclient"
	"lineman/notify"
)

// webhook posts parcels as JSON to somebody's endpoint, signed, with a key that
// stays the same for every attempt. Whoever can choose the target could reach
// into the network that lineman runs in: only public addresses are called but
// for hosts that are allowed by name, redirects are not followed, and of an
// answer only its status counts.
type webhook struct {
	o       Options
	url     string
	who     string   // the host: all that errors say of the URL
	allow   []string // hosts that may be private
	headers http.Header
	signer  signer
	client  *http.Client
}

func newWebhook(o Options, s config.Destination) (notify.Destination, error) {
	c := s.Webhook
	guard := webclient.Guard{Allow: c.AllowPrivate, Resolver: o.Resolver}
	if err := guard.Check(c.URL.Reveal()); err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	u, err := url.Parse(c.URL.Reveal())
	if err != nil {
		return nil, errors.New("url: is no web address")
	}
	w := &webhook{o: o, url: c.URL.Reveal(), who: u.Host, allow: c.AllowPrivate, headers: http.Header{}}
	for i, h := range c.Headers {
		name, value, found := strings.Cut(h.Reveal(), ":")
		value = strings.TrimSpace(value)
		if !found || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) || reserved(name) {
			return nil, fmt.Errorf("headers[%d]: write it like Name: value, with a name that lineman does not set itself", i)
		}
		w.headers.Add(name, value)
	}
	if w.signer, err = newSigner(c.Secrets); err != nil {
		return nil, err
	}
	transport := guard.Transport()
	if transport.TLSClientConfig, err = tlsOf(c.TLS, c.TLS.ServerName); err != nil {
		return nil, err
	}
	w.client = once(transport, c.Timeout)
	return w, nil
}

func reserved(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Upgrade", "Expect",
		"Idempotency-Key", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature":
		return true
	}
	return false
}

// Deliver posts one parcel.
func (w *webhook) Deliver(ctx context.Context, p notify.Parcel) (notify.Receipt, error) {
	body, err := json.Marshal(payloadOf(w.o, p))
	if err != nil {
		return notify.Receipt{}, notify.Fatal(fmt.Errorf("write the JSON: %w", err))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return notify.Receipt{}, notify.Fatal(errors.New("the url is no web address"))
	}
	r.Header = w.headers.Clone()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", userAgent(w.o.Version))
	r.Header.Set("Idempotency-Key", p.Key)
	w.signer.sign(r.Header, p.Key, w.o.Now(), body)
	answer, err := w.client.Do(r)
	if err != nil {
		return notify.Receipt{}, unreached(w.who, err)
	}
	defer answer.Body.Close() // the body is not read: its sender may be anybody
	if err := answered(w.who, answer, w.o.Now()); err != nil {
		return notify.Receipt{}, err
	}
	return notify.Receipt{Posted: p.Key}, nil
}

func userAgent(version string) string {
	if version == "" {
		return "lineman"
	}
	return "lineman/" + strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '-'
		}
		return r
	}, version)
}

// instant is a time in JSON; nil: there is none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
