package models

import "time"

// ReparseFilter chooses stored mail to be read again; empty fields do not
// filter.
type ReparseFilter struct {
	States    []MailState
	Providers []string  // slugs
	Since     time.Time // received at this time or later
	IDs       []string
}

// Reparsed is what reading one stored mail again comes to.
type Reparsed struct {
	RawID    string
	Subject  string
	Provider string // slug
	Received time.Time

	Old, New           MailState
	OldError, NewError string // one sentence each
	OldFlags, NewFlags MailFlags
	Maintenances       []ReparsedMaintenance
}

// Differs reports whether anything is different from before.
func (r Reparsed) Differs() bool {
	return r.Old != r.New || r.OldError != r.NewError || r.OldFlags != r.NewFlags || len(r.Maintenances) > 0
}

// ReparsedMaintenance is what changes of one maintenance.
type ReparsedMaintenance struct {
	Name    string
	Changes []Change // Field, Old and New only
}

// ReparseTally counts the mails of a re-parse.
type ReparseTally struct {
	Read      int // all that were read again
	Changed   int
	Unchanged int
	Left      int // a person's reading is in force
	Gone      int // retention removed their bytes
	Failed    int // their reading could not be recorded; they are as they were
}
