package models

import "time"

// Identity is the key of a maintenance.
type Identity struct {
	ProviderID string
	Key        string // id with NFKC, upper case, blanks trimmed; with ids_per_account "ACCOUNT/ID"
}

// Maintenance is the record that follows from all notices of one identity and
// from what people did: the result of Fold. The store adds ID, links and
// revision.
type Maintenance struct {
	ID         string
	ProviderID string
	Key        string // Identity.Key
	Generation int    // 1, or more when an id came back long after its maintenance closed
	Name       string // "<provider slug>-<id>", with "~2" from the second generation on
	ExternalID string // the id as the newest notice writes it
	Aliases    []string
	Synthetic  bool
	Status     Status
	Summary    string
	Organizer  string
	Accounts   []string
	Windows    []Window
	Circuits   []CircuitImpact
	Notes      []Note // written by the rules of the fold; people's notes are Edits
	Ack        *Acknowledgement
	Conflicts  []Conflict
	Pending    []Pending  // what waits for a person, the newest first
	Trust      TrustLevel // of the notice that last changed status, windows or circuits
	Orphan     bool       // has edits but no notice is left, and no single successor
	Deleted    bool       // a person deleted it: a tombstone, shown to nobody
	MergedInto string     // Key of the identity that a person merged it into
	FirstSeen  time.Time
	LastNotice time.Time // Received of the newest notice
	Revision   int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Start is the start of the first window; zero without windows.
func (m Maintenance) Start() time.Time {
	var t time.Time
	for _, w := range m.Windows {
		if t.IsZero() || w.Start.Before(t) {
			t = w.Start
		}
	}
	return t
}

// End is the end of the last window; zero without windows.
func (m Maintenance) End() time.Time {
	var t time.Time
	for _, w := range m.Windows {
		if w.End.After(t) {
			t = w.End
		}
	}
	return t
}

// WorstImpact is the worst impact on any circuit that is not cancelled; empty
// without circuits.
func (m Maintenance) WorstImpact() Impact {
	var worst Impact
	for _, c := range m.Circuits {
		if !c.Cancelled && c.Impact.Worse(worst) {
			worst = c.Impact
		}
	}
	return worst
}

// Window is one window of a maintenance. Its Ordinal is stable: a moved window
// keeps it.
type Window struct {
	Ordinal int // from 1
	Kind    WindowKind
	Called  bool // a backup window that a notice called: active, not only a risk
	Status  Status
	Start   time.Time
	End     time.Time
	Impacts []WindowImpact
}

// WindowImpact is the impact on one circuit in one window.
type WindowImpact struct {
	CID     string
	Account string
	Impact  Impact
}

// CircuitImpact is one circuit of a maintenance with its worst impact over all
// windows. Unique by (maintenance, account, CID key).
type CircuitImpact struct {
	ID        string
	CID       string // as the notice writes it
	Account   string
	Impact    Impact
	RawImpact string
	Cancelled bool     // a partial cancellation named it
	CircuitID string   // linked inventory circuit; empty: unknown
	Circuit   *Circuit // filled by readers
	Manual    bool     // linked or unlinked by a person: matching leaves CircuitID alone
}

// NoteLevel is INFO or WARNING (F44).
type NoteLevel string

// The note levels.
const (
	NoteInfo    NoteLevel = "INFO"
	NoteWarning NoteLevel = "WARNING"
)

// Note is a remark on a maintenance. Automatic ones are unique by
// (maintenance, Key) and are closed when their reason is gone.
type Note struct {
	ID            string
	MaintenanceID string
	Key           string // for example unknown-cid:ABC/1; empty for people's notes
	Title         string
	Comment       string
	Level         NoteLevel
	Author        string // empty: lineman itself
	Closed        bool
	Revision      int64 // of the maintenance; filled by lists of notes
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Acknowledgement is true only while Digest is that of the record (AckDigest).
type Acknowledgement struct {
	Author string
	At     time.Time
	Digest string
	Holds  bool // filled by readers: it was true of the record as it is stored
}

// Conflict is a value set by a person that a later notice contradicts.
type Conflict struct {
	Field  string
	Set    string
	Notice string
}

// EditKind is what a person did to a maintenance.
type EditKind string

// The kinds of edit (records: "Edits").
const (
	EditCreate       EditKind = "create"
	EditSet          EditKind = "set"
	EditAcknowledge  EditKind = "acknowledge"
	EditNote         EditKind = "note"
	EditLink         EditKind = "link"
	EditUnlink       EditKind = "unlink"
	EditImpact       EditKind = "impact"
	EditDelete       EditKind = "delete"
	EditMerge        EditKind = "merge"
	EditAcceptNotice EditKind = "accept-notice"
	EditRejectNotice EditKind = "reject-notice"
	EditReopenNotice EditKind = "reopen-notice" // takes the last verdict on a notice back
)

// Edit is one act of a person, kept for good, applied by Fold in order of At.
type Edit struct {
	ID            string
	MaintenanceID string
	Kind          EditKind
	Author        string
	At            time.Time
	Reason        string
	Field         string         // set: status, summary, windows
	Value         string         // set: the value for status and summary; note: the text
	Windows       []NoticeWindow // set windows, create
	CID           string         // link, unlink, impact
	CircuitID     string         // link
	Impact        Impact         // impact
	NoticeID      string         // accept-notice, reject-notice, reopen-notice
	Target        string         // merge: the Key of the other identity
	Digest        string         // acknowledge: AckDigest of what was seen
}

// Change is one difference between two states of a record. Changes are
// immutable and are the outbox of announcements.
type Change struct {
	ID            string
	MaintenanceID string
	Revision      int64  // of the record after the change
	Field         string // created, status, window[2].start, circuit[ABC/1].impact …
	Old           string
	New           string
	Cause         Cause
	RawID         string // mail that caused it; empty for edits
	Author        string // person that caused it; empty for mail
	At            time.Time
}
