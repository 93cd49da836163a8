package trust

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// head is the header of a mail, taken strictly: where a lenient reader could
// see another mail than the one that was signed, there is a problem instead.
type head struct {
	fields []field
	body   []byte
}

// field is one header field; text is all of it, with its folds and without the
// last line end.
type field struct {
	name, text string
}

// value is what follows the colon, with its folds.
func (f field) value() string {
	_, v, _ := strings.Cut(f.text, ":")
	return v
}

// readHead reads the header of a mail. The problem says why it is not to be
// believed.
func readHead(raw []byte) (h head, problem string) {
	rest := envelope(raw)
	if i := bytes.IndexByte(rest, '\n'); i < 0 {
		return head{}, "the mail is not divided into lines"
	}
	for n := 1; len(rest) > 0; n++ {
		if size := len(raw) - len(rest); size > maxHeader {
			return head{}, fmt.Sprintf("its header is longer than %d bytes", maxHeader)
		}
		line, next, _ := bytes.Cut(rest, []byte("\n"))
		rest = next
		line = bytes.TrimSuffix(line, []byte("\r"))
		switch {
		case len(line) == 0:
			h.body = rest
			return h, ""
		case bytes.ContainsAny(line, "\r\x00"):
			return head{}, fmt.Sprintf("line %d of its header has a control character", n)
		case line[0] == ' ' || line[0] == '\t':
			if len(h.fields) == 0 || len(bytes.TrimSpace(line)) == 0 {
				return head{}, fmt.Sprintf("line %d of its header is blank or continues nothing", n)
			}
			last := &h.fields[len(h.fields)-1]
			last.text += "\r\n" + string(line)
			continue
		}
		name, ok := fieldName(line)
		if !ok {
			return head{}, fmt.Sprintf("line %d of its header is no field", n)
		}
		h.fields = append(h.fields, field{name, string(line)})
	}
	return head{}, "its header does not end"
}

// envelope drops what mailbox formats put before the header.
func envelope(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	raw = bytes.TrimLeft(raw, "\r\n")
	if bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	return raw
}

// fieldName gives the name of a field: printable ASCII up to the colon.
func fieldName(line []byte) (string, bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 || i > 100 {
		return "", false
	}
	for _, c := range line[:i] {
		if c <= ' ' || c >= 0x7f {
			return "", false
		}
	}
	return string(line[:i]), true
}

// single are the fields of which a mail has one at most: of two, one reader
// takes the first and another the last.
var single = []string{"From", "Subject", "Date", "Content-Type", "Content-Transfer-Encoding", "Message-ID"}

// twice says which field stands twice.
func (h head) twice() string {
	for _, name := range single {
		n := 0
		for _, f := range h.fields {
			if strings.EqualFold(f.name, name) {
				n++
			}
		}
		if n > 1 {
			return fmt.Sprintf("its header has the field %s %d times", name, n)
		}
	}
	return ""
}

func (h head) has(name string) bool {
	_, has := h.get(name)
	return has
}

func (h head) get(name string) (string, bool) {
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) {
			return strings.TrimSpace(f.value()), true
		}
	}
	return "", false
}

// date is that of the Date field; zero where it cannot be read.
func (h head) date() time.Time {
	v, _ := h.get("Date")
	t, err := mail.ParseDate(strings.ReplaceAll(v, "\r\n", ""))
	if err != nil {
		return time.Time{}
	}
	return t
}
