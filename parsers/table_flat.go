package parsers

import "strings"

// Limits of a table that was flattened.
const (
	maxFlatCell  = 120 // bytes; longer lines are sentences
	maxFlatHeads = 30
	maxFlatGuess = 2 // headers in a row that the vocabulary does not know
)

// FlatRows gives the data rows of tables that a converter to text flattened
// into one line for each cell: a run of headers, then as many lines for each
// row. It is for documents in which Rows finds nothing. The vocabulary must
// know the first and the last header. A table ends where a line is too long
// for a cell, where an empty line cuts a row, or where the required cells no
// longer look like those of the first row (digits or none); cells that were
// empty cannot be told from others, so such a row ends the table too.
func (d *Document) FlatRows(c *Columns) []Row {
	var rows []Row
	for i := 0; i < len(d.Lines); i++ {
		heads, spaced := c.flatHeads(d, i)
		if len(heads) < 2 {
			continue
		}
		rows, i = c.flatTable(rows, d, i, heads, spaced)
		i--
	}
	return rows
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

// flatTable adds the rows below the headers at a line, and tells where they
// end: headers that come again begin another table.
func (c *Columns) flatTable(rows []Row, d *Document, headAt int, heads []string, spaced bool) ([]Row, int) {
	first := map[string]bool{}
	at := headAt + len(heads)
	for ; at+len(heads) <= len(d.Lines); at += len(heads) {
		if again, _ := c.flatHeads(d, at); len(again) > 1 {
			break
		}
		values := make(map[string]string, len(heads))
		for k, f := range heads {
			line := d.Lines[at+k]
			if len(line.Text) > maxFlatCell || k > 0 && line.Gap && !spaced {
				return rows, at
			}
			if f != "" {
				values[f] = line.Text
			}
		}
		for _, r := range c.required {
			digits := strings.ContainsAny(values[r], "0123456789")
			if before, ok := first[r]; ok && before != digits {
				return rows, at
			}
			first[r] = digits
		}
		rows = append(rows, c.Row(at, headAt, values))
	}
	return rows, at
}
