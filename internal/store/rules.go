package store

import "strings"

// nameKey is the form in which names are looked up without regard to case.
func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// clean takes out what PostgreSQL cannot store in a text: NUL and bytes that
// are no UTF-8. Mail is full of both.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}
