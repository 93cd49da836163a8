// Package mbox reads mailboxes that are one file: mails one after the other,
// each behind a line "From SENDER DATE". It never holds more than one mail. It
// decides nothing about the mails.
package mbox

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
)

// Mail is one mail of an mbox, with the line endings of the file, without the
// line that introduces it, without the empty line that ends it, and with the
// quoting of "From " lines taken back.
type Mail struct {
	Raw    []byte // nil when the mail is larger than the limit
	Size   int64  // bytes of the whole mail
	Digest string // SHA-256 of the whole mail, hex
}

// ErrNoMbox is returned for input that does not begin like an mbox.
var ErrNoMbox = errors.New(`it does not begin with a line "From SENDER DATE"`)

// Reader reads mails one after the other.
type Reader struct {
	in    *bufio.Reader
	limit int64

	begun bool
	dated bool   // the lines that introduce mails have a date, as they should
	line  []byte // read ahead; valid until the next read
	head  bool   // line is the beginning of a line and not the rest of a long one
	err   error
}

// NewReader reads an mbox. Mails of more than limit bytes are given without
// their bytes.
func NewReader(r io.Reader, limit int) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, 64<<10), limit: int64(limit), head: true}
}

// Begins reports whether the first bytes of a file are those of an mbox.
func Begins(first []byte) bool { return bytes.HasPrefix(first, []byte("From ")) }

// introduction is how a date stands in the line that introduces a mail.
var introduction = regexp.MustCompile(`^From .*\d\d?:\d\d.*\b\d{4}\b`)

// Next gives the next mail; io.EOF after the last one. Any other error is one of
// reading, or ErrNoMbox.
func (r *Reader) Next() (Mail, error) {
	if !r.begun {
		if err := r.begin(); err != nil {
			return Mail{}, err
		}
	}
	if r.err != nil {
		return Mail{}, r.err
	}
	m := body{limit: r.limit, sum: sha256.New()}
	var empty []byte // an empty line that may end the mail; it is held back
	for {
		r.read()
		if r.err != nil && len(r.line) == 0 {
			break
		}
		if r.head && empty != nil && r.introduces() {
			return m.mail(), nil
		}
		if empty != nil {
			m.write(empty)
			empty = nil
		}
		if line := r.line; r.head && (string(line) == "\n" || string(line) == "\r\n") {
			empty = bytes.Clone(line)
			continue
		}
		m.write(r.unquoted())
	}
	if !errors.Is(r.err, io.EOF) {
		return Mail{}, fmt.Errorf("read the mbox: %w", r.err)
	}
	return m.mail(), nil
}

// begin reads the first line that is not empty.
func (r *Reader) begin() error {
	r.begun = true
	for r.read(); r.err == nil && len(bytes.TrimSpace(r.line)) == 0; {
		r.read()
	}
	if len(r.line) == 0 && r.err != nil {
		return r.err
	}
	if !Begins(r.line) {
		r.err = ErrNoMbox
		return r.err
	}
	r.dated = introduction.Match(r.line)
	for !bytes.HasSuffix(r.line, []byte("\n")) && r.err == nil {
		r.read()
	}
	if r.err != nil && !errors.Is(r.err, io.EOF) {
		return fmt.Errorf("read the mbox: %w", r.err)
	}
	return nil
}

// read reads the next line, or a part of a very long one.
func (r *Reader) read() {
	if r.err != nil {
		r.line = nil
		return
	}
	whole := r.line == nil || bytes.HasSuffix(r.line, []byte("\n"))
	r.line, r.err = r.in.ReadSlice('\n')
	r.head = whole
	if errors.Is(r.err, bufio.ErrBufferFull) {
		r.err = nil
	}
}

// introduces reports whether the line that was read introduces the next mail,
// and reads to its end.
func (r *Reader) introduces() bool {
	if !Begins(r.line) || r.dated && !introduction.Match(r.line) {
		return false
	}
	for !bytes.HasSuffix(r.line, []byte("\n")) && r.err == nil {
		r.read()
	}
	return true
}

// unquoted takes one > off a line such as ">From the start" or ">>From".
func (r *Reader) unquoted() []byte {
	if !r.head || len(r.line) == 0 || r.line[0] != '>' || !Begins(bytes.TrimLeft(r.line, ">")) {
		return r.line
	}
	return r.line[1:]
}

// body gathers a mail up to a limit.
type body struct {
	limit, size int64
	raw         []byte
	sum         hash.Hash
}

func (b *body) write(part []byte) {
	b.size += int64(len(part))
	_, _ = b.sum.Write(part) // a hash does not fail
	if b.size > b.limit {
		b.raw = nil
		return
	}
	b.raw = append(b.raw, part...)
}

func (b *body) mail() Mail {
	m := Mail{Raw: b.raw, Size: b.size, Digest: hex.EncodeToString(b.sum.Sum(nil))}
	if m.Raw == nil && b.size <= b.limit {
		m.Raw = []byte{}
	}
	return m
}
