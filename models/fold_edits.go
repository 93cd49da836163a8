package models

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// applyEdits applies what people did to the record that follows from the
// notices, and tells which edits could not be applied.
//
//   - A set field (status, summary, windows, a circuit's impact) has the value
//     of its last edit while that holds: see holds. Afterwards the record has
//     the notice's value, and a Conflict shows both.
//   - What a record was created with counts as set too: a Conflict shows windows
//     and impacts that a later notice changed, unless they were set anew.
//   - Links are a person's until the next edit. A linked circuit, or one with a
//     set impact, that no notice ever listed is added to the record and stays.
//   - The last acknowledgement is kept; it counts while its digest matches.
//   - A deleted record stays deleted until a person accepts a notice of it, or
//     creates it again; a Conflict shows what notices said since.
func (f *folder) applyEdits(m *Maintenance, edits []Edit) (remarks []string) {
	if len(edits) == 0 {
		return nil
	}
	if f.status == "" {
		f.status = StatusUnknown
		*m = f.record()
		m.Orphan = true
	}
	for _, e := range lastSets(edits) {
		if !f.applySet(m, e) {
			remarks = append(remarks, fmt.Sprintf("field %q cannot be set to %q: ignored", e.Field, e.Value))
		}
	}
	for _, e := range edits {
		switch e.Kind {
		case EditLink, EditUnlink, EditImpact:
			if CIDKey(e.CID) == "" {
				remarks = append(remarks, fmt.Sprintf("%s names no circuit: ignored", e.Kind))
				continue
			}
			if !f.applyCircuitEdit(m, e, edits) {
				remarks = append(remarks, fmt.Sprintf("%s of circuit %s: the notices do not list it any more", e.Kind, e.CID))
			}
		case EditAcknowledge:
			m.Ack = &Acknowledgement{Author: e.Author, At: e.At, Digest: e.Digest}
		case EditMerge:
			m.MergedInto = e.Target
		case EditCreate, EditSet, EditNote, EditDelete, EditAcceptNotice, EditRejectNotice, EditReopenNotice:
		}
	}
	f.compareCreation(m, edits)
	f.applyDelete(m, edits)
	sortCircuits(m.Circuits)
	slices.SortFunc(m.Conflicts, func(a, b Conflict) int { return cmp.Compare(a.Field, b.Field) })
	return remarks
}

// lastSets gives the last edit of each field that was set, windows first:
// they take the status of the record.
func lastSets(edits []Edit) []Edit {
	var out []Edit
	for _, field := range []string{fieldWindows, fieldStatus, fieldSummary} {
		for _, e := range slices.Backward(edits) {
			if e.Kind == EditSet && e.Field == field {
				out = append(out, e)
				break
			}
		}
	}
	for _, e := range edits {
		if e.Kind == EditSet && e.Field != fieldWindows && e.Field != fieldStatus && e.Field != fieldSummary {
			out = append(out, e)
		}
	}
	return out
}

// applySet applies a set field if it holds, and reports whether the edit makes
// sense.
func (f *folder) applySet(m *Maintenance, e Edit) bool {
	set := e.Value
	switch e.Field {
	case fieldStatus:
		if !slices.Contains(RecordStatuses, Status(e.Value)) {
			return false
		}
	case fieldWindows:
		if len(realWindows(e.Windows)) == 0 {
			return false
		}
		set = windowsText(e.Windows)
	case fieldSummary:
	default:
		return false
	}
	if now, holds := f.holds(e.Field, e.At); !holds {
		m.conflict(e.Field, set, now)
		return true
	}
	switch e.Field {
	case fieldStatus:
		setWindowStatus(f.windows, f.status, Status(e.Value))
		f.status = Status(e.Value)
		m.Status = f.status
		m.Windows = f.recordWindows()
	case fieldWindows:
		f.applyWindows(plainWindows(e.Windows), "", nil, "")
		m.Windows = f.recordWindows()
	case fieldSummary:
		m.Summary = e.Value
	}
	return true
}

// plainWindows gives windows without circuits and days: a person sets times
// of the whole record.
func plainWindows(in []NoticeWindow) []NoticeWindow {
	var out []NoticeWindow
	for _, w := range realWindows(in) {
		out = append(out, NoticeWindow{Kind: w.Kind, Start: w.Start, End: w.End})
	}
	return out
}

// applyCircuitEdit applies one edit of a circuit, and reports whether the
// record has the circuit.
func (f *folder) applyCircuitEdit(m *Maintenance, e Edit, edits []Edit) bool {
	key := CIDKey(e.CID)
	here := func(c CircuitImpact) bool { return CIDKey(c.CID) == key }
	if !slices.ContainsFunc(m.Circuits, here) && e.Kind != EditUnlink && !f.listed[key] {
		impact := e.Impact
		if impact.rank() == 0 {
			impact = ImpactOutage
		}
		m.Circuits = append(m.Circuits, CircuitImpact{CID: strings.TrimSpace(e.CID), Impact: impact})
		for i := range m.Windows {
			if len(m.Windows[i].Impacts) == 0 && len(m.Circuits) > 1 {
				continue // it hits all of them
			}
			m.Windows[i].Impacts = append(m.Windows[i].Impacts, WindowImpact{CID: strings.TrimSpace(e.CID), Impact: impact})
		}
	}
	if !slices.ContainsFunc(m.Circuits, here) {
		return false
	}
	if e.Kind == EditUnlink && !f.listed[key] && !isCreatedOrSet(edits, key) {
		m.dropCircuit(key)
		return true
	}
	for i := range m.Circuits {
		if !here(m.Circuits[i]) {
			continue
		}
		switch e.Kind {
		case EditLink:
			m.Circuits[i].CircuitID, m.Circuits[i].Manual = e.CircuitID, true
		case EditUnlink:
			m.Circuits[i].CircuitID, m.Circuits[i].Manual = "", true
		}
	}
	if e.Kind == EditImpact {
		f.applyImpact(m, e, edits)
	}
	return true
}

// isCreatedOrSet reports whether a circuit is in the record for another reason
// than a link: a person created the record with it, or set its impact.
func isCreatedOrSet(edits []Edit, key string) bool {
	return slices.ContainsFunc(edits, func(e Edit) bool {
		switch e.Kind {
		case EditCreate:
			return cidSet(noticeCircuits(e.Windows))[key]
		case EditImpact:
			return CIDKey(e.CID) == key
		}
		return false
	})
}

// applyImpact sets the impact of a circuit, everywhere it stands, if this is
// the last such edit and it holds.
func (f *folder) applyImpact(m *Maintenance, e Edit, edits []Edit) {
	key := CIDKey(e.CID)
	if e.Impact.rank() == 0 {
		return
	}
	for _, later := range slices.Backward(edits) {
		if later.Kind != EditImpact || CIDKey(later.CID) != key || later.Impact.rank() == 0 {
			continue
		}
		if !later.At.Equal(e.At) || later.ID != e.ID || later.Impact != e.Impact {
			return
		}
		break
	}
	if now, holds := f.holds(impactField(e.CID), e.At); !holds {
		m.conflict(impactField(e.CID), string(e.Impact), now)
		return
	}
	for i := range m.Circuits {
		if CIDKey(m.Circuits[i].CID) == key {
			m.Circuits[i].Impact = e.Impact
		}
	}
	for i := range m.Windows {
		for j := range m.Windows[i].Impacts {
			if CIDKey(m.Windows[i].Impacts[j].CID) == key {
				m.Windows[i].Impacts[j].Impact = e.Impact
			}
		}
	}
}

// compareCreation shows the windows and impacts that a person created the
// record with beside those of later notices that say otherwise.
func (f *folder) compareCreation(m *Maintenance, edits []Edit) {
	for i, e := range slices.Backward(edits) {
		if e.Kind != EditCreate {
			continue
		}
		compare := func(field, set string) {
			anew := slices.ContainsFunc(edits[i+1:], func(later Edit) bool {
				return later.Kind == EditSet && later.Field == field || later.Kind == EditImpact && impactField(later.CID) == field
			})
			if now, holds := f.holds(field, e.At); !holds && !anew && now != "" {
				m.conflict(field, set, now)
			}
		}
		if windows := windowsText(e.Windows); windows != "" {
			compare(fieldWindows, windows)
		}
		for _, c := range noticeCircuits(e.Windows) {
			compare(impactField(c.CID), string(c.Impact))
		}
		return
	}
}

// applyDelete makes the record a tombstone if its last create, delete or
// accept is a delete.
func (f *folder) applyDelete(m *Maintenance, edits []Edit) {
	for _, e := range slices.Backward(edits) {
		switch e.Kind {
		case EditCreate, EditAcceptNotice:
			return
		case EditDelete:
			m.Deleted = true
			for _, field := range []string{fieldStatus, fieldWindows} {
				if now, holds := f.holds(field, e.At); !holds {
					m.conflict("deleted", "deleted", field+" "+now)
					return
				}
			}
			return
		}
	}
}

// conflict shows a set value beside the notice's, where they differ.
func (m *Maintenance) conflict(field, set, notice string) {
	if set != notice {
		m.Conflicts = append(m.Conflicts, Conflict{Field: field, Set: set, Notice: notice})
	}
}

func (m *Maintenance) dropCircuit(key string) {
	m.Circuits = slices.DeleteFunc(m.Circuits, func(c CircuitImpact) bool { return CIDKey(c.CID) == key })
	for i := range m.Windows {
		m.Windows[i].Impacts = slices.DeleteFunc(m.Windows[i].Impacts, func(w WindowImpact) bool { return CIDKey(w.CID) == key })
	}
}

// windowsText writes windows for people, in order of start.
func windowsText(windows []NoticeWindow) string {
	var out []string
	for _, w := range realWindows(windows) {
		out = append(out, windowText(w.Kind, w.Start, w.End))
	}
	return strings.Join(out, ", ")
}

func windowText(kind WindowKind, start, end time.Time) string {
	return fmt.Sprintf("%s %s/%s", kind, timeText(start), timeText(end))
}

// timeText writes an instant in UTC; the zero time is empty.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
