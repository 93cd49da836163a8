package platform

import (
	"fmt"
	"strings"

	"lineman/chatops"
)

// table draws a table with fixed columns, in as many blocks as it needs: all of
// its rows, or those of one block and a file with all of them.
func (d slackDraw) table(t chatops.Table, n int) ([]slackBlock, []slackFile) {
	if len(t.Columns) == 0 {
		return nil, nil
	}
	title := chatops.CleanLine(t.Title)
	var list []slackBlock
	if title != "" {
		list = d.lines(slackText(title, slackBold))
	}
	t.Title = ""
	parts, rows := d.tableParts(t)
	for _, text := range parts {
		list = append(list, d.fixed(text)...)
	}
	if rows == len(t.Rows) {
		return list, nil
	}
	all := chatops.CSV(fmt.Sprintf("table-%d.csv", n+1), t)
	files := d.file(all.Name, all.MediaType, "", all.Bytes)
	note := fmt.Sprintf("%d of %d rows; all of them are in the file %s.", rows, len(t.Rows), files[0].Name)
	return append(list, d.lines(slackText(note, nil))...), files
}

// tableParts are the texts of a table, each a block with the names of the
// columns above its rows, and how many rows are in them: all of them where they
// fit into one message, else those of the first block, which may be none.
func (d slackDraw) tableParts(t chatops.Table) (parts []string, rows int) {
	names, drawn := drawing{zone: d.zone, width: d.Columns}.tableRows(t)
	head := strings.Join(names, "\n")
	if len(drawn) == 0 {
		return []string{head}, 0
	}
	var now []string // the rows of the last block
	first, size, room := 0, 0, d.Text-length(head)
	flush := func() {
		if len(parts) == 0 {
			first = len(now)
		}
		text := strings.TrimRight(strings.TrimPrefix(head+"\n"+strings.Join(now, "\n"), "\n"), "\n")
		parts, now, size, room = append(parts, text), nil, size+length(text), d.Text-length(head)
	}
	for i, row := range drawn {
		high := length(row) + 1
		if high > room && len(now) > 0 {
			flush()
		}
		if high > room || i == d.Rows || size > d.Message {
			return parts[:min(len(parts), 1)], first
		}
		now, room = append(now, row), room-high
	}
	flush()
	if size > d.Message*3/4 { // the rest is for what stands around it
		return parts[:1], first
	}
	return parts, len(drawn)
}
