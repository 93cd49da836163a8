package ingest

import (
	"slices"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// matcher decides whose a mail is, by the addresses of the providers. It never
// looks at what a mail says.
type matcher struct {
	providers  []models.Provider
	forwarders []string
	circuits   *parsers.Scanner // nil: none is known
}

// match gives the provider whose address sent the mail, and that address. The
// zero Provider when nobody's did.
func (m matcher) match(mail *parsers.Mail, header string) (models.Provider, string) {
	senders := mail.Senders(header)
	for _, s := range senders {
		if p, ok := m.of(s); ok {
			return p, s
		}
	}
	if slices.ContainsFunc(senders, m.trusts) {
		for _, s := range mail.InnerSenders() {
			if p, ok := m.of(s); ok {
				return p, s
			}
		}
	}
	first := ""
	if len(senders) > 0 {
		first = senders[0]
	}
	return models.Provider{}, first
}

// whose gives the provider whose mail it is: the one that a person assigned it
// to, else the one that its senders tell; and the sender that decided.
func (m matcher) whose(raw models.RawNotification, mail *parsers.Mail, header string) (models.Provider, string) {
	provider, sender := m.match(mail, header)
	if p, is := m.byID(raw.AssignedID); is {
		provider = p
	}
	return provider, sender
}

func (m matcher) byID(id string) (models.Provider, bool) {
	i := slices.IndexFunc(m.providers, func(p models.Provider) bool { return p.ID == id })
	if i < 0 || id == "" {
		return models.Provider{}, false
	}
	return m.providers[i], true
}

// readerOf names the parser of a provider.
func readerOf(p models.Provider) string {
	if p.Parser != "" {
		return p.Parser
	}
	return p.Slug
}

// trusts reports whether what a sender forwards counts as from the inner
// sender.
func (m matcher) trusts(sender string) bool { return parsers.MatchSender(sender, m.forwarders) }

// of finds the provider of one address: a full address counts more than a
// domain, a domain more than a wildcard.
func (m matcher) of(sender string) (models.Provider, bool) {
	best, rank := models.Provider{}, 0
	for _, p := range m.providers {
		for _, pattern := range p.Emails {
			if r := specificity(pattern); r > rank && parsers.MatchSender(sender, []string{pattern}) {
				best, rank = p, r
			}
		}
	}
	return best, rank > 0
}

func specificity(pattern string) int {
	switch {
	case strings.Contains(pattern, "*"):
		return 1
	case strings.Index(pattern, "@") > 0:
		return 3
	default:
		return 2
	}
}

// reads reports whether the source is configured to read for the provider.
func (s Source) reads(slug string) bool {
	return len(s.Providers) == 0 || slices.Contains(s.Providers, slug)
}
