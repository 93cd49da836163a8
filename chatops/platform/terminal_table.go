package platform

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"lineman/chatops"
)

const (
	columnGap   = 2
	leastColumn = 10 // columns are not made narrower than this to fit
)

// table draws aligned columns. Columns too wide for the screen are wrapped
// inside their cells, so that nothing is cut off; when there is no room even
// for that, each row becomes a list of facts.
func (d drawing) table(t chatops.Table) string {
	if len(t.Columns) == 0 {
		return ""
	}
	var list []string
	if title := chatops.CleanLine(t.Title); title != "" {
		list = append(list, wrap(title, d.width)...)
	}
	head, rows := d.tableRows(t)
	return lines(slices.Concat(list, head, rows))
}

// tableRows draws the names of the columns, and each row as lines of its own;
// without names where each row is a list of facts.
func (d drawing) tableRows(t chatops.Table) (head, drawn []string) {
	rows := [][]string{make([]string, len(t.Columns))}
	for i, c := range t.Columns {
		rows[0][i] = strings.ToUpper(chatops.CleanLine(c))
	}
	for _, row := range t.Rows {
		cells := make([]string, len(t.Columns))
		for i := range min(len(row), len(cells)) {
			cells[i] = strings.Join(strings.Fields(d.inline(row[i])), " ")
		}
		rows = append(rows, cells)
	}
	widths, fits := fit(rows, d.width)
	if !fits {
		return nil, d.records(rows)
	}
	for _, row := range rows[1:] {
		drawn = append(drawn, strings.Join(cells(row, widths), "\n"))
	}
	return cells(rows[0], widths), drawn
}

// cells draws one row, on as many lines as its highest cell needs.
func cells(row []string, widths []int) []string {
	wrapped := make([][]string, len(row))
	height := 1
	for i, cell := range row {
		wrapped[i] = wrap(cell, widths[i])
		height = max(height, len(wrapped[i]))
	}
	list := make([]string, height)
	for n := range list {
		var b strings.Builder
		for i := range row {
			text := ""
			if n < len(wrapped[i]) {
				text = wrapped[i][n]
			}
			b.WriteString(pad(text, widths[i]+columnGap))
		}
		list[n] = strings.TrimRight(b.String(), " ")
	}
	return list
}

// records draws each row as facts.
func (d drawing) records(rows [][]string) []string {
	var list []string
	for _, row := range rows[1:] {
		var f chatops.Facts
		for i, cell := range row {
			f.Items = append(f.Items, chatops.Fact{Name: strings.ToLower(rows[0][i]), Value: chatops.T("%s", cell)})
		}
		list = append(list, d.facts(f))
	}
	return list
}

// fit finds the widths of columns: the natural ones, the widest narrowed until
// the line fits into limit (0: no limit). Words are broken only when there is
// no other way, in the first column last, so that a name can be copied.
func fit(rows [][]string, limit int) ([]int, bool) {
	widths := make([]int, len(rows[0]))
	words := make([]int, len(rows[0])) // the longest word of each column
	least := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], textWidth(cell))
			for _, word := range strings.Fields(cell) {
				words[i] = max(words[i], textWidth(word))
			}
		}
	}
	for i := range least {
		least[i] = min(words[i], leastColumn)
	}
	if limit <= 0 {
		return widths, true
	}
	named := slices.Clone(least)
	named[0] = words[0]
	for _, floor := range [][]int{words, named, least} {
		if narrow(widths, floor, limit) {
			return widths, true
		}
	}
	return nil, false
}

// narrow takes from the widest column that may still give until the line fits.
func narrow(widths, least []int, limit int) bool {
	total := columnGap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; total > limit; total-- {
		widest := -1
		for i, w := range widths {
			if w > least[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return false
		}
		widths[widest]--
	}
	return true
}

// wrap breaks a line at blanks, and inside of words that are longer than the
// width (0: no limit). It gives at least one line.
func wrap(text string, limit int) []string {
	if limit <= 0 || textWidth(text) <= limit {
		return []string{text}
	}
	var list []string
	line, used := "", 0
	for _, word := range strings.Split(text, " ") {
		w := textWidth(word)
		if used > 0 && used+1+w <= limit {
			line, used = line+" "+word, used+1+w
			continue
		}
		if used > 0 {
			list = append(list, line)
		}
		for w > limit {
			head := cut(word, limit)
			list = append(list, head)
			word = word[len(head):]
			w = textWidth(word)
		}
		line, used = word, w
	}
	if used > 0 || len(list) == 0 {
		list = append(list, line)
	}
	return list
}

// cut gives the front of a word that fits, at least one character.
func cut(word string, limit int) string {
	used := 0
	for i, r := range word {
		used += runeWidth(r)
		if used > limit && i > 0 {
			return word[:i]
		}
	}
	return word
}

func pad(text string, to int) string {
	return text + strings.Repeat(" ", max(0, to-textWidth(text)))
}

// textWidth is the number of screen columns of a text.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
