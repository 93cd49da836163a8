// Package trust judges whether a mail comes from the provider that its sender
// address names. It checks DKIM signatures itself, for which it asks name
// servers, and reads what the own mail server found
// (Authentication-Results). It knows no database and applies nothing.
//
// Domains count as the same when their organizational domains are (RFC 7489,
// by the public suffix list). ARC is not believed: no sealer is configured.
package trust

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lineman/models"
)

// Options are what a Judge is made of.
type Options struct {
	AuthservID string           // of the mail server whose Authentication-Results are believed; empty: of none
	Lookup     Lookup           // asks for TXT records
	Now        func() time.Time // of the cache of keys
}

// Judge judges mails. It may be used from several goroutines.
type Judge struct {
	authservID string
	keys       *keys
}

// New makes a Judge. It does no I/O.
func New(o Options) *Judge {
	return &Judge{authservID: strings.TrimSpace(o.AuthservID), keys: newKeys(o.Lookup, o.Now)}
}

// Limits of one mail.
const (
	maxTime     = 5 * time.Second    // for the answers of name servers
	maxChecked  = 3                  // signatures
	longestAway = 7 * 24 * time.Hour // between the date of a mail and its receipt
	fastClock   = 24 * time.Hour     // how far the clock of a sender may be ahead
	maxHeader   = 1 << 20            // bytes
	maxReason   = 300                // bytes
)

// Judge judges a claim. It never fails: what cannot be checked is unverified,
// and Later says that it is worth judging again.
//
// The level is verified if a result of the pinned mail server or a signature
// that is right vouches for the sender's domain; failed if that server says
// that DKIM or DMARC failed, or if the key of a signature is there, it does not
// match and no mailing list may have changed the mail; else unverified.
func (j *Judge) Judge(ctx context.Context, c models.Claim) (t models.Trust) {
	defer func() {
		if r := recover(); r != nil { // the mail is read all the same
			t = models.Trust{Level: models.TrustUnverified, Reason: fmt.Sprintf("its signatures made lineman panic: %v", r)}
		}
		t.Reason = clip(t.Reason)
	}()
	h, problem := readHead(c.Raw)
	if problem == "" {
		problem = h.twice()
	}
	if problem != "" {
		return unverified("no signature is believed, because " + problem)
	}
	found := findings{claim: alignment(c), signatures: signaturesOf(h)}
	found.results, found.resultsProblem = resultsOf(h, j.authservID)
	if who := found.serverVouches(h); who != "" {
		return found.verified(c, h, who)
	}
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	return j.settle(c, h, found, j.check(ctx, c, h, found))
}

// settle weighs what was found.
func (j *Judge) settle(c models.Claim, h head, found findings, own checked) models.Trust {
	denied := found.serverDenies()
	switch {
	case own.right != "":
		return found.verified(c, h, own.right)
	case own.silent != "":
		return models.Trust{Level: models.TrustUnverified, Reason: own.silent, Later: true}
	case denied != "":
		return models.Trust{Level: models.TrustFailed, Reason: denied}
	case own.wrong != "" && !h.has("List-Id") && c.Carrier == "":
		return models.Trust{Level: models.TrustFailed, Reason: own.wrong}
	case own.wrong != "":
		return unverified(own.wrong + "; a mailing list or a forwarder may have changed it")
	case own.useless != "":
		return unverified(own.useless)
	}
	return unverified(found.nobody(j.authservID))
}

func unverified(reason string) models.Trust {
	return models.Trust{Level: models.TrustUnverified, Reason: reason}
}

// findings are what the header of a mail tells.
type findings struct {
	claim          claim
	signatures     []signature
	results        []result
	resultsProblem string
}

// verified says so, unless the mail is an old one that is sent again.
func (f findings) verified(c models.Claim, h head, who string) models.Trust {
	if c.Carrier != "" {
		who = "forwarded by " + c.Carrier + ", whom the configuration trusts: " + who
	}
	date := h.date()
	switch {
	case date.IsZero() || c.Received.IsZero():
	case c.Received.Sub(date) > longestAway:
		return unverified(fmt.Sprintf("%s, but the mail is dated %s and came %d days later: it may be an old one that is sent again",
			who, date.UTC().Format("2006-01-02"), int(c.Received.Sub(date).Hours()/24)))
	case date.Sub(c.Received) > fastClock:
		return unverified(fmt.Sprintf("%s, but the mail is dated %s, after it came", who, date.UTC().Format("2006-01-02")))
	}
	return models.Trust{Level: models.TrustVerified, Reason: who}
}

// nobody says why nothing vouches for a mail.
func (f findings) nobody(authservID string) string {
	reason := "it carries no DKIM signature"
	if n := len(f.signatures); n > 0 {
		var domains []string
		for _, s := range f.signatures[:min(n, 3)] {
			domains = append(domains, s.name())
		}
		reason = fmt.Sprintf("it is signed by %s, not by %s", strings.Join(domains, ", "), f.claim.domain)
	}
	switch {
	case f.resultsProblem != "":
		reason += ", and the Authentication-Results of " + authservID + " " + f.resultsProblem
	case authservID != "" && f.results == nil:
		reason += ", and has no Authentication-Results of " + authservID
	case authservID != "":
		reason += ", and " + authservID + " vouches for nothing of that domain"
	}
	return reason
}

func clip(s string) string {
	if len(s) <= maxReason {
		return s
	}
	return strings.ToValidUTF8(s[:maxReason], "") + "…"
}
