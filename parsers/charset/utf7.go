package charset

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
)

// decodeUTF7 decodes UTF-7 (RFC 2152). What is not in it, such as a shift that
// holds no whole character, becomes a replacement character.
func decodeUTF7(data []byte) string {
	s := string(data)
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		i := strings.IndexByte(s, '+')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		n := 0
		for n < len(s) && isBase64(s[n]) {
			n++
		}
		if n == 0 {
			b.WriteByte('+') // "+-" stands for it; alone it stays
		} else {
			b.WriteString(shifted(s[:n]))
		}
		s = strings.TrimPrefix(s[n:], "-")
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

// shifted decodes the UTF-16 of one shift.
func shifted(s string) string {
	raw, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil || len(raw) < 2 {
		return "\ufffd"
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units))
}
