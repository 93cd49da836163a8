package parsers

import (
	"strings"
	"unicode/utf8"
)

// Limits of what is looked at as a label.
const (
	maxLabel       = 80 // bytes before a colon
	maxInlineWords = 6  // words of a label in the middle of a line
)

// Labels is the vocabulary of a layout: which labels name which field. It is
// immutable and may be shared.
type Labels struct {
	exact  map[string]string
	prefix []aliasRule
	suffix []aliasRule
	loose  bool
}

type aliasRule struct{ key, field string }

// NewLabels makes a vocabulary from field → labels. Labels are compared by
// Key; a label that ends in "*" stands for all that start with these words,
// one that starts with "*" for all that end so.
func NewLabels(fields map[string][]string) *Labels {
	l := &Labels{exact: map[string]string{}}
	for field, labels := range fields {
		for _, label := range labels {
			key := Key(label)
			switch {
			case strings.HasSuffix(label, "*"):
				l.prefix = append(l.prefix, aliasRule{key, field})
			case strings.HasPrefix(label, "*"):
				l.suffix = append(l.suffix, aliasRule{key, field})
			default:
				l.exact[key] = field
			}
		}
	}
	return l
}

// Loose gives the same vocabulary for a layout whose plain text may keep but
// one blank between a label and its value ("Activity Status Scheduled"). Only
// labels without "*" are seen so.
func (l *Labels) Loose() *Labels {
	loose := *l
	loose.loose = true
	return &loose
}

// Field gives the field that a label names, or "".
func (l *Labels) Field(label string) string {
	var buf [maxLabel + 16]byte
	return l.field(appendKey(buf[:0], label))
}

func (l *Labels) field(key []byte) string {
	if len(key) == 0 {
		return ""
	}
	if f, ok := l.exact[string(key)]; ok {
		return f
	}
	best, size := "", 0
	for _, r := range l.prefix {
		if len(r.key) > size && len(key) >= len(r.key) && string(key[:len(r.key)]) == r.key && wordEnd(key[len(r.key):]) {
			best, size = r.field, len(r.key)
		}
	}
	for _, r := range l.suffix {
		if len(r.key) > size && len(key) >= len(r.key) && string(key[len(key)-len(r.key):]) == r.key {
			best, size = r.field, len(r.key)
		}
	}
	return best
}

// wordEnd tells whether a word, or its plural, ends before rest.
func wordEnd(rest []byte) bool {
	if len(rest) > 0 && rest[0] == 's' {
		rest = rest[1:]
	}
	return len(rest) == 0 || !isLetter(rest[0]) && rest[0] < utf8.RuneSelf
}

// Pair is a label of the vocabulary with its value.
type Pair struct {
	Field  string
	Label  string // as the document has it
	Value  string // on the line of the label, else the next line that is no label
	Line   int    // of the label
	At     int    // line of Value
	End    int    // first line that belongs to the next label; len(Lines) for the last
	Struck bool   // the line, or that of the value, is struck through
}

// Pairs lists the labels of the vocabulary that the document has, in order.
// A label is what stands before a colon, a bold beginning of a line, the first
// of two cells, or a line of its own; several may share a line. The slice must
// not be changed.
func (d *Document) Pairs(l *Labels) []Pair {
	if d.pairsBy != l {
		d.pairsBy, d.pairs = l, d.findPairs(l)
	}
	return d.pairs
}

func (d *Document) findPairs(l *Labels) []Pair {
	pairs := make([]Pair, 0, 16)
	for i := range d.Lines {
		pairs = l.scanLine(pairs, &d.Lines[i], i)
	}
	for i := range pairs {
		p := &pairs[i]
		p.End = len(d.Lines)
		if i+1 < len(pairs) {
			p.End = max(pairs[i+1].Line, p.Line)
		}
		d.valueBelow(p)
	}
	return pairs
}

// valueBelow takes the value of a label from the lines below it: the first
// that is not struck through, else the first of those.
func (d *Document) valueBelow(p *Pair) {
	if p.Value != "" {
		return
	}
	for at := p.Line + 1; at < p.End; at++ {
		t := strings.TrimLeft(d.Lines[at].Text, ":：-| ")
		struck := d.Lines[at].Struck
		if t == "" || struck && p.Value != "" {
			continue
		}
		p.Value, p.At = t, at
		if !struck {
			return
		}
	}
	p.Struck = p.Struck || p.Value != ""
}

func (l *Labels) scanLine(pairs []Pair, line *Line, n int) []Pair {
	label, value, field := l.split(line)
	if field == "" {
		return l.inline(pairs, line.Text, n, line.Struck)
	}
	pairs = append(pairs, Pair{Field: field, Label: label, Value: value, Line: n, At: n, Struck: line.Struck})
	first := len(pairs) - 1
	rest := l.inline(pairs, value, n, line.Struck)
	if len(rest) > len(pairs) {
		cut := strings.Index(value, rest[first+1].Label)
		rest[first].Value = strings.TrimRight(value[:max(cut, 0)], " ,;|-")
	}
	return rest
}

// split tells whether a line begins with a label of the vocabulary.
func (l *Labels) split(line *Line) (label, value, field string) {
	text := line.Text
	if i, n := colon(text); i > 0 && i <= maxLabel {
		if f := l.Field(text[:i]); f != "" {
			return text[:i], strings.TrimLeft(text[i+n:], ":： "), f
		}
	}
	if h := line.Head; h > 0 && h <= maxLabel && h <= len(text) {
		if f := l.Field(text[:h]); f != "" {
			return strings.TrimSpace(text[:h]), strings.TrimLeft(text[h:], ":：-| "), f
		}
	}
	if i := strings.IndexByte(text, '|'); i > 0 && i <= maxLabel {
		if f := l.Field(text[:i]); f != "" {
			return strings.TrimSpace(text[:i]), strings.Trim(text[i+1:], "| "), f
		}
	}
	if i := strings.IndexByte(line.Raw, '\t'); i > 0 && i <= maxLabel {
		if f := l.Field(line.Raw[:i]); f != "" {
			return Fold(line.Raw[:i]), Fold(line.Raw[i+1:]), f
		}
	}
	whole := ""
	if len(text) > 0 && len(text) <= maxLabel {
		whole = l.Field(text)
	}
	if whole != "" && l.exact[Key(text)] == whole || line.Raw == "" {
		return text, "", whole
	}
	raw := strings.TrimLeft(line.Raw, " ")
	if i := strings.Index(raw, "  "); i > 0 && i <= maxLabel {
		if f := l.Field(raw[:i]); f != "" {
			return Fold(raw[:i]), Fold(raw[i+1:]), f
		}
	}
	if l.loose {
		if label, value, field = l.leading(text); field != "" {
			return label, value, field
		}
	}
	return text, "", whole
}

// leading finds the longest label that a text begins with.
func (l *Labels) leading(text string) (label, value, field string) {
	end := 0
	for w := 0; w < maxInlineWords && end < len(text) && end <= maxLabel; w++ {
		n := strings.IndexByte(text[end+1:], ' ')
		if n < 0 {
			break
		}
		end += 1 + n
		var buf [maxLabel + 16]byte
		if f, ok := l.exact[string(appendKey(buf[:0], Clip(text[:end], maxLabel)))]; ok {
			label, value, field = text[:end], strings.TrimLeft(text[end:], ":：- "), f
		}
	}
	return label, value, field
}

// inline finds labels of the vocabulary in the middle of a text, each ended by
// a colon.
func (l *Labels) inline(pairs []Pair, text string, n int, struck bool) []Pair {
	first, from := len(pairs), 0
	for from < len(text) {
		i, size := colon(text[from:])
		if i < 0 {
			break
		}
		end := from + i
		if start, field := l.endingAt(text[max(0, end-maxLabel):end]); field != "" {
			start += max(0, end-maxLabel)
			if len(pairs) > first {
				last := &pairs[len(pairs)-1]
				if cut := strings.LastIndex(text[:start], last.Label); cut >= 0 {
					last.Value = strings.Trim(text[cut+len(last.Label):start], ":： ,;|-")
				}
			}
			pairs = append(pairs, Pair{Field: field, Label: text[start:end], Line: n, At: n, Struck: struck,
				Value: strings.TrimLeft(text[end+size:], ":： ")})
		}
		from = end + size
	}
	return pairs
}

// endingAt finds the longest label that ends where text ends.
func (l *Labels) endingAt(text string) (start int, field string) {
	at := len(text)
	for w := 0; w < maxInlineWords && at > 0; w++ {
		at = strings.LastIndexByte(strings.TrimRight(text[:at], " "), ' ') + 1
		if f := l.Field(text[at:]); f != "" {
			start, field = at, f
		}
	}
	return start, field
}

// colon gives the position of the first colon that is not inside a time or an
// address, and its length; -1 if there is none.
func colon(s string) (at, size int) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ':':
			digits := i > 0 && i+1 < len(s) && isDigit(s[i-1]) && isDigit(s[i+1])
			if !digits && !strings.HasPrefix(s[i+1:], "//") {
				return i, 1
			}
		case c >= utf8.RuneSelf && strings.HasPrefix(s[i:], "："):
			return i, len("：")
		}
	}
	return -1, 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// First gives the first pair of a field that has a value and is not struck
// through; a struck one only if there is no other.
func First(pairs []Pair, field string) (Pair, bool) {
	var struck Pair
	for _, p := range pairs {
		if p.Field != field || p.Value == "" {
			continue
		}
		if !p.Struck {
			return p, true
		}
		if struck.Value == "" {
			struck = p
		}
	}
	return struck, struck.Value != ""
}
