// Package notify tells the right people at the right time, once: events of
// what happened, rules that say who is told when, deliveries to destinations,
// and the words. It knows no destination; those are the package destination.
package notify

import (
	"context"
	"errors"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// Destination is a place that announcements go to: a chat channel, a mailbox, a
// webhook, an alert manager.
type Destination interface {
	// Deliver sends a parcel and says where it is. It is called with one parcel
	// after the other, never with two at once, and again with the same Key until
	// it succeeds or is Fatal. A *Failure says whether trying again helps and
	// when; any other error is worth trying again. No error holds a secret. When
	// part of a parcel came through, the receipt beside the error says so: its
	// Root is kept, and its Posted is that of the items of the next attempt.
	Deliver(ctx context.Context, p Parcel) (Receipt, error)
}

// Checker is a Destination that can tell whether it would work without
// delivering anything.
type Checker interface {
	// Check says in a few words what it found; its error what is wrong.
	Check(ctx context.Context) (string, error)
}

// Target is a destination with what the courier needs to know of it.
type Target struct {
	Name string
	Kind string // chat, email, webhook, alertmanager, pagerduty
	// Machine: it is read by programs. Nothing for it is held for quiet hours or
	// put in a group, and it is told of acknowledgements as well.
	Machine     bool
	PerRule     bool // it keeps something for each rule, so each is told, also of the same
	Destination Destination
	Address     string // of a chat channel or user: PLATFORM:CHANNEL, PLATFORM:@USER
}

// Parcel is one message with what it is about.
type Parcel struct {
	Key    string // the same for every attempt; letters, digits and dashes, at most 40
	Repeat bool   // an earlier attempt may have gone through: look for Key before, where that is possible
	Rule   models.Rule
	Items  []Item // in the order in which they happened; more than one in a group or digest
	At     time.Time

	// Message is what happened, in the words of the templates. Head is the
	// present state of the one maintenance or finding of the parcel, for the
	// root of its thread; nil where there is none: a group is nobody's root.
	Message chatops.Message
	Head    *chatops.Message
	Root    string // what a Receipt gave for the thread of that maintenance or finding; empty: there is none yet
	Thread  string // ID of the maintenance or finding that Head is about

	Grouped bool // several events came at once
	Digest  bool // they were collected
	Test    bool // somebody tries the destination: no Items
}

// Item is one event with the records that it is about, as they are now and as
// the rule's scope shows them.
type Item struct {
	Event       models.Event
	Delivery    models.Delivery
	Maintenance *models.MaintenanceItem // with windows, and circuits with their terminations; nil when it is about none, or it was removed
	Phase       models.Phase            // of the Maintenance, now
	Finding     *models.FindingItem
	Mail        *models.MailItem
	Left        bool // there is no Maintenance, since the event took it away from the scope, or away
}

// Receipt says where a parcel is, in the destination's own words.
type Receipt struct {
	Root   string // of the thread; kept for the next parcel about the same
	Posted string
	Note   string // for people, for example "2 of 3 recipients took it"
}

// Failure is why a parcel could not be delivered.
type Failure struct {
	Fatal bool          // trying again does not help
	After time.Duration // when to try again; 0: the courier decides
	Err   error         // with nothing secret in it
}

// Error says why.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap gives the reason.
func (f *Failure) Unwrap() error { return f.Err }

// Fatal is a Failure that trying again does not mend.
func Fatal(err error) error { return &Failure{Fatal: true, Err: err} }

// failure gives what an error says of trying again.
func failure(err error) Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return *f
	}
	return Failure{Err: err}
}
