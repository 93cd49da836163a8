package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"lineman/ingest"
	"lineman/internal/mbox"
	"lineman/models"
	"lineman/parsers"
)

// MailFiles gives the mails of files one after the other, each file an mbox or
// one mail. That all of them are there and are files is checked at once; an
// InputError names one that is not. A file that cannot be read to its end is
// an error among the mails.
func MailFiles(paths []string) (iter.Seq2[ingest.Brought, error], error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, models.Invalid(path, "cannot be read: %v; name files that are there", errors.Unwrap(err))
		case info.IsDir():
			return nil, models.Invalid(path, "is a folder; name the files in it, or read it as a source with the URL folder:///PATH or maildir:///PATH")
		}
	}
	return func(yield func(ingest.Brought, error) bool) {
		for _, path := range paths {
			if !mailFile(path, yield) {
				return
			}
		}
	}, nil
}

// mailFile gives the mails of one file; false when no more are wanted.
func mailFile(path string, yield func(ingest.Brought, error) bool) bool {
	fail := func(err error) bool {
		return yield(ingest.Brought{}, fmt.Errorf("%s: %w", path, err))
	}
	f, err := os.Open(path)
	if err != nil {
		return fail(errors.Unwrap(err))
	}
	defer f.Close()
	name := strings.ToValidUTF8(filepath.Base(path), "?")
	in := bufio.NewReader(f)
	first, err := in.Peek(len("From "))
	if err != nil && !errors.Is(err, io.EOF) {
		return fail(fmt.Errorf("it cannot be read: %w", err))
	}
	if !mbox.Begins(first) {
		m, err := oneMail(in)
		if err != nil {
			return fail(err)
		}
		if info, err := f.Stat(); err == nil {
			m.Received = info.ModTime().UTC()
		}
		m.From = name
		return yield(m, nil)
	}
	reader := mbox.NewReader(in, parsers.MaxMailSize)
	for {
		m, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			return fail(err)
		}
		if m.Size == 0 { // two introductions in a row
			continue
		}
		if !yield(ingest.Brought{From: name, Raw: m.Raw, Size: m.Size, Digest: m.Digest}, nil) {
			return false
		}
	}
}

// oneMail reads a file that is one mail, and keeps no more of it than a mail
// may have.
func oneMail(in io.Reader) (ingest.Brought, error) {
	sum := sha256.New()
	all := io.TeeReader(in, sum)
	raw, err := io.ReadAll(io.LimitReader(all, parsers.MaxMailSize+1))
	if err != nil {
		return ingest.Brought{}, fmt.Errorf("it cannot be read: %w", err)
	}
	if len(raw) == 0 {
		return ingest.Brought{}, errors.New("it is empty")
	}
	rest, err := io.Copy(io.Discard, all)
	if err != nil {
		return ingest.Brought{}, fmt.Errorf("it cannot be read: %w", err)
	}
	m := ingest.Brought{Raw: raw, Size: int64(len(raw)) + rest, Digest: hex.EncodeToString(sum.Sum(nil))}
	if m.Size > parsers.MaxMailSize {
		m.Raw = nil
	}
	return m, nil
}

// ImportMail brings in the mails of files.
func (a *App) ImportMail(ctx context.Context, mails iter.Seq2[ingest.Brought, error]) Report {
	return a.pipeline.Import(ctx, mails)
}

// PipedMail reads the mail that a mail server hands over. Some put a line
// "From SENDER DATE" before it, which belongs to no mail.
func PipedMail(in io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(in, parsers.MaxMailSize+1024))
	if err != nil {
		return nil, fmt.Errorf("the mail did not arrive whole: %w", err)
	}
	if mbox.Begins(raw) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	return raw, nil
}

// Push keeps one mail and processes it in this process. It returns once the
// mail is committed; that processing it failed is only logged, and whoever
// runs next does it.
func (a *App) Push(ctx context.Context, raw []byte) (models.Pushed, error) {
	pushed, err := a.pipeline.Push(ctx, raw)
	if err != nil || pushed.ID == "" {
		return pushed, err
	}
	if _, err := a.pipeline.Settle(ctx, pushed.ID); err != nil {
		a.Logger.Error("a mail was kept but not processed; the next process that runs does it", "raw", pushed.ID, "error", err)
		return pushed, nil
	}
	if state, err := a.pipeline.State(ctx, pushed.ID); err == nil {
		pushed.State = state
	}
	return pushed, nil
}
