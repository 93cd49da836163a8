package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lineman/ingest"
	"lineman/internal/mbox"
	"lineman/models"
	"lineman/parsers"
)

// maxNotes is how many sentences say what could not be read.
const maxNotes = 20

// readMail reads the source or the folder. What of it could be read counts.
func (t *trial) readMail(ctx context.Context) error {
	var r Report
	if t.path == "" {
		since := t.Since
		if since == 0 {
			since = evaluateSince
		}
		r = t.pipeline.Pass(ctx, t.Config.Sources[0].Name, since)
	} else {
		files, err := t.files()
		if err != nil {
			return err
		}
		r = t.pipeline.Import(ctx, t.mails(files))
	}
	if ctx.Err() != nil {
		return errors.New("stopped before all mail was read; nothing was written")
	}
	switch {
	case r.Err == nil:
		return nil
	case r.Tally.Fetched == 0 || errors.Is(r.Err, models.ErrDatabase):
		return r.Err
	}
	t.notes = append(t.notes, strings.Split(r.Err.Error(), "\n")...)
	if more := len(t.notes) - maxNotes; more > 0 {
		t.notes = append(t.notes[:maxNotes], fmt.Sprintf("and %d more", more))
	}
	return nil
}

// files lists the files of the folder that are mails: *.eml, mboxes, and what
// lies in a Maildir. Links are not followed; what else is there is only
// counted.
func (t *trial) files() ([]string, error) {
	info, err := os.Stat(t.path)
	if err != nil {
		return nil, models.Invalid("--source", "%s cannot be read: %v; check its permissions", t.path, err)
	}
	if !info.IsDir() {
		return []string{t.path}, nil
	}
	var files []string
	others := 0
	err = filepath.WalkDir(t.path, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == t.path:
			return models.Invalid("--source", "%s cannot be read: %v; check its permissions", t.path, err)
		case err != nil:
			t.notes = append(t.notes, fmt.Sprintf("%s: %v", path, err))
		case strings.HasPrefix(d.Name(), ".") && path != t.path && !d.IsDir():
		case d.Type().IsRegular() && isMailFile(path):
			files = append(files, path)
		case d.Type().IsRegular():
			others++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, models.Invalid("--source", "%s holds no mail: neither *.eml, nor an mbox, nor a Maildir; name the folder with the mail", t.path)
	}
	if others > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%d files that are neither *.eml, nor an mbox, nor in a Maildir", others))
	}
	slices.Sort(files)
	return files, nil
}

// isMailFile tells by the name of a file, and of one without an ending by its
// beginning, whether it is mail.
func isMailFile(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".eml", ".mbox":
		return true
	}
	if dir := filepath.Base(filepath.Dir(path)); dir == "cur" || dir == "new" {
		return true
	}
	if filepath.Ext(path) != "" {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return true // whoever reads it says why it cannot be read
	}
	defer f.Close()
	first := make([]byte, len("From "))
	if _, err := io.ReadFull(f, first); err != nil {
		return false
	}
	return mbox.Begins(first)
}

// mails gives the mails of the files that are not too old. One without a
// Received line counts as received at its Date: a file's own time says when it
// was copied.
func (t *trial) mails(files []string) iter.Seq2[ingest.Brought, error] {
	var since time.Time
	if t.Since > 0 {
		since = t.Now().Add(-t.Since)
	}
	return func(yield func(ingest.Brought, error) bool) {
		take := func(m ingest.Brought, err error) bool {
			if err != nil {
				return yield(m, err)
			}
			if m.Raw == nil {
				t.large[m.Digest] = m.From
			} else {
				head, received := parsers.ReadHeader(bytes.TrimLeft(m.Raw, "\r\n"))
				switch {
				case !received.IsZero():
					m.Received = received
				case !head.Date.IsZero() && head.Date.Before(t.Now()):
					m.Received = head.Date
				default:
					t.undated[m.Digest] = true
				}
			}
			if !m.Received.IsZero() && m.Received.Before(since) {
				t.before++
				return true
			}
			return yield(m, nil)
		}
		for _, path := range files {
			if !mailFile(path, take) {
				return
			}
		}
	}
}

// since is the instant before which mail was left out; zero without one.
func (t *trial) since(now time.Time) time.Time {
	switch {
	case t.Since > 0:
		return now.Add(-t.Since)
	case t.path == "":
		return now.Add(-evaluateSince)
	}
	return time.Time{}
}
