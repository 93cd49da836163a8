package models

import "time"

// MailState is where one mail stands. A mail has exactly one.
type MailState string

// The states of a mail (records: "One mail").
const (
	StateReceived        MailState = "received"
	StateParsed          MailState = "parsed"
	StateIgnored         MailState = "ignored"
	StateParsingFailed   MailState = "parsing-failed"
	StateUnknownProvider MailState = "unknown-provider"
	StateDuplicate       MailState = "duplicate"
	StateNeedsReview     MailState = "needs-review"
	StateQuarantined     MailState = "quarantined"
	StateSkipped         MailState = "skipped"
)

// MailFlags stand beside the state.
type MailFlags struct {
	OutOfSequence bool `json:"out_of_sequence,omitempty"` // as at first processing
	UnknownCIDs   bool `json:"unknown_cids,omitempty"`
	Incomplete    bool `json:"incomplete,omitempty"`
}

// The six label keys of the configuration.
const (
	LabelParsed          = "parsed"
	LabelUnknownProvider = "unknown-provider"
	LabelParsingFailed   = "parsing-failed"
	LabelIgnored         = "ignored"
	LabelOutOfSequence   = "out-of-sequence"
	LabelUnknownCIDs     = "unknown-cids"
)

// LabelKeys lists the six label keys.
var LabelKeys = []string{
	LabelUnknownProvider, LabelParsingFailed, LabelParsed, LabelIgnored,
	LabelOutOfSequence, LabelUnknownCIDs,
}

// Labels gives the label keys that a mail in this state with these flags
// carries, in the order of LabelKeys. Received and skipped mail carries none.
func Labels(state MailState, flags MailFlags) []string {
	var keys []string
	switch state {
	case StateParsed, StateDuplicate, StateNeedsReview:
		keys = append(keys, LabelParsed)
	case StateIgnored:
		keys = append(keys, LabelIgnored)
	case StateParsingFailed, StateQuarantined:
		keys = append(keys, LabelParsingFailed)
	case StateUnknownProvider:
		keys = append(keys, LabelUnknownProvider)
	case StateReceived, StateSkipped:
		return nil
	}
	if flags.OutOfSequence {
		keys = append(keys, LabelOutOfSequence)
	}
	if flags.UnknownCIDs {
		keys = append(keys, LabelUnknownCIDs)
	}
	return keys
}

// MailRef names a message in its mailbox. For IMAP: folder, UIDVALIDITY and
// UID; elsewhere Folder and RemoteID.
type MailRef struct {
	Folder      string
	UIDValidity uint32
	UID         uint32
	RemoteID    string
}

// MailboxMessage is the ledger: one row for every message that was listed,
// skipped ones too. Unique by (SourceID, Ref).
type MailboxMessage struct {
	ID            string
	SourceID      string
	Ref           MailRef
	MessageID     string
	Subject       string
	Sender        string    // addresses that may have sent it, lower case, blanks between
	Date          time.Time // Date header; zero when absent or unreadable
	Received      time.Time // see RawNotification.Received
	SHA256        string    // hex; empty when the body was not fetched
	RawID         string    // empty when nothing was kept
	Size          int64
	Outcome       MailState // of the row when there is no raw: skipped, quarantined
	Reason        string    // why it was skipped or quarantined
	LabelsApplied []string  // label keys that stand in the mailbox
	LabelsDone    bool      // the labels in the mailbox are those of the state
	LabelError    string
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// RawNotification is one mail, whole. Same SHA-256, same raw.
type RawNotification struct {
	ID            string
	SourceID      string // where it was seen first
	SHA256        string // hex of the bytes as fetched
	MessageID     string
	Subject       string // decoded
	Sender        string // address that was matched, lower case; empty if none
	ProviderID    string // empty: no provider matched
	AssignedID    string // provider that a person assigned it to; empty: none
	Date          time.Time
	Received      time.Time // topmost Received line, else INTERNALDATE, else time of storing
	State         MailState
	Flags         MailFlags
	Error         string // one sentence for people: why it failed, was ignored or quarantined
	ParserVersion string
	Attempts      int
	Size          int64
	Raw           []byte // the bytes; empty unless a reader was asked for them
	Deleted       bool   // tombstone: the bytes were removed by retention
	Cause         Cause  // why it is processed: live, or backfill for what was there before
	Trust         Trust  // Level empty: not judged
	TrustProvider string // ID of the provider that it was judged for
	TrustGuarded  bool   // see Notice.Guarded
	TrustTries    int    // how often name servers gave no answer
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Source is the state of one configured mailbox; what is configured itself
// lives in the configuration.
type Source struct {
	ID          string
	Name        string // unique
	Kind        string // imap, gmail, …
	LastSuccess time.Time
	LastError   string // empty after a success
	LastErrorAt time.Time
	Lag         time.Duration // how long the newest mail waited in the mailbox until it was kept
	Matched     string        // digest of the addresses that the ledger was last looked through for
	Reconciled  Reconciliation
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Reconciliation compares a mailbox with the ledger: every message that the
// mailbox holds since From has a ledger row, and every row is a mail that was
// kept or was skipped on purpose. What is not is Missing.
type Reconciliation struct {
	At       time.Time // zero: never done
	From     time.Time // start of the window
	Messages int       // in the mailbox
	Ledger   int       // of them, in the ledger
	Kept     int       // of them, with a raw mail
	Skipped  int       // of them, without one: Outcome and Reason of the row say why
	Missing  []MailRef // in the mailbox and in no ledger; at most 100 of them
}

// Cursor is how far a folder of a source was stored.
type Cursor struct {
	Folder      string
	UIDValidity uint32
	UID         uint32 // highest UID stored
	Remote      string // opaque position of mailboxes that have no UIDs
}

// First reports whether the folder was never read.
func (c Cursor) First() bool { return c.UIDValidity == 0 && c.Remote == "" }

// Poll is one pass over one source, with what it found.
type Poll struct {
	ID       string
	SourceID string
	Started  time.Time
	Finished time.Time // zero while running or when the process died
	Tally    Tally
	Error    string
}

// Tally counts the mails of a pass. Fetched counts all that were fetched, New
// those whose bytes were not known; the rest are outcomes of the new ones.
type Tally struct {
	Fetched         int `json:"fetched"`
	New             int `json:"new"`
	Parsed          int `json:"parsed"`
	Ignored         int `json:"ignored"`
	Failed          int `json:"failed"`
	UnknownProvider int `json:"unknown_provider"`
	Duplicate       int `json:"duplicate"`
	OutOfSequence   int `json:"out_of_sequence"`
}

// Add returns the sum of two tallies.
func (t Tally) Add(o Tally) Tally {
	t.Fetched += o.Fetched
	t.New += o.New
	t.Parsed += o.Parsed
	t.Ignored += o.Ignored
	t.Failed += o.Failed
	t.UnknownProvider += o.UnknownProvider
	t.Duplicate += o.Duplicate
	t.OutOfSequence += o.OutOfSequence
	return t
}

// Count adds one mail that ended in a state. Quarantined mail counts as
// failed, mail that waits for a person as parsed.
func (t *Tally) Count(state MailState, flags MailFlags) {
	switch state {
	case StateParsed, StateNeedsReview:
		t.Parsed++
	case StateIgnored:
		t.Ignored++
	case StateParsingFailed, StateQuarantined:
		t.Failed++
	case StateUnknownProvider:
		t.UnknownProvider++
	case StateDuplicate:
		t.Duplicate++
	case StateReceived, StateSkipped:
	}
	if flags.OutOfSequence {
		t.OutOfSequence++
	}
}
