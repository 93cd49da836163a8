package inventory

import (
	"strings"
	"unicode/utf8"
)

// formula holds what spreadsheets take for the begin of a formula, the full
// width forms included.
const formula = "=+-@\t\r\n＝＋－＠"

// guarded reports whether a cell begins a formula, after any number of '.
func guarded(cell string) bool {
	r, size := utf8.DecodeRuneInString(strings.TrimLeft(cell, "'"))
	return size > 0 && r != utf8.RuneError && strings.ContainsRune(formula, r)
}

// Guard writes a cell so that no spreadsheet computes it; unguard undoes it.
func Guard(cell string) string {
	if guarded(cell) {
		return "'" + cell
	}
	return cell
}

func unguard(cell string) string {
	if strings.HasPrefix(cell, "'") && guarded(cell) {
		return cell[1:]
	}
	return cell
}

// unprintable reports control characters that have no place in an inventory.
func unprintable(cell string) bool {
	return strings.ContainsFunc(cell, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f
	})
}
