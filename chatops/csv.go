package chatops

import (
	"bytes"
	"encoding/csv"
	"strings"
	"time"
)

// CSV writes a table as a file for spreadsheets, with times in UTC as RFC 3339.
// What a spreadsheet would take for a formula gets an apostrophe in front.
func CSV(name string, t Table) File {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{make([]string, len(t.Columns))}
	for i, c := range t.Columns {
		rows[0][i] = harmless(c)
	}
	for _, r := range t.Rows {
		row := make([]string, len(t.Columns))
		for i := range min(len(r), len(row)) {
			row[i] = harmless(plain(r[i]))
		}
		rows = append(rows, row)
	}
	_ = w.WriteAll(rows) // a buffer takes everything
	return File{Name: name, MediaType: "text/csv; charset=utf-8", Bytes: b.Bytes()}
}

// plain is the text of spans without any marks.
func plain(in Inline) string {
	var b strings.Builder
	for _, s := range in {
		switch {
		case s.Mention.ID != "":
			b.WriteString(s.Mention.Label())
		case !s.Time.IsZero():
			b.WriteString(s.Time.UTC().Format(time.RFC3339))
		case s.Text == "":
			b.WriteString(s.URL)
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// harmless keeps a cell from being a formula: spreadsheets take one that begins
// with these for it, blanks and quotes before them or not.
func harmless(cell string) string {
	cell = strings.ReplaceAll(Clean(cell), "\r", " ")
	if first := strings.TrimLeft(cell, " \"'\u00a0\u3000"); strings.HasPrefix(cell, "\t") || first != "" && strings.ContainsRune("=+-@|%\t\n＝＋－＠", []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}
