package evaluate

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"lineman/models"
	"lineman/parsers"
)

// SenderLine is a sender that no provider's addresses know.
type SenderLine struct {
	Sender   string // empty: the mails name none
	Mails    int
	Subject  string // of one of them
	Proposed string // slug; empty: nothing is proposed
	New      bool   // Proposed would be a new provider
	Ready    bool   // it is in providers.csv; else a person has to look first
	Why      string
}

// Shown is the sender for people: a domain of other letters than those of most
// domains as it is registered, so that none passes for another.
func (l SenderLine) Shown() string {
	at := strings.LastIndex(l.Sender, "@")
	domain, err := idna.Punycode.ToASCII(l.Sender[at+1:])
	if err != nil {
		return l.Sender
	}
	return l.Sender[:at+1] + domain
}

// Look is what the mails of one sender look like. Those that were looked at
// are few: they are of one kind, as a rule.
type Look struct {
	Parser   string // slug of the parser that they fit; empty: none
	Complete bool   // one of them was read without a gap
	Standard bool   // it was read by the calendar of the standard alone
	Reason   string
	Speaks   bool     // one of them speaks of maintenance
	Inner    []string // senders of the messages that are forwarded in them
}

// LookAt looks at one more mail of a sender. It reads like everything else: a
// mail that cannot be read adds nothing.
func (l *Look) LookAt(e *parsers.Engine, raw []byte) {
	mail, err := parsers.ReadMail(raw)
	if err != nil {
		return
	}
	r := e.Parse(mail, "")
	complete := r.Outcome == parsers.OutcomeMaintenance
	l.Speaks = l.Speaks || r.Outcome != parsers.OutcomeIgnored
	if r.Provider != "" && (l.Parser == "" || complete && !l.Complete) {
		l.Parser, l.Reason, l.Complete = r.Provider, r.Detected, complete
		l.Standard = r.Provider == parsers.GenericSlug
	}
	for _, a := range mail.InnerSenders() {
		if !slices.Contains(l.Inner, a) && len(l.Inner) < 10 {
			l.Inner = append(l.Inner, a)
		}
	}
}

// proposals are what could be done about senders that nobody knows.
type proposals struct {
	lines []SenderLine
	more  map[string][]string // addresses by the slug of a provider that is there
	fresh []models.ProviderRow
	of    map[string]int // the new provider of a registered domain
}

// propose finds a provider for each unknown sender. Only two proposals are
// ready for import: another address in the very domain of one provider, and a
// new provider whose calendars follow the standard. That a mail looks like a
// provider's proves nothing: whoever forges one makes it look so.
func propose(in Input) proposals {
	p := proposals{more: map[string][]string{}, of: map[string]int{}}
	domains := providerDomains(in.Providers)
	senders := map[string]*SenderLine{}
	for _, m := range in.Mails {
		if m.State != models.StateUnknownProvider {
			continue
		}
		l := senders[m.Sender]
		if l == nil {
			l = &SenderLine{Sender: m.Sender, Subject: m.Subject}
			senders[m.Sender] = l
		}
		l.Mails++
	}
	slugs := map[string]bool{}
	for _, known := range in.Providers {
		slugs[known.Slug] = true
	}
	for _, sender := range slices.Sorted(maps.Keys(senders)) {
		l := senders[sender]
		look := in.Looks[sender]
		p.decide(l, look, domains, slugs, in.Providers)
		if look.Speaks || l.Proposed != "" {
			p.lines = append(p.lines, *l)
		}
	}
	slices.SortStableFunc(p.lines, func(a, b SenderLine) int {
		return cmp.Or(compareTrue(a.Proposed != "", b.Proposed != ""), compareTrue(a.Ready, b.Ready), cmp.Compare(b.Mails, a.Mails))
	})
	p.lines = p.lines[:min(len(p.lines), maxSenders)]
	return p
}

func (p *proposals) decide(l *SenderLine, look Look, domains map[string]string, slugs map[string]bool, known []models.Provider) {
	domain := registered(l.Sender)
	switch slug := domains[domain]; {
	case !plainAddress.MatchString(l.Sender):
		l.Why = "the mails name no sender that could be added"
	case domain == "":
		l.Why = "an address there says nothing about its owner"
	case slug != "":
		l.Proposed, l.Ready, l.Why = slug, true, "its addresses are in "+domain+" as well"
		p.more[slug] = append(p.more[slug], l.Sender)
	case forwards(look, known) != "":
		l.Why = "it forwards mail of " + forwards(look, known) + "; add it to trusted_forwarders if that is a mailbox of yours"
	case look.Standard && look.Complete:
		l.Proposed, l.New, l.Ready = p.anew(domain, l.Sender, slugs), true, true
		l.Why = "a new provider: its calendars follow the standard"
	case look.Parser != "" && look.Parser != parsers.GenericSlug:
		l.Proposed = look.Parser
		l.Why = "it looks like " + look.Parser + ": " + look.Reason + "; add the address only if you know that it is theirs"
	case look.Speaks:
		l.Why = "it speaks of maintenance, and no layout that is known fits"
	}
}

// plainAddress are addresses that can stand in a list of them.
var plainAddress = regexp.MustCompile(`^[a-z0-9][a-z0-9._%+-]*@[a-z0-9][a-z0-9.-]*$`)

// anew adds a sender to the new provider of its domain.
func (p *proposals) anew(domain, sender string, slugs map[string]bool) string {
	i, known := p.of[domain]
	if !known {
		i = len(p.fresh)
		p.of[domain] = i
		p.fresh = append(p.fresh, models.ProviderRow{Name: domain, Slug: freshSlug(domain, slugs), Parser: parsers.GenericSlug})
		slugs[p.fresh[i].Slug] = true
	}
	p.fresh[i].Emails = append(p.fresh[i].Emails, sender)
	return p.fresh[i].Slug
}

func compareTrue(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// registered gives the domain that was registered: example.co.uk of
// noc@mail.example.co.uk. Empty where there is none, and for domains under
// which everybody gets an address.
func registered(address string) string {
	_, domain, ok := strings.Cut(address, "@")
	if !ok {
		domain = address
	}
	name, err := publicsuffix.EffectiveTLDPlusOne(strings.Trim(strings.TrimPrefix(domain, "*."), "."))
	if err != nil || slices.Contains(everybodys, name) {
		return ""
	}
	return name
}

// everybodys are domains of which an address says nothing about its owner.
var everybodys = []string{
	"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net",
	"web.de", "proton.me", "protonmail.com", "mail.com", "mail.ru", "qq.com", "163.com", "zoho.com", "sendgrid.net", "amazonses.com", "mailgun.org",
}

// providerDomains gives the provider of each registered domain. One that
// several providers share is nobody's.
func providerDomains(all []models.Provider) map[string]string {
	domains := map[string]string{}
	for _, p := range all {
		for _, address := range p.Emails {
			domain := registered(address)
			if other, taken := domains[domain]; taken && other != p.Slug {
				domains[domain] = ""
				continue
			}
			domains[domain] = p.Slug
		}
	}
	delete(domains, "")
	return domains
}

// forwards gives the provider whose mail is forwarded.
func forwards(l Look, known []models.Provider) string {
	for _, inner := range l.Inner {
		for _, p := range known {
			if parsers.MatchSender(inner, p.Emails) {
				return p.Slug
			}
		}
	}
	return ""
}

var noSlug = regexp.MustCompile(`[^a-z0-9]+`)

// freshSlug makes a slug of a domain that no provider has.
func freshSlug(domain string, taken map[string]bool) string {
	label, _, _ := strings.Cut(domain, ".")
	for _, text := range []string{label, domain} {
		if slug := strings.Trim(noSlug.ReplaceAllString(strings.ToLower(text), "-"), "-"); slug != "" && !taken[slug] {
			return slug
		}
	}
	slug := strings.Trim(noSlug.ReplaceAllString(strings.ToLower(domain), "-"), "-")
	for taken[slug] {
		slug += "-x"
	}
	return slug
}
