package webclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ErrPrivate is the error of a call to an address that is not on the public
// internet and that nobody allowed.
var ErrPrivate = errors.New("leads to an address that is not public")

// Guard says which addresses beyond the public internet may be called: those
// of the hosts that are allowed by name, whatever they resolve to. It is for
// targets that somebody else than the operator may have chosen.
type Guard struct {
	Allow []string // names of hosts, or addresses, as they stand in the target; *.example.net means all below it

	// Resolver finds addresses; nil: the system's.
	Resolver *net.Resolver
}

// hidden are the ranges that are not the public internet, and those that stand
// for another address (6to4, Teredo, NAT64 of local use).
var hidden = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32", // Azure's service for its machines
	"::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:2::/48", "2001:10::/28", "2001:db8::/32", "2002::/16",
	"3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

// nat64 addresses hold one of IPv4 in their last four bytes.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, text := range list {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// Public reports whether an address is on the public internet.
func Public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !a.IsValid() {
		return false
	}
	return !slices.ContainsFunc(hidden, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Allowed reports whether a host is allowed by name.
func (g Guard) Allowed(host string) bool {
	host = plainHost(host)
	return slices.ContainsFunc(g.Allow, func(name string) bool {
		name = plainHost(name)
		if below, wild := strings.CutPrefix(name, "*."); wild {
			return below != "" && strings.HasSuffix(host, "."+below)
		}
		return host == name
	})
}

func plainHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if inner, found := strings.CutPrefix(host, "["); found {
		host = strings.TrimSuffix(inner, "]")
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().String()
	}
	return host
}

// Check says in one sentence what is wrong with a target; nil when it may be
// called as far as can be told without resolving its name. What the name
// resolves to is looked at each time that it is called.
func (g Guard) Check(target string) error {
	u, err := url.Parse(target)
	switch {
	case err != nil || u.Opaque != "":
		return errors.New("is no web address; write it like https://hooks.example.net/lineman")
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("begins with neither https:// nor http://; only these are called")
	case u.Hostname() == "":
		return errors.New("names no host; write it like https://hooks.example.net/lineman")
	case u.User != nil:
		return errors.New("holds a user or a password; put them into a header instead")
	case u.Fragment != "":
		return errors.New("has a # in it; nothing behind it would be sent")
	}
	host := u.Hostname()
	if g.Allowed(host) {
		return nil
	}
	a, err := netip.ParseAddr(host)
	switch {
	case err == nil && !Public(a), err != nil && numeric(host), localName(host):
		return fmt.Errorf("%w; allow %s by name if it is meant", ErrPrivate, host)
	}
	return nil
}

// numeric reports whether some resolvers would read a host as an address in an
// old way of writing: 0, 127.1, 0x7f000001, 2130706433.
func numeric(host string) bool {
	last := strings.TrimSuffix(strings.ToLower(host), ".")
	last = last[strings.LastIndex(last, ".")+1:]
	if rest, hex := strings.CutPrefix(last, "0x"); hex {
		return strings.Trim(rest, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

func localName(host string) bool {
	host = plainHost(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Transport calls only what the guard allows: the address is looked at when
// the connection is made, so that a name cannot come to mean another one after
// it was checked. Proxies of the environment are not used, since they would
// resolve names unseen.
func (g Guard) Transport() *http.Transport {
	return &http.Transport{
		DialContext:            g.dial,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           20,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // an answer is not blown up
	}
}

func (g Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: 10 * time.Second, Resolver: g.Resolver}
	if !g.Allowed(host) {
		d.Control = publicOnly
	}
	return d.DialContext(ctx, network, address)
}

// publicOnly refuses a connection, after names were resolved and before
// anything is sent.
func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !Public(at.Addr()) {
		return ErrPrivate
	}
	return nil
}
