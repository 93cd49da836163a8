package platform

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"

	"lineman/chatops"
)

// keyboard is a terminal in raw mode, typed at by a test.
type keyboard struct {
	t   *testing.T
	in  *io.PipeWriter
	run chan error

	mu   sync.Mutex
	more *sync.Cond
	text string
	seen int
}

func (k *keyboard) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.text += string(b)
	k.more.Broadcast()
	return len(b), nil
}

func (k *keyboard) expect(want string) {
	k.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	for !strings.Contains(k.text[k.seen:], want) {
		k.more.Wait()
	}
	k.seen += strings.Index(k.text[k.seen:], want) + len(want)
}

func (k *keyboard) press(keys string) {
	k.t.Helper()
	if _, err := io.WriteString(k.in, keys); err != nil {
		k.t.Fatal(err)
	}
}

// completing offers some words, and knows a command that hangs.
type completing struct {
	answers
	started, stopped chan struct{}
}

func (c *completing) Dispatch(ctx context.Context, r chatops.Request) chatops.Message {
	if r.Text == "hang" {
		close(c.started)
		<-ctx.Done()
		close(c.stopped)
		return chatops.Problem("This was stopped.")
	}
	return c.answers.Dispatch(ctx, r)
}

func (c *completing) Complete(_ context.Context, r chatops.Request, line string) chatops.Completion {
	var found chatops.Completion
	for _, w := range []string{"circuit", "clear", "provider=", `"KDDI 1"`} {
		if strings.HasPrefix(w, strings.ToLower(line)) && r.Platform == "terminal" {
			found.Words = append(found.Words, w)
		}
	}
	return found
}

func newKeyboard(t *testing.T, ctx context.Context) (*keyboard, *completing) {
	t.Helper()
	in, keys := io.Pipe()
	k := &keyboard{t: t, in: keys, run: make(chan error, 1)}
	k.more = sync.NewCond(&k.mu)
	c := &completing{started: make(chan struct{}), stopped: make(chan struct{})}
	term := NewTerminal(TerminalOptions{
		Handler: c, Complete: c, In: in, Out: k, User: "kim", Interactive: true, Raw: true,
		Size: func() (int, int) { return 60, 20 },
	})
	go func() { k.run <- term.Run(ctx) }()
	t.Cleanup(func() { _ = keys.Close() }) // the reading goroutine ends
	k.expect("lineman> ")
	return k, c
}

func TestRawTerminal(t *testing.T) {
	k, c := newKeyboard(t, context.Background())
	for _, step := range []struct{ keys, shows string }{
		{"CI\t\r", "said circuit\r\n"},
		{"c\t", "circuit clear"}, // what it may be
		{"l\t\r", "said clear\r\n"},
		{"nothing\t\r", "said nothing\r\n"},
		{"prov\tx\r", "said provider=x\r\n"},
		{"\x1b[A\r", "said provider=x\r\n"},                   // the last line again
		{"\x1b[A\x1b[A\r", "said nothing\r\n"},                // twice the same is kept once
		{"ab\x1b[Dx\r", "said axb\r\n"},                       // the cursor moves
		{"wrong\x03right\r", "said right\r\n"},                // Ctrl-C gives a line up
		{"ask\r", "id: "},                                     // a menu
		{"s\t\r", "said go on with asksecond"},                // its options are completed
		{"ask\rfir\x03", "said given up"},                     // and it can be given up
		{"write\r", "yes or no: "},                            // a question
		{"y\x03", "said given up"},                            // Ctrl-C is no yes
		{"write\rno\r", "said given up"},                      //
		{"two\rthree\r", "said three\r\n"},                    // typed ahead
		{strings.Repeat("x", 9000) + "\r", "said\r\nxxxxxxx"}, // longer than a line can be
	} {
		k.press(step.keys)
		k.expect(step.shows)
	}
	k.expect("lineman> ")
	k.press("hang\r")
	<-c.started
	k.press("typed ahead\x03") // goes with what runs
	<-c.stopped
	k.expect("This was stopped.")
	k.expect("lineman> ")
	k.press("alive\r")
	k.expect("said alive\r\n")
	k.press("\x04")
	if err := <-k.run; err != nil {
		t.Errorf("Ctrl-D ends it with %v", err)
	}
	for _, r := range c.seen {
		if strings.Contains(r.Text, "wrong") || strings.Contains(r.Text, "typed ahead") {
			t.Errorf("%q was run", r.Text)
		}
	}
}

// A terminal in raw mode that waits for a key ends with its context.
func TestRawTerminalStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	k, _ := newKeyboard(t, ctx)
	cancel()
	if err := <-k.run; err != nil {
		t.Errorf("Run ended with %v", err)
	}
}

// What is said on a terminal in raw mode has whole line ends.
func TestRawLineEnds(t *testing.T) {
	k, _ := newKeyboard(t, context.Background())
	k.press("ask\r\r")
	k.expect("given up")
	k.expect("lineman> ")
	k.mu.Lock()
	defer k.mu.Unlock()
	if bare := strings.Count(k.text, "\n") - strings.Count(k.text, "\r\n"); bare != 0 {
		t.Errorf("%d bare line feeds in %q", bare, k.text)
	}
}
