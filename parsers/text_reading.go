package parsers

import (
	"strconv"
	"strings"

	"lineman/models"
)

const (
	maxEvidence = 200    // bytes of the matched text that a piece of evidence keeps
	maxPieces   = 20_000 // pieces of evidence of one reading; of more circuits there is none
	maxWarnings = 100    // warnings and reasons of one reading
)

// Found records where a field of a notice was read.
func (r *Reading) Found(notice int, field string, part int, text, rule string) {
	if len(r.Evidence) >= maxPieces && strings.HasPrefix(field, "circuits[") {
		return
	}
	r.Evidence = append(r.Evidence, Evidence{Notice: notice, Field: field, Part: part, Text: Clip(text, maxEvidence), Rule: rule})
}

// Missing records that a field could not be read, and why. The same field is
// recorded once for each reason, and after many reasons only once.
func (r *Reading) Missing(field, reason string) {
	full := len(r.Fields) >= maxWarnings
	for _, f := range r.Fields {
		if f.Field == field && (f.Reason == reason || full) {
			return
		}
	}
	r.Fields = append(r.Fields, FieldError{Field: field, Reason: reason})
}

// Warn records a warning once; after many, one says that more were left out.
func (r *Reading) Warn(text string) {
	if len(r.Warnings) > maxWarnings {
		return
	}
	for _, w := range r.Warnings {
		if w == text {
			return
		}
	}
	if len(r.Warnings) == maxWarnings {
		text = "there are more warnings, which are left out"
	}
	r.Warnings = append(r.Warnings, text)
}

// CircuitField is the name of a circuit's field in evidence:
// circuits[3].circuit_id.
func CircuitField(n int, field string) string {
	return "circuits[" + strconv.Itoa(n) + "]." + field
}

// WindowField is the name of a window's field in evidence; the first window
// has the plain name.
func WindowField(n int, field string) string {
	if n == 0 {
		return field
	}
	return "windows[" + strconv.Itoa(n) + "]." + field
}

// CheckNotice records what a notice lacks to be one: the contract's required
// fields. A circuit is needed in every window unless the notice ends the
// maintenance.
func (r *Reading) CheckNotice(n *models.Notice) {
	if n.MaintenanceID == "" {
		r.Missing("maintenance_id", "the mail names no maintenance id")
	}
	if n.Account == "" {
		r.Missing("account", "the mail names no account or customer")
	}
	if len(n.Windows) == 0 {
		if !r.misses("start") {
			r.Missing("start", "the mail names no window")
		}
		if !r.misses("end") {
			r.Missing("end", "the mail names no window")
		}
	}
	if n.Status.Closed() || r.misses("circuits") {
		return
	}
	none := len(n.Windows) == 0
	for _, w := range n.Windows {
		none = none || len(w.Circuits) == 0
	}
	if none {
		r.Missing("circuits", "the mail names no circuit")
	}
}

func (r *Reading) misses(field string) bool {
	for _, f := range r.Fields {
		if f.Field == field {
			return true
		}
	}
	return false
}
