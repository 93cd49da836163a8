package webclient_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"lineman/internal/webclient"
)

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "64:ff9b::808:808": true,
		"127.0.0.1": false, "127.9.9.9": false, "0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "172.31.255.255": false,
		"192.168.0.1": false, "169.254.169.254": false, "100.100.100.200": false, "168.63.129.16": false, "224.0.0.1": false,
		"255.255.255.255": false, "192.0.0.192": false,
		"::": false, "::1": false, "::ffff:169.254.169.254": false, "::ffff:127.0.0.1": false, "::127.0.0.1": false,
		"64:ff9b::a9fe:a9fe": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "fe80::1": false, "fe80::1%eth0": false,
		"fd00:ec2::254": false, "ff02::1": false, "fec0::1": false, "2001:db8::1": false,
	} {
		if got := webclient.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: public %v, want %v", text, got, want)
		}
	}
	if webclient.Public(netip.Addr{}) {
		t.Error("no address counts as public")
	}
}

func TestGuardChecks(t *testing.T) {
	g := webclient.Guard{Allow: []string{"hooks.internal.example", "*.lab.example", "10.0.0.7", "::1"}}
	for target, want := range map[string]string{
		"https://hooks.example.net/x":                "",
		"http://hooks.example.net":                   "",
		"https://8.8.8.8/":                           "",
		"https://[::ffff:8.8.8.8]/":                  "",
		"https://hooks.internal.example/x":           "",
		"http://HOOKS.internal.example.:8080/":       "",
		"http://a.lab.example":                       "",
		"http://10.0.0.7/":                           "",
		"http://[::1]:9/":                            "",
		"http://10.0.0.8/":                           "not public",
		"http://127.0.0.1":                           "not public",
		"http://[::ffff:169.254.169.254]":            "not public",
		"http://[::ffff:a9fe:a9fe]/latest/meta-data": "not public",
		"http://169.254.169.254/latest/meta-data":    "not public",
		"http://0":                                     "not public",
		"http://0.0.0.0":                               "not public",
		"http://127.1":                                 "not public",
		"http://2130706433":                            "not public",
		"http://0x7f000001":                            "not public",
		"http://0x7f.1/":                               "not public",
		"http://017700000001/":                         "not public",
		"http://localhost:8080":                        "not public",
		"http://x.LOCALHOST./":                         "not public",
		"file:///etc/passwd":                           "neither https:// nor http://",
		"gopher://example.net/":                        "neither https:// nor http://",
		"javascript:alert(1)":                          "no web address",
		"hooks.example.net":                            "neither https:// nor http://",
		"https://":                                     "names no host",
		"https://user:CANARY-1@hooks.example.net/":     "user or a password",
		"https://hooks.example.net/CANARY-1#x":         "has a #",
		"https://hooks.example.net/\r\nX: CANARY-1":    "no web address",
		"https://hooks.example.net@127.0.0.1/CANARY-1": "user or a password",
	} {
		err := g.Check(target)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", target, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", target, err, want)
		case err != nil && strings.Contains(err.Error(), "CANARY"):
			t.Errorf("%s: the error shows it: %v", target, err)
		}
	}
}

// names is a name server that answers each question with the next of its
// addresses; the last one stays.
func names(t *testing.T, addresses ...string) *net.Resolver {
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
			m.Response, m.RCode, m.Additionals = true, dnsmessage.RCodeSuccess, nil
			if q.Type == dnsmessage.TypeA {
				i := min(int(asked.Add(1)), len(addresses)) - 1
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0},
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

// A name that means a private address is refused when it is called, and one
// that meant a public one before as well.
func TestGuardDials(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	get := func(g webclient.Guard, host string) error {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+net.JoinHostPort(host, u.Port())+"/", nil)
		if err != nil {
			return err
		}
		answer, err := (&http.Client{Transport: g.Transport()}).Do(r)
		if err != nil {
			return err
		}
		return answer.Body.Close()
	}
	for _, host := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"} {
		if err := get(webclient.Guard{}, host); !errors.Is(err, webclient.ErrPrivate) {
			t.Errorf("%s: %v, want that it is not public", host, err)
		}
	}
	rebinding := webclient.Guard{Resolver: names(t, "127.0.0.1")}
	if err := get(rebinding, "hooks.example.net"); !errors.Is(err, webclient.ErrPrivate) {
		t.Errorf("a name of this machine: %v, want that it is not public", err)
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls came through", n)
	}
	rebinding.Allow = []string{"hooks.example.net"}
	if err := get(rebinding, "hooks.example.net"); err != nil {
		t.Errorf("allowed by name: %v", err)
	}
	if err := get(rebinding, "other.example.net"); !errors.Is(err, webclient.ErrPrivate) {
		t.Errorf("another name: %v, want that it is not public", err)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls came through, want 1", n)
	}
}
