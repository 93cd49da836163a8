package models

import "time"

// Arrival is one message of a mailbox on its way into the ledger: as listed,
// and as fetched where it could be.
type Arrival struct {
	Message MailboxMessage // without ID, SourceID, RawID and SHA256; the store fills them
	Raw     []byte         // nil: nothing is kept (Message.Outcome and Reason say why)
	Cause   Cause          // empty: live
}

// Kept says what became of one Arrival.
type Kept struct {
	Ref   MailRef
	RawID string // empty when nothing was kept
	New   bool   // these bytes were not known before, or were skipped by other sources
}

// Verdict is what processing found in one raw mail; the store applies it in
// one transaction.
type Verdict struct {
	RawID         string
	ProviderID    string // empty: no provider matched
	Sender        string // the address that decided
	State         MailState
	Flags         MailFlags // Incomplete only; the store finds the others
	Error         string    // one sentence for people
	ParserVersion string
	Format        string   // that read it, or came nearest; empty: none fits
	Fields        []string // that were found in it, sorted; names without blanks
	Notices       []Notice // without ID, RawID, ProviderID, Received; the store fills them
	Cause         Cause
	By            string        // the person whose reading it is; empty: lineman's
	Trust         *TrustVerdict // nil: as it was judged before
	Sources       []string      // of skipped mail: IDs of the sources that do not read for its provider
}

// Applied is what a Verdict came to.
type Applied struct {
	RawID        string
	State        MailState
	Flags        MailFlags
	Maintenances []string // names of the records that it touched
	Changes      int
}

// Stranger is a message that matched no provider, or was skipped.
type Stranger struct {
	ID       string // of its ledger row
	Ref      MailRef
	Sender   string // the addresses that may have sent it, blanks between
	RawID    string // empty: only the row was kept
	Size     int64
	Received time.Time
}

// LabelTask is one message whose labels in the mailbox are not those of its
// state.
type LabelTask struct {
	MessageRowID string // MailboxMessage.ID
	Ref          MailRef
	MessageID    string   // the header, for mailboxes that label by copying
	Want         []string // all label keys of the state
	Add          []string // of Want, those that do not stand yet
	Remove       []string // label keys that stand and should not
}

// LabelResult is what came of a LabelTask. With an Error the task stays due.
type LabelResult struct {
	MessageRowID string
	Applied      []string // all label keys that now stand
	Error        string
}

// MailCount is a number of raw mails of one kind, for metrics.
type MailCount struct {
	Source   string
	Provider string // slug; empty: unknown
	State    MailState
	Count    int64
}

// SourceHealth is one source as people look at it.
type SourceHealth struct {
	Source
	Messages int64     // ledger rows
	LastMail time.Time // Received of the newest
}

// Pushed says what became of a mail that was handed over.
type Pushed struct {
	ID    string // of the raw mail; empty when nothing is kept of such mail
	State MailState
	New   bool // these bytes were not known before
}
