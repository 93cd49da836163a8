package platform

import (
	"bytes"
	"io"
	"sync"
)

// keys are what is typed on a terminal in raw mode. They are read ahead, so
// that Ctrl-C is seen while a command runs; while a line is edited it ends the
// line, and the editor asks whether it did.
type keys struct {
	mu          sync.Mutex
	buf         []byte
	err         error
	stop        func() // what Ctrl-C does while a command runs
	interrupted bool
	more        chan struct{} // holds one value when there is something new
	closed      chan struct{}
	once        sync.Once
}

const (
	ctrlC     = 3
	typeAhead = 64 << 10 // bytes that are read ahead; what is more is dropped
)

func newKeys(in io.Reader) *keys {
	k := &keys{more: make(chan struct{}, 1), closed: make(chan struct{})}
	go k.pump(in)
	return k
}

// pump reads until the input ends or the keys are closed.
func (k *keys) pump(in io.Reader) {
	b := make([]byte, 1024)
	for {
		n, err := in.Read(b)
		k.take(b[:n], err)
		select {
		case k.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
		select {
		case <-k.closed:
			return
		default:
		}
	}
}

func (k *keys) take(b []byte, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at := bytes.LastIndexByte(b, ctrlC); at >= 0 && k.stop != nil {
		k.stop()
		k.buf, b = nil, b[at+1:]
	}
	k.buf = append(k.buf, b[:min(len(b), max(typeAhead-len(k.buf), 0))]...)
	if err != nil {
		k.err = err
	}
}

// Read gives what was typed, up to a Ctrl-C, which it turns into the end of the
// line. It is io.EOF once the keys are closed.
func (k *keys) Read(p []byte) (int, error) {
	for {
		n, err := k.next(p)
		if n > 0 || err != nil {
			return n, err
		}
		select {
		case <-k.closed:
			return 0, io.EOF
		case <-k.more:
		}
	}
}

func (k *keys) next(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.buf) == 0 {
		return 0, k.err
	}
	part := k.buf
	if at := bytes.IndexByte(part, ctrlC); at == 0 {
		k.interrupted = true
		k.buf = k.buf[1:]
		p[0] = '\r'
		return 1, nil
	} else if at > 0 {
		part = part[:at]
	}
	// A line at a time, so that what is typed ahead waits here, where Ctrl-C finds
	// it.
	if at := bytes.IndexByte(part, '\r'); at >= 0 {
		part = part[:at+1]
	}
	n := copy(p, part)
	k.buf = k.buf[n:]
	return n, nil
}

// wasInterrupted reports whether a Ctrl-C ended the last line.
func (k *keys) wasInterrupted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := k.interrupted
	k.interrupted = false
	return was
}

// onInterrupt says what Ctrl-C does from now on; nil: it ends a line.
func (k *keys) onInterrupt(stop func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stop = stop
}

func (k *keys) close() { k.once.Do(func() { close(k.closed) }) }
