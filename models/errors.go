package models

import (
	"errors"
	"fmt"
)

// ErrNotFound is returned (wrapped) when a record that was named is not there,
// or is outside the asker's Scope.
var ErrNotFound = errors.New("not found")

// ErrDatabase is returned (wrapped) when the database could not do its work
// whatever it was asked: it is full, cannot be reached, or was shut down. The
// same call may succeed later.
var ErrDatabase = errors.New("the database is in trouble")

// InputError is input that cannot be accepted: one clear sentence that says
// what is wrong, where, and what to do. Nothing was changed.
type InputError struct {
	Field  string // key, flag, column or line
	Reason string
}

// Error says where and what.
func (e *InputError) Error() string {
	if e.Field == "" {
		return e.Reason
	}
	return fmt.Sprintf("%s: %s", e.Field, e.Reason)
}

// Invalid makes an InputError.
func Invalid(field, format string, args ...any) error {
	return &InputError{Field: field, Reason: fmt.Sprintf(format, args...)}
}
