package parsers

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"lineman/parsers/charset"
)

// Limits of one spreadsheet in text form; beyond them it is refused with
// ErrLimit. Columns are limited by maxColumns.
const (
	maxCSVRows  = 50_000
	maxCSVCells = 1_000_000
	maxCSVCell  = 64 << 10 // bytes of one cell

	sniffedRows = 25
)

// delimiters are what may separate cells, the most telling first.
var delimiters = []byte{'\t', ';', ',', '|'}

// ReadCSV reads a spreadsheet in text form as a Document with one table and no
// lines of text. The delimiter is that of an Excel "sep=" line, else the one
// that gives the most columns all the way down; the encoding is that of the
// byte order mark, else the declared one where the bytes can be it, else what
// they look like. A quote that is never closed is an error: what is behind it
// would be lost.
func ReadCSV(p *Part) (*Document, error) {
	text := sheetText(p)
	if len(text) > maxDocText {
		return nil, fmt.Errorf("read CSV %s: more than %d bytes: %w", sheetName(p), maxDocText, ErrLimit)
	}
	delimiter := byte(0)
	if first, rest := cutTextLine(text); len(first) == len("sep=;") && strings.EqualFold(first[:4], "sep=") {
		delimiter, text = first[4], rest
	} else {
		delimiter = sniffDelimiter(text)
	}
	d := &Document{Part: p.Index}
	t := &Table{doc: d}
	s := sheetScan{text: text, delimiter: delimiter}
	cells := 0
	for s.row() {
		if cells += len(s.cells); len(t.Rows) >= maxCSVRows || cells > maxCSVCells {
			return nil, fmt.Errorf("read CSV %s: more than %d rows or %d cells: %w", sheetName(p), maxCSVRows, maxCSVCells, ErrLimit)
		}
		row := make([]Cell, len(s.cells))
		for i, c := range s.cells {
			row[i] = Cell{Colspan: 1, Rowspan: 1, text: c, from: len(t.Rows), to: len(t.Rows)}
		}
		t.Rows = append(t.Rows, row)
	}
	if s.err != nil {
		return nil, fmt.Errorf("read CSV %s: row %d: %w", sheetName(p), len(t.Rows)+1, s.err)
	}
	d.Tables = []*Table{t}
	return d, nil
}

// ReadCSVs reads all spreadsheets in text form of a message. It fails with the
// first that cannot be read; the others are given all the same.
func ReadCSVs(m *Message) (docs []*Document, err error) {
	for _, p := range m.Parts {
		if !isCSV(p) {
			continue
		}
		d, e := ReadCSV(p)
		switch {
		case e == nil:
			docs = append(docs, d)
		case err == nil:
			err = e
		}
	}
	return docs, err
}

// isCSV reports whether a part is a spreadsheet in text form; some mail
// programs declare one as Excel's own.
func isCSV(p *Part) bool {
	switch strings.ToLower(path.Ext(p.Filename)) {
	case ".csv", ".tsv":
		return !bytes.HasPrefix(p.Data, []byte("PK\x03\x04"))
	}
	return p.ContentType == TypeCSV || p.ContentType == "text/tab-separated-values"
}

func sheetName(p *Part) string {
	if p.Filename == "" {
		return "attachment"
	}
	return Clip(Fold(p.Filename), 60)
}

// sheetText decodes a part; one that is declared as UTF-16 and has not a
// single NUL in its head was converted on its way.
func sheetText(p *Part) string {
	head := p.Data[:min(len(p.Data), 1024)]
	if !charset.Wide(head) && strings.HasPrefix(p.Charset, "utf-16") && bytes.IndexByte(head, 0) < 0 {
		return charset.Decode(p.Data, "", false)
	}
	return p.Text()
}

// sniffDelimiter gives the delimiter by which more than half of the first rows
// have the most columns.
func sniffDelimiter(text string) byte {
	best, most := byte(','), 1
	for _, d := range delimiters {
		s := sheetScan{text: Clip(text, 256<<10), delimiter: d}
		var widths []int
		for len(widths) < sniffedRows && s.row() {
			if len(s.cells) > 1 || strings.TrimSpace(s.cells[0]) != "" {
				widths = append(widths, len(s.cells))
			}
		}
		for _, w := range widths {
			wide := 0
			for _, o := range widths {
				if o >= w {
					wide++
				}
			}
			if w > most && 2*wide > len(widths) {
				best, most = d, w
			}
		}
	}
	return best
}

// sheetScan cuts a text into rows of cells.
type sheetScan struct {
	text      string // what is left
	delimiter byte
	cells     []string // of the row, blanks folded
	err       error
}

// row reads the next row; false at the end, or at an error.
func (s *sheetScan) row() bool {
	s.cells = s.cells[:0]
	if s.text == "" || s.err != nil {
		return false
	}
	for {
		text, more := s.cell()
		if s.err != nil {
			return false
		}
		if len(s.cells) >= maxColumns {
			s.err = fmt.Errorf("more than %d columns: %w", maxColumns, ErrLimit)
			return false
		}
		if len(text) > maxCSVCell {
			s.err = fmt.Errorf("a cell of more than %d bytes: %w", maxCSVCell, ErrLimit)
			return false
		}
		s.cells = append(s.cells, Fold(text))
		if !more {
			return true
		}
	}
}

// cell cuts one cell off the text; more is false when it ends its row.
func (s *sheetScan) cell() (text string, more bool) {
	quoted := ""
	rest := strings.TrimLeft(s.text, " ")
	rest = strings.TrimPrefix(rest, "=") // ="0012": Excel's way to keep zeros
	if strings.HasPrefix(rest, `"`) {
		var ok bool
		if quoted, rest, ok = cutQuoted(rest[1:]); !ok {
			s.err = fmt.Errorf("a quote is not closed within %d bytes", maxCSVCell)
			return "", false
		}
		s.text = rest
	}
	i := 0
	for i < len(s.text) && s.text[i] != s.delimiter && s.text[i] != '\n' && s.text[i] != '\r' {
		i++
	}
	text = quoted + s.text[:i]
	s.text = s.text[i:]
	switch {
	case s.text == "":
		return text, false
	case s.text[0] == s.delimiter:
		s.text = s.text[1:]
		return text, true
	}
	_, s.text = cutTextLine(s.text)
	return text, false
}

// cutQuoted reads up to the closing quote; two quotes are one. ok is false
// when there is none within the limit of a cell.
func cutQuoted(s string) (text, rest string, ok bool) {
	var b strings.Builder
	for b.Len() <= maxCSVCell {
		i := strings.IndexByte(s[:min(len(s), maxCSVCell+1)], '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(s[:i])
		if s = s[i+1:]; !strings.HasPrefix(s, `"`) {
			return b.String(), s, true
		}
		b.WriteByte('"')
		s = s[1:]
	}
	return "", "", false
}
