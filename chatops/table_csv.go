package chatops

import (
	"bytes"
	"encoding/csv"
	"strings"
	"time"
	"unicode/utf8"
)

// formulas are what spreadsheets take for the beginning of a formula, the full
// width forms included.
const formulas = "=+-@\t\r\n＝＋－＠"

// CSV is the table as a file for spreadsheets: UTF-8, a line of column names,
// times in RFC 3339 with the offset of zone. A cell that a spreadsheet would
// take for a formula has ' in front.
func (t Table) CSV(zone *time.Location) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	write := func(cells []string) {
		for i, c := range cells {
			cells[i] = cell(c)
		}
		_ = w.Write(cells) // a buffer takes everything
	}
	write(append([]string(nil), t.Columns...))
	for _, row := range t.Rows {
		cells := make([]string, len(t.Columns))
		for i := range min(len(row), len(cells)) {
			cells[i] = row[i].plain(zone)
		}
		write(cells)
	}
	w.Flush()
	return b.Bytes()
}

// plain is the text of a cell.
func (in Inline) plain(zone *time.Location) string {
	var b strings.Builder
	for _, s := range in {
		switch {
		case s.Mention.ID != "":
			b.WriteString(s.Mention.Label())
		case !s.Time.IsZero():
			b.WriteString(s.Time.In(zone).Format(time.RFC3339))
		case s.URL != "" && s.Text == "":
			b.WriteString(s.URL)
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func cell(text string) string {
	text = Clean(text)
	first, size := utf8.DecodeRuneInString(strings.TrimLeft(text, " '"))
	if size > 0 && first != utf8.RuneError && strings.ContainsRune(formulas, first) {
		return "'" + text
	}
	return text
}
