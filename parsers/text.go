package parsers

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold gives s on one line: every run of blanks (Unicode ones and line ends
// too) is one space, zero-width characters are gone, the typographic
// hyphens are the plain one, nothing else changes.
func Fold(s string) string {
	if folded(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	b, _ = appendFolded(b, s, 0)
	return strings.TrimSuffix(string(b), " ")
}

func folded(s string) bool {
	blank := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == 0x7f || (c == ' ' && blank) {
			return false
		}
		blank = c == ' '
	}
	return !blank || s == ""
}

// appendFolded appends s to b with its blanks folded; a blank is left out at
// the start position and after another one. It reports whether s began with a
// blank.
func appendFolded[T string | []byte](b []byte, s T, start int) ([]byte, bool) {
	led := false
	for i := 0; i < len(s); {
		c := s[i]
		if c > ' ' && c < 0x7f {
			end := i + wordsLen(s[i:])
			b = append(b, s[i:end]...)
			i = end
			continue
		}
		if c <= ' ' || c == 0x7f {
			led = led || i == 0
			b = appendBlank(b, start)
			i++
			continue
		}
		end := min(i+utf8.UTFMax, len(s))
		r, n := utf8.DecodeRuneInString(string(s[i:end]))
		switch {
		case zeroWidth(r):
		case r == '\u2010' || r == '\u2011': // hyphens that only print differently
			b = append(b, '-')
		case unicode.IsSpace(r) || r == '\u3164':
			led = led || i == 0
			b = appendBlank(b, start)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return b, led
}

// wordsLen is the length of the ASCII words at the start of s that are parted by
// single blanks.
func wordsLen[T string | []byte](s T) int {
	for i := 1; i < len(s); i++ {
		if c := s[i]; (c <= ' ' || c >= 0x7f) && (c != ' ' || i+1 >= len(s) || s[i+1] <= ' ' || s[i+1] >= 0x7f) {
			return i
		}
	}
	return len(s)
}

func appendBlank(b []byte, start int) []byte {
	if len(b) > start && b[len(b)-1] != ' ' {
		return append(b, ' ')
	}
	return b
}

func zeroWidth(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff', '\u00ad', '\u034f', '\u061c':
		return true
	}
	return r >= '\u202a' && r <= '\u202e'
}

// Key is what labels and headers are compared by: letters and digits in lower
// case, everything else one space; "Circuit(s)" is "circuits".
func Key(s string) string { return string(appendKey(make([]byte, 0, len(s)), s)) }

func appendKey(b []byte, s string) []byte {
	start := len(b)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
				b = append(b, c)
			case 'A' <= c && c <= 'Z':
				b = append(b, c+'a'-'A')
			case c == '(' && pluralHint(s[i:]):
				b = append(b, 's')
				i += 2
			case c == '\'': // customer's
			default:
				b = appendBlank(b, start)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if r >= 0xff01 && r <= 0xff5e { // full width ASCII
			r -= 0xfee0
		}
		switch {
		case zeroWidth(r) || r == '’' || r == '‘':
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			b = utf8.AppendRune(b, unicode.ToLower(r))
		default:
			b = appendBlank(b, start)
		}
	}
	if len(b) > start && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

func pluralHint(s string) bool {
	return len(s) >= 3 && (s[1] == 's' || s[1] == 'S') && s[2] == ')'
}

// Plain gives s in lower case with blanks folded and typographic quotes and
// dashes as ASCII: the form in which sentences are searched.
func Plain(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		b, _ := appendFolded(make([]byte, 0, len(s)), s, 0)
		for i, c := range b {
			if 'A' <= c && c <= 'Z' {
				b[i] = c + 'a' - 'A'
			}
		}
		return strings.TrimSuffix(string(b), " ")
	}
	return strings.ToLower(plainer.Replace(Fold(s)))
}

var plainer = strings.NewReplacer(
	"’", "'", "‘", "'", "‚", "'", "′", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`,
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-", "：", ":", "（", "(", "）", ")")

// Clip gives at most max bytes of s, cut between characters.
func Clip(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for max > 0 && !utf8.RuneStart(s[max]) {
		max--
	}
	return s[:max]
}

// FirstWord is the text of s up to the first blank.
func FirstWord(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i]
	}
	return s
}

// None reports whether a cell says that it has no value: empty, dashes,
// underscores, N/A, none, nil.
func None(s string) bool {
	switch Key(s) {
	case "", "n a", "na", "none", "nil", "null", "not applicable", "not available", "tbd":
		return true
	}
	return false
}
