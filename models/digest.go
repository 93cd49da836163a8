package models

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DigestNotice gives the hex SHA-256 over everything that a provider said in
// a notice. It does not cover IDs, the raw mail, the time of receipt (and
// Issued, which depends on it), the format, the parser's version or warnings:
// the same words that arrive twice, or are read again, have one digest. The
// order in which windows and circuits are listed does not matter.
func DigestNotice(n Notice) string {
	h := sha256.New()
	put(h, "notice", n.Provider, n.MaintenanceID, strconv.FormatBool(n.Synthetic), n.Account,
		n.Organizer, n.Summary, uidOf(n), strconv.Itoa(n.Sequence), string(n.Status), stampText(n.Stamp))
	put(h, sorted(n.Supersedes)...)
	windows := make([]string, 0, len(n.Windows))
	for _, w := range n.Windows {
		windows = append(windows, digestWindow(w))
	}
	put(h, sorted(windows)...)
	return hex.EncodeToString(h.Sum(nil))
}

// Equal reports whether two notices say the same (by DigestNotice). A mail
// that yields only notices equal to known ones is a duplicate.
func Equal(a, b Notice) bool { return DigestNotice(a) == DigestNotice(b) }

// AckDigest gives the digest that an acknowledgement stores: over status,
// windows, circuits and impacts. Ordinals, links and spelling do not count.
// Times count to the microsecond, as they are stored.
func AckDigest(m Maintenance) string {
	h := sha256.New()
	put(h, "maintenance", string(m.Status))
	windows := make([]string, 0, len(m.Windows))
	for _, w := range m.Windows {
		impacts := make([]string, 0, len(w.Impacts))
		for _, i := range w.Impacts {
			impacts = append(impacts, quoted([]string{i.Account, CIDKey(i.CID), string(i.Impact)}))
		}
		windows = append(windows, quoted(append([]string{
			stampText(w.Start), stampText(w.End), string(w.Kind), strconv.FormatBool(w.Called), string(w.Status),
		}, sorted(impacts)...)))
	}
	put(h, sorted(windows)...)
	circuits := make([]string, 0, len(m.Circuits))
	for _, c := range m.Circuits {
		circuits = append(circuits, quoted([]string{
			c.Account, CIDKey(c.CID), string(c.Impact), strconv.FormatBool(c.Cancelled),
		}))
	}
	put(h, sorted(circuits)...)
	return hex.EncodeToString(h.Sum(nil))
}

// Acknowledged reports whether a person acknowledged the record as it stands:
// an acknowledgement of an earlier status, window, circuit or impact does not
// count.
func (m Maintenance) Acknowledged() bool {
	return m.Ack != nil && m.Ack.Digest == AckDigest(m)
}

func digestWindow(w NoticeWindow) string {
	circuits := make([]string, 0, len(w.Circuits))
	for _, c := range w.Circuits {
		circuits = append(circuits, quoted([]string{c.CID, string(c.Impact), c.RawImpact}))
	}
	head := []string{string(w.Kind), stampText(w.Start), stampText(w.End), strconv.Itoa(w.Day), strconv.Itoa(w.Days)}
	return quoted(append(head, sorted(circuits)...))
}

// put writes a list of strings in a form that no other list has.
func put(h hash.Hash, fields ...string) {
	_, _ = io.WriteString(h, quoted(fields)+"\n") // a hash never fails
}

// quoted gives a list in brackets, each item in Go's quotes.
func quoted(list []string) string {
	size := 2
	for _, s := range list {
		size += len(s) + 3
	}
	b := append(make([]byte, 0, size), '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendQuoted(b, s)
	}
	return string(append(b, ']'))
}

// appendQuoted is strconv.AppendQuote, faster for printable ASCII.
func appendQuoted(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' {
			return strconv.AppendQuote(b, s)
		}
	}
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// stampText gives a time in UTC to the microsecond; the zero time is empty.
func stampText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
}

// sorted gives a sorted copy.
func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}

// uidOf gives the UID that names a chain of notices; empty where there is
// none, which formats without one print as 0.
func uidOf(n Notice) string {
	uid := strings.TrimSpace(n.UID)
	if uid == "0" {
		return ""
	}
	return uid
}
