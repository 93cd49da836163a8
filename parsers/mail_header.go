package parsers

import (
	"bytes"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// field is one header field; name is canonical, value raw and unfolded.
type field struct{ name, value string }

// splitHeader reads the header block at the start of raw. outer says that raw
// is a whole mail, of which the header may be missing altogether.
func splitHeader(raw []byte, outer bool) (fields []field, body []byte, err error) {
	if outer && bareBody(raw) {
		return nil, raw, nil
	}
	fields = make([]field, 0, 16)
	rest := raw
	for len(rest) > 0 {
		line, next := cutLine(rest)
		if len(bytes.TrimSpace(line)) == 0 {
			return fields, next, nil
		}
		if len(raw)-len(next) > MaxHeaderSize {
			return fields, nil, &LimitError{What: "bytes of header", Limit: MaxHeaderSize}
		}
		if (line[0] == ' ' || line[0] == '\t') && len(fields) > 0 {
			fields, next = fold(fields, line, next)
			rest = next
			continue
		}
		name, value, ok := fieldOf(line)
		if !ok {
			if junkInHeader(line, next) {
				rest = next
				continue
			}
			return fields, rest, nil // the empty line before the body is missing
		}
		if len(fields) >= MaxHeaderLines {
			return fields, nil, &LimitError{What: "header fields", Limit: MaxHeaderLines}
		}
		fields = append(fields, field{name, value})
		rest = next
	}
	return fields, nil, nil
}

// fold joins the folded lines that follow a field with one blank each.
func fold(fields []field, line, next []byte) ([]field, []byte) {
	last := &fields[len(fields)-1]
	var b strings.Builder
	b.WriteString(last.value)
	for {
		if part := bytes.TrimSpace(line); len(part) > 0 {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(headerText(part))
		}
		if len(next) == 0 || (next[0] != ' ' && next[0] != '\t') || b.Len() > MaxHeaderSize {
			break
		}
		var rest []byte
		line, rest = cutLine(next)
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		next = rest
	}
	last.value = b.String()
	return fields, next
}

// fieldOf reads "Name: value"; blanks before the colon are let pass.
func fieldOf(line []byte) (name, value string, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 || i > 100 {
		return "", "", false
	}
	raw := bytes.TrimRight(line[:i], " \t")
	for _, c := range raw {
		if c <= ' ' || c >= 0x7f || c == '<' || c == '"' {
			return "", "", false
		}
	}
	if len(raw) == 0 {
		return "", "", false
	}
	return textproto.CanonicalMIMEHeaderKey(string(raw)), headerText(bytes.TrimSpace(line[i+1:])), true
}

// headerText makes text of header bytes: UTF-8, else windows-1252. A NUL
// becomes U+FFFD: taken out, it would make one address of another.
func headerText(b []byte) string {
	if bytes.IndexByte(b, 0) >= 0 {
		b = bytes.ReplaceAll(b, []byte{0}, []byte("\uFFFD"))
	}
	if !utf8.Valid(b) {
		if d, err := charmap.Windows1252.NewDecoder().Bytes(b); err == nil {
			return string(d)
		}
	}
	return string(b)
}

// mailFields are fields that only the header of a mail has.
var mailFields = map[string]bool{
	"From": true, "To": true, "Subject": true, "Date": true, "Received": true, "Return-Path": true,
	"Message-Id": true, "Mime-Version": true, "Content-Type": true, "Delivered-To": true, "Cc": true,
	"Reply-To": true, "Sender": true, "Content-Transfer-Encoding": true, "Content-Disposition": true,
	"In-Reply-To": true, "References": true, "Dkim-Signature": true, "Authentication-Results": true,
	"Received-Spf": true, "List-Id": true, "Arc-Seal": true, "X-Original-Sender": true, "X-Received": true,
}

// bareBody reports whether raw is a body without a header.
func bareBody(raw []byte) bool {
	start := bytes.TrimLeft(raw, " \t\r\n")
	if len(start) >= 15 && bytes.EqualFold(start[:15], []byte("BEGIN:VCALENDAR")) {
		return true
	}
	rest := raw
	for n := 0; len(rest) > 0 && n < 100; n++ {
		var line []byte
		line, rest = cutLine(rest)
		if len(line) == 0 {
			return true
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name, _, ok := fieldOf(line)
		if ok && mailFields[name] {
			return false
		}
		if !ok && n == 0 && !junkInHeader(line, rest) {
			return true
		}
	}
	return true
}

// junkInHeader reports whether a line that is no field stands between fields:
// the next line is one that only a mail's header has.
func junkInHeader(line, next []byte) bool {
	if line[0] == '<' || bytes.HasPrefix(line, []byte("--")) {
		return false
	}
	following, _ := cutLine(next)
	name, _, ok := fieldOf(following)
	switch name {
	case "From", "To", "Subject", "Date", "Cc", "Sender":
		return false // also in the text of forwards
	}
	return ok && mailFields[name]
}

// mailDate reads a Date header, in UTC; zero when it cannot be read. A zone
// that is only a name and not of RFC 5322 is unreadable, never zero offset.
func mailDate(v string) time.Time {
	if v == "" || len(v) > 200 {
		return time.Time{}
	}
	if t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", v); err == nil && namedZone(v, t) { // almost all, without a detour
		return plausible(t)
	}
	if t, err := mail.ParseDate(v); err == nil && namedZone(v, t) {
		return plausible(t)
	}
	for _, layout := range []string{
		"Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "Mon, 2 January 2006 15:04:05 -0700",
		"Mon, 2 Jan 2006 15:04 -0700", "Mon Jan 2 15:04:05 2006 -0700", time.RFC3339,
	} {
		clean, _, _ := strings.Cut(v, "(")
		if t, err := time.Parse(layout, Fold(clean)); err == nil {
			return plausible(t)
		}
	}
	return time.Time{}
}

// namedZone reports whether the zone of a date that was read is certain.
func namedZone(v string, t time.Time) bool {
	if _, offset := t.Zone(); offset != 0 {
		return true
	}
	v, _, _ = strings.Cut(v, "(")
	v = strings.ToUpper(strings.TrimSpace(v))
	for _, end := range []string{"0000", "GMT", "UTC", "UT", " Z"} {
		if strings.HasSuffix(v, end) {
			return true
		}
	}
	return false
}

func plausible(t time.Time) time.Time {
	t = t.UTC()
	if t.Year() < 1971 || t.Year() > 9998 {
		return time.Time{}
	}
	return t
}

// receivedAt is the time of the topmost Received line.
func receivedAt(h Header) time.Time {
	v := h.Get("Received")
	if i := strings.LastIndexByte(v, ';'); i >= 0 {
		return mailDate(strings.TrimSpace(v[i+1:]))
	}
	return time.Time{}
}
