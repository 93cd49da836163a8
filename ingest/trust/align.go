package trust

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"lineman/models"
)

// claim is the domains that can vouch for a mail.
type claim struct {
	domain string   // of the address that sent it
	others []string // whole domains of the provider
}

// alignment gives the domains that can vouch for a claim: that of the sender's
// address and those of which the provider has every address. A single address
// of a provider says nothing of the others of its domain, which may be that of
// a mail service with many customers.
func alignment(c models.Claim) claim {
	sender := c.Sender
	if c.Carrier != "" {
		sender = c.Carrier
	}
	a := claim{domain: domainOf(sender)}
	if c.Carrier != "" {
		return a
	}
	for _, known := range c.Known {
		known = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(known)), "*.")
		known = strings.TrimPrefix(known, "@")
		if known != "" && !strings.Contains(known, "@") {
			a.others = append(a.others, known)
		}
	}
	return a
}

// by reports whether a domain can vouch.
func (c claim) by(domain string) bool {
	domain = cleanDomain(domain)
	if domain == "" {
		return false
	}
	if sameOrganization(domain, c.domain) {
		return true
	}
	for _, other := range c.others {
		if sameOrganization(domain, other) {
			return true
		}
	}
	return false
}

// sameOrganization reports whether two domains are of one organization: they
// are equal, or have the same registered domain.
func sameOrganization(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	x, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	y, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && x == y
}

// domainOf is the domain of an address: what follows the last @.
func domainOf(address string) string {
	return cleanDomain(address[strings.LastIndexByte(address, '@')+1:])
}

// cleanDomain gives a domain in small letters; empty if it is none.
func cleanDomain(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(domain)), ".")
	if len(domain) > 253 {
		return ""
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || len(label) > 63 {
			return ""
		}
		for _, c := range label {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return ""
			}
		}
	}
	return domain
}
