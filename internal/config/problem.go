package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is a configuration that cannot be used: every problem that was found,
// one line each, naming the key, what is wrong and what to do. It holds no
// value of a secret.
type Error struct {
	Problems []string
}

// Error gives the lines.
func (e *Error) Error() string { return strings.Join(e.Problems, "\n") }

// problem is one line of an Error.
type problem struct {
	key  string // path of the key; empty: the file or a variable as a whole
	at   place
	text string
}

// place is where a value was given: a file and line, or a variable.
type place struct {
	name string
	line int // 0: a variable, or not known
}

func (p place) String() string {
	if p.line == 0 {
		return p.name
	}
	return fmt.Sprintf("%s:%d", p.name, p.line)
}

// problems collects what is wrong, and remembers where each key was given.
type problems struct {
	list  []problem
	where map[string]place
}

// maxProblems is how many are shown.
const maxProblems = 50

// add records a problem with the key at the place where it was given.
func (p *problems) add(key, format string, args ...any) {
	p.addAt(p.where[key], key, format, args...)
}

func (p *problems) addAt(at place, key, format string, args ...any) {
	p.list = append(p.list, problem{key: key, at: at, text: fmt.Sprintf(format, args...)})
}

// forget drops what was wrong with a key and all below it, because it was
// given again.
func (p *problems) forget(key string) {
	p.list = slices.DeleteFunc(p.list, func(q problem) bool { return q.key != "" && under(key, q.key) })
}

// about reports whether something is wrong with key already.
func (p *problems) about(key string) bool {
	return slices.ContainsFunc(p.list, func(q problem) bool { return q.key == key })
}

// under reports whether key is parent or below it.
func under(parent, key string) bool {
	rest, ok := strings.CutPrefix(key, parent)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b problem) int {
		return cmp.Or(strings.Compare(a.at.name, b.at.name), cmp.Compare(a.at.line, b.at.line))
	})
	e := &Error{}
	for _, q := range p.list {
		if len(e.Problems) == maxProblems {
			e.Problems = append(e.Problems, fmt.Sprintf("and %d more", len(p.list)-maxProblems))
			break
		}
		var line []string
		for _, part := range []string{q.at.String(), q.key, q.text} {
			if part != "" {
				line = append(line, part)
			}
		}
		e.Problems = append(e.Problems, oneLine(strings.Join(line, ": ")))
	}
	return e
}

// oneLine keeps a problem on its line, whatever a key holds.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
