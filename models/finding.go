package models

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// SubjectKind is what findings are about.
type SubjectKind string

// The kinds of subject.
const (
	SubjectSite  SubjectKind = "site"
	SubjectGroup SubjectKind = "group" // a redundancy group
)

// Subject is the site or redundancy group that a finding is about.
type Subject struct {
	Kind SubjectKind
	ID   string
	Name string
}

// OverlapRules say what counts as a finding.
type OverlapRules struct {
	HoldOver time.Duration // of providers without one of their own; 0: DefaultHoldOver
	Single   bool          // a site or group of one circuit counts as well
}

// Finding is that some maintenances together leave a site or redundancy group
// with too few circuits. It is one for its subject and set of maintenances,
// however often their windows fall together, and stays the same one while
// windows move or others join in. It closes when it no longer holds, and is
// kept.
type Finding struct {
	ID           string
	Key          string // FindingKey; unique among the open ones
	Subject      Subject
	Severity     Severity // the worst
	Start, End   time.Time
	Exposures    []Exposure // in order
	Circuits     []string   // IDs of those down or at risk in it, sorted
	Maintenances []string   // IDs, sorted
	Since        time.Time  // when it was found
	Ack          *Acknowledgement
	ClosedAt     time.Time     // zero: open
	Closing      FindingChange // FindingOver or FindingGone; empty: open
	Revision     int64
	UpdatedAt    time.Time
}

// FindingChange is what happened to a finding.
type FindingChange string

// What happens to findings. Over and gone close one: its time has passed, or
// it holds no longer.
const (
	FindingFound        FindingChange = "found"
	FindingWorse        FindingChange = "worse"
	FindingMilder       FindingChange = "milder"
	FindingMoved        FindingChange = "moved" // other times, circuits or maintenances, as bad as before
	FindingAcknowledged FindingChange = "acknowledged"
	FindingOver         FindingChange = "over"
	FindingGone         FindingChange = "gone"
)

// FindingEvent is one thing that happened to a finding, with what it was
// afterwards; of a closed one, what it was before. Events are immutable and
// are the outbox of announcements.
type FindingEvent struct {
	ID        string
	FindingID string
	Revision  int64
	Change    FindingChange
	Was       Severity // before; empty when it was found
	Severity  Severity
	Start     time.Time
	End       time.Time
	Cause     Cause
	Author    string // who acknowledged it
	At        time.Time
}

// FindingKey identifies a finding: its subject and its set of maintenances.
func FindingKey(s Subject, maintenances []string) string {
	sum := sha256.Sum256([]byte(strings.Join(sorted(maintenances), " ")))
	return string(s.Kind) + ":" + s.ID + ":" + hex.EncodeToString(sum[:8])
}

// FindingsOf gives what there is to find at a subject, by key: the exposures
// that follow each other without a gap stand together, and so do all of these
// runs that come of the same maintenances. Only Key, Subject, Severity, times,
// Exposures, Circuits and Maintenances are filled.
func FindingsOf(s Subject, p Protected, impairments []Impairment) []Finding {
	byKey := map[string]*Finding{}
	for _, run := range Runs(Exposures(p, impairments)) {
		var maintenances []string
		for _, e := range run {
			maintenances = append(maintenances, e.Maintenances...)
		}
		maintenances = slices.Compact(sorted(maintenances))
		key := FindingKey(s, maintenances)
		f := byKey[key]
		if f == nil {
			f = &Finding{Key: key, Subject: s, Maintenances: maintenances, Start: run[0].Start}
			byKey[key] = f
		}
		for _, e := range run {
			f.Exposures = append(f.Exposures, e)
			f.Circuits = append(append(f.Circuits, e.Down...), e.AtRisk...)
			f.End = e.End
			if e.Severity.Worse(f.Severity) {
				f.Severity = e.Severity
			}
		}
	}
	all := make([]Finding, 0, len(byKey))
	for _, f := range byKey {
		f.Circuits = slices.Compact(sorted(f.Circuits))
		all = append(all, *f)
	}
	slices.SortFunc(all, func(a, b Finding) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// MatchFindings says which open finding of a subject each current one is, as
// its index, or -1 for a new one. The same maintenances are the same finding;
// of the rest, one whose maintenances are all among those of the other is the
// same too: something joined or dropped out.
func MatchFindings(open, now []Finding) []int {
	match := make([]int, len(now))
	taken := make([]bool, len(open))
	byKey := make(map[string]int, len(open))
	for i, f := range open {
		byKey[f.Key] = i
	}
	for i, f := range now {
		match[i] = -1
		if j, known := byKey[f.Key]; known {
			match[i], taken[j] = j, true
		}
	}
	for i, f := range now {
		if match[i] >= 0 {
			continue
		}
		best, shared := -1, 0
		for j, o := range open {
			n := sharedBy(o.Maintenances, f.Maintenances)
			if !taken[j] && n > shared && n == min(len(o.Maintenances), len(f.Maintenances)) {
				best, shared = j, n
			}
		}
		if best >= 0 {
			match[i], taken[best] = best, true
		}
	}
	return match
}

// sharedBy counts what two sorted lists have in common.
func sharedBy(a, b []string) int {
	n := 0
	for _, v := range a {
		if _, found := slices.BinarySearch(b, v); found {
			n++
		}
	}
	return n
}

// FindingDigest gives the digest that an acknowledgement of a finding stores:
// over its exposures with their times, severities, circuits and maintenances.
func FindingDigest(f Finding) string {
	h := sha256.New()
	put(h, "finding", string(f.Subject.Kind), f.Subject.ID, string(f.Severity))
	for _, e := range f.Exposures {
		put(h, stampText(e.Start), stampText(e.End), string(e.Severity), quoted(sorted(e.Down)), quoted(sorted(e.AtRisk)), quoted(sorted(e.Maintenances)))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Acknowledged reports whether a person acknowledged the finding as it stands.
func (f Finding) Acknowledged() bool { return f.Ack != nil && f.Ack.Digest == FindingDigest(f) }

// Updated gives the finding that was found before as it is now, whether it
// changed, and what is to be told of it, if anything. Where only the clock
// went on, and it is not worse, an acknowledgement stands and mere times are
// nothing to tell.
func (f Finding) Updated(now Finding, cause Cause) (next Finding, tell FindingChange, changed bool) {
	next = f
	next.Key, next.Subject, next.Severity, next.Start, next.End = now.Key, now.Subject, now.Severity, now.Start, now.End
	next.Exposures, next.Circuits, next.Maintenances = now.Exposures, now.Circuits, now.Maintenances
	if FindingDigest(f) == FindingDigest(next) {
		return next, "", f.Subject != next.Subject // renamed at most
	}
	worse := now.Severity.Worse(f.Severity)
	if cause == CauseClock && f.Acknowledged() && !worse {
		next.Ack = &Acknowledgement{Author: f.Ack.Author, At: f.Ack.At, Digest: FindingDigest(next)}
	}
	switch {
	case worse:
		return next, FindingWorse, true
	case f.Severity.Worse(now.Severity):
		return next, FindingMilder, true
	case cause == CauseClock && slices.Equal(f.Circuits, next.Circuits) && slices.Equal(f.Maintenances, next.Maintenances):
		return next, "", true
	}
	return next, FindingMoved, true
}
