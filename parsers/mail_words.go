package parsers

import (
	"bytes"
	"encoding/base64"
	"strings"

	"lineman/parsers/charset"
)

// decodeWords decodes the encoded words (RFC 2047) of a header value. Words of
// one charset that stand side by side are decoded together, so that a
// character may be cut by them; what is malformed stays as it is.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") || len(s) > maxDecodedWord {
		return s
	}
	var out strings.Builder
	var pending []byte // not yet text
	name := ""         // of the charset of pending
	flush := func() {
		if len(pending) > 0 {
			out.WriteString(charset.Decode(pending, name, false))
			pending = pending[:0]
		}
	}
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		cs, data, rest, ok := encodedWord(s[i:])
		gap := s[:i]
		if !ok {
			flush()
			out.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		if len(pending) == 0 || strings.TrimSpace(gap) != "" || !strings.EqualFold(cs, name) {
			adjacent := len(pending) > 0 && strings.TrimSpace(gap) == ""
			flush()
			if !adjacent {
				out.WriteString(gap)
			}
		}
		name = cs
		pending = append(pending, data...)
		s = rest
	}
	flush()
	out.WriteString(s)
	return out.String()
}

// encodedWord reads one "=?charset?B|Q?text?=" at the start of s.
func encodedWord(s string) (name string, data []byte, rest string, ok bool) {
	body := s[2:]
	a := strings.IndexByte(body[:min(len(body), 80)], '?')
	if a <= 0 || len(body) < a+3 || body[a+2] != '?' {
		return "", nil, "", false
	}
	name, _, _ = strings.Cut(body[:a], "*") // RFC 2231 language
	text := body[a+3:]
	end := strings.Index(text[:min(len(text), 4096)], "?=")
	if end < 0 {
		return "", nil, "", false
	}
	rest, text = text[end+2:], text[:end]
	switch body[a+1] {
	case 'B', 'b':
		data = decodeBase64([]byte(text))
	case 'Q', 'q':
		data = decodeQ(text)
	default:
		return "", nil, "", false
	}
	return name, data, rest, true
}

func decodeQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

// unhex gives the value of a hex digit; -1 if it is none.
func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// decodeBase64 decodes what can be had: blanks and line ends go, missing
// padding is let pass, and reading ends at the first line that is no base64.
func decodeBase64(b []byte) []byte {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(b)))
	if n, err := base64.StdEncoding.Decode(out, b); err == nil {
		return out[:n]
	}
	out = out[:0]
	var quad [4]byte
	n := 0
	for len(b) > 0 {
		var line []byte
		line, b = cutLine(b)
		if !base64Line(line) {
			break
		}
		for _, c := range line {
			if c == ' ' || c == '\t' || c == '\r' {
				continue
			}
			if c == '=' { // padding, perhaps in the middle: blocks were joined
				out = appendQuad(out, quad, n)
				n = 0
				continue
			}
			quad[n] = base64Value[c]
			if n++; n == 4 {
				out = appendQuad(out, quad, n)
				n = 0
			}
		}
	}
	return appendQuad(out, quad, n)
}

// appendQuad appends the bytes of n base64 digits.
func appendQuad(out []byte, q [4]byte, n int) []byte {
	v := uint32(q[0])<<18 | uint32(q[1])<<12
	if n > 2 {
		v |= uint32(q[2]) << 6
	}
	if n > 3 {
		v |= uint32(q[3])
	}
	switch n {
	case 2:
		return append(out, byte(v>>16))
	case 3:
		return append(out, byte(v>>16), byte(v>>8))
	case 4:
		return append(out, byte(v>>16), byte(v>>8), byte(v))
	}
	return out
}

// base64Line reports whether a line is base64 from end to end.
func base64Line(line []byte) bool {
	for _, c := range bytes.TrimSpace(line) {
		if base64Value[c] == 0xff && c != '=' {
			return false
		}
	}
	return true
}

// base64Value gives the value of each base64 digit, 0xff for other bytes.
var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range digits {
		t[digits[i]] = byte(i)
	}
	return t
}()
