package destination_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
	"lineman/notify/destination"
)

// Nothing that is said of a failure may show one of these.
const canary = "CANARY-0123456789abcdef"

// httpKinds are the destinations that speak HTTP, each with every secret that
// it can have.
func httpKinds(base string) map[string]config.Destination {
	return map[string]config.Destination{
		config.DestinationWebhook: {Webhook: config.WebhookDestination{
			URL: config.Secret(base + "/" + canary + "?token=" + canary), Secrets: []config.Secret{canary}, AllowPrivate: []string{"127.0.0.1"},
			Headers: []config.Secret{"Authorization: Bearer " + canary},
		}},
		config.DestinationAlertmanager: {Alertmanager: config.AlertmanagerDestination{URL: base, Matchers: byInterface, Account: "noc", Secret: canary}},
		config.DestinationPagerDuty:    {PagerDuty: config.PagerDutyDestination{URL: config.Secret(base + "/" + canary), RoutingKey: canary}},
	}
}

// secretFree fails when an error shows a secret, however it is written.
func secretFree(t *testing.T, err error) {
	t.Helper()
	for _, form := range []string{canary, base64.StdEncoding.EncodeToString([]byte(canary)), base64.StdEncoding.EncodeToString([]byte("noc:" + canary))} {
		if strings.Contains(err.Error(), form) {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
}

// echo answers with everything that it was told.
func echo(status int, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.Header().Set("Location", "/"+canary)
		w.WriteHeader(status)
		if status == http.StatusNoContent || status == http.StatusNotModified {
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if status < 300 {
			_, _ = fmt.Fprint(w, `[]`)
			return
		}
		_, _ = fmt.Fprint(w, r.URL, " ", r.Header, " ", string(body))
	}
}

// TestStatuses is the table of what each HTTP status means, for every
// destination that speaks HTTP.
func TestStatuses(t *testing.T) {
	const fatal, again = true, false
	retried := map[int]bool{408: true, 421: true, 425: true, 429: true}
	for code := 200; code < 600; code++ {
		want := fatal
		switch {
		case code < 300:
			continue
		case retried[code], code >= 500 && code != 501 && code != 505:
			want = again
		}
		server := httptest.NewServer(echo(code, ""))
		for kind, s := range httpKinds(server.URL) {
			_, err := made(t, options(), s).Deliver(t.Context(), about(work(), models.EventNew))
			if err == nil {
				t.Errorf("%s: %d is a success", kind, code)
				continue
			}
			secretFree(t, err)
			if f := failure(t, err); f.Fatal != want || f.After != 0 {
				t.Errorf("%s: %d: fatal %v after %v, want fatal %v: %v", kind, code, f.Fatal, f.After, want, err)
			}
			if !strings.Contains(err.Error(), fmt.Sprint(code)) {
				t.Errorf("%s: %d: the error does not say it: %v", kind, code, err)
			}
		}
		server.Close()
	}
}

func TestRetryAfter(t *testing.T) {
	for after, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0": 0, "": 0, "soon": 0, "-3": 0, "1e9": 0, "1000000000": time.Hour,
		"99999999999999999999999999": time.Hour, " 90 ": 90 * time.Second,
		noon.Add(5 * time.Minute).Format(http.TimeFormat):     5 * time.Minute,
		noon.Add(-5 * time.Minute).Format(http.TimeFormat):    0,
		noon.Add(9000 * time.Hour).Format(http.TimeFormat):    time.Hour,
		noon.Add(5*time.Minute).Format(http.TimeFormat) + "x": 0,
	} {
		for _, code := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			server := httptest.NewServer(echo(code, after))
			for kind, s := range httpKinds(server.URL) {
				_, err := made(t, options(), s).Deliver(t.Context(), about(work(), models.EventNew))
				if f := failure(t, err); f.Fatal || f.After != want {
					t.Errorf("%s: %d with Retry-After %q: fatal %v after %v, want %v", kind, code, after, f.Fatal, f.After, want)
				}
			}
			server.Close()
		}
	}
}

// broken is a way in which a server does not answer.
type broken func(ctx context.Context) (*http.Response, error)

func (b broken) RoundTrip(r *http.Request) (*http.Response, error) {
	if b == nil {
		return nil, errors.New("no transport")
	}
	return b(r.Context())
}

// A server that does not answer is tried again, and nothing of the URL is shown.
func TestUnreached(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	base := server.URL
	server.Close()
	for kind, s := range httpKinds(base) {
		_, err := made(t, options(), s).Deliver(t.Context(), about(work(), models.EventNew))
		secretFree(t, err)
		if f := failure(t, err); f.Fatal {
			t.Errorf("%s: a closed port is fatal: %v", kind, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = made(t, options(), s).Deliver(ctx, about(work(), models.EventNew))
		if f := failure(t, err); f.Fatal || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a call that was given up: %v", kind, err)
		}
	}
}

// What never ends is given up after the destination's patience.
func TestPatience(t *testing.T) {
	for name, b := range map[string]broken{
		"no answer": func(ctx context.Context) (*http.Response, error) { <-ctx.Done(); return nil, ctx.Err() },
		"an endless answer": func(ctx context.Context) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: endless{ctx}}, nil
		},
	} {
		for kind, s := range httpKinds("http://service.example.net") {
			if kind == config.DestinationWebhook { // has a transport of its own; see TestWebhookReceivers
				continue
			}
			t.Run(name+"/"+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := options()
					o.Base = b
					start := time.Now()
					_, err := made(t, o, s).Deliver(t.Context(), about(work(), models.EventNew))
					if f := failure(t, err); f.Fatal {
						t.Errorf("it is fatal: %v", err)
					}
					secretFree(t, err)
					if took := time.Since(start); took > 20*time.Second {
						t.Errorf("it took %v", took)
					}
				})
			})
		}
	}
}

// endless gives one byte a second.
type endless struct{ ctx context.Context }

func (e endless) Read(b []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		b[0] = ' '
		return 1, nil
	case <-e.ctx.Done():
		return 0, e.ctx.Err()
	}
}

func (endless) Close() error { return nil }

// Every kind refuses settings that cannot work, with a sentence that holds no
// secret.
func TestSettings(t *testing.T) {
	web := func(change func(*config.WebhookDestination)) config.Destination {
		c := config.WebhookDestination{URL: "https://hooks.example.net/" + canary, Secrets: []config.Secret{canary}}
		change(&c)
		return config.Destination{Webhook: c}
	}
	post := func(change func(*config.EmailDestination)) config.Destination {
		c := config.EmailDestination{URL: "smtp://mail.example.net", From: "lineman@example.net", To: []string{"noc@example.net"}, Account: "noc", Secret: canary}
		change(&c)
		return config.Destination{Email: c}
	}
	for want, s := range map[string]config.Destination{
		"has the settings of no kind":                {},
		"not both":                                   {Chat: config.ChatDestination{Platform: "recorder", Channel: "C1", User: "U1"}},
		`"slack" is not configured`:                  {Chat: config.ChatDestination{Platform: "slack", Channel: "C1"}},
		"neither https:// nor http://":               web(func(c *config.WebhookDestination) { c.URL = "file:///etc/" + canary }),
		"leads to an address that is not public":     web(func(c *config.WebhookDestination) { c.URL = "http://0/" + canary }),
		"secrets: has none":                          web(func(c *config.WebhookDestination) { c.Secrets = nil }),
		"secrets[1]: is shorter":                     web(func(c *config.WebhookDestination) { c.Secrets = append(c.Secrets, "short") }),
		"secrets[0]: begins with whsec_":             web(func(c *config.WebhookDestination) { c.Secrets[0] = "whsec_%" + canary }),
		"headers[0]: write it like":                  web(func(c *config.WebhookDestination) { c.Headers = []config.Secret{canary} }),
		"headers[1]: write it like":                  web(func(c *config.WebhookDestination) { c.Headers = []config.Secret{"X-A: b", "X-B: a\r\nX-C: " + canary} }),
		"headers[0]: write it like Name":             web(func(c *config.WebhookDestination) { c.Headers = []config.Secret{"webhook-id: " + canary} }),
		"tls.ca_file":                                web(func(c *config.WebhookDestination) { c.TLS.CAFile = "/does/not/exist" }),
		"routing_key":                                {PagerDuty: config.PagerDutyDestination{RoutingKey: canary + " " + canary}},
		"pagerduty: url":                             {PagerDuty: config.PagerDutyDestination{RoutingKey: canary, URL: "ftp://" + canary}},
		"alertmanager: url":                          {Alertmanager: config.AlertmanagerDestination{URL: "https://u:" + canary + "@am.example.net", Matchers: byInterface}},
		"email: url: is no address":                  post(func(c *config.EmailDestination) { c.URL = "https://mail.example.net" }),
		"would send mail and password readable":      post(func(c *config.EmailDestination) { c.URL = "smtp+plain://mail.example.net" }),
		"from:":                                      post(func(c *config.EmailDestination) { c.From = "x@y.example\r\nBcc: evil@example.net" }),
		"to[0]:":                                     post(func(c *config.EmailDestination) { c.To = []string{"nobody"} }),
		"to[1]:":                                     post(func(c *config.EmailDestination) { c.To = append(c.To, "böse@example.net") }),
		"to: has 0 addresses":                        post(func(c *config.EmailDestination) { c.To = nil }),
		`"a\"b@example.net" is no mail address`:      post(func(c *config.EmailDestination) { c.To[0] = `a"b@example.net` }),
		"characters before the @":                    post(func(c *config.EmailDestination) { c.To[0] = `"a b"@example.net` }),
		"no domain behind the @ that mail can go to": post(func(c *config.EmailDestination) { c.To[0] = "a@[127.0.0.1]" }),
	} {
		s.Name = "here"
		_, err := destination.New(options(), s)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
			continue
		}
		secretFree(t, err)
	}
}

// A test parcel reaches every kind.
func TestTestParcel(t *testing.T) {
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.Method+" "+r.URL.Path)
		w.WriteHeader(http.StatusOK)
	}))
	defer server.Close()
	for kind, s := range httpKinds(server.URL) {
		_, err := made(t, options(), s).Deliver(t.Context(), notify.Parcel{Key: "test", Test: true, Message: chatops.Say("A test of this destination.")})
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if len(paths) != 3 {
		t.Errorf("%d calls: %v", len(paths), paths)
	}
}

// TestPlatformErrors is the same table for what chat platforms say.
func TestPlatformErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		want notify.Failure
	}{
		{&platform.SendError{Err: errors.New("x")}, notify.Failure{}},
		{&platform.SendError{Err: errors.New("x"), Fatal: true}, notify.Failure{Fatal: true}},
		{&platform.SendError{Err: errors.New("x"), Fatal: true, Mend: "check the token"}, notify.Failure{}},
		{&platform.SendError{Err: errors.New("x"), Retry: 7 * time.Second}, notify.Failure{After: 7 * time.Second}},
		{fmt.Errorf("wrapped: %w", &platform.SendError{Err: errors.New("x"), Retry: 1e9 * time.Second}), notify.Failure{After: time.Hour}},
		{errors.New("x"), notify.Failure{}},
		{&url.Error{Op: "Post", URL: "https://example.net", Err: errors.New("x")}, notify.Failure{}},
	} {
		s := &recorder{errs: []error{test.err}}
		_, err := channel(t, s).Deliver(t.Context(), about(work(), models.EventNew))
		f := failure(t, err)
		if f.Fatal != test.want.Fatal || f.After != test.want.After {
			t.Errorf("%v: fatal %v after %v", test.err, f.Fatal, f.After)
		}
	}
}
