package platform

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// piped is the input of a pipe, and of a terminal that edits its lines itself.
type piped struct {
	o     TerminalOptions
	lines chan line
	stop  chan struct{}
}

type line struct {
	text string
	err  error
}

// maxLine bounds one line of input in bytes; the rest of a longer one is
// dropped, and the Dispatcher refuses what is left.
const maxLine = 64 << 10

func newPiped(o TerminalOptions) *piped {
	p := &piped{o: o, lines: make(chan line), stop: make(chan struct{})}
	go read(o.In, p.lines, p.stop)
	return p
}

// end lets the reading goroutine end with its next line.
func (p *piped) end() { close(p.stop) }

func (p *piped) line(ctx context.Context, prompt string) (string, error) {
	if p.o.Interactive {
		if _, err := io.WriteString(p.o.Out, prompt); err != nil {
			return "", fmt.Errorf("write to the terminal: %w", err)
		}
	}
	select {
	case l, open := <-p.lines:
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
