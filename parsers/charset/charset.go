// Package charset decodes the bytes of a mail to text, as mail programs and
// browsers do where the declared charset is missing or wrong. It knows nothing
// of mails.
package charset

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// Decode gives data as valid UTF-8, without byte order mark and NULs. The
// charset is the mark's, else the declared one, else that of the meta tag of
// HTML, else UTF-8 where the bytes are, else windows-1252. What cannot be
// decoded becomes U+FFFD.
func Decode(data []byte, declared string, isHTML bool) string {
	if enc, skip := byMark(data); enc != nil {
		return decodeWith(enc, data[skip:])
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	declared = strings.ToLower(strings.TrimSpace(declared))
	switch declared {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "unicode-1-1-utf-8":
	case "utf-7", "utf7", "unicode-1-1-utf-7":
		if utf8.Valid(data) {
			return withoutNUL(decodeUTF7(data))
		}
	default:
		if enc := encodingOf(declared); enc != nil && !notWide(declared, data) {
			return decodeWith(enc, data)
		}
	}
	if utf8.Valid(data) && !hiddenUTF16(data) && !sevenBit(data) {
		return withoutNUL(string(data))
	}
	if isHTML {
		if enc := encodingOf(metaCharset(data)); enc != nil {
			return decodeWith(enc, data)
		}
	}
	if enc := utf16Guess(data); enc != nil {
		return decodeWith(enc, data)
	}
	return decodeWith(charmap.Windows1252, data)
}

// notWide reports whether text that is declared as UTF-16 was converted on its
// way: it is UTF-8 without a single NUL.
func notWide(declared string, data []byte) bool {
	return strings.HasPrefix(declared, "utf-16") && bytes.IndexByte(data, 0) < 0 && utf8.Valid(data)
}

// sevenBit finds the escapes of ISO-2022-JP, which are valid UTF-8 too.
func sevenBit(data []byte) bool { return bytes.Contains(data, []byte("\x1b$")) }

// Wide tells whether data begins with the byte order mark of UTF-16.
func Wide(data []byte) bool {
	enc, _ := byMark(data)
	return enc != nil
}

func byMark(data []byte) (encoding.Encoding, int) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	}
	return nil, 0
}

// encodingOf finds an encoding by its name; nil for one that is unknown, or
// that nobody can decode (the "replacement" of the web).
func encodingOf(name string) encoding.Encoding {
	if name == "" || len(name) > 40 {
		return nil
	}
	if enc, err := htmlindex.Get(name); err == nil {
		if canonical, err := htmlindex.Name(enc); err == nil && canonical != "replacement" {
			return enc
		}
		return nil
	}
	switch strings.ReplaceAll(name, "_", "-") {
	case "iso-8859-1-windows-3.1-latin-1", "cp-1252", "ansi", "windows-1252http-equivcontent-type":
		return charmap.Windows1252
	case "cp850", "ibm850":
		return charmap.CodePage850
	case "cp437", "ibm437":
		return charmap.CodePage437
	}
	return nil
}

func decodeWith(enc encoding.Encoding, data []byte) string {
	if enc == unicode.UTF8 {
		return withoutNUL(strings.ToValidUTF8(string(data), "\ufffd"))
	}
	if _, ok := enc.(*charmap.Charmap); ok && isASCII(data) {
		return withoutNUL(string(data))
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return withoutNUL(strings.ToValidUTF8(string(data), "\ufffd"))
	}
	return withoutNUL(string(out))
}

// isASCII reports whether data reads the same in all charsets of one byte.
func isASCII(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func withoutNUL(s string) string {
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// metaCharset finds the charset that an HTML page's meta tag declares; a page
// in bytes cannot be UTF-16, whatever it says.
func metaCharset(data []byte) string {
	head := bytes.ToLower(data[:min(len(data), 2048)])
	for {
		i := bytes.Index(head, []byte("charset="))
		if i < 0 {
			return ""
		}
		head = bytes.TrimLeft(head[i+8:], `"' `)
		end := bytes.IndexAny(head, `"' />;`)
		if end > 0 && !bytes.HasPrefix(head, []byte("utf")) && !bytes.HasPrefix(head, []byte("unicode")) {
			return string(head[:end])
		}
	}
}

// hiddenUTF16 reports whether text has so many NULs that it is UTF-16.
func hiddenUTF16(data []byte) bool { return utf16Guess(data) != nil }

// utf16Guess finds UTF-16 without a mark by where its NULs stand.
func utf16Guess(data []byte) encoding.Encoding {
	head := data[:min(len(data), 400)]
	if len(head) < 8 || bytes.IndexByte(head, 0) < 0 {
		return nil
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case zeros[1] > half*2/3 && zeros[0] < half/10+1:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case zeros[0] > half*2/3 && zeros[1] < half/10+1:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}
