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
	Direct  bool    // to whoever asked as a direct message, never in a channel
	Replace bool    // in place of the message whose button or menu was used, where the platform can
	Failed  bool    // the command did not do what was asked
	Field   string  // the parameter that is wrong, where one is: a form can show it there
}

// Block is one part of a Message: Text, Facts, Table, Code, Image, File,
// Links, Choices, Form or Actions. A platform that cannot draw one says its
// content in another way and never drops it.
type Block interface{ block() }

// Inline is a line of text in pieces.
type Inline []Span

// Span is a piece of text. At most one of Code, URL, Time and Mention is set.
type Span struct {
	Text    string    // ignored when Time or Mention is set
	Code    bool      // to be taken or typed literally
	URL     string    // Text links to it
	Time    time.Time // an instant; drawn in the reader's zone with the zone named
	Mention Party     // a user of the platform, who is told of the message where it can
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

// Image is a picture in the message.
type Image struct {
	Name      string // without a folder
	MediaType string
	Bytes     []byte
	Alt       string // what it shows, for those who cannot see it
}

// Links are addresses to go to.
type Links struct{ Items []Link }

// Link is one address with its text.
type Link struct {
	Text string
	URL  string
}

// Choices is a menu: one of the Options of its Field is chosen, and goes on
// at once. Whoever draws it shows as many options as fit from Offset on; more
// are asked for by a Request with the Ticket and another Offset.
type Choices struct {
	Title  string
	Field  Field
	Offset int
	Ticket string // for a Request with the choice in its Answers under the field's name
	Cancel string // the ticket that gives up
}

// Form asks for several things at once; a field with options is a choice. It
// may be a dialog, a card, or one question after the other.
type Form struct {
	Title  string
	Fields []Field
	Ticket string // for a Request with the Answers by the names of the fields
	Cancel string // the ticket that gives up
}

// Field is one thing that a Form asks for.
type Field struct {
	Name     string
	Label    string
	Kind     Kind
	Options  []Option
	Value    string // what is there already
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
	Command string // the words, quoted where needed; see Quote. Empty: only to be pressed
	Ticket  string // for a Request when it is pressed; the Dispatcher's, see Prepare
	Primary bool   // what most people will press
	Danger  bool   // cannot be undone
}

func (Text) block()    {}
func (Facts) block()   {}
func (Table) block()   {}
func (Code) block()    {}
func (Image) block()   {}
func (File) block()    {}
func (Links) block()   {}
func (Choices) block() {}
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

// Mention names a user of the platform.
func Mention(p Party) Inline { return Inline{{Mention: p}} }

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
