package models

import "time"

// RetentionPlan says what is old enough to be removed. A zero time keeps
// everything of its kind.
type RetentionPlan struct {
	RawBefore     time.Time // bytes of mail that was received before
	RecordsBefore time.Time // maintenances that ended before, whole, and findings that closed before
	// CommandsBefore is for chat commands that were received before; what has
	// expired of chat goes in any case.
	CommandsBefore time.Time
	By             Principal // who removes it, for the audit log
	DryRun         bool      // count only
}

// Retained counts what a RetentionPlan removed, or would.
type Retained struct {
	Raws     int // mails that lost their bytes; their tombstones stay
	Records  int // maintenances
	Findings int // closed ones
	Commands int // of the chat command log
	Held     int // maintenances that are old enough but held
}

// Removed reports whether anything went.
func (r Retained) Removed() bool { return r.Raws+r.Records+r.Findings+r.Commands > 0 }

// Hold keeps a maintenance and its mail from retention.
type Hold struct {
	Maintenance string // name
	Reason      string
	Author      string
	CreatedAt   time.Time
}
