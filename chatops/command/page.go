package command

import (
	"fmt"
	"strconv"

	"lineman/chatops"
	"lineman/models"
)

// filed bounds the rows of a list in a file.
const filed = 10_000

// The ways to give a list.
const (
	formatTable = "table"
	formatCSV   = "csv"
)

// pageParam is the page of a list.
func pageParam() chatops.Param {
	return chatops.Param{Name: "page", Summary: "which page of a long list", Kind: chatops.KindInt, Min: 1, Max: 100_000, NameOnly: true}
}

// formatParam is how a list is given.
func formatParam() chatops.Param {
	return chatops.Param{
		Name: "format", Summary: "a table in pages, or all of it as a file", Kind: chatops.KindEnum, Values: []string{formatTable, formatCSV}, NameOnly: true,
	}
}

// pageOf is the page that a call asks for.
func pageOf(c chatops.Call) models.Page {
	return models.Page{Limit: shown, Offset: (c.Int("page", 1) - 1) * shown}
}

// paged adds to a list which page it is, and the buttons to the others and to
// the file, where there is more than one.
func paged(m *chatops.Message, c chatops.Call, total int, file bool) {
	last, page := (total+shown-1)/shown, c.Int("page", 1)
	if last <= 1 && page == 1 {
		return
	}
	m.Blocks = append(m.Blocks, chatops.Text{Inline: chatops.T("Page %d of %d.", page, last)})
	var buttons []chatops.Button
	turn := func(label string, to int) {
		text := ""
		if to > 1 {
			text = strconv.Itoa(to)
		}
		buttons = append(buttons, chatops.Button{Label: label, Command: c.Again(map[string]string{"page": text})})
	}
	if page < last {
		turn("Next page", page+1)
	}
	if page > 1 {
		turn("Previous page", min(page-1, last))
	}
	if file {
		buttons = append(buttons, chatops.Button{Label: "All as a file", Command: c.Again(map[string]string{"page": "", "format": formatCSV})})
	}
	m.Blocks = append(m.Blocks, chatops.Actions{Buttons: buttons})
}

// beyond refuses a page that a list of this length does not have.
func beyond(c chatops.Call, total int) error {
	if last := (total + shown - 1) / shown; c.Int("page", 1) > max(last, 1) {
		return models.Invalid("page", "the list has %s; write a number up to that", count(max(last, 1), "page"))
	}
	return nil
}

// asFile is a list as a file. The table holds at most filed rows of total.
func asFile(name, heading string, t chatops.Table, total int) chatops.Message {
	m := chatops.Message{Heading: heading, Blocks: []chatops.Block{chatops.CSV(name, t)}}
	if total > len(t.Rows) {
		m.Blocks = append(m.Blocks, chatops.Text{Inline: chatops.T("The file holds the first %d; narrow the list for the others.", len(t.Rows))})
	}
	return m
}

// readAll reads a list in slices, up to filed rows.
func readAll[T any](read func(p models.Page) ([]T, int, error)) (all []T, total int, err error) {
	const slice = 1000
	for len(all) < filed {
		var some []T
		if some, total, err = read(models.Page{Limit: slice, Offset: len(all)}); err != nil {
			return nil, 0, err
		}
		all = append(all, some...)
		if len(some) == 0 || len(all) >= total {
			break
		}
	}
	return all, total, nil
}

// count writes "1 maintenance", "2 maintenances".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
