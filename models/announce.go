package models

import (
	"slices"
	"time"
)

// EventKind is what an announcement tells of.
type EventKind string

// The kinds of event. The first ones come of Changes of a maintenance, the next
// of the clock, then those of findings, of mail and of sources.
const (
	EventNew          EventKind = "new"
	EventChanged      EventKind = "changed"
	EventRescheduled  EventKind = "rescheduled"
	EventCancelled    EventKind = "cancelled" // also deleted, or merged into another
	EventCompleted    EventKind = "completed"
	EventConflict     EventKind = "conflict" // a notice contradicts what a person set
	EventAcknowledged EventKind = "acknowledged"
	EventPending      EventKind = "pending" // a notice of a doubtful sender waits for a person

	EventReminder     EventKind = "reminder"
	EventStarted      EventKind = "started"
	EventEnded        EventKind = "ended"
	EventOverrun      EventKind = "overrun"
	EventPresumedOver EventKind = "presumed-over"

	EventOverlapFound EventKind = "overlap-found"
	EventOverlapWorse EventKind = "overlap-worse"
	EventOverlapGone  EventKind = "overlap-gone"

	EventParseFailed     EventKind = "parse-failed"
	EventUnknownProvider EventKind = "unknown-provider"
	EventUnknownCircuit  EventKind = "unknown-circuit"

	EventSourceDown EventKind = "source-down"
	EventSourceUp   EventKind = "source-up"

	EventLayoutDrift    EventKind = "layout-drift"    // a provider's mail cannot be read as before
	EventProviderSilent EventKind = "provider-silent" // no mail comes of a provider

	EventDigest EventKind = "digest" // the time of a rule's digest came
	EventTest   EventKind = "test"   // somebody tries a destination
)

// Is reports whether an event is of one of these kinds.
func (e Event) Is(kinds ...EventKind) bool {
	return slices.Contains(kinds, e.Kind) || slices.ContainsFunc(e.Also, func(k EventKind) bool { return slices.Contains(kinds, k) })
}

// EventKinds lists the kinds that a rule can ask for.
var EventKinds = []EventKind{
	EventNew, EventChanged, EventRescheduled, EventCancelled, EventCompleted, EventConflict, EventAcknowledged, EventPending,
	EventReminder, EventStarted, EventEnded, EventOverrun, EventPresumedOver,
	EventOverlapFound, EventOverlapWorse, EventOverlapGone,
	EventParseFailed, EventUnknownProvider, EventUnknownCircuit, EventSourceDown, EventSourceUp,
	EventLayoutDrift, EventProviderSilent,
}

// Event is one thing that happened and may be announced. It is immutable.
type Event struct {
	ID            string
	Key           string // unique, and the same however often the event is derived
	Kind          EventKind
	Also          []EventKind // kinds that are true of it as well: a rule that asks for one of them is told
	At            time.Time   // when it happened; of a reminder, when it was due
	Cause         Cause
	Author        string // the person that caused it
	MaintenanceID string
	FindingID     string
	RawID         string        // of the mail that caused it, or that it is about
	Received      time.Time     // of the mail that caused a change; zero: no mail did
	Source        string        // name
	Provider      string        // slug, of a drift
	Name          string        // of the maintenance, the subject of the finding, the source; the mail's subject
	Revision      int64         // of the maintenance or the finding
	Changes       []Change      // Field, Old and New; of the maintenance
	Window        time.Time     // start of the window that the clock looked at
	Ends          time.Time     // its end
	Lead          time.Duration // of a reminder: how long before Window
	Severity      Severity      // of the finding
	Detail        string        // one sentence: why a mail failed, what a source says
	CreatedAt     time.Time
}

// RuleOrigin is where a rule was made.
type RuleOrigin string

// The origins of rules.
const (
	RuleFromConfig RuleOrigin = "config"
	RuleFromChat   RuleOrigin = "chat"
	RuleFromAPI    RuleOrigin = "api"
)

// Rule is a subscription: which events go where, and when.
type Rule struct {
	ID          string
	Name        string // unique
	Author      string // who subscribed; empty: the configuration
	From        RuleOrigin
	Scope       Scope // of whoever subscribed: nothing outside of it is told
	Filter      RuleFilter
	Destination string          // name of a configured one, or PLATFORM:CHANNEL, or PLATFORM:@USER
	Reminders   []time.Duration // how long before a window starts
	Zone        string          // of quiet hours, digests and plain times
	Quiet       QuietHours
	Urgent      UrgentRules
	Digest      DigestPlan
	Escalate    Escalation
	MutedUntil  time.Time // zero: it is not muted
	UserID      string    // of the author; empty: the configuration, or a token of nobody
	Asleep      string    // why nothing is told by it, such as that its author is gone; empty: it works
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// RuleFilter narrows a rule; empty fields do not. Several values of one field
// mean any of them, several fields all, on one and the same circuit where they
// speak of circuits.
type RuleFilter struct {
	Providers    []string      `json:"providers,omitempty"`     // slugs
	Sites        []string      `json:"sites,omitempty"`         // names, without regard to case
	Circuits     []string      `json:"circuits,omitempty"`      // CIDs, without regard to case
	CircuitTypes []string      `json:"circuit_types,omitempty"` // names, without regard to case
	Tenants      []string      `json:"tenants,omitempty"`
	Tags         []string      `json:"tags,omitempty"` // of the provider, a circuit or its site
	Statuses     []Status      `json:"statuses,omitempty"`
	MinImpact    Impact        `json:"min_impact,omitempty"`
	Phases       []Phase       `json:"phases,omitempty"`
	LeadTime     time.Duration `json:"lead_time,omitempty"` // only what starts sooner than this, or runs
	Kinds        []EventKind   `json:"kinds,omitempty"`     // none: every kind
}

// QuietHours are times of day, in the rule's zone, at which nothing but urgent
// events is told. From after To goes over midnight.
type QuietHours struct {
	From string   `json:"from,omitempty"` // 22:00; empty: none
	To   string   `json:"to,omitempty"`
	Days []string `json:"days,omitempty"` // mon … sun, on which they begin; none: all
}

// UrgentRules say what passes quiet hours and digests.
type UrgentRules struct {
	Within time.Duration `json:"within,omitempty"` // a change or cancellation this long before the start; 0: DefaultUrgentWithin
	Kinds  []EventKind   `json:"kinds,omitempty"`  // always urgent
	Never  bool          `json:"never,omitempty"`  // nothing is
}

// DefaultUrgentWithin is how long before the start a change is urgent where
// nothing else is set.
const DefaultUrgentWithin = 24 * time.Hour

// PendingUrgentWithin is how long before a window, the old or the new one, it
// is urgent that a notice waits for a person.
const PendingUrgentWithin = 4 * time.Hour

// DefaultReminders are those of a rule that says nothing else.
var DefaultReminders = []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour}

// DigestPlan collects what is not urgent.
type DigestPlan struct {
	Cron     string `json:"cron,omitempty"`     // five fields in the rule's zone; empty: none
	Template string `json:"template,omitempty"` // digest or handover; empty: digest
}

// Escalation sends an urgent event to another rule's destination.
type Escalation struct {
	After time.Duration `json:"after,omitempty"` // 0: never
	Rule  string        `json:"rule,omitempty"`  // its name
}

// DeliveryState is how far a delivery came.
type DeliveryState string

// The states of a Delivery.
const (
	DeliveryQueued  DeliveryState = "queued"
	DeliveryHeld    DeliveryState = "held"    // until NextAt, for a digest or the end of quiet hours
	DeliveryGrouped DeliveryState = "grouped" // part of a message with others that is not sent yet
	DeliverySent    DeliveryState = "sent"
	DeliveryFailed  DeliveryState = "failed"  // for good
	DeliveryDropped DeliveryState = "dropped" // made no sense any more, or was not wanted
)

// DeliveryStates lists the states.
var DeliveryStates = []DeliveryState{DeliveryQueued, DeliveryHeld, DeliveryGrouped, DeliverySent, DeliveryFailed, DeliveryDropped}

// Delivery is one event on its way to one destination for one rule; unique by
// the three.
type Delivery struct {
	ID          string
	EventID     string
	EventKey    string
	RuleID      string
	RuleName    string
	Destination string
	State       DeliveryState
	Reason      string // why it is held, failed or dropped, or what the destination remarked
	Urgent      bool
	Digest      bool   // goes with others of its rule in one message
	Key         string // what the destination is given to tell repeats by
	Batch       string // of the message that it is part of with others; empty: alone
	Attempts    int
	NextAt      time.Time // not before
	SentAt      time.Time
	Root        string // of the thread that it stands in, in the destination's own words
	Posted      string // where it stands, likewise
	EscalateAt  time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Outgoing is a delivery with its event.
type Outgoing struct {
	Delivery
	Event Event
}

// Dispatch is what came of one attempt to send a message, kept in one
// transaction.
type Dispatch struct {
	Deliveries []Delivery
	Thread     AnnouncementThread // without Root: nothing is to be kept
	Health     DestinationHealth  // of the destination, without Waiting; an empty Name: as it is
}

// AnnouncementThread is where the thread of a maintenance or finding is at a
// destination.
type AnnouncementThread struct {
	Destination string
	About       string // ID
	Root        string // in the destination's own words
}

// AnnouncementMute says that a destination is told nothing for a while: of one
// maintenance or finding, or of anything.
type AnnouncementMute struct {
	Destination string
	About       string // ID; empty: everything
	Until       time.Time
	Author      string
}

// TimedMaintenance is a maintenance that the clock may bring something to.
type TimedMaintenance struct {
	MaintenanceItem
	Moved time.Time // when its windows last changed
}

// AnnouncementFilter narrows a list of announcements; empty fields do not.
type AnnouncementFilter struct {
	IDs          []string
	Kinds        []EventKind
	Maintenances []string // IDs
	Destinations []string
	States       []DeliveryState // of one of its deliveries
	At           TimeRange
	Page         Page
}

// Announcement is one event with its deliveries.
type Announcement struct {
	Event
	Routed     time.Time // when its deliveries were made; zero: not yet
	Deliveries []Delivery
}

// AnnouncementAnswer is what a rule says to an event, for people who ask why.
type AnnouncementAnswer struct {
	Rule string
	Told bool
	Why  string // why it is not told, or what holds it
}

// DestinationHealth is how deliveries to a destination go.
type DestinationHealth struct {
	Name        string
	Kind        string    // chat, email, webhook, alertmanager, pagerduty; empty: it is not configured any more
	Failures    int       // one after the other
	OpenUntil   time.Time // nothing is tried before; zero: it works
	LastError   string
	LastErrorAt time.Time
	LastSuccess time.Time
	Waiting     int64   // deliveries that are due or held
	Due         Waiting // of them, those that are due
}
