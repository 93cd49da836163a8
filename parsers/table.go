package parsers

import (
	"strings"
)

// maxHeaderSearch is how many rows of a table are looked at for its header.
const maxHeaderSearch = 25

// maxColumns is how many columns of a table are looked at.
const maxColumns = 1000

// Table is one table of a document, layout tables too.
type Table struct {
	Rows [][]Cell
	doc  *Document
	line int // of a plain text table: its first line
}

// Cell is one cell as the document has it.
type Cell struct {
	Header           bool
	Colspan, Rowspan int
	from, to         int    // lines of the document
	text             string // of a plain text table
}

// Text gives the text of a cell on one line.
func (t *Table) Text(c Cell) string {
	if c.from == c.to {
		return c.text
	}
	return t.doc.Span(c.from, c.to)
}

// Line is the first line of the row, for telling what comes before what.
func (t *Table) Line(row int) int {
	if row >= len(t.Rows) || len(t.Rows[row]) == 0 {
		return len(t.doc.Lines)
	}
	c := t.Rows[row][0]
	if c.from == c.to && c.text != "" {
		return t.line + row
	}
	return c.from
}

// Columns is the vocabulary of a header-keyed table; immutable.
type Columns struct {
	labels   *Labels
	required []string
	fields   map[string]int
}

// NewColumns makes the vocabulary from field → header aliases (compared by
// Key, "*" as in NewLabels). A row is a header when it names every required
// field; other columns may come, go and change places.
func NewColumns(required []string, fields map[string][]string) *Columns {
	c := &Columns{labels: NewLabels(fields), required: required, fields: map[string]int{}}
	for f := range fields {
		c.fields[f] = len(c.fields)
	}
	return c
}

// Row is one data row under a header.
type Row struct {
	Table  int // index in Document.Tables
	Line   int // of its first cell
	HeadAt int // line of its header
	cells  []string
	heads  []string
	cols   *Columns
}

// Get gives the cell of a field; empty when the table has no such column.
func (r Row) Get(field string) string {
	if i, ok := r.cols.fields[field]; ok {
		return r.cells[i]
	}
	return ""
}

// All gives the cells under a header that spans several columns, such as a
// date and a time of day; else what Get gives.
func (r Row) All(field string) string {
	i, ok := r.cols.fields[field]
	if !ok || len(r.cells) == len(r.cols.fields) {
		return r.Get(field)
	}
	return strings.TrimSpace(r.cells[i] + " " + r.cells[len(r.cols.fields)+i])
}

// Head gives the header of a field as written, for what it says beside its
// name, such as a zone; empty when the table has no such column.
func (r Row) Head(field string) string {
	if i, ok := r.cols.fields[field]; ok {
		return r.heads[i]
	}
	return ""
}

// Has reports whether the table has a column for the field.
func (r Row) Has(field string) bool { return r.Head(field) != "" }

// Rows lists the data rows of every table whose header fits, in order of the
// document. Repeated headers and rows without any value are left out; cells
// that span columns or rows count for each of them. The slice must not be
// changed.
func (d *Document) Rows(c *Columns) []Row {
	if d.rowsBy == c {
		return d.rows
	}
	var rows []Row
	for n, t := range d.Tables {
		rows = c.read(rows, t, n)
	}
	d.rowsBy, d.rows = c, rows
	return rows
}

func (c *Columns) read(rows []Row, t *Table, n int) []Row {
	var cols []int // column → index of its field, -1: unknown
	var heads []string
	headAt := 0
	var above []carried
	for i := range t.Rows {
		if cols == nil && i >= maxHeaderSearch {
			return rows
		}
		cells := t.Rows[i]
		if found := c.header(t, cells, &heads); found != nil {
			cols, headAt, above = found, t.Line(i), nil
			continue
		}
		if cols == nil {
			continue
		}
		var values []string
		values, above = c.values(t, cells, cols, above)
		if values == nil {
			continue
		}
		rows = append(rows, Row{Table: n, Line: t.Line(i), HeadAt: headAt, cells: values, heads: heads, cols: c})
	}
	return rows
}

// header maps the columns of a row to fields if it is a header, else nil.
func (c *Columns) header(t *Table, cells []Cell, heads *[]string) []int {
	if len(cells) < len(c.required) {
		return nil
	}
	var named []string
	var cols []int
	known := 0
	for _, cell := range cells {
		if known > maxColumns {
			break
		}
		at := known
		field, text := -1, ""
		if cell.to-cell.from <= 4 {
			text = t.Text(cell)
			if len(text) <= maxLabel {
				if f := c.labels.Field(text); f != "" {
					field = c.fields[f]
				}
			}
		}
		if field >= 0 && named == nil {
			named = make([]string, len(c.fields))
			for len(cols) < known {
				cols = append(cols, -1)
			}
		}
		for range max(cell.Colspan, 1) {
			switch {
			case named == nil:
			case field >= 0 && known > at:
				cols = append(cols, joined-field)
			default:
				cols = append(cols, field)
			}
			known++
		}
		if field >= 0 && named[field] == "" {
			named[field] = text
		}
	}
	if named == nil {
		return nil
	}
	for _, r := range c.required {
		if named[c.fields[r]] == "" {
			return nil
		}
	}
	*heads = named
	return cols
}

// joined marks a column that lies under the same header as the one before it:
// joined-field.
const joined = -2

// carried is a cell that reaches into the rows below.
type carried struct {
	col, left int
	text      string
	again     bool // not its first column
}

// values lays the cells of a row under the header; nil if all are empty.
func (c *Columns) values(t *Table, cells []Cell, cols []int, above []carried) ([]string, []carried) {
	values := make([]string, len(c.fields), 2*len(c.fields)) // first cells, then all that follow under the same header
	some, col := false, 0
	put := func(text string, again bool) {
		if col < len(cols) {
			switch f := cols[col]; {
			case f >= 0 && values[f] == "":
				values[f] = text
			case f <= joined && !again && text != "":
				values = values[:2*len(c.fields)]
				more := &values[len(c.fields)+joined-f]
				*more = strings.TrimSpace(*more + " " + text)
			}
		}
		col++
	}
	var next []carried
	fromAbove := func() { // above is ordered by column, as next becomes
		for ; len(above) > 0 && above[0].col <= col; above = above[1:] {
			if a := above[0]; a.col == col {
				put(a.text, a.again)
				if a.left > 1 {
					next = append(next, carried{a.col, a.left - 1, a.text, a.again})
				}
			}
		}
	}
	for _, cell := range cells {
		fromAbove()
		if col >= len(cols) {
			break
		}
		text := strings.TrimSpace(t.Text(cell))
		some = some || text != ""
		for n := range max(cell.Colspan, 1) {
			if cell.Rowspan > 1 && col < len(cols) {
				next = append(next, carried{col, cell.Rowspan - 1, text, n > 0})
			}
			put(text, n > 0)
		}
	}
	fromAbove()
	if !some {
		return nil, next
	}
	return values, next
}

// Header gives the field that a header names, or "".
func (c *Columns) Header(text string) string { return c.labels.Field(text) }

// Row makes a row of a table that a layout found by other means, such as one
// that a converter flattened into lines; values are by field.
func (c *Columns) Row(line, headAt int, values map[string]string) Row {
	r := Row{Table: -1, Line: line, HeadAt: headAt, cells: make([]string, len(c.fields)), heads: make([]string, len(c.fields)), cols: c}
	for field, v := range values {
		if i, ok := c.fields[field]; ok {
			r.cells[i], r.heads[i] = v, field
		}
	}
	return r
}
