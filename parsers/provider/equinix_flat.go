package provider

import (
	"strings"

	"lineman/parsers"
)

// maxFlatText is how much of one line is searched for rows.
const maxFlatText = 256 << 10

// flat reads circuit tables that a converter to plain text flattened. What
// stays of a row is "account product [IBX] serial …", with or without blanks
// between; the product is known from the heading or the label Products, the
// IBX from the label IBX(s).
func (e *equinixMail) flat() {
	products := e.products()
	places := strings.FieldsFunc(e.first("place"), func(r rune) bool { return r == ',' || r == ' ' || r == ';' || r == '/' })
	for i := 0; i < e.end; i++ {
		text := e.doc.Lines[i].Text
		at := flatHeader(text)
		if at < 0 {
			continue
		}
		withIBX := strings.Contains(text[:at], "IBX")
		names := products
		if heading := flatHeading(e, i); heading != "" {
			names = append([]string{asciiLower(heading)}, products...)
		}
		if rest := strings.TrimSpace(text[at:]); rest != "" { // all rows on the line of the header
			e.flatRows(rest, names, places, withIBX)
		}
		for i+1 < e.end && !e.doc.Lines[i+1].Gap && flatHeader(e.doc.Lines[i+1].Text) < 0 &&
			e.flatRows(e.doc.Lines[i+1].Text, names, places, withIBX) {
			i++
		}
	}
}

func (e *equinixMail) first(field string) string {
	p, _ := parsers.First(e.pairs, field)
	return p.Value
}

func (e *equinixMail) products() []string {
	var names []string
	for _, n := range strings.Split(e.first("goods"), ",") {
		if n = strings.TrimSpace(n); n != "" && len(names) < 50 {
			names = append(names, asciiLower(n))
		}
	}
	return names
}

// flatHeader tells where the header row of a flattened table ends, -1 if the
// line is none.
func flatHeader(text string) int {
	if !strings.Contains(text, "Account #") {
		return -1
	}
	end := -1
	for _, h := range []string{"Service Serial #", "ECX Port", "L2 Connection UUID", "L3 Subscription UUID", "Virtual Asset UUID"} {
		if i := strings.Index(text, h); i >= 0 {
			end = max(end, i+len(h))
		}
	}
	return end
}

// flatHeading is the product above the header row or before it on its line.
func flatHeading(e *equinixMail, line int) string {
	before, _, _ := strings.Cut(e.doc.Lines[line].Text, "Account #")
	if before = strings.TrimSpace(before); before != "" {
		return before
	}
	if line > 0 && len(e.doc.Lines[line-1].Text) <= 40 {
		return e.doc.Lines[line-1].Text
	}
	return ""
}

// flatRows reads every row of a text; false if it has none.
func (e *equinixMail) flatRows(text string, products, places []string, withIBX bool) bool {
	text = parsers.Clip(text, maxFlatText)
	low := asciiLower(text)
	next := make([]int, len(products)) // where each product stands, at from or later; -1: nowhere
	for k, p := range products {
		next[k] = strings.Index(low, p)
	}
	found := false
	for from := 0; ; {
		at, size := -1, 0
		for k, p := range products {
			if next[k] >= 0 && next[k] < from {
				if next[k] = strings.Index(low[from:], p); next[k] >= 0 {
					next[k] += from
				}
			}
			if i := next[k] - from; i > 0 && (at < 0 || i < at || i == at && len(p) > size) {
				at, size = i, len(p)
			}
		}
		if at < 0 {
			return found
		}
		account := lastWord(text[from : from+at])
		from += at + size
		rest := strings.TrimLeft(text[from:], " ")
		if withIBX {
			for _, p := range places {
				if cut, ok := strings.CutPrefix(rest, p); ok {
					rest = strings.TrimLeft(cut, " ")
					break
				}
			}
		}
		cid := parsers.FirstWord(parsers.Clip(rest, 200))
		if parsers.None(account) || parsers.None(cid) {
			continue
		}
		e.circuit(account, cid, "row of a flattened table")
		found = true
	}
}

func lastWord(s string) string {
	s = strings.TrimRight(s, " ")
	return s[strings.LastIndexByte(s, ' ')+1:]
}

// asciiLower keeps every byte at its place.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
