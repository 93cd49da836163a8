package chatops

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean removes from a text what could act on a screen or mislead its reader:
// control characters, terminal escapes, direction overrides and invisible
// format characters. Line ends and tabs stay. Bytes that are no UTF-8 become
// U+FFFD.
func Clean(s string) string {
	clean := func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		}
		return r
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(clean, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// CleanLine is Clean, with every run of white space as one blank.
func CleanLine(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }
