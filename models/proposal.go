package models

import (
	"slices"
	"time"
)

// Proposal is a value that a language model proposes for a field of a mail that
// could not be read, and that stands in the mail. A person takes it or leaves
// it: lineman never applies one.
type Proposal struct {
	Field    string // one of ProposalFields
	Value    string // times in UTC, RFC 3339
	Evidence string // the text of the mail in which the value was found
	Part     int    // of the mail; -1: the subject
	Model    string // that proposed it
}

// The fields for which a value may be proposed. Several circuits, starts and
// ends are several proposals.
const (
	ProposeID      = "maintenance_id"
	ProposeAccount = "account"
	ProposeStatus  = "status"
	ProposeStart   = "start"
	ProposeEnd     = "end"
	ProposeCircuit = "circuit_id"
	ProposeImpact  = "impact" // of all circuits
)

// ProposalFields lists the fields in the order in which people read them.
var ProposalFields = []string{ProposeID, ProposeAccount, ProposeStatus, ProposeStart, ProposeEnd, ProposeCircuit, ProposeImpact}

// ProposalRun is one time that a model was asked about a mail.
type ProposalRun struct {
	ID        string
	RawID     string
	Model     string
	By        string    // who asked; empty: lineman itself
	At        time.Time // when it was asked
	Answered  time.Time // zero: not (yet), or Error says why not
	Error     string    // one sentence for people
	Refused   int       // values that it proposed and that do not stand in the mail, or may not be proposed
	Proposals []Proposal
}

// Asked reports whether a model was ever asked.
func (r ProposalRun) Asked() bool { return r.ID != "" }

// ProposalAsk is what is kept before a model is asked, and what holds it back.
type ProposalAsk struct {
	RawID string
	Model string
	Limit int // questions in 24 hours, about all mail together
}

// MayBeProposed reports whether a model may propose a status at all: none that
// ends a maintenance.
func (s Status) MayBeProposed() bool {
	return slices.Contains([]Status{StatusTentative, StatusConfirmed, StatusInProcess, StatusRescheduled}, s)
}

// Proposable reports whether there is anything to propose for a mail: its
// fields, or some of them, could not be read. Mail that is not trusted, or that
// could not be handled at all, is shown to no model.
func (r RawNotification) Proposable() bool {
	return r.State == StateParsingFailed || r.State == StateUnknownProvider || r.State == StateParsed && r.Flags.Incomplete
}
