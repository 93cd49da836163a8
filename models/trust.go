package models

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// TrustLevel says how sure it is that a notice comes from its provider. It is
// empty where nobody judged: of what people wrote, and of mail from before
// levels were kept.
type TrustLevel string

// The levels of trust.
const (
	TrustVerified   TrustLevel = "verified"   // a signature or the own mail server vouches for the provider's domain
	TrustUnverified TrustLevel = "unverified" // nobody vouches for it, and nobody denies it
	TrustFailed     TrustLevel = "failed"     // a signature of the provider's domain is wrong
)

// TrustLevels lists the levels, the best first.
var TrustLevels = []TrustLevel{TrustVerified, TrustUnverified, TrustFailed}

// Doubtful reports whether a level was given and is not the best one.
func (l TrustLevel) Doubtful() bool { return l == TrustUnverified || l == TrustFailed }

// Trust is a level with the reason for it in one sentence for people.
type Trust struct {
	Level  TrustLevel
	Reason string
	Later  bool // name servers gave no answer: it is worth judging again
}

// Claim is what a mail says of its origin, to be judged.
type Claim struct {
	Raw      []byte
	Sender   string   // the address that speaks for the provider
	Carrier  string   // the trusted forwarder that brought it; empty: Sender sent it
	Known    []string // the provider's addresses, domains and wildcards
	Received time.Time
}

// TrustVerdict is what judging a raw mail came to.
type TrustVerdict struct {
	Trust
	RawID      string
	ProviderID string    // that the mail was judged for
	Guarded    bool      // its notices wait for a person where they would cancel, complete or move
	Tries      int       // how often name servers gave no answer
	Due        time.Time // when to judge again; zero: it is settled
}

// Pending is a notice that waits for a person, because it would cancel,
// complete or move a record and its sender is in doubt. What stands in it is
// the record as it would be.
type Pending struct {
	NoticeID string
	RawID    string
	Received time.Time
	Trust    TrustLevel
	Reason   string          // why the sender is in doubt
	Said     Status          // by the notice
	Was      Status          // of the record
	Before   []PendingWindow // of the record
	Status   Status
	Windows  []PendingWindow
	Circuits []string // CIDs that it would cancel or drop
}

// PendingWindow is a window as it would be.
type PendingWindow struct {
	Ordinal int
	Kind    WindowKind
	Status  Status
	Start   time.Time
	End     time.Time
}

// maxPending is how many notices of one record wait in sight. What is hidden
// behind them comes up when they are answered.
const maxPending = 20

// Text tells in one line what a pending notice would do to a record.
func (p Pending) Text() string {
	var parts []string
	if p.Status != p.Was {
		parts = append(parts, string(p.Was)+" to "+string(p.Status))
	}
	if was, is := plainText(p.Old()), plainText(p.New()); was != is && !p.Status.Closed() {
		parts = append(parts, cmp.Or(was, "no window")+" to "+cmp.Or(is, "no window"))
	}
	if done := p.closes(); len(done) > 0 {
		parts = append(parts, "ends "+plainText(done))
	}
	if len(p.Circuits) > 0 {
		parts = append(parts, "without "+strings.Join(p.Circuits, ", "))
	}
	if len(parts) == 0 {
		parts = []string{"says " + string(p.Said)}
	}
	return strings.Join(parts, "; ")
}

// Old gives the windows of the record in which something is planned.
func (p Pending) Old() []PendingWindow { return openWindows(p.Before) }

// New gives the windows in which something would be planned; none where the
// record would be cancelled or completed.
func (p Pending) New() []PendingWindow {
	if p.Status.Closed() {
		return nil
	}
	return openWindows(p.Windows)
}

// Elsewhere gives those of New that the record does not have.
func (p Pending) Elsewhere() []PendingWindow {
	return slices.DeleteFunc(slices.Clone(p.New()), func(w PendingWindow) bool {
		return slices.ContainsFunc(p.Before, func(o PendingWindow) bool { return o.Kind == w.Kind && o.Start.Equal(w.Start) && o.End.Equal(w.End) })
	})
}

// closes gives the windows of the record that would be over though the record
// goes on.
func (p Pending) closes() []PendingWindow {
	if p.Status.Closed() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Windows), func(w PendingWindow) bool {
		open := slices.ContainsFunc(p.Before, func(o PendingWindow) bool { return o.Ordinal == w.Ordinal && !o.Status.Closed() })
		return !open || !w.Status.Closed()
	})
}

// openWindows are the windows in which something is planned.
func openWindows(windows []PendingWindow) []PendingWindow {
	return slices.DeleteFunc(slices.Clone(windows), func(w PendingWindow) bool { return w.Status.Closed() })
}

func pendingWindows(windows []Window) []PendingWindow {
	var all []PendingWindow
	for _, w := range windows {
		all = append(all, PendingWindow{Ordinal: w.Ordinal, Kind: w.Kind, Status: w.Status, Start: w.Start, End: w.End})
	}
	return all
}

func plainText(windows []PendingWindow) string {
	var parts []string
	for _, w := range windows {
		parts = append(parts, windowText(w.Kind, w.Start, w.End))
	}
	return strings.Join(parts, ", ")
}

// pendingText tells for a Change what waits.
func pendingText(m Maintenance) string {
	var parts []string
	for _, p := range m.Pending {
		parts = append(parts, p.Text())
	}
	return strings.Join(parts, " | ")
}

// TrustCount is how many notices of a provider have a level.
type TrustCount struct {
	Provider string // slug
	Level    TrustLevel
	Count    int64
}

// Compare orders counts by provider and level.
func (c TrustCount) Compare(o TrustCount) int {
	return cmp.Or(cmp.Compare(c.Provider, o.Provider), cmp.Compare(c.Level, o.Level))
}
