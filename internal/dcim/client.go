package dcim

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"lineman/internal/config"
	"lineman/internal/webclient"
	"lineman/models"
)

// maxBody is the most that one answer may have.
const maxBody = 64 << 20

// client calls one system. It only ever sends GET, and only to its host.
type client struct {
	title string
	base  *url.URL // with the path up to /api/
	auth  string
	http  *http.Client
	size  int // rows a page
}

func newClient(c config.Inventory, title string, h *http.Client, log *slog.Logger) (*client, error) {
	base, err := url.Parse(c.URL)
	if err != nil || base.Host == "" {
		return nil, models.Invalid("inventory "+c.Name, "its url is no web address")
	}
	base.Path = strings.TrimSuffix(strings.TrimSuffix(base.Path, "/"), "/api") + "/api/"
	token := strings.TrimSpace(c.Token.Reveal())
	out := &client{title: title, base: base, auth: "Token " + token, http: h, size: max(c.PageSize, 1)}
	if strings.HasPrefix(token, "nbt_") { // NetBox's second kind of token
		out.auth = "Bearer " + token
	}
	if h != nil {
		return out, nil
	}
	transport, err := transport(c)
	if err != nil {
		return nil, err
	}
	out.http = webclient.New(webclient.Options{Logger: log, Base: onlyTo{base.Host, transport}})
	return out, nil
}

// transport trusts what the settings say.
func transport(c config.Inventory) (*http.Transport, error) {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2,
		TLSHandshakeTimeout: 15 * time.Second, ResponseHeaderTimeout: 2 * time.Minute, IdleConnTimeout: 90 * time.Second,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.TLS.ServerName},
	}
	if c.TLS.CAFile == "" {
		return t, nil
	}
	pem, err := os.ReadFile(c.TLS.CAFile)
	if err != nil {
		return nil, models.Invalid("inventory "+c.Name, "cannot read tls.ca_file: %v", err)
	}
	t.TLSClientConfig.RootCAs = x509.NewCertPool()
	if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
		return nil, models.Invalid("inventory "+c.Name, "tls.ca_file %s has no certificate; it must be PEM", c.TLS.CAFile)
	}
	return t, nil
}

// errElsewhere is a redirect to another host, which could be anybody's.
var errElsewhere = fmt.Errorf("it sends on to another host: %w", webclient.ErrFinal)

// onlyTo refuses calls to any other host, so that no redirect leads away.
type onlyTo struct {
	host string
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (o onlyTo) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != o.host {
		return nil, errElsewhere
	}
	return o.next.RoundTrip(r)
}

// fault is a sentence about the system, by its host.
func (c *client) fault(format string, args ...any) error {
	return fmt.Errorf("%s %s", c.base.Host, fmt.Sprintf(format, args...))
}

// at gives the address of a resource.
func (c *client) at(path string, query url.Values) *url.URL {
	u := *c.base
	u.Path += path
	u.RawQuery = query.Encode()
	return &u
}

// statusError is an answer that is no success.
type statusError struct {
	error
	status int
}

func (e *statusError) Unwrap() error { return e.error }

// refused reports whether an answer had one of these statuses.
func refused(err error, statuses ...int) bool {
	e, ok := errors.AsType[*statusError](err)
	if ok {
		for _, s := range statuses {
			if e.status == s {
				return true
			}
		}
	}
	return false
}

// get reads one answer.
func (c *client) get(ctx context.Context, u *url.URL, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return c.fault("cannot be asked: %v", clipError(err))
	}
	req.Header.Set("Authorization", c.auth)
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return c.unreachable(ctx, err)
	case len(body) > maxBody:
		return c.fault("answers with more than %d MB at once; make page_size smaller", maxBody>>20)
	case resp.StatusCode != http.StatusOK:
		return &statusError{c.answered(u, resp.StatusCode, body), resp.StatusCode}
	}
	if err := json.Unmarshal(body, into); err != nil {
		return c.fault("does not answer %s as a %s does (%v); check the url", u.Path, c.title, clipError(err))
	}
	return nil
}

func (c *client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("read %s: %w", c.base.Host, ctx.Err())
	}
	var where *url.Error
	if errors.As(err, &where) {
		err = where.Err
	}
	if errors.Is(err, errElsewhere) {
		return c.fault("sends on to another host; write the address that it means as url")
	}
	return c.fault("cannot be reached: %v; check the url, and that it can be reached from here", clipError(err))
}

// answered says what an answer means and what to do.
func (c *client) answered(u *url.URL, status int, body []byte) error {
	detail := detail(body)
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return c.fault("refuses %s (%d%s); check the token, and that it may view this", u.Path, status, detail)
	case status == http.StatusNotFound:
		return c.fault("has no %s; check the url", u.Path)
	case status == http.StatusBadRequest:
		return c.fault("does not accept the filters for %s (400%s); correct them", u.Path, detail)
	case status == http.StatusTooManyRequests:
		return c.fault("asks to come back later (429%s); it is tried again on schedule", detail)
	case status >= 500:
		return c.fault("is in trouble (%d%s); it is tried again on schedule", status, detail)
	}
	return c.fault("answers %s with %d%s, which lineman does not expect; check the url", u.Path, status, detail)
}

// detail is what an answer says of an error, short and on one line.
func detail(body []byte) string {
	var told map[string]any
	if json.Unmarshal(body, &told) != nil || len(told) == 0 {
		return ""
	}
	text, ok := told["detail"].(string)
	if !ok {
		short, err := json.Marshal(told)
		if err != nil {
			return ""
		}
		text = string(short)
	}
	return ": " + clip(strings.Join(strings.Fields(text), " "), 200)
}

func clipError(err error) string { return clip(err.Error(), 200) }
