package parsers

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a table that was flattened.
const (
	maxFlatCell  = 120 // bytes; longer lines are sentences
	maxFlatHeads = 30
	maxFlatGuess = 2 // headers in a row that the vocabulary does not know
)

// RowsAbove gives the data rows of Rows that stand above the line end; without
// any, those of tables that a converter to text flattened. The error tells of
// such a table that breaks off within a row: rows are missing then.
func (d *Document) RowsAbove(end int, c *Columns) ([]Row, error) {
	rows := d.Rows(c)
	if len(rows) == 0 {
		return d.flatRows(end, c)
	}
	above := make([]Row, 0, len(rows))
	for _, r := range rows {
		if r.Line < end {
			above = append(above, r)
		}
	}
	return above, nil
}

// flatRows gives the data rows of tables that were flattened into one line for
// each cell: a run of headers, then as many lines for each row. The vocabulary
// must know the first and the last header. A table ends where a line is too
// long for a cell, where an empty line cuts a row, or where the required cells
// no longer look like those of the first row (digits or none). Cells that were
// empty cannot be told from others, so such a row ends the table too; the error
// tells of it, see flatTable.torn.
func (d *Document) flatRows(end int, c *Columns) (rows []Row, err error) {
	end = min(end, len(d.Lines))
	for i := 0; i < end; i++ {
		heads, spaced := c.flatHeads(d, i)
		if len(heads) < 2 {
			continue
		}
		t := flatTable{d: d, c: c, headAt: i, at: i + len(heads), end: end, heads: heads, spaced: spaced}
		t.read()
		rows = append(rows, t.rows...)
		if torn := t.torn(); err == nil {
			err = torn
		}
		i = t.at - 1
	}
	return rows, err
}

// flatHeads lists the fields of the headers that begin at a line, "" for an
// unknown one; spaced tells that empty lines stand between them.
func (c *Columns) flatHeads(d *Document, at int) (heads []string, spaced bool) {
	if c.labels.Field(d.Lines[at].Text) == "" {
		return nil, false
	}
	last, seen := 0, map[string]bool{}
	for i := at; i < len(d.Lines) && len(heads) < maxFlatHeads; i++ {
		line := d.Lines[i]
		f := ""
		if len(line.Text) <= maxLabel {
			f = c.labels.Field(line.Text)
		}
		if seen[f] || f == "" && i-at-last > maxFlatGuess-1 {
			break
		}
		if f != "" {
			last, seen[f] = i-at, true
		}
		heads = append(heads, f)
	}
	heads = heads[:last+1]
	for i := range heads {
		spaced = spaced || i > 0 && d.Lines[at+i].Gap
	}
	for _, r := range c.required {
		if !seen[r] {
			return nil, false
		}
	}
	return heads, spaced
}

// flatTable is one flattened table, while it is read.
type flatTable struct {
	d          *Document
	c          *Columns
	headAt, at int // lines of the headers and of the next row
	end        int
	heads      []string // fields of the headers, "" for an unknown one
	spaced     bool     // by empty lines between the cells
	rows       []Row
	shapes     map[string]map[string]bool // of the cells of a field
}

// read reads the rows below the headers. Headers that come again begin another
// table.
func (t *flatTable) read() {
	t.shapes = make(map[string]map[string]bool, len(t.heads))
	for ; t.at+len(t.heads) <= t.end; t.at += len(t.heads) {
		if again, _ := t.c.flatHeads(t.d, t.at); len(again) > 1 {
			return
		}
		values := make(map[string]string, len(t.heads))
		for k, f := range t.heads {
			line := t.d.Lines[t.at+k]
			if len(line.Text) > maxFlatCell || k > 0 && line.Gap && !t.spaced {
				return
			}
			if f != "" {
				values[f] = line.Text
			}
		}
		if !t.alike(values) {
			return
		}
		for f, v := range values {
			if t.shapes[f] == nil {
				t.shapes[f] = map[string]bool{}
			}
			t.shapes[f][shapeOf(v)] = true
		}
		t.rows = append(t.rows, t.c.Row(t.at, t.headAt, values))
	}
}

// alike tells whether a row has its required cells where the rows above it have
// them.
func (t *flatTable) alike(values map[string]string) bool {
	if len(t.rows) == 0 {
		return true
	}
	for _, r := range t.c.required {
		if hasDigit(t.rows[0].Get(r)) != hasDigit(values[r]) {
			return false
		}
		if seen := t.shapes[r]; hasDigit(values[r]) && !seen[shapeOf(values[r])] {
			for f, v := range values {
				if s := shapeOf(v); seen[s] && !t.shapes[f][s] {
					return false
				}
			}
		}
	}
	return true
}

// torn tells of cells of another row below the last one that was read: lines
// that look like the required cells above them, or the first lines below
// headers to which no row belongs.
func (t *flatTable) torn() error {
	size := len(t.heads)
	for i := t.at; i < min(t.end, t.at+2*size); i++ {
		line := t.d.Lines[i]
		if again, _ := t.c.flatHeads(t.d, i); len(again) > 1 {
			break
		}
		near := i < t.at+size && !(i > t.at && line.Gap && !t.spaced)
		switch {
		case len(t.rows) == 0 && (!near || len(line.Text) > maxFlatCell || strings.HasSuffix(line.Text, ".")):
			return nil
		case len(line.Text) > maxFlatCell || !hasDigit(line.Text):
			continue
		case len(t.rows) == 0 || t.required(line.Text, i < t.at+size):
			return fmt.Errorf("the table of %s breaks off within the row of %q: a cell is missing there, and the rows from it on could not be read",
				t.names(), Clip(line.Text, maxFlatCell))
		}
	}
	return nil
}

// required tells whether a text looks like a required cell of the rows; near
// the last row, any id does where those are ids.
func (t *flatTable) required(text string, near bool) bool {
	s := shapeOf(text)
	for _, r := range t.c.required {
		if t.shapes[r][s] || near && likeID(text) && likeID(t.rows[0].Get(r)) {
			return true
		}
	}
	return false
}

// names are the headers as written.
func (t *flatTable) names() string {
	names := make([]string, len(t.heads))
	for i := range names {
		names[i] = Clip(t.d.Lines[t.headAt+i].Text, 40)
	}
	return strings.Join(names, ", ")
}

// shapeOf writes a text with A for letters and 9 for digits: "A-9 A" of "C-12 ab".
func shapeOf(text string) string {
	var b strings.Builder
	last := byte(0)
	for i := range len(text) {
		c := text[i]
		switch {
		case isDigit(c):
			c = '9'
		case isLetter(c) || c >= utf8.RuneSelf:
			c = 'A'
		}
		if c != last || c != 'A' && c != '9' {
			b.WriteByte(c)
		}
		last = c
	}
	return b.String()
}

// likeID tells whether a text is one word of letters and digits, as ids are.
func likeID(text string) bool {
	return hasDigit(text) && strings.ContainsFunc(text, unicode.IsLetter) && !strings.ContainsAny(text, " @") && !strings.Contains(text, "://")
}

func hasDigit(text string) bool { return strings.ContainsAny(text, "0123456789") }
