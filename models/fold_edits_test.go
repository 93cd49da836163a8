package models

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// did is an edit at an hour.
func did(h float64, kind EditKind, change func(*Edit)) Edit {
	e := Edit{ID: fmt.Sprint("e", h), Kind: kind, Author: "kim", At: hour(h)}
	if change != nil {
		change(&e)
	}
	return e
}

func setField(h float64, field, value string) Edit {
	return did(h, EditSet, func(e *Edit) { e.Field, e.Value = field, value })
}

func setWindows(h float64, windows ...NoticeWindow) Edit {
	return did(h, EditSet, func(e *Edit) { e.Field, e.Windows = "windows", windows })
}

func onCircuit(h float64, kind EditKind, cid, circuitID string, impact Impact) Edit {
	return did(h, kind, func(e *Edit) { e.CID, e.CircuitID, e.Impact = cid, circuitID, impact })
}

func TestFoldSetFields(t *testing.T) {
	confirmed := said(1, StatusConfirmed)
	one := said(1, StatusConfirmed, night(1, "EX/1"))
	late := said(2, StatusRescheduled)
	late.Received = hour(20)
	night1 := "1 primary night 1 CONFIRMED"
	runFold(t, []foldTest{
		{"holds", []Notice{confirmed}, []Edit{setField(5, "status", "CANCELLED")}, []string{"CANCELLED"}},
		{"holds against what was received before", []Notice{confirmed, said(2, StatusRescheduled)}, []Edit{setField(5, "status", "CANCELLED")}, []string{"CANCELLED"}},
		{"holds against a repetition", []Notice{confirmed, said(6, StatusConfirmed)}, []Edit{setField(5, "status", "CANCELLED")}, []string{"CANCELLED"}},
		{"holds against NO-CHANGE", []Notice{confirmed, said(6, StatusNoChange)}, []Edit{setField(5, "status", "CANCELLED")}, []string{"CANCELLED"}},
		{"ends with a change, and shows both", []Notice{confirmed, said(6, StatusRescheduled)}, []Edit{setField(5, "status", "CANCELLED")},
			[]string{"RE-SCHEDULED", "conflict status: set CANCELLED, notice RE-SCHEDULED"}},
		{"no conflict if the notice agrees", []Notice{confirmed, said(6, StatusCancelled)}, []Edit{setField(5, "status", "CANCELLED")}, []string{"CANCELLED"}},
		{"stays ended", []Notice{confirmed, said(6, StatusRescheduled), said(7, StatusConfirmed)}, []Edit{setField(5, "status", "CANCELLED")},
			[]string{"CONFIRMED", "conflict status: set CANCELLED, notice CONFIRMED"}},
		{"a stale mail that comes late does not end it", []Notice{confirmed, late, said(3, StatusConfirmed)}, []Edit{setField(5, "status", "CANCELLED")}, []string{"CANCELLED"}},
		{"a late mail ends it if nothing newer says more", []Notice{confirmed, late, said(3, StatusNoChange)}, []Edit{setField(5, "status", "CANCELLED")},
			[]string{"RE-SCHEDULED", "conflict status: set CANCELLED, notice RE-SCHEDULED"}},
		{"set again after the change", []Notice{confirmed, said(6, StatusRescheduled)},
			[]Edit{setField(5, "status", "CANCELLED"), setField(7, "status", "COMPLETED")}, []string{"COMPLETED"}},
		{"what is no status is ignored", []Notice{confirmed}, []Edit{setField(5, "status", "GONE")}, []string{"CONFIRMED"}},
		{"the status of windows follows", []Notice{one}, []Edit{setField(5, "status", "CANCELLED")}, []string{"CANCELLED", "1 primary night 1 CANCELLED", "A EX/1"}},
		{"windows hold and keep their ordinal", []Notice{one, said(6, StatusConfirmed, night(1, "EX/1"))}, []Edit{setWindows(5, night(4))},
			[]string{"CONFIRMED", "1 primary night 4 CONFIRMED", "A EX/1"}},
		{"windows end with a move", []Notice{one, said(6, StatusConfirmed, night(2, "EX/1"))}, []Edit{setWindows(5, night(4))},
			[]string{"CONFIRMED", "1 primary night 2 CONFIRMED", "A EX/1",
				"conflict windows: set primary 2026-03-05T22:00:00Z/2026-03-06T04:00:00Z, notice primary 2026-03-03T22:00:00Z/2026-03-04T04:00:00Z"}},
		{"windows hold while only the status changes", []Notice{one, said(6, StatusInProcess, night(1, "EX/1"))}, []Edit{setWindows(5, night(4))},
			[]string{"IN-PROCESS", "1 primary night 4 IN-PROCESS", "A EX/1"}},
		{"windows and status together", []Notice{one}, []Edit{setWindows(5, night(4), night(5)), setField(5, "status", "CANCELLED")},
			[]string{"CANCELLED", "1 primary night 4 CANCELLED", "2 primary night 5 CANCELLED", "A EX/1"}},
		{"impact holds", []Notice{one, said(6, StatusInProcess, night(1, "EX/1"))}, []Edit{onCircuit(5, EditImpact, "ex/1", "", ImpactNone)},
			[]string{"IN-PROCESS", "1 primary night 1 IN-PROCESS", "A EX/1 NO-IMPACT"}},
		{"impact ends with a change", []Notice{one, said(6, StatusConfirmed, night(1, "EX/1=DEGRADED"))}, []Edit{onCircuit(5, EditImpact, "ex/1", "", ImpactNone)},
			[]string{"CONFIRMED", night1, "A EX/1 DEGRADED", "conflict circuit[EX/1].impact: set NO-IMPACT, notice DEGRADED"}},
		{"the last impact counts", []Notice{one}, []Edit{onCircuit(5, EditImpact, "EX/1", "", ImpactNone), onCircuit(6, EditImpact, "EX/1", "", ImpactDegraded)},
			[]string{"CONFIRMED", night1, "A EX/1 DEGRADED"}},
	})
}

func TestFoldSetSummary(t *testing.T) {
	first, same, other := said(1, StatusConfirmed), said(6, StatusInProcess), said(7, StatusInProcess)
	first.Summary, same.Summary, other.Summary = "fibre", "fibre", "cable"
	edits := []Edit{setField(5, "summary", "our words")}
	if m, _ := Fold([]Notice{first, same}, edits); m.Summary != "our words" || len(m.Conflicts) != 0 {
		t.Errorf("summary %q, conflicts %v", m.Summary, m.Conflicts)
	}
	m, _ := Fold([]Notice{first, same, other}, edits)
	if diff := cmp.Diff([]Conflict{{Field: "summary", Set: "our words", Notice: "cable"}}, m.Conflicts); m.Summary != "cable" || diff != "" {
		t.Errorf("summary %q, conflicts %s", m.Summary, diff)
	}
}

func TestFoldLinks(t *testing.T) {
	one := said(1, StatusConfirmed, night(1, "EX/1"))
	night1 := "1 primary night 1 CONFIRMED"
	link := func(h float64, cid, id string) Edit { return onCircuit(h, EditLink, cid, id, "") }
	unlink := func(h float64, cid string) Edit { return onCircuit(h, EditUnlink, cid, "", "") }
	gone := []Notice{one, said(2, StatusConfirmed, night(1, "EX/1", "EX/2")), said(3, StatusConfirmed, night(1, "EX/2"))}
	runFold(t, []foldTest{
		{"linked", []Notice{one}, []Edit{link(5, "ex/1", "c1")}, []string{"CONFIRMED", night1, "A EX/1 -> c1 manual"}},
		{"linked for good", []Notice{one, said(6, StatusConfirmed, night(1, "EX/1=DEGRADED"))}, []Edit{link(5, "EX/1", "c1")},
			[]string{"CONFIRMED", night1, "A EX/1 DEGRADED -> c1 manual"}},
		{"linked anew", []Notice{one}, []Edit{link(5, "EX/1", "c1"), link(6, "EX/1", "c2")}, []string{"CONFIRMED", night1, "A EX/1 -> c2 manual"}},
		{"unlinked stays unlinked", []Notice{one}, []Edit{unlink(5, "EX/1")}, []string{"CONFIRMED", night1, "A EX/1 manual"}},
		{"in every account", []Notice{one, of("B", said(2, StatusConfirmed, night(1, "EX/1")))}, []Edit{link(5, "EX/1", "c1")},
			[]string{"CONFIRMED", night1, "A EX/1 -> c1 manual", "B EX/1 -> c1 manual"}},
		{"added by hand, and kept", []Notice{one, said(6, StatusConfirmed, night(1, "EX/1"))}, []Edit{link(5, "EX/9", "c9")},
			[]string{"CONFIRMED", night1, " EX/9 -> c9 manual", "A EX/1"}},
		{"added by hand, then listed", []Notice{one, said(6, StatusConfirmed, night(1, "EX/1", "EX/9=DEGRADED"))}, []Edit{link(5, "EX/9", "c9")},
			[]string{"CONFIRMED", night1, "A EX/1", "A EX/9 DEGRADED -> c9 manual"}},
		{"added by hand, then unlinked", []Notice{one}, []Edit{link(5, "EX/9", "c9"), unlink(6, "EX/9")}, []string{"CONFIRMED", night1, "A EX/1"}},
		{"added with an impact", []Notice{one}, []Edit{onCircuit(5, EditImpact, "EX/9", "", ImpactDegraded)}, []string{"CONFIRMED", night1, " EX/9 DEGRADED", "A EX/1"}},
		{"a link does not bring back what notices dropped", gone, []Edit{link(5, "EX/1", "c1")}, []string{"CONFIRMED", night1, "A EX/2"}},
	})
}

func TestFoldCreate(t *testing.T) {
	create := did(0, EditCreate, func(e *Edit) {
		e.Value = "phone call"
		e.Windows = []NoticeWindow{night(1, "EX/1", "EX/2=DEGRADED")}
	})
	const moved = "conflict windows: set primary 2026-03-02T22:00:00Z/2026-03-03T04:00:00Z, notice primary 2026-03-03T22:00:00Z/2026-03-04T04:00:00Z"
	runFold(t, []foldTest{
		{"alone", nil, []Edit{create}, []string{"TENTATIVE", "1 primary night 1 TENTATIVE", " EX/1", " EX/2 DEGRADED"}},
		{"with a status", nil, []Edit{create, setField(0.5, "status", "CONFIRMED")}, []string{"CONFIRMED", "1 primary night 1 CONFIRMED", " EX/1", " EX/2 DEGRADED"}},
		{"notices decide, its circuits stay", []Notice{said(1, StatusConfirmed, night(2, "EX/1"))}, []Edit{create},
			[]string{"CONFIRMED", "1 primary night 2 CONFIRMED", " EX/2 DEGRADED", "A EX/1", moved}},
		{"a notice that agrees", []Notice{said(1, StatusConfirmed, night(1, "EX/1", "EX/2=DEGRADED"))}, []Edit{create},
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", "A EX/1", "A EX/2 DEGRADED"}},
		{"a notice with another impact", []Notice{said(1, StatusConfirmed, night(1, "EX/1=DEGRADED"))}, []Edit{create},
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", " EX/2 DEGRADED", "A EX/1 DEGRADED", "conflict circuit[EX/1].impact: set OUTAGE, notice DEGRADED"}},
		{"what was set anew counts instead", []Notice{said(1, StatusConfirmed, night(2, "EX/1"))}, []Edit{create, setWindows(2, night(3))},
			[]string{"CONFIRMED", "1 primary night 3 CONFIRMED", " EX/2 DEGRADED", "A EX/1"}},
		{"an unlinked circuit of it stays", nil, []Edit{create, onCircuit(1, EditUnlink, "EX/1", "", "")},
			[]string{"TENTATIVE", "1 primary night 1 TENTATIVE", " EX/1 manual", " EX/2 DEGRADED"}},
		{"a cancellation of some", []Notice{said(1, StatusCancelled, night(1, "EX/1"))}, []Edit{create},
			[]string{"TENTATIVE", "1 primary night 1 TENTATIVE", " EX/2 DEGRADED", "A EX/1 cancelled"}},
	})
}

func TestFoldRejectAndAccept(t *testing.T) {
	verdict := func(h float64, kind EditKind, id string) Edit {
		return did(h, kind, func(e *Edit) { e.NoticeID = id })
	}
	notices := []Notice{said(1, StatusConfirmed), said(2, StatusCancelled)}
	runFold(t, []foldTest{
		{"rejected", notices, []Edit{verdict(5, EditRejectNotice, "n2")}, []string{"CONFIRMED"}},
		{"accepted again", notices, []Edit{verdict(5, EditRejectNotice, "n2"), verdict(6, EditAcceptNotice, "n2")}, []string{"CANCELLED"}},
		{"rejected again", notices, []Edit{verdict(5, EditAcceptNotice, "n2"), verdict(6, EditRejectNotice, "n2")}, []string{"CONFIRMED"}},
	})
	m, _ := Fold(notices, []Edit{verdict(5, EditRejectNotice, "n1"), verdict(5, EditRejectNotice, "n2")})
	if !m.Orphan || m.Status != StatusUnknown || m.ExternalID != "" {
		t.Errorf("with every notice rejected: %+v", m)
	}
}

func TestFoldDeleteAndMerge(t *testing.T) {
	notice := said(1, StatusConfirmed, night(1, "EX/1"))
	remove := did(5, EditDelete, nil)
	if m, _ := Fold([]Notice{notice}, []Edit{remove}); !m.Deleted || len(m.Conflicts) != 0 || len(m.Circuits) != 1 {
		t.Errorf("deleted: %+v", m)
	}
	if m, _ := Fold([]Notice{notice, said(6, StatusConfirmed, night(1, "EX/1"))}, []Edit{remove}); !m.Deleted || len(m.Conflicts) != 0 {
		t.Errorf("deleted, then a reminder: %+v", m)
	}
	m, _ := Fold([]Notice{notice, said(6, StatusInProcess)}, []Edit{remove})
	want := []Conflict{{Field: "deleted", Set: "deleted", Notice: "status IN-PROCESS"}}
	if diff := cmp.Diff(want, m.Conflicts); !m.Deleted || diff != "" {
		t.Errorf("deleted, then news: %v %s", m.Deleted, diff)
	}
	accept := did(7, EditAcceptNotice, func(e *Edit) { e.NoticeID = "n6" })
	if m, _ := Fold([]Notice{notice, said(6, StatusInProcess)}, []Edit{remove, accept}); m.Deleted {
		t.Error("still deleted after a notice was accepted")
	}
	merge := did(5, EditMerge, func(e *Edit) { e.Target = "TTN-9" })
	if m, _ := Fold([]Notice{notice}, []Edit{merge}); m.MergedInto != "TTN-9" {
		t.Errorf("merged into %q", m.MergedInto)
	}
}

func TestFoldAcknowledgement(t *testing.T) {
	notice := said(1, StatusConfirmed, night(1, "EX/1"))
	seen, _ := Fold([]Notice{notice}, nil)
	ack := did(5, EditAcknowledge, func(e *Edit) { e.Digest = AckDigest(seen) })
	tests := []struct {
		name string
		next []Notice
		edit []Edit
		want bool
	}{
		{"as seen", nil, nil, true},
		{"a reminder", []Notice{said(6, StatusConfirmed, night(1, "EX/1"))}, nil, true},
		{"another status", []Notice{said(6, StatusInProcess, night(1, "EX/1"))}, nil, false},
		{"another window", []Notice{said(6, StatusConfirmed, night(2, "EX/1"))}, nil, false},
		{"another circuit", []Notice{said(6, StatusConfirmed, night(1, "EX/1", "EX/2"))}, nil, false},
		{"another impact", []Notice{said(6, StatusConfirmed, night(1, "EX/1=DEGRADED"))}, nil, false},
		{"a person's own change", nil, []Edit{setField(7, "status", "CANCELLED")}, false},
		{"there and back", []Notice{said(6, StatusInProcess, night(1, "EX/1")), said(7, StatusConfirmed, night(1, "EX/1"))}, nil, true},
		{"a later acknowledgement of something else", nil, []Edit{did(8, EditAcknowledge, func(e *Edit) { e.Digest = "other" })}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, _ := Fold(append(test.next, notice), append(test.edit, ack))
			if got := m.Acknowledged(); got != test.want {
				t.Errorf("Acknowledged() = %v, want %v", got, test.want)
			}
		})
	}
	if seen.Acknowledged() {
		t.Error("acknowledged by nobody")
	}
}

func TestFoldOrphan(t *testing.T) {
	m, _ := Fold(nil, []Edit{did(5, EditNote, func(e *Edit) { e.Value = "call them" })})
	if !m.Orphan {
		t.Error("edits without a notice make no orphan")
	}
	if m, _ := Fold([]Notice{said(1, StatusConfirmed)}, []Edit{did(5, EditNote, nil)}); m.Orphan {
		t.Error("an orphan with a notice")
	}
}

func TestFoldRemarksOnEdits(t *testing.T) {
	notices := []Notice{said(1, StatusConfirmed, night(1, "EX/1")), said(2, StatusConfirmed, night(1, "EX/1", "EX/2")), said(3, StatusConfirmed, night(1, "EX/2"))}
	_, history := Fold(notices, []Edit{
		setField(5, "status", "GONE"), setField(5, "colour", "red"), setWindows(5),
		onCircuit(5, EditLink, " ", "c", ""), onCircuit(5, EditLink, "EX/1", "c", ""),
	})
	want := []string{
		`field "colour" cannot be set to "red": ignored`,
		`field "windows" cannot be set to "": ignored`,
		"link names no circuit: ignored",
		"link of circuit EX/1: the notices do not list it any more",
	}
	got := slices.DeleteFunc(sorted(history.Remarks), func(s string) bool { return s == `field "status" cannot be set to "GONE": ignored` })
	if diff := cmp.Diff(want, got); diff != "" || len(history.Remarks) != 5 {
		t.Errorf("%v -want +got:\n%s", history.Remarks, diff)
	}
}
