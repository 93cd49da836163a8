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
	o     TerminalOptions
	lines chan line
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

// answer dispatches a request and draws the answer; it reports whether the
// command did what was asked.
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
		form, is := b.(chatops.Form)
		if !is {
			continue
		}
		if !t.o.Interactive {
			return false, nil
		}
		args, given, err := t.fill(ctx, form)
		if err != nil || !given {
			return true, err
		}
		next := form.Resume
		next.Args = args
		return t.answer(ctx, next)
	}
	return !m.Failed, nil
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

// fill asks for each field of a form; an empty answer to a field that is
// needed gives the command up.
func (t *Terminal) fill(ctx context.Context, form chatops.Form) (map[string]string, bool, error) {
	args := map[string]string{}
	for k, v := range form.Resume.Args {
		args[k] = v
	}
	for _, f := range form.Fields {
		answer, err := t.ask(ctx, chatops.CleanLine(f.Name)+": ")
		if errors.Is(err, io.EOF) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		answer = strings.TrimSpace(answer)
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(f.Options) {
			answer = f.Options[n-1].Value
		}
		if answer == "" && !f.Optional {
			return nil, false, t.draw(chatops.Say("Nothing was entered, so nothing was done."))
		}
		args[f.Name] = answer
	}
	return args, true, nil
}

// ask prompts and gives the next line; io.EOF when there is none.
func (t *Terminal) ask(ctx context.Context, prompt string) (string, error) {
	if ctx.Err() != nil {
		return "", io.EOF
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
