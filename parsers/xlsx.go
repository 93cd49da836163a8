package parsers

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of one spreadsheet; beyond them reading fails with ErrLimit.
const (
	maxXLSXBytes  = 16 << 20   // of all its files together, decompressed
	maxXLSXFiles  = 1000       // in the archive
	maxXLSXSheets = 50         // visible ones
	maxXLSXRows   = 50_000     // over all sheets, empty ones too
	maxXLSXCells  = 1_000_000  // over all sheets, empty ones too
	maxXLSXMarkup = 600_000    // tags of a file that is read as a whole
	maxXLSXDepth  = 100        // elements inside each other
	maxXLSXCell   = 4 * 32_767 // bytes of a cell, as many characters as the format allows
)

// IsXLSX reports whether a part is a spreadsheet, whatever type and name the
// mail gives it.
func IsXLSX(p *Part) bool {
	return p.ContentType == TypeXLSX || strings.HasSuffix(strings.ToLower(p.Filename), ".xlsx")
}

// ReadXLSX reads the visible sheets of a spreadsheet as a Document: one table
// a sheet, one line a row. Cells have the text that a person sees, but long
// numbers all their digits. It reads in memory alone and follows no reference
// out of the file; a file that is broken, encrypted or over a limit is an
// error.
func ReadXLSX(data []byte, part int) (*Document, error) {
	if err := checkXLSX(data); err != nil {
		return nil, fmt.Errorf("read spreadsheet: %w", err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: maxXLSXBytes, UnzipXMLSizeLimit: maxXLSXBytes,
	})
	if err != nil {
		return nil, fmt.Errorf("read spreadsheet: %w", err)
	}
	x := sheetReader{file: f, doc: &Document{Part: part}}
	err = errors.Join(x.sheets(), f.Close())
	if err != nil {
		return nil, fmt.Errorf("read spreadsheet: %w", err)
	}
	x.doc.join()
	return x.doc, nil
}

// oleMark begins encrypted spreadsheets and those of old programs.
var oleMark = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// checkXLSX refuses an archive before anything is kept of it.
func checkXLSX(data []byte) error {
	if bytes.Contains(data, oleMark) {
		return errors.New("it is encrypted or of the old .xls kind")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	if len(z.File) == 0 {
		return errors.New("the archive is empty")
	}
	if len(z.File) > maxXLSXFiles {
		return fmt.Errorf("more than %d files: %w", maxXLSXFiles, ErrLimit)
	}
	left := int64(maxXLSXBytes)
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return errors.New("it is encrypted")
		}
		if f.UncompressedSize64 > uint64(left) {
			return fmt.Errorf("more than %d bytes: %w", maxXLSXBytes, ErrLimit)
		}
		n, err := checkXLSXFile(f, left)
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}

// checkXLSXFile reads a file of the archive once, up to limit bytes.
func checkXLSXFile(f *zip.File, limit int64) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return 0, err
	}
	name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
	switch {
	case int64(len(content)) > limit:
		return 0, fmt.Errorf("more than %d bytes: %w", maxXLSXBytes, ErrLimit)
	case bytes.Contains(content, []byte("<!DOCTYPE")), bytes.Contains(content, []byte("<!ENTITY")):
		return 0, fmt.Errorf("%s declares a document type, which no spreadsheet needs", Clip(name, 100))
	}
	if !bytes.HasPrefix(bytes.TrimLeft(content, "\xef\xbb\xbf \t\r\n"), []byte("<")) {
		return int64(len(content)), nil
	}
	most := maxXLSXMarkup
	if strings.HasPrefix(name, "xl/worksheets/") { // these are read row by row
		most *= 5
	}
	tags, depth := markup(content)
	switch {
	case depth > maxXLSXDepth:
		return 0, fmt.Errorf("%s nests more than %d elements: %w", Clip(name, 100), maxXLSXDepth, ErrLimit)
	case tags > most:
		return 0, fmt.Errorf("%s has more than %d tags: %w", Clip(name, 100), most, ErrLimit)
	}
	return int64(len(content)), nil
}

// markup counts the tags of XML and how deep they nest.
func markup(xml []byte) (tags, deepest int) {
	depth := 0
	for {
		i := bytes.IndexByte(xml, '<')
		if i < 0 {
			return tags, deepest
		}
		tags++
		size, opens := tagSize(xml[i:])
		depth = max(depth+opens, 0)
		deepest = max(deepest, depth)
		xml = xml[i+size:]
	}
}

// tagSize gives the length of the tag, comment or the like that XML begins
// with, and 1 if it opens an element, -1 if it closes one.
func tagSize(xml []byte) (size, opens int) {
	for _, skip := range [][2]string{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
		if !bytes.HasPrefix(xml, []byte(skip[0])) {
			continue
		}
		if i := bytes.Index(xml[len(skip[0]):], []byte(skip[1])); i >= 0 {
			return len(skip[0]) + i + len(skip[1]), 0
		}
		return len(xml), 0
	}
	quote := byte(0)
	for i, c := range xml {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>' && xml[1] == '/':
			return i + 1, -1
		case c == '>' && xml[i-1] == '/':
			return i + 1, 0
		case c == '>':
			return i + 1, 1
		}
	}
	return len(xml), 0
}

type sheetReader struct {
	file        *excelize.File
	doc         *Document
	rows, cells int
}

func (x *sheetReader) sheets() error {
	n := 0
	for _, name := range x.file.GetSheetList() {
		if visible, err := x.file.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		if n++; n > maxXLSXSheets {
			return fmt.Errorf("more than %d sheets: %w", maxXLSXSheets, ErrLimit)
		}
		if err := x.sheet(name); err != nil {
			return err
		}
	}
	return nil
}

// sheet reads one sheet; where cells show a long number cut, it is read again
// for their digits.
func (x *sheetReader) sheet(name string) error {
	rows, err := x.grid(name, false)
	if err != nil {
		return err
	}
	if anyCut(rows) {
		raw, err := x.grid(name, true)
		if err != nil {
			return err
		}
		restore(rows, raw)
	}
	t := &Table{doc: x.doc, line: len(x.doc.Lines)}
	for _, row := range rows {
		x.row(t, row)
	}
	if len(t.Rows) > 0 {
		x.doc.Tables = append(x.doc.Tables, t)
	}
	return nil
}

// grid gives the rows of a sheet; raw: as stored, not as shown.
func (x *sheetReader) grid(name string, raw bool) ([][]string, error) {
	it, err := x.file.Rows(name)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for it.Next() {
		if x.rows++; x.rows > 2*maxXLSXRows || len(rows) >= maxXLSXRows {
			return nil, errors.Join(fmt.Errorf("more than %d rows: %w", maxXLSXRows, ErrLimit), it.Close())
		}
		row, err := it.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return nil, errors.Join(err, it.Close())
		}
		if x.cells += len(row); x.cells > 2*maxXLSXCells {
			return nil, errors.Join(fmt.Errorf("more than %d cells: %w", maxXLSXCells, ErrLimit), it.Close())
		}
		for _, v := range row {
			if len(v) > maxXLSXCell {
				return nil, errors.Join(fmt.Errorf("a cell of more than %d bytes: %w", maxXLSXCell, ErrLimit), it.Close())
			}
		}
		rows = append(rows, row)
	}
	return rows, it.Close()
}

// cut reports whether a shown value is a long number in short ("1.2E+15").
func cut(s string) bool {
	i := strings.LastIndex(s, "E+")
	return i > 0 && i <= 24 && isDigit(s[0]) && len(s) > i+2 && digits(s[i+2:]) == len(s)-i-2
}

func anyCut(rows [][]string) bool {
	for _, row := range rows {
		for _, v := range row {
			if cut(v) {
				return true
			}
		}
	}
	return false
}

// restore puts the digits back where a number was shown in short.
func restore(rows, raw [][]string) {
	for i, row := range rows {
		for k, v := range row {
			if cut(v) && i < len(raw) && k < len(raw[i]) && digits(raw[i][k]) == len(raw[i][k]) {
				row[k] = raw[i][k]
			}
		}
	}
}

func (x *sheetReader) row(t *Table, values []string) {
	cells := make([]Cell, len(values))
	some := false
	for i, v := range values {
		text := Fold(v)
		cells[i] = Cell{Colspan: 1, Rowspan: 1, text: text}
		some = some || text != ""
	}
	if !some {
		return
	}
	t.Rows = append(t.Rows, cells)
	texts := make([]string, 0, len(cells))
	for _, c := range cells {
		if c.text != "" {
			texts = append(texts, c.text)
		}
	}
	line := strings.Join(texts, " | ")
	x.doc.Lines = append(x.doc.Lines, Line{Text: line, Raw: line, Gap: len(t.Rows) == 1})
}
