package destination_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
	"lineman/notify/destination"
)

func hook(url string, change func(*config.WebhookDestination)) config.Destination {
	c := config.WebhookDestination{URL: config.Secret(url), Secrets: []config.Secret{canary}, AllowPrivate: []string{"127.0.0.1"}, Timeout: time.Second}
	if change != nil {
		change(&c)
	}
	return config.Destination{Webhook: c}
}

// received is one call as its receiver saw it.
type received struct {
	header http.Header
	body   []byte
	path   string
}

func receiver(t *testing.T) (*httptest.Server, *[]received) {
	t.Helper()
	var all []received
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		all = append(all, received{r.Header, body, r.Method + " " + r.URL.String()})
	}))
	t.Cleanup(server.Close)
	return server, &all
}

// verify is what a receiver does, as the specification tells it.
func verify(r received, key []byte) bool {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", r.header.Get("Webhook-Id"), r.header.Get("Webhook-Timestamp"), r.body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, one := range strings.Fields(r.header.Get("Webhook-Signature")) {
		if hmac.Equal([]byte(one), []byte(want)) {
			return true
		}
	}
	return false
}

func TestWebhook(t *testing.T) {
	server, calls := receiver(t)
	fresh := "whsec_" + base64.StdEncoding.EncodeToString([]byte("the new secret of 29 bytes ok"))
	d := made(t, options(), hook(server.URL+"/in?a=b", func(c *config.WebhookDestination) {
		c.Secrets = []config.Secret{config.Secret(fresh), canary}
		c.Headers = []config.Secret{"Authorization: Bearer x", "X-Team: noc"}
	}))
	p := about(work(), models.EventRescheduled)
	for range 2 {
		if _, err := d.Deliver(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if len(*calls) != 2 {
		t.Fatalf("%d calls", len(*calls))
	}
	r := (*calls)[0]
	if !bytes.Equal(r.body, (*calls)[1].body) {
		t.Error("a repeated call has another body")
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Idempotency-Key": "k-0001", "Webhook-Id": "k-0001", "Webhook-Timestamp": fmt.Sprint(noon.Unix()),
		"Authorization": "Bearer x", "X-Team": "noc", "User-Agent": "lineman/1.2.3",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if r.path != "POST /in?a=b" {
		t.Errorf("called %s", r.path)
	}
	for name, key := range map[string]string{"new": "the new secret of 29 bytes ok", "old": canary} {
		if !verify(r, []byte(key)) {
			t.Errorf("the %s secret does not verify", name)
		}
	}
	if verify(r, []byte("another secret, not theirs")) {
		t.Error("any secret verifies")
	}
	r.body = append(r.body, ' ')
	if verify(r, []byte(canary)) {
		t.Error("another body verifies")
	}
	var text bytes.Buffer
	if err := json.Indent(&text, (*calls)[0].body, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "webhook/maintenance.golden", text.Bytes())
}

// Findings, mails and sources have their own parts, and what is too much is
// left out and counted.
func TestWebhookBodies(t *testing.T) {
	server, calls := receiver(t)
	d := made(t, options(), hook(server.URL, nil))
	f := models.FindingItem{Members: []models.Circuit{{CID: "OGYX/1"}}, Causes: []models.MaintenanceRef{{Name: "zayo-TTN-0001"}}}
	f.ID, f.Subject, f.Severity, f.Start, f.End = "f1", models.Subject{Kind: models.SubjectSite, Name: "Barcelona"}, models.SeverityIsolated, noon, noon.Add(time.Hour)
	mail := models.MailItem{Source: "noc-imap", Provider: "zayo"}
	mail.ID, mail.State, mail.Subject, mail.Received = "r1", models.StateParsingFailed, "Notice <b>\r\nX: y", noon
	p := notify.Parcel{Key: "k", At: noon, Rule: models.Rule{Name: "noc"}, Grouped: true, Items: []notify.Item{
		{Event: models.Event{Key: "finding:e1", Kind: models.EventOverlapFound, At: noon, FindingID: "f1", Name: "Barcelona", Severity: models.SeverityIsolated}, Finding: &f},
		{Event: models.Event{Key: "mail:r1", Kind: models.EventParseFailed, At: noon, RawID: "r1", Detail: "has no start"}, Mail: &mail},
		{Event: models.Event{Key: "source:x", Kind: models.EventSourceDown, At: noon, Source: "noc-imap", Name: "noc-imap"}},
	}}
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, (*calls)[0].body, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "webhook/others.golden", text.Bytes())

	m := work()
	for range 5000 {
		m.Circuits = append(m.Circuits, m.Circuits[2])
	}
	p.Items = nil
	for range 450 {
		p.Items = append(p.Items, notify.Item{Event: models.Event{Kind: models.EventNew}})
	}
	p.Items[0].Maintenance = &m
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	var body struct {
		Items []struct{ Maintenance *struct{ Circuits []any } }
		More  int
	}
	if err := json.Unmarshal((*calls)[1].body, &body); err != nil {
		t.Fatal(err)
	}
	if len(body.Items) != 200 || body.More != 250 || len(body.Items[0].Maintenance.Circuits) != 1000 {
		t.Errorf("%d items and %d more, %d circuits", len(body.Items), body.More, len(body.Items[0].Maintenance.Circuits))
	}
}

// resolver answers questions for names with one address after the other.
func resolver(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	var asked atomic.Int64
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			if q.Type == dnsmessage.TypeA {
				i := min(int(asked.Add(1)), len(addresses)) - 1
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(addresses[i]).As4()},
				}}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(out, from) // a lost answer is asked for again
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// A name that comes to mean this machine is not called, and that is for good.
func TestWebhookRebinding(t *testing.T) {
	server, calls := receiver(t)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Resolver = resolver(t, "127.0.0.1", "169.254.169.254", "10.0.0.1")
	d := made(t, o, hook("http://hooks.example.net:"+port+"/"+canary, func(c *config.WebhookDestination) { c.AllowPrivate = nil }))
	for range 3 {
		_, err := d.Deliver(t.Context(), about(work(), models.EventNew))
		secretFree(t, err)
		if f := failure(t, err); !f.Fatal || !strings.Contains(err.Error(), "not public") {
			t.Errorf("%v, want that it is refused for good", err)
		}
	}
	if len(*calls) != 0 {
		t.Errorf("%d calls came through", len(*calls))
	}
}

// A redirect is not followed, wherever it leads.
func TestWebhookRedirect(t *testing.T) {
	target, calls := receiver(t)
	for _, code := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(target.URL+"/"+canary, code))
		_, err := made(t, options(), hook(server.URL, nil)).Deliver(t.Context(), about(work(), models.EventNew))
		secretFree(t, err)
		if !failure(t, err).Fatal {
			t.Errorf("%d: %v", code, err)
		}
		server.Close()
	}
	if len(*calls) != 0 {
		t.Errorf("%d redirects were followed", len(*calls))
	}
}

// Receivers that never finish, or never stop, cost neither time nor memory.
func TestWebhookReceivers(t *testing.T) {
	ended := make(chan struct{})
	defer close(ended)
	raw := func(w http.ResponseWriter) net.Conn {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
		}
		return c
	}
	drip := func(c net.Conn, text string) {
		defer c.Close()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i = (i + 1) % len(text) {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			if _, err := c.Write([]byte{text[i]}); err != nil {
				return
			}
		}
	}
	flood := func(c net.Conn, text string) {
		defer c.Close()
		for block := bytes.Repeat([]byte(text), 1000); ; {
			if _, err := c.Write(block); err != nil {
				return
			}
		}
	}
	for _, test := range []struct {
		name string
		do   func(http.ResponseWriter)
		good bool // the status came, and it was a good one
	}{
		{"says nothing", func(http.ResponseWriter) { <-ended }, false},
		{"slow head", func(w http.ResponseWriter) {
			go drip(raw(w), "HTTP/1.1 200 OK\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")
		}, false},
		{"endless head", func(w http.ResponseWriter) {
			c := raw(w)
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n")) // it fails when nobody reads
			go flood(c, "X: y\r\n")
		}, false},
		{"no HTTP", func(w http.ResponseWriter) { go flood(raw(w), "SSH-2.0-x\r\n") }, false},
		{"10 GB of answer", func(w http.ResponseWriter) {
			c := raw(w)
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")) // as above
			go flood(c, "0123456789")
		}, true},
		{"slow answer", func(w http.ResponseWriter) {
			c := raw(w)
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) // as above
			go drip(c, "1\r\nx\r\n")
		}, true},
		{"10 GB of error", func(w http.ResponseWriter) {
			c := raw(w)
			_, _ = c.Write([]byte("HTTP/1.1 503 No\r\nContent-Length: 10000000000\r\n\r\n")) // as above
			go flood(c, "0123456789")
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { test.do(w) }))
			defer server.CloseClientConnections()
			d := made(t, options(), hook(server.URL, func(c *config.WebhookDestination) { c.Timeout = 300 * time.Millisecond }))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := d.Deliver(t.Context(), about(work(), models.EventNew))
			runtime.ReadMemStats(&after)
			if (err == nil) != test.good {
				t.Errorf("got %v", err)
			}
			if err != nil && failure(t, err).Fatal {
				t.Errorf("it is fatal: %v", err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
				t.Errorf("%d bytes were allocated", took)
			}
		})
	}
}

var _ destination.Preparer = tickets{}
