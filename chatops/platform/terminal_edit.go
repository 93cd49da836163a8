package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"

	"lineman/chatops"
)

// editor is the input of a terminal in raw mode: lines with editing, history
// and completion.
type editor struct {
	o        TerminalOptions
	keys     *keys
	screen   *term.Terminal
	past     past
	complete func(line string) chatops.Completion // of what is being asked for; nil: nothing
}

func newEditor(o TerminalOptions) *editor {
	e := &editor{o: o, keys: newKeys(o.In)}
	e.screen = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{e.keys, o.Out}, "")
	e.screen.History = &e.past
	e.screen.AutoCompleteCallback = func(text string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		text, pos = e.tab(text, pos)
		return text, pos, true
	}
	return e
}

// end makes reading end. The goroutine that reads the terminal ends with its
// next key.
func (e *editor) end() { e.keys.close() }

func (e *editor) line(ctx context.Context, prompt string) (string, error) {
	if e.o.Size != nil {
		if width, height := e.o.Size(); width > 0 && height > 0 {
			_ = e.screen.SetSize(width, height) // it fails only where writing does, which the prompt shows
		}
	}
	e.screen.SetPrompt(prompt)
	defer context.AfterFunc(ctx, e.keys.close)()
	text, err := e.screen.ReadLine()
	switch {
	case e.keys.wasInterrupted():
		return "", errInterrupted
	case errors.Is(err, io.EOF) || ctx.Err() != nil:
		return "", io.EOF
	case err != nil && !errors.Is(err, term.ErrPasteIndicator):
		return "", fmt.Errorf("read the next command: %w", err)
	}
	return text, nil
}

// whileRunning calls stop when Ctrl-C is pressed, until what it gives is
// called.
func (e *editor) whileRunning(stop func()) (done func()) {
	e.keys.onInterrupt(stop)
	return func() { e.keys.onInterrupt(nil) }
}

// remember keeps a line for the arrow keys.
func (e *editor) remember(text string) { e.past.keep(text) }

// offered bounds the words that are shown for a completion.
const offered = 60

// tab completes the word before the cursor as far as it is clear, else shows
// how it may go on.
func (e *editor) tab(text string, pos int) (string, int) {
	if e.complete == nil {
		return text, pos
	}
	c := e.complete(text[:pos])
	if len(c.Words) == 0 {
		return text, pos
	}
	word := c.Words[0]
	for _, w := range c.Words[1:] {
		word = shared(word, w)
	}
	if len(c.Words) == 1 && !strings.HasSuffix(word, "=") && !strings.HasPrefix(text[pos:], " ") {
		word += " "
	}
	if typed := text[c.From:pos]; len(word) > len(typed) || len(c.Words) == 1 {
		return text[:c.From] + word + text[pos:], c.From + len(word)
	}
	more := ""
	if n := len(c.Words) - offered; n > 0 {
		more = fmt.Sprintf("  … and %d more", n)
	}
	words := chatops.CleanLine(strings.Join(c.Words[:min(len(c.Words), offered)], "  "))
	width := 80
	if e.o.Size != nil {
		width, _ = e.o.Size()
	}
	_, _ = io.WriteString(e.screen, strings.Join(wrap(words+more, width), "\n")+"\n") // a help that is not shown stops nothing
	return text, pos
}

// shared is what two words begin with alike, without regard to case.
func shared(a, b string) string {
	ra, rb := []rune(a), []rune(b)
	n := 0
	for n < len(ra) && n < len(rb) && strings.EqualFold(string(ra[n]), string(rb[n])) {
		n++
	}
	return string(ra[:n])
}

// optionCompletion completes the options of a field.
func optionCompletion(f chatops.Field) func(string) chatops.Completion {
	return func(text string) chatops.Completion {
		var c chatops.Completion
		for _, o := range f.Options {
			if strings.HasPrefix(strings.ToLower(o.Value), strings.ToLower(text)) {
				c.Words = append(c.Words, o.Value)
			}
		}
		return c
	}
}

// past are the lines for the arrow keys. The screen adds every answer to a
// question, too; only keep does.
type past struct{ lines []string }

const remembered = 500

func (p *past) keep(text string) {
	if strings.TrimSpace(text) == "" || len(p.lines) > 0 && p.lines[len(p.lines)-1] == text {
		return
	}
	p.lines = append(p.lines, text)
	if len(p.lines) > remembered {
		p.lines = p.lines[1:]
	}
}

// Add does nothing: see keep.
func (p *past) Add(string) {}

// Len is the number of lines.
func (p *past) Len() int { return len(p.lines) }

// At is a line, the newest first.
func (p *past) At(i int) string { return p.lines[len(p.lines)-1-i] }
