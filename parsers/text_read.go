package parsers

import (
	"fmt"
	"strings"
)

// maxTextComment is how far behind the line on which an HTML comment begins its
// end is looked for.
const maxTextComment = 4096

// maxTextCells is how many cells the tables of a plain text may have together.
const maxTextCells = 300_000

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
		if strings.Trim(text, "*_-=+| :") == "" {
			tab.gap = tab.gap || text == ""
			gap = true
			continue
		}
		text = strings.TrimSpace(strings.Trim(text, "|"))
		head := 0
		text, head = unstar(text)
		line := Line{Text: text, Raw: raw, Head: head, Gap: gap}
		tab.add(d, line)
		if tab.cells > maxTextCells {
			return nil, fmt.Errorf("read text: more than %d cells of tables: %w", maxTextCells, ErrLimit)
		}
		d.Lines = append(d.Lines, line)
		gap = false
	}
	tab.end(d)
	d.join()
	return d, nil
}

// dropComment takes an HTML comment out of the text; one that never ends is
// text.
func dropComment(raw, rest string, at int) (string, string) {
	if i := strings.Index(raw[at:], "-->"); i >= 0 {
		return raw[:at] + raw[at+i+len("-->"):], rest
	}
	end := strings.Index(rest[:min(len(rest), maxTextComment+len("-->"))], "-->")
	if end < 0 {
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
// line ("*Start:*", "**Start:**") and tells how long that beginning is.
func unstar(s string) (string, int) {
	mark := "*"
	if strings.HasPrefix(s, "**") {
		mark = "**"
	}
	rest, ok := strings.CutPrefix(s, mark)
	if !ok || rest == "" || rest[0] == '*' || rest[0] == ' ' {
		return s, 0
	}
	bold, rest, ok := strings.Cut(rest, mark)
	if !ok || bold == "" || len(bold) > 2*maxLabel {
		return s, 0
	}
	if rest != "" && !strings.HasPrefix(rest, " ") && !strings.HasSuffix(bold, " ") {
		return bold + " " + rest, len(bold)
	}
	return strings.TrimSpace(bold + rest), len(strings.TrimSpace(bold))
}

// textTable collects lines that look like rows. An empty line or a rule may
// stand between two rows that have the same number of cells.
type textTable struct {
	cells int // of all tables so far
	rows  [][]Cell
	first int
	gap   bool
}

func (t *textTable) add(d *Document, l Line) {
	cells := textCells(l.Raw)
	t.cells += len(cells)
	if n := len(t.rows); len(cells) < 2 || t.gap && n > 0 && len(t.rows[n-1]) != len(cells) {
		t.end(d)
	}
	if t.gap = false; len(cells) < 2 {
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
	t.rows, t.gap = nil, false
}

// textCells splits a line at pipes, else at tabs, else at gaps of two blanks
// and more.
func textCells(raw string) []Cell {
	var parts []string
	trimmed := strings.TrimSpace(raw)
	switch {
	case strings.Contains(trimmed, "|"):
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
