package models

import "slices"

// MailStates lists the states of a mail, in the order in which people read
// them.
var MailStates = []MailState{
	StateReceived, StateParsed, StateIgnored, StateParsingFailed, StateUnknownProvider,
	StateDuplicate, StateNeedsReview, StateQuarantined, StateSkipped,
}

// MailStep is one way from a state to the next. From is empty for mail that
// lineman sees for the first time.
type MailStep struct {
	From, To []MailState
	By       string // what takes the step, in words
}

// MailSteps are all the ways there are; docs/states.md draws them.
var MailSteps = []MailStep{
	{nil, []MailState{StateReceived}, "the bytes are kept"},
	{nil, []MailState{StateQuarantined}, "the mailbox did not hand it over, or it is too large"},
	{nil, []MailState{StateUnknownProvider, StateSkipped}, "only its row is kept (unknown_senders: ledger or skip)"},
	{
		[]MailState{StateReceived},
		[]MailState{StateParsed, StateIgnored, StateParsingFailed, StateUnknownProvider, StateDuplicate, StateNeedsReview, StateQuarantined, StateSkipped},
		"it is read",
	},
	{
		[]MailState{StateUnknownProvider, StateSkipped},
		[]MailState{StateReceived},
		"its sender became a provider's, its source reads for more, or another source brought it",
	},
	{
		[]MailState{StateParsed, StateIgnored, StateParsingFailed, StateUnknownProvider, StateDuplicate, StateNeedsReview, StateQuarantined, StateSkipped},
		[]MailState{StateParsed, StateIgnored, StateParsingFailed, StateUnknownProvider, StateDuplicate, StateNeedsReview, StateQuarantined, StateSkipped},
		"it is read again",
	},
}

// CanBecome reports whether a mail may go from one state to another.
func (s MailState) CanBecome(to MailState) bool {
	return slices.ContainsFunc(MailSteps, func(step MailStep) bool {
		return slices.Contains(step.From, s) && slices.Contains(step.To, to)
	})
}
