package models

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// ReviewReason is why a mail waits for a person.
type ReviewReason string

// The reasons. A mail can have several.
const (
	ReviewFailed          ReviewReason = "failed"           // a field could not be read
	ReviewUnknownProvider ReviewReason = "unknown-provider" // no provider has the sender's address
	ReviewQuarantined     ReviewReason = "quarantined"      // it could not be handled at all
	ReviewNeedsReview     ReviewReason = "needs-review"     // what it says is not trusted without a person
	ReviewIncomplete      ReviewReason = "incomplete"       // it names a known circuit that was not read
	ReviewUnknownCIDs     ReviewReason = "unknown-cids"     // it lists a circuit that is not in the inventory, or that may be several
)

// ReviewReasons lists the reasons.
var ReviewReasons = []ReviewReason{
	ReviewFailed, ReviewUnknownProvider, ReviewQuarantined, ReviewNeedsReview, ReviewIncomplete, ReviewUnknownCIDs,
}

// ReviewStates are the states of a mail that make it wait for a person, by
// their reason.
var ReviewStates = map[MailState]ReviewReason{
	StateParsingFailed: ReviewFailed, StateUnknownProvider: ReviewUnknownProvider,
	StateQuarantined: ReviewQuarantined, StateNeedsReview: ReviewNeedsReview,
}

// ReasonsOf gives the reasons for which a mail in a state with flags waits for
// a person; none: it does not.
func ReasonsOf(state MailState, flags MailFlags) []ReviewReason {
	var all []ReviewReason
	if r, waits := ReviewStates[state]; waits {
		all = append(all, r)
	}
	if flags.Incomplete {
		all = append(all, ReviewIncomplete)
	}
	if flags.UnknownCIDs {
		all = append(all, ReviewUnknownCIDs)
	}
	return all
}

// ReviewAction is what a person does with a mail that waits.
type ReviewAction string

// The actions. All can be undone, the last one first.
const (
	ReviewAccept  ReviewAction = "accept"  // it is fine as it is; what waits takes effect
	ReviewReject  ReviewAction = "reject"  // what it says does not count
	ReviewAssign  ReviewAction = "assign"  // it is of this provider, and so is its sender
	ReviewCircuit ReviewAction = "circuit" // this text means that circuit
	ReviewFill    ReviewAction = "fill"    // these are the fields that are missing
	ReviewDismiss ReviewAction = "dismiss" // it is no maintenance
	ReviewTake    ReviewAction = "take"    // I see to it
	ReviewRelease ReviewAction = "release" // somebody else may
	ReviewUndo    ReviewAction = "undo"    // take the last action back
)

// ReviewActions lists the actions.
var ReviewActions = []ReviewAction{
	ReviewAccept, ReviewReject, ReviewAssign, ReviewCircuit, ReviewFill, ReviewDismiss, ReviewTake, ReviewRelease, ReviewUndo,
}

// Reading is whose reading of a mail is in force.
type Reading string

// The readings. Mail that a person read is not read again by lineman until
// that is undone.
const (
	ReadingOurs      Reading = ""          // lineman's
	ReadingCompleted Reading = "completed" // a person filled in what was missing
	ReadingDismissed Reading = "dismissed" // a person said that it is no maintenance
)

// ReviewItem is one mail that waits for a person, or did. Whether it waits
// follows from the state of the mail; only what people decided is kept beside
// it. Its ID is that of the raw mail.
type ReviewItem struct {
	MailItem
	Reasons   []ReviewReason
	Open      bool
	Priority  bool // it names a circuit of the inventory
	Owner     string
	OwnedAt   time.Time
	Decision  ReviewAction // the last one that holds; empty: none
	DecidedBy string
	DecidedAt time.Time
	Reading   Reading
	Version   int64 // grows with every change of the item, its mail and its maintenances
}

// After are the keys of a Page that goes on after the item.
func (i ReviewItem) After() []string {
	priority := "0"
	if i.Priority {
		priority = "1"
	}
	return []string{priority, i.Received.UTC().Format(time.RFC3339Nano), i.ID}
}

// ReviewDetail is one item with everything that a person needs to decide.
type ReviewDetail struct {
	ReviewItem
	Notices      []Notice // as they are in force; empty: none was read
	Maintenances []string // names of the records that they are part of
	Circuits     []MeantCircuit
	Acts         []ReviewAct // newest first
	Evidence     ReviewEvidence
	Proposed     ProposalRun // by a language model; the zero value: it was not asked, or a person read the mail
}

// ReviewEvidence is what lineman reads in the mail of an item now.
type ReviewEvidence struct {
	Provider string // slug of the reader that was used; empty: none fits
	Detected string // why that reader, in words
	Format   string // that read it, or came nearest
	Senders  []string
	Partial  []Notice // of a mail that could not be read whole: what could
	Missing  []MissingField
	Found    []FoundField
	Named    []NamedCircuit // known circuits that the mail names and that were not read
	Error    string         // why there is none
}

// MissingField is a field that could not be read.
type MissingField struct {
	Field  string // contract name
	Reason string
}

// FoundField says where a value was found, or who gave it.
type FoundField struct {
	Notice int    // from 1
	Field  string // contract name
	Part   int    // of the mail; -1: a header, -2: a person
	Text   string
	Rule   string // what read it, or "by NAME"
}

// PartPerson is the Part of a value that a person gave.
const PartPerson = -2

// NamedCircuit is a known circuit with the place in the mail.
type NamedCircuit struct {
	CID   string
	Text  string // as the mail has it
	Where string
}

// MeantCircuit is one circuit id that a mail lists, with what it means.
type MeantCircuit struct {
	CID    string // as the mail has it
	Linked string // id of the circuit that it is linked to; empty: none
	Match  Match
	Manual bool // a person linked or unlinked it
}

// Waits reports whether nobody knows what circuit it is.
func (c MeantCircuit) Waits() bool { return c.Linked == "" && !c.Manual }

// ReviewAct is one thing that a person did with an item.
type ReviewAct struct {
	ID       string
	Action   ReviewAction
	Author   string
	At       time.Time
	Reason   string
	Detail   string // what it came to, in words
	UndoneBy string // empty: it holds
	UndoneAt time.Time
	Fill     *NoticeFill // of ReviewFill
	Assigned string      // of ReviewAssign: ID of the provider that it was assigned to before
	Address  string      // of ReviewAssign: the address that it gave to the provider
}

// ReviewFilter narrows the list of items; empty fields do not filter.
type ReviewFilter struct {
	State     ReviewState
	Reasons   []ReviewReason
	Providers []string // slugs
	Owner     string
	Query     string // part of the subject or the sender, without regard to case
	Page      Page   // After: priority (1 or 0), time of receipt, ID
}

// ReviewState says which items are listed.
type ReviewState string

// The states of items; the empty one is ReviewOpen.
const (
	ReviewOpen ReviewState = "open"
	ReviewDone ReviewState = "done"
	ReviewAll  ReviewState = "all"
)

// ReviewWrite is what a person asks to be done with one item.
type ReviewWrite struct {
	ID       string
	Expected int64 // version that the person saw; 0: whatever it is
	Action   ReviewAction
	Reason   string
	Provider string // assign: slug, name or ID
	Sender   string // assign: the address to remember; empty: that of the mail
	Once     bool   // assign: this mail only, remember nothing
	Text     string // circuit: as the mail has it; empty: the only one that waits
	CID      string // circuit: of the inventory
	Fill     NoticeFill
}

// Check reports the first thing that no item could take, as an InputError.
func (w ReviewWrite) Check() error {
	switch {
	case !slices.Contains(ReviewActions, w.Action):
		return Invalid("action", "%q is no action; use one of %s", w.Action, list(ReviewActions))
	case len(w.Reason) > maxEditText:
		return Invalid("reason", "too long; at most %d bytes", maxEditText)
	case w.Action == ReviewAssign && strings.TrimSpace(w.Provider) == "":
		return Invalid("provider", "name the provider whose mail it is")
	case w.Action == ReviewAssign && w.Once && w.Sender != "":
		return Invalid("sender", "an address is not remembered with once; leave one of them out")
	case w.Action == ReviewCircuit && CIDKey(w.CID) == "":
		return Invalid("cid", "name the circuit of the inventory that is meant")
	case w.Action == ReviewFill:
		return w.Fill.check()
	}
	return nil
}

// Reviewed is what an action came to.
type Reviewed struct {
	Said    string   // in words
	Changed []string // names of the maintenances that changed
	Mails   []string // IDs of other mails that are read again now
}

// StaleError says what changed of a record since its editor saw it. It is
// ErrStale.
type StaleError struct {
	What    string // "the review of mail …"
	Changes []string
}

// Error tells what changed.
func (e *StaleError) Error() string {
	return e.What + " was changed meanwhile: " + strings.Join(e.Changes, "; ")
}

// Unwrap gives ErrStale.
func (e *StaleError) Unwrap() error { return ErrStale }

// StaleChanges gives what a stale record's error tells of the changes.
func StaleChanges(err error) []string {
	stale := new(StaleError)
	if errors.As(err, &stale) {
		return stale.Changes
	}
	return nil
}

// ReviewListStates lists the states of items.
var ReviewListStates = []ReviewState{ReviewOpen, ReviewDone, ReviewAll}
