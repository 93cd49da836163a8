package provider

import (
	"strings"

	"lineman/parsers"
)

// lumenHeads are all headers of the circuit table, which tell how many cells a
// row of a flattened one has.
var lumenHeads = parsers.NewLabels(map[string][]string{
	"account": {"customer name", "customer"}, "circuit": {"circuit id", "service id"}, "alt": {"alt circuit id", "alternate circuit id"},
	"impact": {"impact type", "impact"}, "status": {"status"},
	"other": {"bandwidth", "a location", "z location", "maximum duration", "order number", "duration"},
})

// maxFlatHeads is how many headers a flattened table may have.
const maxFlatHeads = 30

// flatWindows reads tables of start and end that a converter to plain text
// flattened into a line for each cell.
func flatWindows(d *parsers.Document) []parsers.Row {
	var rows []parsers.Row
	for i := 0; i+3 < len(d.Lines); i++ {
		if lumenWindows.Header(d.Lines[i].Text) != "start" || lumenWindows.Header(d.Lines[i+1].Text) != "end" || len(d.Lines[i].Text) > 20 {
			continue
		}
		for j := i + 2; j+1 < len(d.Lines); j += 2 {
			start, end := d.Lines[j].Text, d.Lines[j+1].Text
			if !isMoment(start) || !isMoment(end) {
				break
			}
			rows = append(rows, lumenWindows.Row(j, i, map[string]string{"start": start, "end": end}))
		}
	}
	return rows
}

func isMoment(s string) bool {
	m, rest, ok := lumenTimes.Scan(s)
	return ok && m.HasDate() && m.HasTime && len(strings.TrimSpace(rest)) == 0
}

// flatCircuits reads circuit tables that were flattened likewise. Cells that
// were empty are gone, so only the first columns are told by their place; the
// impact is then told by its words.
func flatCircuits(d *parsers.Document) []parsers.Row {
	var rows []parsers.Row
	for i := 0; i+1 < len(d.Lines); i++ {
		heads := flatHeads(d, i)
		if len(heads) < 3 {
			continue
		}
		at := i + len(heads)
		for at < len(d.Lines) {
			row, next := flatRow(d, at, i, heads)
			if next == at {
				break
			}
			rows = append(rows, row)
			at = next
		}
		i = at - 1
	}
	return rows
}

// flatHeads lists the fields of a run of header lines that begins at a line.
func flatHeads(d *parsers.Document, at int) []string {
	var heads []string
	circuit := false
	for i := at; i < min(len(d.Lines), at+maxFlatHeads); i++ {
		f := lumenHeads.Field(d.Lines[i].Text)
		if f == "" || i > at && d.Lines[i].Gap && len(heads) == 1 {
			break
		}
		circuit = circuit || f == "circuit"
		heads = append(heads, f)
	}
	if !circuit {
		return nil
	}
	return heads
}

// flatRow reads the cells of one row: up to an empty line, or as many as there
// are headers. next is where the row ends, at if there is none.
func flatRow(d *parsers.Document, at, headAt int, heads []string) (parsers.Row, int) {
	end := at
	for end < len(d.Lines) && end-at < len(heads) && (end == at || !d.Lines[end].Gap) && len(d.Lines[end].Text) <= 80 {
		if l := d.Lines[end].Text; end > at && parsers.Key(l) == parsers.Key(d.Lines[at].Text) || lumenLabels.Field(l) != "" {
			break
		}
		end++
	}
	if end-at < 3 {
		return parsers.Row{}, at
	}
	values := map[string]string{}
	for k, f := range heads {
		v := ""
		if at+k < end {
			v = d.Lines[at+k].Text
		}
		switch {
		case f == "other":
		case k < 3 || end-at == len(heads):
			values[f] = v
		default:
			values[f] = flatCell(d, f, at+3, end)
		}
	}
	return lumenCircuits.Row(at, headAt, values), end
}

// flatCell finds the cell of a field by its words.
func flatCell(d *parsers.Document, field string, from, to int) string {
	for i := to - 1; i >= from; i-- {
		text := d.Lines[i].Text
		switch field {
		case "impact":
			if _, _, ok := parsers.CommonImpact.Find(text); ok {
				return text
			}
		case "status":
			if _, ok := lumenUpdate.Find(parsers.Plain(text)); ok {
				return text
			}
		}
	}
	return ""
}
