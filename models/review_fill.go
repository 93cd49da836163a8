package models

import (
	"fmt"
	"slices"
	"strings"
)

// NoticeFill are the fields of a notice that a person knows. Empty ones stay
// as they were read; circuits are added to those that were read.
type NoticeFill struct {
	Notice        int             `json:"notice,omitempty"` // from 1; 0: the only one
	MaintenanceID string          `json:"maintenance_id,omitempty"`
	Account       string          `json:"account,omitempty"`
	Summary       string          `json:"summary,omitempty"`
	Status        Status          `json:"status,omitempty"`
	Windows       []NoticeWindow  `json:"windows,omitempty"` // without circuits; they take the place of those that were read
	Circuits      []NoticeCircuit `json:"circuits,omitempty"`
}

// Fields names the fields that are given.
func (f NoticeFill) Fields() []string {
	var all []string
	for _, x := range []struct {
		name  string
		given bool
	}{
		{"maintenance_id", f.MaintenanceID != ""},
		{"account", f.Account != ""},
		{fieldStatus, f.Status != ""},
		{fieldSummary, f.Summary != ""},
		{fieldWindows, len(f.Windows) > 0},
		{"circuits", len(f.Circuits) > 0},
	} {
		if x.given {
			all = append(all, x.name)
		}
	}
	return all
}

func (f NoticeFill) check() error {
	switch {
	case len(f.Fields()) == 0:
		return Invalid("", "give at least one field: maintenance_id, account, status, summary, windows or circuits")
	case len(f.MaintenanceID) > maxExternalID:
		return Invalid("maintenance_id", "too long; at most %d letters", maxExternalID)
	case len(f.Account) > maxAccount:
		return Invalid("account", "too long; at most %d bytes", maxAccount)
	case len(f.Summary) > maxEditText:
		return Invalid(fieldSummary, "too long; at most %d bytes", maxEditText)
	case f.Status != "" && !slices.Contains(NoticeStatuses, f.Status):
		return Invalid(fieldStatus, "%q is no status; use one of %s", f.Status, list(NoticeStatuses))
	case len(f.Circuits) > maxActs:
		return Invalid("circuits", "too many; at most %d", maxActs)
	}
	if err := checkWindows(f.Windows); err != nil {
		return err
	}
	for i, c := range f.Circuits {
		if CIDKey(c.CID) == "" {
			return Invalid(fmt.Sprintf("circuits[%d].circuit_id", i), "name a circuit")
		}
		if c.Impact.rank() == 0 {
			return Invalid(fmt.Sprintf("circuits[%d].impact", i), "%q is no impact; use one of %s", c.Impact, list(Impacts))
		}
	}
	return nil
}

// Complete fills a notice in with what a person knows, and names the fields
// that are missing still.
func (f NoticeFill) Complete(n Notice) (Notice, []string) {
	for _, s := range []struct {
		to    *string
		value string
	}{{&n.MaintenanceID, f.MaintenanceID}, {&n.Account, f.Account}, {&n.Summary, f.Summary}} {
		if v := strings.TrimSpace(s.value); v != "" {
			*s.to = v
		}
	}
	if f.MaintenanceID != "" {
		n.Synthetic = false
	}
	if f.Status != "" {
		n.Status = f.Status
	}
	circuits := listedOnce(append(slices.Clone(f.Circuits), noticeLines(n.Windows)...))
	if len(f.Windows) > 0 {
		n.Windows = nil
		for _, w := range f.Windows {
			n.Windows = append(n.Windows, NoticeWindow{Kind: w.Kind, Start: w.Start.UTC(), End: w.End.UTC(), Circuits: slices.Clone(circuits)})
		}
	} else if len(f.Circuits) > 0 {
		n.Windows = slices.Clone(n.Windows)
		for i := range n.Windows {
			n.Windows[i].Circuits = listedOnce(append(slices.Clone(f.Circuits), n.Windows[i].Circuits...))
		}
	}
	return n, stillMissing(n)
}

// stillMissing names the fields without which a notice cannot be used. An
// account is not one of them: a person may not know it.
func stillMissing(n Notice) []string {
	var names []string
	for _, p := range ValidateNotice(n) {
		if !p.Warning && p.Field != "account" && p.Field != "organizer" && p.Field != "stamp" && !slices.Contains(names, p.Field) {
			names = append(names, p.Field)
		}
	}
	return names
}

func noticeLines(windows []NoticeWindow) []NoticeCircuit {
	var all []NoticeCircuit
	for _, w := range windows {
		all = append(all, w.Circuits...)
	}
	return all
}

// listedOnce keeps the first line of each circuit.
func listedOnce(all []NoticeCircuit) []NoticeCircuit {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(c NoticeCircuit) bool {
		key := CIDKey(c.CID)
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

// Given gives the fields with their values, for people.
func (f NoticeFill) Given() []FoundField {
	var all []FoundField
	add := func(field, value string) {
		if value != "" {
			all = append(all, FoundField{Notice: max(f.Notice, 1), Field: field, Part: PartPerson, Text: value})
		}
	}
	add("maintenance_id", f.MaintenanceID)
	add("account", f.Account)
	add(fieldStatus, string(f.Status))
	add(fieldSummary, f.Summary)
	for i, w := range f.Windows {
		prefix := fieldPrefix("windows", i, len(f.Windows))
		add(prefix+"start", timeText(w.Start))
		add(prefix+"end", timeText(w.End))
	}
	for i, c := range f.Circuits {
		add(fmt.Sprintf("circuits[%d].circuit_id", i), c.CID)
		add(fmt.Sprintf("circuits[%d].impact", i), string(c.Impact))
	}
	return all
}

// Filled puts what a person gave in the place of what was found or missing.
func (e *ReviewEvidence) Filled(act ReviewAct) {
	if act.Fill == nil {
		return
	}
	given := act.Fill.Given()
	has := func(field string) bool {
		return slices.ContainsFunc(given, func(f FoundField) bool {
			return f.Field == field || strings.HasSuffix(f.Field, "."+field) || strings.HasPrefix(f.Field, field+"[")
		})
	}
	e.Missing = slices.DeleteFunc(slices.Clone(e.Missing), func(m MissingField) bool { return has(m.Field) })
	e.Found = slices.DeleteFunc(slices.Clone(e.Found), func(f FoundField) bool {
		return f.Part != PartPerson && has(f.Field) && !strings.HasPrefix(f.Field, "circuits")
	})
	for _, f := range given {
		f.Rule = "by " + act.Author
		e.Found = append(e.Found, f)
	}
}
