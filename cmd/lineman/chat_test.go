package main

import (
	"bytes"
	"testing"

	"lineman/internal/config"
)

// Log lines begin and end at the edge of a terminal that is raw, and are as ever
// on any other.
func TestLogLines(t *testing.T) {
	var out bytes.Buffer
	lines := &logLines{to: &out}
	log := logger(config.Log{Level: "info", Format: "text"}, lines)
	log.Warn("cooked")
	if got := out.Bytes(); bytes.Contains(got, []byte("\r")) || !bytes.HasSuffix(got, []byte("msg=cooked\n")) {
		t.Errorf("written %q", got)
	}
	out.Reset()
	lines.raw.Store(true)
	log.Warn("raw")
	if got := out.Bytes(); !bytes.HasPrefix(got, []byte("\rtime=")) || !bytes.HasSuffix(got, []byte("msg=raw\r\n")) {
		t.Errorf("written %q", got)
	}
	if n, err := lines.Write([]byte("a\nb\n")); n != 4 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}
