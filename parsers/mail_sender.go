package parsers

import (
	"net/textproto"
	"strings"
)

// Senders gives the lower-case addresses by which the mail's provider may be
// known, in order: that of the source header (default From), and that of From
// where the source header is absent. A header that stands twice, names
// several addresses or a group, or is malformed, gives none.
func (m *Mail) Senders(sourceHeader string) []string {
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

// matchRank is 3 for an exact address, 2 for a domain, 1 for a wildcard.
func matchRank(address string, patterns []string) int {
	address = NormalizeAddress(address)
	_, domain, ok := strings.Cut(address, "@")
	if !ok {
		return 0
	}
	best := 0
	for _, p := range patterns {
		p = strings.ToLower(strings.TrimSpace(p))
		bare := strings.TrimPrefix(p, "@")
		switch {
		case p == "" || bare == "":
		case strings.HasPrefix(p, "*."):
			if strings.HasSuffix(domain, p[1:]) {
				best = max(best, 1)
			}
		case bare == domain:
			best = max(best, 2)
		case strings.Contains(bare, "@") && NormalizeAddress(p) == address:
			return 3
		}
	}
	return best
}
