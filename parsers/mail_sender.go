package parsers

import (
	"net/textproto"
	"strings"
)

// Senders gives the lower-case addresses by which the mail's provider may be
// known, in order: that of the source header (default From), and that of From
// where the source header is absent. A header that stands twice, names
// several addresses or a group, or is malformed, gives none.
func (m *Message) Senders(sourceHeader string) []string {
	if sourceHeader == "" {
		sourceHeader = "From"
	}
	name := textproto.CanonicalMIMEHeaderKey(sourceHeader)
	if len(m.Header[name]) == 0 {
		name = "From"
	}
	if a := m.sole(name); a != "" {
		return []string{a}
	}
	return nil
}

// InnerSenders gives the addresses of the messages that are forwarded inside,
// innermost first. Whoever forwarded may have written them: they count only
// where the forwarder is trusted.
func (m *Mail) InnerSenders() []string {
	var all []string
	for _, inner := range m.inner() {
		if a := inner.sole("From"); a != "" {
			all = append(all, a)
		}
	}
	return all
}

// inner gives every forwarded message, innermost first.
func (m *Message) inner() []*Message {
	var all []*Message
	for _, f := range m.Forwarded {
		all = append(all, f.inner()...)
		all = append(all, f)
	}
	return all
}

// sole is the one address of a header; empty unless there is exactly one.
func (m *Message) sole(name string) string {
	values := m.Header[name]
	if len(values) != 1 {
		return ""
	}
	all, plain := addressList(values[0])
	if len(all) != 1 || !plain {
		return ""
	}
	return all[0].Addr
}

// MatchSender reports whether an address is one of the patterns: an address
// (a@b.example), a domain (b.example or @b.example: exactly that domain), or
// a wildcard (*.b.example: every domain below it). Letter case does not matter.
func MatchSender(address string, patterns []string) bool {
	return matchRank(address, patterns) > 0
}

// The ranks of a match: how much it says.
const (
	rankNone = iota
	rankBelow
	rankDomain
	rankAddress
)

// matchRank tells how an address is one of the patterns.
func matchRank(address string, patterns []string) int {
	address = NormalizeAddress(address)
	_, domain, ok := strings.Cut(address, "@")
	if !ok {
		return rankNone
	}
	best := rankNone
	for _, p := range patterns {
		kind, value := senderPattern(p)
		switch {
		case kind == rankAddress && value == address:
			return rankAddress
		case kind == rankDomain && value == domain:
			best = rankDomain
		case kind == rankBelow && strings.HasSuffix(domain, "."+value):
			best = max(best, rankBelow)
		}
	}
	return best
}

// senderPattern gives what a pattern is, and the address or domain in it.
func senderPattern(p string) (kind int, value string) {
	p = strings.ToLower(strings.TrimSpace(p))
	if domain, ok := strings.CutPrefix(p, "*."); ok {
		return rankBelow, domain
	}
	bare := strings.TrimPrefix(p, "@")
	switch {
	case bare == "":
		return rankNone, ""
	case strings.Contains(bare, "@"):
		return rankAddress, NormalizeAddress(p)
	}
	return rankDomain, bare
}

// senderIndex finds the providers of an address without asking each of them.
type senderIndex map[senderKey][]int

type senderKey struct {
	kind  int
	value string
}

func indexSenders(providers []Provider) senderIndex {
	x := make(senderIndex)
	for i, p := range providers {
		for _, s := range p.Senders {
			kind, value := senderPattern(s)
			k := senderKey{kind, value}
			if all := x[k]; value != "" && (len(all) == 0 || all[len(all)-1] != i) {
				x[k] = append(all, i)
			}
		}
	}
	return x
}

// ranks calls found once for each provider that the address, which must be
// normalised, is one of.
func (x senderIndex) ranks(address string, found func(provider, rank int)) {
	var seen []int
	hit := func(kind int, value string) {
		for _, i := range x[senderKey{kind, value}] {
			if !contains(seen, i) {
				seen = append(seen, i)
				found(i, kind)
			}
		}
	}
	_, domain, ok := strings.Cut(address, "@")
	if !ok {
		return
	}
	hit(rankAddress, address)
	hit(rankDomain, domain)
	for n := 0; n < 20; n++ {
		if _, domain, ok = strings.Cut(domain, "."); !ok {
			return
		}
		hit(rankBelow, domain)
	}
}
