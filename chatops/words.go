package chatops

import (
	"slices"
	"strings"
	"unicode"
)

// word is one word of a command line. key is set for name=value, where the
// name and the equals sign stand outside quotes.
type word struct {
	text string // the whole word without quotes
	key  string // lower case; empty when the word is not name=value
	val  string
}

var smartQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "\u00a0", " ")

// words splits a command line at blanks. Quotes of either kind keep blanks
// together; a backslash before a quote or a backslash inside double quotes
// takes it literally. With an unbalanced quote, quotes are ordinary characters,
// so that "don't" can be written.
func words(line string) []word {
	line = strings.TrimSpace(smartQuotes.Replace(line))
	list, balanced := split(line, true)
	if !balanced {
		list, _ = split(line, false)
	}
	return list
}

func split(line string, quotes bool) ([]word, bool) {
	var (
		list  []word
		text  strings.Builder
		quote rune
		equal = -1 // place of the first equals sign, while nothing was quoted
		any   bool
	)
	flush := func() {
		if any {
			list = append(list, newWord(text.String(), equal))
		}
		text.Reset()
		equal, any = -1, false
	}
	runes := []rune(line)
	quoted := false
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote == '"' && r == '\\' && i+1 < len(runes) && (runes[i+1] == '"' || runes[i+1] == '\\'):
			i++
			text.WriteRune(runes[i])
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			text.WriteRune(r)
		case quotes && (r == '"' || r == '\''):
			quote, any, quoted = r, true, true
		case unicode.IsSpace(r):
			flush()
			quoted = false
		default:
			if r == '=' && equal < 0 && !quoted {
				equal = text.Len()
			}
			text.WriteRune(r)
			any = true
		}
	}
	flush()
	return list, quote == 0
}

func newWord(text string, equal int) word {
	w := word{text: text}
	if equal > 0 {
		w.key, w.val = strings.ToLower(text[:equal]), text[equal+1:]
	}
	return w
}

// prefixes are first words that only call lineman.
var prefixes = []string{"lineman", "@lineman"}

// commandLine splits what was written, without a leading slash and without the
// product's name before the command.
func commandLine(text string) []word {
	list := words(text)
	for n := 0; n < 2 && len(list) > 0; n++ {
		list[0].text = strings.TrimPrefix(list[0].text, "/")
		if list[0].text != "" && !slices.Contains(prefixes, strings.ToLower(list[0].text)) {
			break
		}
		list = list[1:]
	}
	return list
}
