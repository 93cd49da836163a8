// Package parsers reads provider mail: the mail itself (ReadMail), the tools
// that layouts are read with (text, tables, times and zones, iCalendar), and
// the Engine that decides which provider's format answers.
//
// It is pure: no clock, network, log or disk; nothing in it depends on the
// machine's time zone. It never guesses: what cannot be read is a FieldError.
package parsers
