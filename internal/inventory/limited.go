package inventory

import (
	"io"

	"lineman/models"
)

// limited reads up to a number of bytes in all, and between two calls of next.
// What the CSV reader has buffered counts to the record that it reads, so that
// the second limit is rounded up to its buffer.
type limited struct {
	r      io.Reader
	total  int // bytes that may still come
	record int // limit of one record
	since  int // bytes since next
}

// Read reads; past a limit it fails with an InputError.
func (l *limited) Read(p []byte) (int, error) {
	switch {
	case l.since > l.record:
		return 0, models.Invalid("", "a line is longer than %d bytes; look for a quote (\") that is not closed", l.record)
	case l.total < 0:
		return 0, models.Invalid("", "the file is larger than %d bytes; split it", MaxBytes)
	}
	if limit := l.total + 1; len(p) > limit {
		p = p[:limit]
	}
	n, err := l.r.Read(p)
	l.total -= n
	l.since += n
	return n, err
}

// next says that a record is complete.
func (l *limited) next() { l.since = 0 }
