package parsers

import (
	"fmt"
	"strings"
)

// ReadText reads a plain text part as the same Document that HTML gives:
// quote marks and comments that a converter left are dropped, *bold* labels
// are seen, and lines with pipes, tabs or wide gaps are tables.
func ReadText(src string, part int) (*Document, error) {
	if len(src) > maxDocText || strings.Count(src, "\n") > maxLines {
		return nil, fmt.Errorf("read text: more than %d bytes or %d lines: %w", maxDocText, maxLines, ErrLimit)
	}
	d := &Document{Part: part, Lines: make([]Line, 0, strings.Count(src, "\n")+1)}
	gap := false
	var tab textTable
	for src != "" {
		var raw string
		raw, src, _ = strings.Cut(src, "\n")
		if i := strings.Index(raw, "<!--"); i >= 0 {
			raw, src = dropComment(raw, src, i)
		}
		raw = unquote(strings.TrimRight(raw, "\r"))
		text := Fold(raw)
		if text == "" || strings.Trim(text, "*_-=+ ") == "" {
			tab.end(d)
			gap = true
			continue
		}
		head := 0
		text, head = unstar(text)
		line := Line{Text: text, Raw: raw, Head: head, Gap: gap}
		tab.add(d, line)
		d.Lines = append(d.Lines, line)
		gap = false
	}
	tab.end(d)
	var b strings.Builder
	for _, l := range d.Lines {
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	d.text = b.String()
	return d, nil
}

// dropComment takes an HTML comment out of the text; one that never ends is
// text.
func dropComment(raw, rest string, at int) (string, string) {
	if i := strings.Index(raw[at:], "-->"); i >= 0 {
		return raw[:at] + raw[at+i+len("-->"):], rest
	}
	end := strings.Index(rest, "-->")
	if end < 0 || end > 4096 {
		return raw, rest
	}
	return raw[:at], rest[end+len("-->"):]
}

// unquote drops the marks of a reply or forward ("> > ").
func unquote(s string) string {
	for {
		t := strings.TrimLeft(s, " ")
		if !strings.HasPrefix(t, ">") {
			return s
		}
		s = strings.TrimPrefix(t[1:], " ")
	}
}

// unstar drops the asterisks that stand for bold around the beginning of a
// line and tells how long that beginning is.
func unstar(s string) (string, int) {
	if len(s) < 3 || s[0] != '*' || s[1] == '*' || s[1] == ' ' {
		return s, 0
	}
	end := strings.IndexByte(s[1:], '*')
	if end < 0 || end > 2*maxLabel {
		return s, 0
	}
	bold, rest := s[1:1+end], s[2+end:]
	if rest != "" && !strings.HasPrefix(rest, " ") && !strings.HasSuffix(bold, " ") {
		return bold + " " + rest, len(bold)
	}
	return bold + rest, len(bold)
}

// textTable collects lines that look like rows.
type textTable struct {
	rows  [][]Cell
	first int
}

func (t *textTable) add(d *Document, l Line) {
	cells := textCells(l.Raw)
	if len(cells) < 2 {
		t.end(d)
		return
	}
	if len(t.rows) == 0 {
		t.first = len(d.Lines)
	}
	t.rows = append(t.rows, cells)
}

func (t *textTable) end(d *Document) {
	if len(t.rows) > 1 && len(d.Tables) < maxTables {
		d.Tables = append(d.Tables, &Table{Rows: t.rows, doc: d, line: t.first})
	}
	t.rows = nil
}

// textCells splits a line at pipes, else at tabs, else at gaps of two blanks
// and more.
func textCells(raw string) []Cell {
	var parts []string
	trimmed := strings.TrimSpace(raw)
	switch {
	case strings.Count(trimmed, "|") > 1 || strings.Contains(trimmed, " | "):
		parts = strings.Split(strings.Trim(trimmed, "|"), "|")
	case strings.Contains(trimmed, "\t"):
		parts = strings.Split(strings.Trim(raw, " \r\n"), "\t")
	case strings.Contains(trimmed, "  "):
		for _, p := range strings.Split(trimmed, "  ") {
			if strings.TrimSpace(p) != "" {
				parts = append(parts, p)
			}
		}
	default:
		return nil
	}
	if len(parts) < 2 {
		return nil
	}
	cells := make([]Cell, len(parts))
	for i, p := range parts {
		cells[i] = Cell{Colspan: 1, Rowspan: 1, text: Fold(p)}
	}
	return cells
}
