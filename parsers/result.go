package parsers

import (
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// MaintenanceJSON is one window of a notice as the outside knows it: the keys
// of the Python library, in its order. Times are UTC epoch seconds. The fields
// below Summary are filled only where an explanation is asked for.
type MaintenanceJSON struct {
	Provider      string        `json:"provider"`
	Account       string        `json:"account"`
	MaintenanceID string        `json:"maintenance_id"`
	Status        string        `json:"status"`
	Circuits      []CircuitJSON `json:"circuits"`
	Start         int64         `json:"start"`
	End           int64         `json:"end"`
	Stamp         int64         `json:"stamp"`
	Organizer     string        `json:"organizer"`
	UID           string        `json:"uid"`
	Sequence      int           `json:"sequence"`
	Summary       string        `json:"summary"`

	Kind       string         `json:"kind,omitempty"`
	Day        int            `json:"day,omitempty"`
	Days       int            `json:"days,omitempty"`
	Supersedes []string       `json:"supersedes,omitempty"`
	Format     string         `json:"format,omitempty"`
	Warnings   []string       `json:"warnings,omitempty"`
	Evidence   []EvidenceJSON `json:"evidence,omitempty"`
}

// CircuitJSON is one circuit of a MaintenanceJSON.
type CircuitJSON struct {
	CircuitID string `json:"circuit_id"`
	Impact    string `json:"impact"`
	RawImpact string `json:"raw_impact,omitempty"` // explanation only
}

// EvidenceJSON says where a value was found; part -1 is a header.
type EvidenceJSON struct {
	Field string `json:"field"`
	Part  int    `json:"part"`
	Text  string `json:"text"`
	Rule  string `json:"rule"`
}

// FileJSON is the line that one input gives in JSON lines. The fields below
// Maintenances are filled only where an explanation is asked for.
type FileJSON struct {
	File         string            `json:"file"`
	Provider     string            `json:"provider"`
	Outcome      Outcome           `json:"outcome"`
	Error        string            `json:"error"`
	Maintenances []MaintenanceJSON `json:"maintenances"`

	Incomplete []string `json:"incomplete,omitempty"` // known circuits that the input names and that were not read

	Ignored  string   `json:"ignored,omitempty"` // the rule
	Detected string   `json:"detected,omitempty"`
	Format   string   `json:"format,omitempty"`
	Tried    []string `json:"tried,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// Maintenances gives one object for each window, ordered by start; never nil.
func (r Result) Maintenances(explain bool) []MaintenanceJSON {
	all := make([]MaintenanceJSON, 0, len(r.Notices))
	for i, n := range r.Notices {
		for k, w := range n.Windows {
			m := MaintenanceJSON{
				Provider: n.Provider, Account: n.Account, MaintenanceID: n.MaintenanceID, Status: string(n.Status),
				Circuits: circuitsJSON(w.Circuits, explain), Start: epoch(w.Start), End: epoch(w.End), Stamp: epoch(n.Stamp),
				Organizer: n.Organizer, UID: n.UID, Sequence: n.Sequence, Summary: n.Summary,
			}
			if explain {
				r.explain(&m, i, k)
			}
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b MaintenanceJSON) int {
		switch {
		case a.Start < b.Start:
			return -1
		case a.Start > b.Start:
			return 1
		}
		return strings.Compare(a.MaintenanceID, b.MaintenanceID)
	})
	return all
}

func (r Result) explain(m *MaintenanceJSON, notice, window int) {
	n := r.Notices[notice]
	w := n.Windows[window]
	m.Kind, m.Day, m.Days = string(w.Kind), w.Day, w.Days
	m.Supersedes, m.Format, m.Warnings = n.Supersedes, n.Parser, n.Warnings
	for _, e := range r.windowEvidence(notice, window) {
		m.Evidence = append(m.Evidence, EvidenceJSON{Field: e.Field, Part: e.Part, Text: Clip(e.Text, 200), Rule: e.Rule})
	}
}

func circuitsJSON(circuits []models.NoticeCircuit, explain bool) []CircuitJSON {
	all := make([]CircuitJSON, len(circuits))
	for i, c := range circuits {
		all[i] = CircuitJSON{CircuitID: c.CID, Impact: string(c.Impact)}
		if explain {
			all[i].RawImpact = c.RawImpact
		}
	}
	return all
}

// epoch gives UTC seconds; 0 for a time that is not known.
func epoch(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// File gives the line for one input.
func (r Result) File(name string, explain bool) FileJSON {
	f := FileJSON{File: name, Provider: r.Provider, Outcome: r.Outcome, Maintenances: r.Maintenances(explain)}
	for _, seen := range r.Missed {
		f.Incomplete = appendNew(f.Incomplete, []string{seen.CID})
	}
	switch r.Outcome {
	case OutcomeError:
		f.Error = strings.Join(r.Problems(), "; ")
	case OutcomeIgnored:
		f.Ignored = r.Reason
	}
	if explain {
		f.Detected, f.Format, f.Tried, f.Warnings = r.Detected, r.Format, r.Tried, r.Warnings
	}
	return f
}

// Failed makes the Result of an input that could not be read as a mail at all.
func Failed(err error) Result { return Result{Outcome: OutcomeError, Reason: err.Error()} }

// Problems says why a mail could not be read: one sentence, then one line for
// each field ("start: …"). Empty unless the outcome is an error.
func (r Result) Problems() []string {
	if r.Outcome != OutcomeError {
		return nil
	}
	lines := make([]string, 0, 1+len(r.Fields))
	if r.Reason != "" {
		lines = append(lines, r.Reason)
	}
	for _, f := range r.Fields {
		lines = appendNew(lines, []string{f.Field + ": " + f.Reason})
	}
	return lines
}

// Explanation says in lines for people how the Result came about: which
// provider and why, what was tried, and where each value was found.
func (r Result) Explanation() []string {
	provider := r.Provider
	if provider == "" {
		provider = "none"
	}
	lines := []string{"provider: " + provider + " (" + r.Detected + ")", "outcome: " + string(r.Outcome)}
	if r.Format != "" {
		lines = append(lines, "format: "+r.Format)
	}
	if r.Outcome == OutcomeIgnored {
		lines = append(lines, "rule: "+r.Reason)
	}
	for _, t := range r.Tried {
		lines = append(lines, "tried "+t)
	}
	for _, e := range r.Evidence {
		where := "header"
		if e.Part >= 0 {
			where = "part " + itoa(e.Part)
		}
		lines = append(lines, r.place(e)+": "+where+", "+e.Rule+": "+Clip(Fold(e.Text), 200))
	}
	for _, w := range r.Warnings {
		lines = append(lines, "warning: "+w)
	}
	for i, n := range r.Notices {
		for _, w := range n.Warnings {
			lines = append(lines, "warning: notice "+itoa(i+1)+": "+w)
		}
	}
	return append(lines, r.Problems()...)
}

// place says for people what a piece of evidence is of: "notice 1, window 2,
// start". The window is named where there are several.
func (r Result) place(e Evidence) string {
	at, field := e.Window()
	timed := at > 0 || field == "start" || field == "end"
	of := "notice " + itoa(e.Notice+1) + ", "
	if timed && (at > 0 || e.Notice < len(r.Notices) && len(r.Notices[e.Notice].Windows) > 1) {
		of += "window " + itoa(at+1) + ", "
	}
	return of + field
}
