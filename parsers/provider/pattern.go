package provider

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first used: a
// program that reads one mail needs few of the many that the layouts have. Its
// methods are those of regexp.Regexp.
type pattern struct {
	get func() *regexp.Regexp
}

// lazy makes a pattern of an expression, which must compile; TestPatterns
// compiles them all.
func lazy(expression string) pattern {
	return pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
}

func (p pattern) MatchString(s string) bool              { return p.get().MatchString(s) }
func (p pattern) FindString(s string) string             { return p.get().FindString(s) }
func (p pattern) FindStringIndex(s string) []int         { return p.get().FindStringIndex(s) }
func (p pattern) FindStringSubmatch(s string) []string   { return p.get().FindStringSubmatch(s) }
func (p pattern) FindStringSubmatchIndex(s string) []int { return p.get().FindStringSubmatchIndex(s) }
func (p pattern) FindAllString(s string, n int) []string { return p.get().FindAllString(s, n) }
func (p pattern) Split(s string, n int) []string         { return p.get().Split(s, n) }

func (p pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.get().FindAllStringSubmatch(s, n)
}

func (p pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return p.get().FindAllStringSubmatchIndex(s, n)
}

func (p pattern) ReplaceAllString(s, replacement string) string {
	return p.get().ReplaceAllString(s, replacement)
}
