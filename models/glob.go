package models

import (
	"strings"
	"unicode/utf8"
)

// Glob reports whether a pattern matches the whole of a text: * is any run of
// characters, ? is one, [abc] and [a-z] are one of a set, [!abc] is one that is
// not in it; everything else stands for itself. There is no escape, and a [
// that is never closed stands for itself, as in the shell patterns that access
// lists of chat bots are written in.
func Glob(pattern, text string) bool {
	star, mark := -1, 0 // where to go on after the last *, and from which place of text
	p, t := 0, 0
	for t < len(text) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p+1, t
			p++
			continue
		}
		if used, size, ok := globOne(pattern[p:], text[t:]); ok {
			p, t = p+used, t+size
			continue
		}
		if star < 0 {
			return false
		}
		_, size := utf8.DecodeRuneInString(text[mark:])
		mark += size
		p, t = star, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// GlobFold is Glob without regard to case.
func GlobFold(pattern, text string) bool {
	return Glob(strings.ToLower(pattern), strings.ToLower(text))
}

// globOne matches one character; used are the bytes of the pattern for it.
func globOne(pattern, text string) (used, size int, ok bool) {
	if pattern == "" {
		return 0, 0, false
	}
	r, size := utf8.DecodeRuneInString(text)
	if pattern[0] == '?' {
		return 1, size, true
	}
	if set, closed := globSet(pattern); closed {
		inner := set[1 : len(set)-1]
		negated := inner[0] == '!'
		if negated {
			inner = inner[1:]
		}
		return len(set), size, inSet(inner, r) != negated
	}
	want, used := utf8.DecodeRuneInString(pattern)
	return used, size, want == r
}

// globSet is the set that a pattern begins with. A ] right after the opening
// stands for itself.
func globSet(pattern string) (string, bool) {
	if pattern[0] != '[' {
		return "", false
	}
	from := 1
	if strings.HasPrefix(pattern[from:], "!") {
		from++
	}
	if strings.HasPrefix(pattern[from:], "]") {
		from++
	}
	end := strings.IndexByte(pattern[from:], ']')
	if end < 0 {
		return "", false
	}
	return pattern[:from+end+1], true
}

func inSet(set string, r rune) bool {
	list := []rune(set)
	for i := 0; i < len(list); i++ {
		if i+2 < len(list) && list[i+1] == '-' {
			if list[i] <= r && r <= list[i+2] {
				return true
			}
			i += 2
			continue
		}
		if list[i] == r {
			return true
		}
	}
	return false
}
