package trust

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"lineman/models"
)

const signatureField = "DKIM-Signature"

// signature is a DKIM-Signature field as far as it is needed to choose.
type signature struct {
	at       int // place in the header
	domain   string
	selector string
	signed   []string // names of fields, in small letters
	expires  time.Time
	partial  bool // signs only the beginning of the body
}

// name is the domain for people.
func (s signature) name() string {
	if s.domain == "" {
		return "nobody"
	}
	return s.domain
}

func signaturesOf(h head) []signature {
	var all []signature
	for i, f := range h.fields {
		if strings.EqualFold(f.name, signatureField) {
			all = append(all, readSignature(i, f.value()))
		}
	}
	return all
}

// readSignature reads the tags of a signature. One that makes no sense has no
// domain.
func readSignature(at int, value string) signature {
	s := signature{at: at}
	tags := map[string]string{}
	for _, part := range strings.Split(value, ";") {
		name, v, ok := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !ok {
			continue
		}
		if _, again := tags[name]; again {
			return s
		}
		tags[name] = squeeze(v)
	}
	if x, there := tags["x"]; there {
		sec, err := strconv.ParseInt(x, 10, 64)
		if err != nil || sec < 0 || sec > 1<<40 {
			return s
		}
		s.expires = time.Unix(sec, 0).UTC()
	}
	_, s.partial = tags["l"]
	for _, name := range strings.Split(tags["h"], ":") {
		s.signed = append(s.signed, strings.ToLower(name))
	}
	s.selector = cleanDomain(tags["s"])
	s.domain = cleanDomain(tags["d"])
	return s
}

// squeeze takes the blanks out of a tag's value.
func squeeze(v string) string {
	return strings.Join(strings.Fields(v), "")
}

// unsound says why a signature cannot vouch for what is read, however right it
// is; empty if it can.
func (s signature) unsound(h head, received time.Time) string {
	switch {
	case s.partial:
		return fmt.Sprintf("the signature of %s covers only the beginning of the mail (l=)", s.domain)
	case s.selector == "":
		return fmt.Sprintf("the signature of %s names no key", s.domain)
	case slices.Contains(s.signed, strings.ToLower(signatureField)):
		return fmt.Sprintf("the signature of %s covers other signatures, which lineman does not check", s.domain)
	case !s.expires.IsZero() && !received.IsZero() && s.expires.Before(received):
		return fmt.Sprintf("the signature of %s had expired at %s, before the mail came", s.domain, s.expires.Format("2006-01-02 15:04 UTC"))
	}
	for _, name := range []string{"From", "Subject", "Date"} {
		if h.has(name) && !slices.Contains(s.signed, strings.ToLower(name)) {
			return fmt.Sprintf("the signature of %s does not cover the field %s", s.domain, name)
		}
	}
	return ""
}

// checked is what checking the signatures of a mail came to: a sentence for
// each kind of outcome that there was.
type checked struct {
	right   string // one is right
	wrong   string // the key is there, and one does not match
	silent  string // name servers gave no answer
	useless string // one could not vouch even if it were right
}

// check checks the signatures that can vouch, until one is right.
func (j *Judge) check(ctx context.Context, c models.Claim, h head, f findings) (all checked) {
	tried := 0
	for _, s := range f.signatures {
		if !f.claim.by(s.domain) {
			continue
		}
		if why := s.unsound(h, c.Received); why != "" {
			all.useless = why
			continue
		}
		if tried++; tried > maxChecked {
			break
		}
		j.checkOne(ctx, h, s, &all)
		if all.right != "" {
			return all
		}
	}
	return all
}

// errTest is why the key of a domain that only tries DKIM out is none.
var errTest = errors.New("the domain only tries DKIM out (t=y)")

func (j *Judge) checkOne(ctx context.Context, h head, s signature, all *checked) {
	var asked error
	lookup := func(name string) ([]string, error) {
		var records []string
		if records, asked = j.keys.get(ctx, strings.ToLower(name)); asked == nil && len(records) == 1 && trial(records[0]) {
			asked = errTest
		}
		return records, asked
	}
	who := fmt.Sprintf("the signature of %s (key %s)", s.domain, s.selector)
	done, err := dkim.VerifyWithOptions(h.only(s.at), &dkim.VerifyOptions{LookupTXT: lookup, MaxVerifications: 1})
	if err == nil && len(done) == 1 {
		err = done[0].Err
	} else if err == nil {
		err = errors.New("it was not found")
	}
	switch {
	case err == nil:
		all.right = who + " is right"
	case errors.Is(asked, ErrNoRecord):
		all.useless = who + " cannot be checked: the key is not published (any more)"
	case errors.Is(asked, errTest):
		all.useless = who + " does not count: " + errTest.Error()
	case asked != nil:
		all.silent = who + " could not be checked yet, because name servers gave no answer; it is tried again"
	case dkim.IsPermFail(err) && !s.expires.IsZero() && strings.Contains(err.Error(), "expired"):
		all.useless = who + " has expired since the mail came"
	case dkim.IsPermFail(err), dkim.IsTempFail(err):
		all.useless = who + " cannot be used: " + strings.TrimPrefix(err.Error(), "dkim: ")
	default:
		all.wrong = who + " does not match the mail: it was changed, or somebody else wrote it"
	}
}

// trial reports whether a key record says that the domain tests DKIM.
func trial(record string) bool {
	for _, tag := range strings.Split(record, ";") {
		name, v, _ := strings.Cut(tag, "=")
		if strings.TrimSpace(name) == "t" {
			return slices.Contains(strings.Split(squeeze(v), ":"), "y")
		}
	}
	return false
}

// only is the mail with no other signature than the one at a place.
func (h head) only(at int) io.Reader {
	var b bytes.Buffer
	for i, f := range h.fields {
		if i != at && strings.EqualFold(f.name, signatureField) {
			continue
		}
		b.WriteString(f.text)
		b.WriteString("\r\n")
	}
	b.WriteString("\r\n")
	return io.MultiReader(&b, bytes.NewReader(h.body))
}
