package models

import (
	"slices"
	"time"
)

// WhatIfQuery asks what would become of a site or redundancy group in a time.
// Start and End are set, Start before End.
type WhatIfQuery struct {
	Site     string // name; or
	Group    string // name
	Start    time.Time
	End      time.Time
	Circuits []string // CIDs of the site or group that are taken down in that time
	Provider string   // slug, where several providers have such a circuit
}

// WhatIf tells whether one may work on a site or redundancy group in a time.
type WhatIf struct {
	Subject    Subject
	MinUp      int
	Start, End time.Time
	Severity   Severity   // the worst in that time; empty: all is well
	Exposures  []Exposure // within that time
	Circuits   []WhatIfCircuit
	Causes     []MaintenanceRef // of the impairments in that time
	Elsewhere  []WhatIfEffect   // what taking the circuits down means for other sites and groups
}

// WhatIfCircuit is one circuit of the subject in that time.
type WhatIfCircuit struct {
	Circuit     Circuit
	State       CircuitOutlook
	Impairments []Impairment // in order
	IfDown      Severity     // the worst at the subject if this circuit were down all the time too
	Made        bool         // taken down by the question
}

// WhatIfEffect is the worst at another site or group.
type WhatIfEffect struct {
	Subject  Subject
	Without  Severity // with what is planned alone
	Severity Severity // with the circuits taken down as well
}

// CircuitOutlook is what awaits a circuit in a time.
type CircuitOutlook string

// The outlooks, the worst last.
const (
	OutlookUp     CircuitOutlook = "up"
	OutlookAtRisk CircuitOutlook = "at-risk"
	OutlookDown   CircuitOutlook = "down"
)

// Within gives the parts of impairments inside a time.
func Within(all []Impairment, start, end time.Time) []Impairment {
	var inside []Impairment
	for _, i := range all {
		if i.Start.Before(start) {
			i.Start = start
		}
		if i.End.After(end) {
			i.End = end
		}
		if i.Start.Before(i.End) {
			inside = append(inside, i)
		}
	}
	return inside
}

// WorstOf is the worst severity of exposures; empty without any.
func WorstOf(exposures []Exposure) Severity {
	var worst Severity
	for _, e := range exposures {
		if e.Severity.Worse(worst) {
			worst = e.Severity
		}
	}
	return worst
}

// TakenDown gives impairments that take circuits down for a whole time.
func TakenDown(circuits []string, start, end time.Time) []Impairment {
	var all []Impairment
	for _, c := range circuits {
		all = append(all, Impairment{CircuitID: c, Start: start, End: end, Down: true})
	}
	return all
}

// Plan answers the question for a subject: what its impairments come to in a
// time, with some circuits taken down, and with each of the others taken down
// as well. Circuits are in the order of p.Circuits, with their IDs alone.
func Plan(s Subject, p Protected, impairments []Impairment, taken []string, start, end time.Time) WhatIf {
	inside := append(Within(impairments, start, end), TakenDown(taken, start, end)...)
	w := WhatIf{Subject: s, MinUp: min(p.MinUp, len(p.Circuits)), Start: start, End: end}
	w.Exposures = Exposures(p, inside)
	for i := range w.Exposures {
		w.Exposures[i].Maintenances = slices.DeleteFunc(w.Exposures[i].Maintenances, func(id string) bool { return id == "" })
	}
	w.Severity = WorstOf(w.Exposures)
	for _, id := range p.Circuits {
		c := WhatIfCircuit{Circuit: Circuit{ID: id}, State: OutlookUp, Made: slices.Contains(taken, id)}
		for _, i := range inside {
			switch {
			case i.CircuitID != id:
				continue
			case i.Down:
				c.State = OutlookDown
			case c.State == OutlookUp:
				c.State = OutlookAtRisk
			}
			if i.MaintenanceID != "" {
				c.Impairments = append(c.Impairments, i)
			}
		}
		slices.SortStableFunc(c.Impairments, func(a, b Impairment) int { return a.Start.Compare(b.Start) })
		c.IfDown = WorstOf(Exposures(p, append(slices.Clone(inside), TakenDown([]string{id}, start, end)...)))
		w.Circuits = append(w.Circuits, c)
	}
	return w
}
