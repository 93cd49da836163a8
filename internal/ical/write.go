// Package ical writes iCalendar (RFC 5545) for the calendar feed and for mail:
// content lines with their folding and escaping, and maintenances as events
// with the properties of the maintenance notice standard (X-MAINTNOTE). It
// reads nothing and decides nothing about records.
package ical

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxLine is the length of a content line in octets, without its end.
const maxLine = 75

// Writer collects content lines. What it is given as text can hold anything:
// control characters and those that change the direction of writing are taken
// out, and nothing can end a line or start a property.
type Writer struct{ b []byte }

// Bytes gives everything that was written.
func (w *Writer) Bytes() []byte { return w.b }

// Begin opens a component, such as VEVENT.
func (w *Writer) Begin(component string) { w.line("BEGIN:" + component) }

// End closes a component.
func (w *Writer) End(component string) { w.line("END:" + component) }

// Text writes a property of type TEXT.
func (w *Writer) Text(name, value string, params ...Param) {
	value = Clean(value)
	if strings.ContainsAny(value, "\\;,\n") {
		value = escaper.Replace(value)
	}
	w.line(name + joined(params) + ":" + value)
}

// Value writes a property whose value is no text (a URI, a word, a duration).
// Line ends in it become blanks.
func (w *Writer) Value(name, value string, params ...Param) {
	w.line(name + joined(params) + ":" + oneLine(value))
}

// Time writes an instant in UTC, to the second.
func (w *Writer) Time(name string, at time.Time) { w.line(name + ":" + Instant(at)) }

// Number writes an integer.
func (w *Writer) Number(name string, n int64) { w.line(name + ":" + strconv.FormatInt(n, 10)) }

// Param is a parameter of a property.
type Param struct{ Name, Value string }

func joined(params []Param) string {
	if len(params) == 0 {
		return ""
	}
	var b strings.Builder
	for _, p := range params {
		value := strings.ReplaceAll(oneLine(p.Value), `"`, "'") // a parameter cannot hold a quote
		if strings.ContainsAny(value, ":;,") {
			value = `"` + value + `"`
		}
		b.WriteString(";" + p.Name + "=" + value)
	}
	return b.String()
}

// line folds at 75 octets, between characters.
func (w *Writer) line(text string) {
	room := maxLine
	for len(text) > room {
		n := room
		for !utf8.RuneStart(text[n]) {
			n--
		}
		w.b = append(w.b, text[:n]...)
		w.b = append(w.b, "\r\n "...)
		text, room = text[n:], maxLine-1
	}
	w.b = append(w.b, text...)
	w.b = append(w.b, "\r\n"...)
}

var (
	escaper  = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)
	newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n", "\t", " ")
)

// Clean takes out of a text what no reader should be shown: control characters
// and invisible ones that change the direction of writing. Every kind of line
// end is one \n, a tab is a blank, and what is not UTF-8 is U+FFFD.
func Clean(text string) string {
	if plain(text) {
		return text
	}
	text = newlines.Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\uFEFF') {
			return -1
		}
		return r
	}, text)
}

// plain reports whether a text is printable ASCII, as most are.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\n' || c > '~' {
			return false
		}
	}
	return true
}

func oneLine(text string) string { return strings.ReplaceAll(Clean(text), "\n", " ") }

// Instant is a time as a DATE-TIME in UTC. Years beyond 9999, which the format
// cannot have, become 9999.
func Instant(at time.Time) string {
	at = at.UTC()
	if at.Year() > 9999 {
		at = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	return at.Format("20060102T150405Z")
}

// Duration is a length of time in whole minutes, one at least.
func Duration(d time.Duration) string {
	return fmt.Sprintf("PT%dM", max(1, int64(d/time.Minute)))
}
