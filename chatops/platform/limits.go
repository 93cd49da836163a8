package platform

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// limits are what a platform takes, in characters (UTF-16 code units) unless
// something else is said. They are data: what draws looks here and nowhere
// else.
type limits struct {
	Message     int // of one message in all
	Blocks      int // of one message
	Messages    int // of one answer; the rest goes as a file
	Text        int // of one block
	Heading     int
	Fallback    int // what stands in a notification
	Options     int // of one menu
	Groups      int // of options in a menu of a form
	OptionText  int
	OptionValue int
	Buttons     int // in one row
	ButtonText  int
	Value       int // of a button
	ID          int // of an action or a block
	FormTitle   int
	FormBlocks  int
	Label       int
	Hint        int
	Input       int // of one text that is filled in
	State       int // that a form carries
	URL         int
	Columns     int // of the screen, for tables
	Rows        int // of a table that are tried
	Ack         int // bytes of an acknowledgement over a socket
}

// length is the number of characters as chat platforms count them.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// clipped cuts a text to a length, the last character a dot dot dot.
func clipped(s string, most int) string {
	if length(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += max(1, utf16.RuneLen(r)); n > most-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// chunks cuts a text into pieces of at most a length, at line ends and blanks
// where there are any in the second half of a piece. Nothing is lost.
func chunks(s string, most int) []string {
	var list []string
	for length(s) > most {
		n, end, soft := 0, len(s), 0
		for i, r := range s {
			if n += max(1, utf16.RuneLen(r)); n > most {
				end = i
				break
			}
			if (r == ' ' || r == '\n') && n > most/2 {
				soft = i + utf8.RuneLen(r)
			}
		}
		if soft > 0 {
			end = soft
		}
		list = append(list, s[:end])
		s = s[end:]
	}
	return append(list, s)
}
