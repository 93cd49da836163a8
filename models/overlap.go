package models

import (
	"cmp"
	"slices"
	"time"
)

// Severity is how bad it is that maintenances fall together.
type Severity string

// The severities, the worst last.
const (
	SeverityRisk     Severity = "risk"     // degraded or isolated if what is at risk fell as well
	SeverityDegraded Severity = "degraded" // fewer circuits up than must be
	SeverityIsolated Severity = "isolated" // no circuit up
)

// rank orders severities; 0: none.
func (s Severity) rank() int {
	return slices.Index([]Severity{SeverityRisk, SeverityDegraded, SeverityIsolated}, s) + 1
}

// Worse reports whether s is worse than o; the empty Severity is the mildest.
func (s Severity) Worse(o Severity) bool { return s.rank() > o.rank() }

// Protected is a set of circuits of which some must be up at any time: those
// that end at a site, or those of a redundancy group.
type Protected struct {
	Circuits []string // IDs
	MinUp    int      // more than there are counts as all of them
	Single   bool     // a set of one circuit counts as well
}

// Impairment is a time in which a maintenance takes a circuit down or puts it
// at risk. The end is not part of it.
type Impairment struct {
	CircuitID     string
	MaintenanceID string
	Start, End    time.Time
	Down          bool // else at risk
}

// Exposure is a time in which too few circuits of a Protected are left, with
// nothing changing inside it. The end is not part of it.
type Exposure struct {
	Start, End   time.Time
	Severity     Severity
	Down         []string // circuit IDs, sorted
	AtRisk       []string // those that are not down as well, sorted
	Maintenances []string // IDs, sorted
}

// OverrunLimit is how long after its end an overrun window still counts: by
// then the completion was forgotten rather than the work.
const OverrunLimit = 24 * time.Hour

// Impairments gives what a maintenance does to linked circuits from an instant
// on. OUTAGE, DEGRADED and an impact that nobody knows take a circuit down;
// REDUCED-REDUNDANCY, NO-IMPACT and a backup window that was not called put it
// at risk. Cancelled, completed, deleted and merged ones do nothing, and
// neither does one without windows.
//
// A window that is over still counts for the hold-over. The last one of an
// overrun maintenance counts for another hold-over again and again, up to
// OverrunLimit. Every End is after now, and what is given changes with the
// clock only at the first End.
func Impairments(m Maintenance, now time.Time, rules PhaseRules) []Impairment {
	if m.Status.Closed() || m.Deleted || m.MergedInto != "" {
		return nil
	}
	last := m.lastEnded(now)
	overrun := PhaseOf(m, now, rules) == PhaseOverrun
	var all []Impairment
	for _, w := range m.Windows {
		end := countsUntil(w, now, rules, overrun && w.planned() && w.End.Equal(last))
		if w.Status.Closed() || !end.After(now) || !end.After(w.Start) {
			continue
		}
		stated := make(map[accountCID]Impact, len(w.Impacts))
		for _, i := range w.Impacts {
			stated[accountCID{i.Account, CIDKey(i.CID)}] = i.Impact
		}
		for _, c := range m.Circuits {
			impact, hit := stated[accountCID{c.Account, CIDKey(c.CID)}]
			if len(w.Impacts) == 0 { // it hits all
				impact, hit = c.Impact, true
			}
			if hit && c.CircuitID != "" && !c.Cancelled {
				all = append(all, Impairment{CircuitID: c.CircuitID, MaintenanceID: m.ID, Start: w.Start, End: end, Down: w.planned() && impact.TakesDown()})
			}
		}
	}
	return all
}

type accountCID struct{ account, key string }

// lastEnded is the latest end that has passed of a window in which work was
// planned and that is still open; zero when there is none.
func (m Maintenance) lastEnded(now time.Time) time.Time {
	var last time.Time
	for _, w := range m.Windows {
		if w.planned() && !w.Status.Closed() && !now.Before(w.End) && w.End.After(last) {
			last = w.End
		}
	}
	return last
}

// countsUntil is the instant up to which a window counts, as far as is known
// now.
func countsUntil(w Window, now time.Time, rules PhaseRules, overrun bool) time.Time {
	if now.Before(w.End) {
		return w.End
	}
	hold := cmp.Or(rules.HoldOver, DefaultHoldOver)
	end := w.End.Add(hold)
	if limit := w.End.Add(OverrunLimit); overrun && !now.Before(end) && now.Before(limit) {
		steps := now.Sub(w.End)/hold + 1
		end = w.End.Add(steps * hold)
	}
	return end
}

// StillCounts reports whether a window with this end can count at an instant,
// whatever the provider's habits are.
func StillCounts(end, now time.Time, rules PhaseRules) bool {
	return end.Add(OverrunLimit + cmp.Or(rules.HoldOver, DefaultHoldOver)).After(now)
}

// TakesDown reports whether a circuit with this impact counts as down; an
// impact that nobody knows does.
func (i Impact) TakesDown() bool { return i != ImpactNone && i != ImpactReducedRedundancy }

// Exposures finds the times in which too few circuits are left, in order. It
// sweeps once over the starts and ends of all impairments; a circuit that is
// impaired twice at a time is one circuit.
func Exposures(p Protected, impairments []Impairment) []Exposure {
	n := len(p.Circuits)
	if n == 0 || n == 1 && !p.Single {
		return nil
	}
	members := make(map[string]bool, n)
	for _, c := range p.Circuits {
		members[c] = true
	}
	var edges []edge
	for _, i := range impairments {
		if members[i.CircuitID] && i.Start.Before(i.End) {
			edges = append(edges, edge{i.Start, 1, i}, edge{i.End, -1, i})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return a.at.Compare(b.at) })
	p.MinUp = min(p.MinUp, n)
	s := sweep{p: p, down: map[string]int{}, risk: map[string]int{}, by: map[string]int{}}
	var all []Exposure
	for i := 0; i < len(edges); {
		at := edges[i].at
		for ; i < len(edges) && edges[i].at.Equal(at); i++ {
			s.take(edges[i])
		}
		if severity := s.severity(); severity != "" { // never after the last edge
			all = append(all, s.exposure(at, edges[i].at, severity))
		}
	}
	return all
}

// edge is where an impairment begins (by 1) or ends (by -1).
type edge struct {
	at time.Time
	by int
	Impairment
}

// sweep counts what is impaired at one instant.
type sweep struct {
	p          Protected
	down, risk map[string]int // impairments by circuit
	by         map[string]int // impairments by maintenance
}

func (s *sweep) take(e edge) {
	count(s.by, e.MaintenanceID, e.by)
	if e.Down {
		count(s.down, e.CircuitID, e.by)
	} else {
		count(s.risk, e.CircuitID, e.by)
	}
}

// count adds to a counter and forgets it at zero.
func count(m map[string]int, key string, by int) {
	if m[key] += by; m[key] == 0 {
		delete(m, key)
	}
}

func (s *sweep) severity() Severity {
	up := len(s.p.Circuits) - len(s.down)
	left := up
	for c := range s.risk {
		if s.down[c] == 0 {
			left--
		}
	}
	switch {
	case up <= 0:
		return SeverityIsolated
	case up < s.p.MinUp:
		return SeverityDegraded
	case left <= 0, left < s.p.MinUp:
		return SeverityRisk
	}
	return ""
}

func (s *sweep) exposure(from, to time.Time, severity Severity) Exposure {
	e := Exposure{Start: from, End: to, Severity: severity}
	for c := range s.down {
		e.Down = append(e.Down, c)
	}
	for c := range s.risk {
		if s.down[c] == 0 {
			e.AtRisk = append(e.AtRisk, c)
		}
	}
	for m := range s.by {
		e.Maintenances = append(e.Maintenances, m)
	}
	slices.Sort(e.Down)
	slices.Sort(e.AtRisk)
	slices.Sort(e.Maintenances)
	return e
}

// Runs groups exposures that follow each other without a gap.
func Runs(exposures []Exposure) [][]Exposure {
	var all [][]Exposure
	for i, e := range exposures {
		if i == 0 || exposures[i-1].End.Before(e.Start) {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], e)
	}
	return all
}
