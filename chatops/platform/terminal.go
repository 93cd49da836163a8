package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lineman/chatops"
)

// TerminalOptions are what a Terminal is made of.
type TerminalOptions struct {
	Handler     Handler
	In          io.Reader
	Out         io.Writer
	User        string                     // who is asking, for the command log
	Zone        *time.Location             // in which times are shown; nil: UTC
	Interactive bool                       // a person is typing: prompt, and ask for what is missing
	Raw         bool                       // In and Out are a terminal in raw mode: lines are edited here
	Complete    Completer                  // completes what is typed in raw mode; nil: nothing does
	Width       int                        // columns of the screen; 0: no limit
	Size        func() (width, height int) // of the screen now; nil: Width
	Files       string                     // folder for files of an answer; empty: only their names are shown
}

// Completer completes what is being typed; *chatops.Dispatcher is one.
type Completer interface {
	Complete(ctx context.Context, r chatops.Request, line string) chatops.Completion
}

// Terminal is the chat platform of a terminal or of a pipe.
type Terminal struct {
	o       TerminalOptions
	in      input
	edit    *editor // the input in raw mode
	pending *string // a line that was read ahead
}

// input is where lines come from.
type input interface {
	// line prompts, where a person is typing, and gives the next line; io.EOF
	// when there is none, and errInterrupted when it was given up.
	line(ctx context.Context, prompt string) (string, error)
}

// errInterrupted says that somebody pressed Ctrl-C.
var errInterrupted = errors.New("interrupted")

const terminalPrompt = "lineman> "

// ErrFailed is returned by Run when at least one command of an input that is
// no terminal failed.
var ErrFailed = errors.New("a command failed")

// NewTerminal makes a Terminal.
func NewTerminal(o TerminalOptions) *Terminal {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return &Terminal{o: o}
}

// Name is the platform's name.
func (t *Terminal) Name() string { return chatops.PlatformTerminal }

// Run answers one command a line until the input ends, exit or quit is
// written, or ctx ends. When the input is no terminal and a command failed, it
// answers the others too and then returns ErrFailed.
//
// On a terminal in raw mode Ctrl-C gives up the line or question, and stops a
// command that runs. Of any other input, a read that waits cannot be
// interrupted: when ctx ends first, the reading goroutine ends with the input.
func (t *Terminal) Run(ctx context.Context) error {
	defer t.open()()
	failed := false
	for {
		text, err := t.command(ctx)
		if errors.Is(err, errInterrupted) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		word := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(text), "/"))
		if err != nil || word == "exit" || word == "quit" {
			if err != nil && t.o.Interactive {
				_ = t.write("\n") // leave the prompt's line; nothing depends on it
			}
			break
		}
		if word == "" || !t.o.Interactive && strings.HasPrefix(word, "#") {
			continue
		}
		ok, err := t.answer(ctx, chatops.Request{Text: text})
		if err != nil {
			return err
		}
		failed = failed || !ok
	}
	if failed && !t.o.Interactive {
		return ErrFailed
	}
	return nil
}

// Once answers one command, with the questions that it asks; ErrFailed when it
// did not do what was asked.
func (t *Terminal) Once(ctx context.Context, text string) error {
	defer t.open()()
	ok, err := t.answer(ctx, chatops.Request{Text: text})
	if err == nil && !ok {
		return ErrFailed
	}
	return err
}

// open makes the input; what it gives ends it.
func (t *Terminal) open() (end func()) {
	if t.o.Raw {
		t.edit = newEditor(t.o)
		t.in = t.edit
		return t.edit.end
	}
	p := newPiped(t.o)
	t.in = p
	return p.end
}

// command gives the next command line.
func (t *Terminal) command(ctx context.Context) (string, error) {
	if t.edit != nil {
		t.edit.complete = func(text string) chatops.Completion {
			if t.o.Complete == nil {
				return chatops.Completion{}
			}
			return t.o.Complete.Complete(ctx, t.request(chatops.Request{}), text)
		}
		defer func() { t.edit.complete = nil }()
	}
	text, err := t.ask(ctx, terminalPrompt)
	if t.edit != nil && err == nil {
		t.edit.remember(text)
	}
	return text, err
}

// request fills in who asks.
func (t *Terminal) request(r chatops.Request) chatops.Request {
	r.Platform = chatops.PlatformTerminal
	r.Organization.ID = chatops.OrganizationTerminal
	r.Channel.ID = chatops.ChannelLocal
	r.User = chatops.Party{ID: t.o.User}
	return r
}

// answer dispatches a request, draws the answer and goes on with what it
// asks; it reports whether the command did what was asked.
func (t *Terminal) answer(ctx context.Context, r chatops.Request) (bool, error) {
	m := t.dispatch(ctx, t.request(r))
	if err := t.draw(m); err != nil {
		return false, err
	}
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case chatops.Choices:
			return t.fill(ctx, b.Ticket, b.Cancel, []chatops.Field{b.Field})
		case chatops.Form:
			return t.fill(ctx, b.Ticket, b.Cancel, b.Fields)
		case chatops.Actions:
			if confirm, cancel, is := question(b); is {
				return t.confirm(ctx, confirm, cancel)
			}
		}
	}
	return !m.Failed, nil
}

// dispatch answers a request; on a terminal in raw mode Ctrl-C stops it.
func (t *Terminal) dispatch(ctx context.Context, r chatops.Request) chatops.Message {
	if t.edit != nil {
		stoppable, stop := context.WithCancel(ctx)
		defer stop()
		defer t.edit.whileRunning(stop)()
		ctx = stoppable
	}
	return t.o.Handler.Dispatch(ctx, r)
}

// question are the tickets of buttons that can only be pressed: to go on and
// to give up.
func question(a chatops.Actions) (confirm, cancel string, is bool) {
	if len(a.Buttons) != 2 || a.Buttons[0].Command != "" || a.Buttons[1].Command != "" {
		return "", "", false
	}
	return a.Buttons[0].Ticket, a.Buttons[1].Ticket, true
}

// confirm takes the next line for the answer to a question. Of an input that is
// no terminal it takes it only if it is one.
func (t *Terminal) confirm(ctx context.Context, confirm, cancel string) (bool, error) {
	text, err := t.ask(ctx, "yes or no: ")
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errInterrupted) {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "yes", "y":
		return t.answer(ctx, chatops.Request{Ticket: confirm})
	case "no", "n":
	default:
		if !t.o.Interactive && err == nil {
			t.pending = &text
		}
	}
	_, err = t.answer(ctx, chatops.Request{Ticket: cancel})
	return t.o.Interactive, err
}

func (t *Terminal) draw(m chatops.Message) error {
	d := drawing{zone: t.o.Zone, width: t.o.Width, interactive: t.o.Interactive}
	if t.o.Size != nil {
		d.width, _ = t.o.Size()
	}
	text := d.message(m)
	for _, b := range m.Blocks {
		f, is := b.(chatops.File)
		switch {
		case !is:
		case t.o.Files == "":
			text += "not kept: start lineman chat with --files FOLDER\n"
		default:
			path, err := save(t.o.Files, f)
			if err != nil {
				return err
			}
			text += "saved as " + path + "\n"
		}
	}
	return t.write(text + "\n")
}

// write shows a text, whose lines end with a line feed alone.
func (t *Terminal) write(text string) error {
	if t.o.Raw {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if _, err := io.WriteString(t.o.Out, text); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}

// fill asks for each field and goes on with the answers; an empty answer to a
// field that is needed gives the command up. An input that is no terminal is
// not asked.
func (t *Terminal) fill(ctx context.Context, ticket, cancel string, fields []chatops.Field) (bool, error) {
	if !t.o.Interactive {
		return false, nil
	}
	answers := map[string]string{}
	for _, f := range fields {
		if t.edit != nil {
			t.edit.complete = optionCompletion(f)
		}
		answer, err := t.ask(ctx, chatops.CleanLine(f.Name)+": ")
		if t.edit != nil {
			t.edit.complete = nil
		}
		if errors.Is(err, errInterrupted) {
			return t.answer(ctx, chatops.Request{Ticket: cancel})
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		answer = strings.TrimSpace(answer)
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(f.Options) {
			answer = f.Options[n-1].Value
		}
		if answer == "" && !f.Optional {
			return t.answer(ctx, chatops.Request{Ticket: cancel})
		}
		answers[f.Name] = answer
	}
	return t.answer(ctx, chatops.Request{Ticket: ticket, Answers: answers})
}

// ask prompts and gives the next line; io.EOF when there is none.
func (t *Terminal) ask(ctx context.Context, prompt string) (string, error) {
	if ctx.Err() != nil {
		return "", io.EOF
	}
	if t.pending != nil {
		text := *t.pending
		t.pending = nil
		return text, nil
	}
	return t.in.line(ctx, prompt)
}

// copies bounds the files of one name in a folder.
const copies = 1000

// save writes a file of an answer under its own name, with a number behind it
// where there is one of this name.
func save(folder string, f chatops.File) (string, error) {
	name := filepath.Base(filepath.Clean("/" + chatops.CleanLine(f.Name)))
	if name == "/" {
		name = "file"
	}
	ending := filepath.Ext(name)
	path := filepath.Join(folder, name)
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	for n := 2; errors.Is(err, fs.ErrExist) && n <= copies; n++ {
		path = filepath.Join(folder, strings.TrimSuffix(name, ending)+"-"+strconv.Itoa(n)+ending)
		out, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("save %s: %w", name, err)
	}
	_, err = out.Write(f.Bytes)
	if err = errors.Join(err, out.Close()); err != nil {
		return "", fmt.Errorf("save %s: %w", name, err)
	}
	return path, nil
}
