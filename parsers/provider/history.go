package provider

import (
	"slices"
	"strings"

	"lineman/parsers"
)

// leastLabels is how many different labels make a notice of what stands above
// a quoted one. A note of a person above a forward has fewer.
const leastLabels = 3

var (
	quoteLine    = lazy(`(?i)^(?:on|am|le|el|il|op|den|em) .{6,200}(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu)\b.{0,120}:$`)
	quoteBar     = lazy(`(?i)^-{2,} ?(?:original message|forwarded message|ursprüngliche nachricht|message d.origine|mensaje original|messaggio originale|oorspronkelijk bericht) ?-{2,}$|^begin forwarded message:$`)
	quoteFrom    = lazy(`(?i)^(?:from|von|de|da|van|från|差出人) ?[:：]`)
	quoteSubject = lazy(`(?i)^(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|件名) ?[:：]`)
)

// withoutHistory leaves of the labels those that stand above the first quoted
// mail, if they are a notice of their own; end is the line at which it begins.
func withoutHistory(d *parsers.Document, pairs []parsers.Pair, end int) ([]parsers.Pair, int) {
	seen := make(map[string]bool, 8)
	next := 0
	for i := range d.Lines[:end] {
		if len(seen) >= leastLabels && quoteBegins(d, i, end) {
			return pairs[:next], i
		}
		for next < len(pairs) && pairs[next].Line <= i {
			if pairs[next].Value != "" {
				seen[pairs[next].Field] = true
			}
			next++
		}
	}
	return pairs, end
}

// formerWord are the words before or in a label that say that its time holds
// no longer.
var formerWord = lazy(`(?i)\b(?:original(?:ly)?|previous(?:ly)?|old|former|initial|earlier|prior)\b[ \w]*$`)

// withoutFormer drops of some fields the labels of times that were
// ("Original start date"), if there are others.
func withoutFormer(d *parsers.Document, pairs []parsers.Pair, fields ...string) []parsers.Pair {
	former := func(p parsers.Pair) bool {
		before, _, _ := strings.Cut(d.Lines[p.Line].Text, p.Label)
		return slices.Contains(fields, p.Field) && (formerWord.MatchString(parsers.Clip(before, 80)) || formerWord.MatchString(parsers.Clip(p.Label, 80)))
	}
	now := false
	for _, p := range pairs {
		now = now || slices.Contains(fields, p.Field) && p.Value != "" && !former(p)
	}
	if !now {
		return pairs
	}
	return slices.DeleteFunc(slices.Clone(pairs), former)
}

// quoteBegins tells whether a line is above a quoted mail: the sentence or the
// bar that mail programs put there, or a From that a Subject follows.
func quoteBegins(d *parsers.Document, line, end int) bool {
	text := strings.TrimLeft(d.Lines[line].Text, "> *")
	if text == "" || len(text) > 260 {
		return false
	}
	colon := text[len(text)-1] == ':' // few lines are worth an expression
	if (colon || text[0] == '-') && quoteBar.MatchString(text) || colon && quoteLine.MatchString(text) {
		return true
	}
	if head := parsers.Clip(text, 16); !strings.ContainsAny(head, ":：") || !quoteFrom.MatchString(head) {
		return false
	}
	for i := line + 1; i < min(line+7, end); i++ {
		if quoteSubject.MatchString(strings.TrimLeft(d.Lines[i].Text, "> *")) {
			return true
		}
	}
	return false
}
