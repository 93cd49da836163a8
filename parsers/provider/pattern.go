package provider

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// pattern is a regular expression that is compiled when it is first used: a
// program that reads one mail needs few of the many that the layouts have. Its
// methods are those of regexp.Regexp.
type pattern struct {
	get   func() *regexp.Regexp
	words []string
}

// lazy makes a pattern of an expression, which must compile; TestPatterns
// compiles them all. Where words are given, in lower case, whatever matches
// has one of them in some letter case: other texts are not searched at all.
func lazy(expression string, words ...string) pattern {
	return pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) }), words}
}

// may tells cheaply whether a text can match.
func (p pattern) may(s string) bool {
	return len(p.words) == 0 || slices.ContainsFunc(p.words, func(w string) bool { return containsFold(s, w) })
}

// containsFold reports whether s has a word of lower-case ASCII letters in any
// letter case.
func containsFold(s, word string) bool {
	for i := 0; i+len(word) <= len(s); i++ {
		if s[i]|0x20 == word[0] && strings.EqualFold(s[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// MatchString is that of regexp.Regexp, as are the other methods.
func (p pattern) MatchString(s string) bool { return p.may(s) && p.get().MatchString(s) }

func (p pattern) FindString(s string) string             { return p.get().FindString(s) }
func (p pattern) FindStringIndex(s string) []int         { return p.get().FindStringIndex(s) }
func (p pattern) FindStringSubmatchIndex(s string) []int { return p.get().FindStringSubmatchIndex(s) }
func (p pattern) FindAllString(s string, n int) []string { return p.get().FindAllString(s, n) }
func (p pattern) Split(s string, n int) []string         { return p.get().Split(s, n) }

func (p pattern) FindStringSubmatch(s string) []string {
	if !p.may(s) {
		return nil
	}
	return p.get().FindStringSubmatch(s)
}

func (p pattern) FindAllStringSubmatch(s string, n int) [][]string {
	if !p.may(s) {
		return nil
	}
	return p.get().FindAllStringSubmatch(s, n)
}

func (p pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return p.get().FindAllStringSubmatchIndex(s, n)
}

func (p pattern) ReplaceAllString(s, replacement string) string {
	return p.get().ReplaceAllString(s, replacement)
}
