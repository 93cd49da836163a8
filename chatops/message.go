// Package chatops answers what people ask in chat. It holds the neutral
// Message, the declaration of commands, and the Dispatcher that turns words
// into an answer: who asks, may they, what is missing, run with a deadline,
// log. It knows no platform's syntax and no command; those are the packages
// platform and command.
package chatops

import (
	"fmt"
	"strings"
	"time"
)

// Message is an answer that any platform can draw. It holds no platform's
// syntax: texts are plain, and whoever draws them escapes them, since much of
// them comes from mail.
type Message struct {
	Heading string  // one line; may be empty
	Blocks  []Block // in reading order
	Private bool    // only for whoever asked, where the platform can
	Failed  bool    // the command did not do what was asked
}

// Block is one part of a Message: Text, Facts, Table, Code, File, Form or
// Actions. A platform that cannot draw one says its content in another way
// and never drops it.
type Block interface{ block() }

// Inline is a line of text in pieces.
type Inline []Span

// Span is a piece of text. At most one of Code, URL and Time is set.
type Span struct {
	Text string    // ignored when Time is set
	Code bool      // to be taken or typed literally
	URL  string    // Text links to it
	Time time.Time // an instant; drawn in the reader's zone with the zone named
}

// Text is a paragraph.
type Text struct{ Inline Inline }

// Facts are names with values.
type Facts struct{ Items []Fact }

// Fact is one name with its value.
type Fact struct {
	Name  string
	Value Inline
}

// Table has rows of as many cells as it has columns; missing cells are empty.
type Table struct {
	Title   string
	Columns []string
	Rows    [][]Inline
}

// Code is text whose blanks and line ends count.
type Code struct{ Text string }

// File goes with the message as a file.
type File struct {
	Name      string // without a folder
	MediaType string
	Bytes     []byte
}

// Form asks for what a command still needs. Whoever has the answers sends
// Resume again with each answer in its Args under the field's name. A field
// with options is a choice. Resume stays on our side: a platform gives the
// outside at most a key to it.
type Form struct {
	Title  string
	Fields []Field
	Resume Request
}

// Field is one thing that a Form asks for.
type Field struct {
	Name     string
	Label    string
	Kind     Kind
	Options  []Option
	Optional bool
}

// Option is one answer to choose.
type Option struct {
	Value string
	Label string // empty: Value
}

// Actions are buttons.
type Actions struct{ Buttons []Button }

// Button runs a command when it is pressed, or when its words are typed.
type Button struct {
	Label   string
	Command string // the words, quoted where needed; see Quote
	Danger  bool
}

func (Text) block()    {}
func (Facts) block()   {}
func (Table) block()   {}
func (Code) block()    {}
func (File) block()    {}
func (Form) block()    {}
func (Actions) block() {}

// T is plain text.
func T(format string, args ...any) Inline {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return Inline{{Text: format}}
}

// C is text to be taken or typed literally.
func C(text string) Inline { return Inline{{Text: text, Code: true}} }

// At is an instant; the zero time is drawn as nothing.
func At(t time.Time) Inline {
	if t.IsZero() {
		return nil
	}
	return Inline{{Time: t}}
}

// Join puts pieces behind each other.
func Join(parts ...Inline) Inline {
	var all Inline
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// Say is a Message of one paragraph.
func Say(format string, args ...any) Message {
	return Message{Blocks: []Block{Text{T(format, args...)}}}
}

// Problem is a Message that says, to whoever asked alone, why a command did
// not do what was asked.
func Problem(format string, args ...any) Message {
	m := Say(format, args...)
	m.Private, m.Failed = true, true
	return m
}

// Quote writes a word so that the Dispatcher reads it as one word.
func Quote(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\r\n\"'=\\“”‘’") {
		return word
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
}
