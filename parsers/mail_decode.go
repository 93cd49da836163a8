package parsers

import "bytes"

// decodeTransfer undoes a Content-Transfer-Encoding, once. An unknown encoding
// and a body that plainly is not in the declared one stay as they are.
func decodeTransfer(body []byte, encoding string) []byte {
	switch encoding {
	case "base64":
		if !looksBase64(body) {
			return body
		}
		return decodeBase64(body)
	case "quoted-printable":
		return decodeQuoted(body)
	}
	return body
}

// looksBase64 reports whether the first line with text is base64.
func looksBase64(body []byte) bool {
	start := bytes.TrimLeft(body, " \t\r\n")
	line, _ := cutLine(start)
	return base64Line(line)
}

// decodeQuoted decodes quoted-printable; a "=" that is no escape stays.
func decodeQuoted(b []byte) []byte {
	if bytes.IndexByte(b, '=') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '=')
		if i < 0 {
			return append(out, b...)
		}
		out = append(out, b[:i]...)
		b = b[i:]
		if len(b) > 2 && unhex(b[1]) >= 0 && unhex(b[2]) >= 0 {
			out = append(out, byte(unhex(b[1])<<4|unhex(b[2])))
			b = b[3:]
			continue
		}
		if n := softBreak(b[1:]); n > 0 || len(b) == 1 {
			b = b[1+n:]
			continue
		}
		out = append(out, '=')
		b = b[1:]
	}
	return out
}

// softBreak is the length of the blanks and the line end that follow a "=" at
// the end of a line; 0 if it is not at the end.
func softBreak(b []byte) int {
	for i := 0; i < len(b) && i < 100; i++ {
		switch b[i] {
		case ' ', '\t', '\r':
		case '\n':
			return i + 1
		default:
			return 0
		}
	}
	return 0
}
