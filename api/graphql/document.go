package graphql

import (
	"strings"
	"unicode/utf8"

	"lineman/models"
)

// The limits of one query, beside those that the library holds.
const (
	maxAliases = 20
	maxRepeats = 2 // of a list in a query of the schema
)

// document is what is to be known of a query's text before it is run.
type document struct {
	aliases  int
	ofSchema bool           // asks for nothing but the schema itself
	names    map[string]int // how often each name stands in it
}

// examine looks through a query's text. What it takes for names and aliases is
// right for every text that is a query; the others are refused later.
func examine(text string) document {
	d := document{ofSchema: true, names: map[string]int{}}
	braces, round := 0, 0
	fragment, fresh := false, true // within a fragment's definition; before the first word of one
	last := ""
	for len(text) > 0 {
		var token string
		token, text = next(text)
		switch {
		case token == "":
			continue
		case token == "(":
			round++
		case token == ")":
			round--
		case round > 0: // arguments
		case token == "{":
			braces++
			fresh = false
		case token == "}":
			braces--
			if braces == 0 {
				fragment, fresh = false, true
			}
		case token == ":":
			d.aliases++
		case token == ".":
			d.ofSchema = d.ofSchema && (fragment || braces > 1)
		case letter(token[0]):
			d.names[token]++
			if braces == 0 && fresh {
				fragment, fresh = token == "fragment", false
			}
			alias := strings.HasPrefix(strings.TrimLeft(text, " \t\r\n,"), ":")
			if braces == 1 && !fragment && !alias && last != "@" && !strings.HasPrefix(token, "__") {
				d.ofSchema = false
			}
		}
		last = token
	}
	return d
}

// check refuses what is beyond the limits.
func (d document) check() error {
	if d.aliases > maxAliases {
		return models.Invalid("", "The query has %d aliases; at most %d are answered.", d.aliases, maxAliases)
	}
	// Lists of the schema, each within each other, would grow without bounds.
	for _, list := range []string{"types", "fields", "inputFields", "interfaces", "possibleTypes", "directives"} {
		if d.names[list] > maxRepeats {
			return models.Invalid("", "A query may ask for %s of the schema %d times; /graphql/schema gives all of it.", list, maxRepeats)
		}
	}
	return nil
}

// argumentAt names the argument whose value stands at a place of a query's
// text; empty when none does. Lines and columns count from 1.
func argumentAt(text string, line, column int) string {
	start := 0
	for range line - 1 {
		i := strings.IndexByte(text[start:], '\n')
		if i < 0 {
			return ""
		}
		start += i + 1
	}
	end := start
	for range column - 1 { // a column is a character
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	round, last, argument := 0, "", ""
	for text = text[:end]; len(text) > 0; {
		var token string
		if token, text = next(text); token == "" {
			continue
		}
		switch token {
		case "(":
			round++
		case ")":
			round--
			argument = ""
		case ":":
			if round > 0 {
				argument = last
			}
		}
		last = token
	}
	if round == 0 {
		return ""
	}
	return argument
}

// next cuts the first token off a query's text: a name, one other sign, or
// nothing where it was a blank, a comment or a string.
func next(text string) (token, rest string) {
	switch c := text[0]; {
	case c == '#':
		if i := strings.IndexAny(text, "\r\n"); i >= 0 {
			return "", text[i:]
		}
		return "", ""
	case strings.HasPrefix(text, `"""`):
		return "", afterBlock(text[3:])
	case c == '"':
		return "", afterString(text[1:])
	case letter(c):
		i := 1
		for i < len(text) && (letter(text[i]) || text[i] >= '0' && text[i] <= '9') {
			i++
		}
		return text[:i], text[i:]
	case c == ' ', c == '\t', c == '\r', c == '\n', c == ',':
		return "", text[1:]
	}
	return text[:1], text[1:]
}

func letter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func afterString(text string) string {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"', '\n', '\r':
			return text[i+1:]
		}
	}
	return ""
}

func afterBlock(text string) string {
	for {
		end := strings.Index(text, `"""`)
		if end < 0 {
			return ""
		}
		escaped := end > 0 && text[end-1] == '\\'
		text = text[end+3:]
		if !escaped {
			return text
		}
	}
}
