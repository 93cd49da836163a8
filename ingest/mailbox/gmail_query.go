package mailbox

import (
	"net/mail"
	"slices"
	"strings"
	"time"
)

// gmailLongest bounds the part of a search that names senders. What is longer
// is left out: the search then finds more than it must, and never less.
const gmailLongest = 4000

// gmailQuery writes the dated search as existing installations do: `after:`
// with a date, then the senders in curly brackets, which mean "one of". The
// senders of providers can be searched for only where From names them; behind
// another header (a mailing list's) limit holds what stands in From. since
// zero: no date.
func gmailQuery(since time.Time, header string, senders, limit []string) string {
	var b strings.Builder
	if !since.IsZero() {
		b.WriteString("after:" + since.UTC().Format("2006/01/02"))
	}
	if !strings.EqualFold(header, "From") {
		senders = limit
	}
	if len(senders) > 0 {
		b.WriteString(" {from:" + strings.Join(senders, " from:") + "}")
	}
	return b.String()
}

// gmailSince is the date for a search that must find all mail received at an
// instant or later: the day before, because Gmail takes the date as midnight
// of a zone of its own. Zero stays zero.
func gmailSince(since time.Time) time.Time {
	if since.IsZero() || since.Year() < 1970 {
		return time.Time{}
	}
	return since.UTC().AddDate(0, 0, -1)
}

// gmailSenders makes words for a search of the patterns of senders: addresses,
// domains, and wildcards as the domain that they are below of. None when one
// of them cannot be searched for, or when there are too many.
func gmailSenders(patterns []string) []string {
	var words []string
	size := 0
	for _, p := range patterns {
		w := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(p)), "*."), "@")
		if w == "" || strings.ContainsAny(w, "*{}()\" \t\r\n") {
			return nil
		}
		if !slices.Contains(words, w) {
			words = append(words, w)
			size += len(w) + len(" from:")
		}
	}
	if size > gmailLongest {
		return nil
	}
	return words
}

// fromAllowed reports whether a From header names one of the addresses. A
// header that cannot be read is searched for them as text.
func fromAllowed(header string, allowed []string) bool {
	parser := mail.AddressParser{WordDecoder: nil}
	list, err := parser.ParseList(header)
	if err != nil {
		header = strings.ToLower(header)
		return slices.ContainsFunc(allowed, func(a string) bool { return strings.Contains(header, a) })
	}
	return slices.ContainsFunc(list, func(a *mail.Address) bool {
		address := strings.ToLower(a.Address)
		_, domain, _ := strings.Cut(address, "@")
		return slices.ContainsFunc(allowed, func(want string) bool {
			return want == address || strings.TrimPrefix(want, "@") == domain
		})
	})
}
