package models

import (
	"fmt"
	"slices"
	"strings"
)

// FieldProblem is a field of a notice that is missing or cannot be right.
type FieldProblem struct {
	Field   string // contract name: maintenance_id, start, circuits[2].impact …
	Reason  string // one sentence
	Warning bool   // the notice is usable; the flag belongs beside it
}

// ValidateNotice checks a notice field by field, as the users of the Python
// library know it: provider, account, maintenance_id, organizer, stamp and a
// known status must be there; every window has a start before its end (equal
// ones are kept, with a warning); circuits may only be missing if the notice
// is CANCELLED or COMPLETED. No problem without Warning: usable.
func ValidateNotice(n Notice) []FieldProblem {
	var out []FieldProblem
	add := func(warning bool, field, format string, args ...any) {
		out = append(out, FieldProblem{Field: field, Reason: fmt.Sprintf(format, args...), Warning: warning})
	}
	for _, f := range []struct{ name, value string }{
		{"provider", n.Provider}, {"account", n.Account}, {"maintenance_id", n.MaintenanceID}, {"organizer", n.Organizer},
	} {
		if value := strings.TrimSpace(f.value); value == "" || value == "None" {
			add(false, f.name, "missing")
		}
	}
	if n.Status == "" {
		add(false, "status", "missing")
	} else if !slices.Contains(NoticeStatuses, n.Status) {
		add(false, "status", "%q is none of %v", n.Status, NoticeStatuses)
	}
	if n.Stamp.IsZero() {
		add(false, "stamp", "missing")
	}
	if len(n.Windows) == 0 {
		add(false, "start", "missing")
		add(false, "end", "missing")
	}
	for i, w := range n.Windows {
		out = append(out, windowProblems(w, fieldPrefix("windows", i, len(n.Windows)))...)
	}
	return append(out, circuitProblems(n)...)
}

// NoticeStatuses are what a notice can say.
var NoticeStatuses = []Status{
	StatusTentative, StatusConfirmed, StatusCancelled, StatusInProcess, StatusCompleted, StatusRescheduled, StatusNoChange,
}

func windowProblems(w NoticeWindow, prefix string) []FieldProblem {
	var out []FieldProblem
	if w.Start.IsZero() {
		out = append(out, FieldProblem{Field: prefix + "start", Reason: "missing"})
	}
	if w.End.IsZero() {
		out = append(out, FieldProblem{Field: prefix + "end", Reason: "missing"})
	}
	switch {
	case len(out) > 0:
	case w.End.Before(w.Start):
		out = append(out, FieldProblem{
			Field: prefix + "end", Reason: fmt.Sprintf("%s is before the start %s", timeText(w.End), timeText(w.Start)),
		})
	case w.End.Equal(w.Start):
		out = append(out, FieldProblem{Field: prefix + "end", Reason: "zero length: the end is the start", Warning: true})
	}
	if w.Kind != "" && w.Kind != WindowPrimary && w.Kind != WindowBackup {
		out = append(out, FieldProblem{Field: prefix + "kind", Reason: fmt.Sprintf("%q is neither primary nor backup", w.Kind)})
	}
	if w.Day < 0 || w.Days < 0 || w.Day > w.Days {
		out = append(out, FieldProblem{Field: prefix + "day", Reason: fmt.Sprintf("day %d of %d cannot be", w.Day, w.Days)})
	}
	return out
}

func circuitProblems(n Notice) []FieldProblem {
	var out []FieldProblem
	count := 0
	for i, w := range n.Windows {
		prefix := fieldPrefix("windows", i, len(n.Windows))
		for j, c := range w.Circuits {
			field := fmt.Sprintf("%scircuits[%d].", prefix, j)
			if strings.TrimSpace(c.CID) == "" {
				out = append(out, FieldProblem{Field: field + "circuit_id", Reason: "missing"})
				continue
			}
			count++
			if c.Impact.rank() == 0 {
				out = append(out, FieldProblem{Field: field + "impact", Reason: fmt.Sprintf("%q is none of %v", c.Impact, Impacts)})
			}
		}
	}
	if count == 0 && !n.Status.Closed() {
		out = append(out, FieldProblem{Field: "circuits", Reason: "at least one is needed unless the notice is CANCELLED or COMPLETED"})
	}
	return out
}

// fieldPrefix names a window where there are several.
func fieldPrefix(name string, i, n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("%s[%d].", name, i)
}
