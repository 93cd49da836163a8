package models

import (
	"reflect"
	"time"
)

// Page is a slice of a list: Limit rows from Offset on.
type Page struct {
	Limit  int // 1 to 1000; readers treat 0 as 50
	Offset int
	After  []string // keys of the row after which the slice begins, as the list's reader says; nil: by Offset
}

// TimeRange is a span of time with both ends in it; a zero end is open.
type TimeRange struct {
	From time.Time
	To   time.Time
}

// MaintenanceFilter narrows a list of maintenances; empty fields do not
// filter. Several values of one field mean any of them, several fields all.
type MaintenanceFilter struct {
	Statuses  []Status
	Providers []string  // slugs or IDs
	Circuits  []string  // CIDs, without regard to case
	Sites     []string  // names
	Name      string    // exact, without regard to case
	Query     string    // part of the name
	EndAfter  time.Time // a window ends at or after this
	StartsBy  time.Time // a window starts at or before this
	Page      Page

	IDs          []string
	Names        []string // exact, without regard to case
	CircuitIDs   []string // IDs of circuits of the inventory; these or one of Circuits
	Acknowledged *bool
	Summary      string    // part of it, without regard to case
	Tags         []string  // of its provider or circuits
	Start        TimeRange // of the first window
	End          TimeRange // of the last window
	Created      TimeRange
	Updated      TimeRange
	Worst        []Impact      // the worst impact on a circuit that is seen and not cancelled
	Lit          bool          // not known from sources in shadow alone
	Window       *WindowChoice // it has such a window; lists are then by the start of the first of these, soonest first
}

// Chooses reports whether the filter may leave records out.
func (f MaintenanceFilter) Chooses() bool {
	f.Page = Page{}
	return !reflect.DeepEqual(f, MaintenanceFilter{})
}

// WindowChoice chooses windows of maintenances; empty fields choose all.
type WindowChoice struct {
	EndAfter    time.Time // it ends at or after this
	StartsBy    time.Time // it starts at or before this
	StartsAfter time.Time // it starts after this
	Planned     bool      // work is planned in it: see ActiveAt
}

// Holds reports whether the filter chooses a window.
func (f WindowChoice) Holds(w Window) bool {
	return (f.EndAfter.IsZero() || !w.End.Before(f.EndAfter)) &&
		(f.StartsBy.IsZero() || !w.Start.After(f.StartsBy)) &&
		(f.StartsAfter.IsZero() || w.Start.After(f.StartsAfter)) &&
		(!f.Planned || w.planned() && !w.Status.Closed())
}

// First is the start of the first window that the filter chooses; zero without
// one.
func (f WindowChoice) First(windows []Window) time.Time {
	var first time.Time
	for _, w := range windows {
		if f.Holds(w) && (first.IsZero() || w.Start.Before(first)) {
			first = w.Start
		}
	}
	return first
}

// ImpactFilter narrows a list of impacts; empty fields do not filter.
type ImpactFilter struct {
	IDs          []string
	Maintenances []string // IDs or names
	Circuits     []string // IDs or CIDs
	Providers    []string // slugs of the maintenance's provider
	Impacts      []Impact
	Created      TimeRange
	Updated      TimeRange
	Page         Page
}

// NoteFilter narrows a list of notes; empty fields do not filter.
type NoteFilter struct {
	IDs          []string
	Maintenances []string // IDs or names
	Titles       []string // exact
	Levels       []NoteLevel
	Query        string // part of title or comment, without regard to case
	Created      TimeRange
	Updated      TimeRange
	Page         Page
}

// NoticeFilter narrows a list of notices; empty fields do not filter.
type NoticeFilter struct {
	IDs          []string
	Maintenances []string // IDs or names
	Raws         []string // IDs
	Query        string   // part of the maintenance's name or the summary, without regard to case
	Page         Page
}

// SiteFilter narrows a list of sites; empty fields do not filter.
type SiteFilter struct {
	IDs     []string
	Names   []string
	Regions []string
	Tenants []string
	Tags    []string
	Query   string // part of the name, without regard to case
	Page    Page
}

// CircuitFilter narrows a list of circuits.
type CircuitFilter struct {
	CID       string // exact, without regard to case
	Named     string // CID or alias, exact, without regard to case
	Providers []string
	Sites     []string
	Types     []string
	Removed   *bool // missing in the inventory that it is synced from, or there; nil: both
	Page      Page

	Devices    []string          // at one of the ends
	Interfaces []string          // at the same end
	Cables     []string          // at the same end
	Fields     map[string]string // custom fields that have exactly these values

	CIDs     []string // exact, without regard to case
	IDs      []string
	Ends     []string // IDs of one of its terminations
	Statuses []string
	Tenants  []string
	Tags     []string
	Query    string // part of the CID or description, without regard to case
}

// PollFilter narrows a list of polls; empty fields do not filter.
type PollFilter struct {
	IDs     []string
	Sources []string // names
	Started TimeRange
	Page    Page
}

// PollItem is one pass over a source with the source's name.
type PollItem struct {
	Poll
	Source string
}

// CircuitStatus is one circuit as the gauge circuit_maintenance_status shows
// it: one row for each termination, or one with an empty Termination when the
// circuit has none.
type CircuitStatus struct {
	Circuit     Circuit
	Termination Termination
	Active      bool // under active maintenance at the asked time (F46)
}

// ShownCircuits is what the gauge circuit_maintenance_status shows at an
// instant.
type ShownCircuits struct {
	Stamp     string          // marks the state of the inventory; empty: nothing of it may be kept
	Unchanged bool            // the inventory is as it was at the stamp that the reader had
	Rows      []CircuitStatus // nil where it is unchanged
	Active    map[string]bool // the IDs of circuits under active maintenance (F46), also of such as are not shown
}

// MailFilter narrows a list of raw mails; empty fields do not filter. Several
// values of one field mean any of them, several fields all.
type MailFilter struct {
	States    []MailState
	Sources   []string // names
	Providers []string // slugs
	Sender    string   // part of the address
	Page      Page

	IDs      []string
	Query    string // part of the subject, without regard to case
	Parsed   *bool  // a notice was read in it
	Lit      bool   // not of a source in shadow
	Received TimeRange
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
	Page         Page      // After are the start and the ID of a finding
}
