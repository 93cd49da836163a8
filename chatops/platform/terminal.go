package platform

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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
	User        string         // who is asking, for the command log
	Zone        *time.Location // in which times are shown; nil: UTC
	Interactive bool           // a person is typing: prompt, and ask for what is missing
	Width       int            // columns of the screen; 0: no limit
	Files       string         // folder for files of an answer; empty: only their names are shown
}

// Terminal is the chat platform of a terminal or of a pipe.
type Terminal struct {
	o       TerminalOptions
	lines   chan line
	pending *string // a line that was read ahead
}

type line struct {
	text string
	err  error
}

// maxLine bounds one line of input in bytes; the rest of a longer one is
// dropped, and the Dispatcher refuses what is left.
const maxLine = 64 << 10

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
// A read that waits for input cannot be interrupted: when ctx ends first, the
// reading goroutine ends with the input.
func (t *Terminal) Run(ctx context.Context) error {
	stop := make(chan struct{})
	defer close(stop)
	t.lines = make(chan line)
	go read(t.o.In, t.lines, stop)
	failed := false
	for {
		text, err := t.ask(ctx, terminalPrompt)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		word := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(text), "/"))
		if err != nil || word == "exit" || word == "quit" {
			if err != nil && t.o.Interactive {
				_, _ = io.WriteString(t.o.Out, "\n") // leave the prompt's line; nothing depends on it
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

// answer dispatches a request, draws the answer and goes on with what it
// asks; it reports whether the command did what was asked.
func (t *Terminal) answer(ctx context.Context, r chatops.Request) (bool, error) {
	r.Platform = chatops.PlatformTerminal
	r.Organization.ID = chatops.OrganizationTerminal
	r.Channel.ID = chatops.ChannelLocal
	r.User = chatops.Party{ID: t.o.User}
	m := t.o.Handler.Dispatch(ctx, r)
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
	if err != nil && !errors.Is(err, io.EOF) {
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
	var saved []string
	for _, b := range m.Blocks {
		if f, is := b.(chatops.File); is && t.o.Files != "" {
			path, err := save(t.o.Files, f)
			if err != nil {
				return err
			}
			saved = append(saved, path)
		}
	}
	text := d.message(m)
	for _, path := range saved {
		text += "saved as " + path + "\n"
	}
	if _, err := io.WriteString(t.o.Out, text+"\n"); err != nil {
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
		answer, err := t.ask(ctx, chatops.CleanLine(f.Name)+": ")
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
	if t.o.Interactive {
		if _, err := io.WriteString(t.o.Out, prompt); err != nil {
			return "", fmt.Errorf("write to the terminal: %w", err)
		}
	}
	select {
	case l, open := <-t.lines:
		if !open {
			return "", io.EOF
		}
		return l.text, l.err
	case <-ctx.Done():
		return "", io.EOF
	}
}

// read sends the lines of in until it ends or stop is closed.
func read(in io.Reader, lines chan<- line, stop <-chan struct{}) {
	defer close(lines)
	r := bufio.NewReaderSize(in, 4096)
	for {
		text, err := readLine(r)
		l := line{text: text}
		if err != nil && !errors.Is(err, io.EOF) {
			l.err = fmt.Errorf("read the next command: %w", err)
		}
		if text != "" || err == nil || l.err != nil {
			select {
			case lines <- l:
			case <-stop:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func readLine(r *bufio.Reader) (string, error) {
	var b bytes.Buffer
	for {
		part, err := r.ReadSlice('\n')
		if room := maxLine - b.Len(); room > 0 {
			b.Write(part[:min(room, len(part))])
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return strings.TrimRight(b.String(), "\r\n"), err
		}
	}
}

// save writes a file of an answer under its own name, never over another.
func save(folder string, f chatops.File) (string, error) {
	name := filepath.Base(filepath.Clean("/" + chatops.CleanLine(f.Name)))
	path := filepath.Join(folder, name)
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("save %s: %w", name, err)
	}
	_, err = out.Write(f.Bytes)
	if err = errors.Join(err, out.Close()); err != nil {
		return "", fmt.Errorf("save %s: %w", name, err)
	}
	return path, nil
}
