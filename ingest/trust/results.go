package trust

import (
	"fmt"
	"strings"
	"time"
)

// result is one finding of a mail server: method=verdict and its properties,
// "header.d" and the like, all in small letters.
type result struct {
	method, verdict string
	properties      map[string]string
}

const resultsField = "Authentication-Results"

// maxResults bounds how many findings of one field are read.
const maxResults = 100

// resultsOf gives the findings of the topmost Authentication-Results of a mail
// server; nil without one. Fields further down may be anybody's: a server
// removes those that bear its own name only where it is well set up. A field
// that is malformed counts as none, and the problem says so.
func resultsOf(h head, authservID string) (all []result, problem string) {
	if authservID == "" {
		return nil, ""
	}
	for _, f := range h.fields {
		if !strings.EqualFold(f.name, resultsField) {
			continue
		}
		id, results, err := readResults(f.value())
		if !strings.EqualFold(id, authservID) {
			continue
		}
		if err != nil {
			return nil, fmt.Sprintf("cannot be read: %v", err)
		}
		return results, ""
	}
	return nil, ""
}

// domain is the domain that a finding is about.
func (r result) domain() string {
	switch r.method {
	case "dkim":
		if d := r.properties["header.d"]; d != "" {
			return d
		}
		return afterAt(r.properties["header.i"]) // all that some servers write
	case "dmarc":
		return r.properties["header.from"]
	case "spf":
		return afterAt(r.properties["smtp.mailfrom"])
	}
	return ""
}

func afterAt(v string) string { return v[strings.LastIndexByte(v, '@')+1:] }

// serverVouches says in whose name the own mail server vouches for the
// sender's domain; empty if it does not. What it says of signatures counts
// only where one of them covers what is read.
func (f findings) serverVouches(h head) string {
	for _, r := range f.results {
		if r.verdict != "pass" || !f.claim.by(r.domain()) {
			continue
		}
		if r.method != "spf" && f.onlyUnsound(h) {
			continue
		}
		return fmt.Sprintf("the mail server found %s=pass for %s", r.method, cleanDomain(r.domain()))
	}
	return ""
}

// onlyUnsound reports whether there are signatures that can vouch, but none
// of them covers what is read.
func (f findings) onlyUnsound(h head) bool {
	some := false
	for _, s := range f.signatures {
		if !f.claim.by(s.domain) {
			continue
		}
		if s.unsound(h, time.Time{}) == "" {
			return false
		}
		some = true
	}
	return some
}

// serverDenies says what the own mail server found wrong with the sender's
// domain; empty if nothing.
func (f findings) serverDenies() string {
	for _, r := range f.results {
		if r.verdict == "fail" && (r.method == "dkim" || r.method == "dmarc") && f.claim.by(r.domain()) {
			return fmt.Sprintf("the mail server found %s=fail for %s", r.method, cleanDomain(r.domain()))
		}
	}
	return ""
}
