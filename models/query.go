package models

import "time"

// Page is a slice of a list: Limit rows from Offset on.
type Page struct {
	Limit  int // 1 to 1000; readers treat 0 as 50
	Offset int
}

// MaintenanceFilter narrows a list of maintenances; empty fields do not
// filter. Several values of one field mean any of them, several fields all.
type MaintenanceFilter struct {
	Statuses  []Status
	Providers []string  // slugs
	Circuits  []string  // CIDs, without regard to case
	Sites     []string  // names
	Name      string    // exact, without regard to case
	Query     string    // part of the name
	EndAfter  time.Time // a window ends at or after this
	StartsBy  time.Time // a window starts at or before this
	Page      Page
}

// CircuitFilter narrows a list of circuits.
type CircuitFilter struct {
	CID       string // exact, without regard to case
	Providers []string
	Sites     []string
	Types     []string
	Page      Page
}

// CircuitStatus is one circuit as the gauge circuit_maintenance_status shows
// it: one row for each termination, or one with an empty Termination when the
// circuit has none.
type CircuitStatus struct {
	Circuit     Circuit
	Termination Termination
	Active      bool // under active maintenance at the asked time (F46)
}

// MailFilter narrows a list of raw mails; empty fields do not filter. Several
// values of one field mean any of them, several fields all.
type MailFilter struct {
	States    []MailState
	Sources   []string // names
	Providers []string // slugs
	Sender    string   // part of the address
	Page      Page
}

// MailItem is one raw mail with the names that its row only refers to.
type MailItem struct {
	RawNotification
	Source   string // name; empty: its source is gone
	Provider string // slug; empty: none matched
}

// MailDetail is one raw mail with where it was seen and what it said.
type MailDetail struct {
	MailItem
	Messages     []SeenMessage
	Maintenances []string // names of the records that it is part of
}

// SeenMessage is one copy of a mail in a mailbox.
type SeenMessage struct {
	MailboxMessage
	Source string // name
}

// FindingState says which findings are looked for.
type FindingState string

// The states of findings.
const (
	FindingsOpen   FindingState = "open"
	FindingsClosed FindingState = "closed"
	FindingsAll    FindingState = "all"
)

// FindingFilter narrows a list of findings; empty fields do not filter, but an
// empty State is FindingsOpen. Several values of one field mean any of them,
// several fields all; sites and groups are one field.
type FindingFilter struct {
	Sites        []string // names
	Groups       []string // names
	Severities   []Severity
	State        FindingState
	Circuits     []string  // CIDs, without regard to case
	Maintenances []string  // names, without regard to case
	From, To     time.Time // some of it is at or after From and before To
	Page         Page
}
