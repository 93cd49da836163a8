package models

import (
	"strings"
	"testing"
)

func TestFoldCircuits(t *testing.T) {
	two := said(1, StatusConfirmed, night(1, "EX/1", "EX/2"))
	w := func(n int, circuits ...string) Notice { return said(n, StatusConfirmed, night(1, circuits...)) }
	const head, window = "CONFIRMED", "1 primary night 1 CONFIRMED"
	runFold(t, []foldTest{
		{"listed twice: the worst impact", []Notice{w(1, "EX/1=DEGRADED", "ex/1=OUTAGE", " EX/1 =NO-IMPACT")}, nil,
			[]string{head, window, "A EX/1"}},
		{"in two windows: the worst impact", []Notice{said(1, StatusConfirmed, night(1, "EX/1=NO-IMPACT"), night(2, "EX/1=DEGRADED"))}, nil,
			[]string{head, window, "2 primary night 2 CONFIRMED", "A EX/1 DEGRADED"}},
		{"no impact stated: the worst case", []Notice{w(1, "EX/1=")}, nil, []string{head, window, "A EX/1"}},
		{"no circuits change none", []Notice{two, w(2)}, nil, []string{head, window, "A EX/1", "A EX/2"}},
		{"a list that shares one replaces", []Notice{two, w(2, "EX/2=DEGRADED", "EX/3")}, nil,
			[]string{head, window, "A EX/2 DEGRADED", "A EX/3"}},
		{"sharing disregards case and blanks", []Notice{w(1, "EX 1", "EX/2"), w(2, " ex  1")}, nil, []string{head, window, "A ex  1"}},
		{"a disjoint list is added", []Notice{two, w(2, "EX/3")}, nil, []string{head, window, "A EX/1", "A EX/2", "A EX/3"}},
		{"an update of an added list leaves the other", []Notice{two, w(2, "EX/3", "EX/4"), w(3, "EX/3=DEGRADED")}, nil,
			[]string{head, window, "A EX/1", "A EX/2", "A EX/3 DEGRADED"}},
		{"a reminder of an added list changes nothing", []Notice{two, w(2, "EX/3"), w(3, "EX/3")}, nil,
			[]string{head, window, "A EX/1", "A EX/2", "A EX/3"}},
		{"a list that shares with both replaces both", []Notice{two, w(2, "EX/3", "EX/4"), w(3, "EX/1", "EX/4")}, nil,
			[]string{head, window, "A EX/1", "A EX/4"}},
		{"lists of other accounts are added", []Notice{two, of("B", w(2, "EX/1=DEGRADED", "EX/7"))}, nil,
			[]string{head, window, "A EX/1", "A EX/2", "B EX/1 DEGRADED", "B EX/7"}},
		{"each account's list is replaced by its own", []Notice{two, of("B", w(2, "EX/7")), w(3, "EX/2"), of("B", w(4, "EX/7", "EX/8"))}, nil,
			[]string{head, window, "A EX/2", "B EX/7", "B EX/8"}},
		{"circuits without times are of every window", []Notice{w(1, "EX/1"), said(2, StatusConfirmed, NoticeWindow{Circuits: lines("EX/1=DEGRADED")})}, nil,
			[]string{head, window, "A EX/1 DEGRADED"}},
	})
}

func TestFoldCancelledCircuits(t *testing.T) {
	two := said(1, StatusConfirmed, night(1, "EX/1", "EX/2"))
	const window, cancelled = "1 primary night 1 CONFIRMED", "1 primary night 1 CANCELLED"
	runFold(t, []foldTest{
		{"without circuits keeps them", []Notice{two, said(2, StatusCancelled)}, nil, []string{"CANCELLED", cancelled, "A EX/1", "A EX/2"}},
		{"with a window and no circuits keeps them", []Notice{two, said(2, StatusCancelled, night(1))}, nil, []string{"CANCELLED", cancelled, "A EX/1", "A EX/2"}},
		{"for all", []Notice{two, said(2, StatusCancelled, night(1, "EX/2", "EX/1"))}, nil, []string{"CANCELLED", cancelled, "A EX/1", "A EX/2"}},
		{"for some", []Notice{two, said(2, StatusCancelled, night(1, "EX/1"))}, nil, []string{"CONFIRMED", window, "A EX/1 cancelled", "A EX/2"}},
		{"for some leaves the windows alone", []Notice{two, said(2, StatusCancelled, night(5, "EX/1"))}, nil, []string{"CONFIRMED", window, "A EX/1 cancelled", "A EX/2"}},
		{"for some when all is cancelled", []Notice{two, said(2, StatusCancelled), said(3, StatusCancelled, night(1, "EX/1"))}, nil,
			[]string{"CANCELLED", cancelled, "A EX/1", "A EX/2"}},
		{"for one after the other", []Notice{two, said(2, StatusCancelled, night(1, "EX/1")), said(3, StatusCancelled, night(1, "EX/2"))}, nil,
			[]string{"CANCELLED", cancelled, "A EX/1 cancelled", "A EX/2"}},
		{"for some, then the rest by a notice without circuits", []Notice{two, said(2, StatusCancelled, night(1, "EX/1")), said(3, StatusCancelled)}, nil,
			[]string{"CANCELLED", cancelled, "A EX/1 cancelled", "A EX/2"}},
		{"of one account, another stays", []Notice{two, of("B", said(2, StatusConfirmed, night(1, "EX/7"))), said(3, StatusCancelled, night(1, "EX/1", "EX/2"))}, nil,
			[]string{"CONFIRMED", window, "A EX/1 cancelled", "A EX/2 cancelled", "B EX/7"}},
		{"the same circuits under another account", []Notice{two, of("", said(2, StatusCancelled, night(1, "EX/1", "EX/2")))}, nil,
			[]string{"CANCELLED", cancelled, " EX/1", " EX/2", "A EX/1", "A EX/2"}},
		{"for a circuit that is not known", []Notice{two, said(2, StatusCancelled, night(1, "EX/9"))}, nil,
			[]string{"CONFIRMED", window, "A EX/1", "A EX/2", "A EX/9 cancelled"}},
		{"as the first notice", []Notice{said(1, StatusCancelled, night(1, "EX/1"))}, nil, []string{"CANCELLED", cancelled, "A EX/1"}},
		{"back by a notice that lists it", []Notice{two, said(2, StatusCancelled, night(1, "EX/1")), said(3, StatusConfirmed, night(1, "EX/1", "EX/2"))}, nil,
			[]string{"CONFIRMED", window, "A EX/1", "A EX/2"}},
		{"not back by NO-CHANGE", []Notice{two, said(2, StatusCancelled, night(1, "EX/1")), said(3, StatusNoChange, night(1, "EX/1", "EX/2"))}, nil,
			[]string{"CONFIRMED", window, "A EX/1 cancelled", "A EX/2"}},
		{"all back when the whole is re-opened without circuits", []Notice{
			two, said(2, StatusCancelled, night(1, "EX/1")), said(3, StatusCancelled, night(1, "EX/2")), said(4, StatusConfirmed),
		}, nil, []string{"CONFIRMED", window, "A EX/1", "A EX/2"}},
		{"for some on one day", []Notice{
			said(1, StatusConfirmed, night(1, "EX/1", "EX/2"), night(2, "EX/1")), said(2, StatusCancelled, dayOf(2, 2, night(2, "EX/1"))),
		}, nil, []string{"CONFIRMED", window, "2 primary night 2 CANCELLED", "A EX/1", "A EX/2"}},
	})
}

func TestFoldNoteOnAddedCircuits(t *testing.T) {
	first := said(1, StatusConfirmed, night(1, "EX/1"))
	added := said(2, StatusConfirmed, night(1, "EX/2", "EX/3"))
	reminder := said(3, StatusConfirmed, night(1, "EX/3", "EX/2"))
	whole := said(4, StatusConfirmed, night(1, "EX/1", "EX/2"))

	m, _ := Fold([]Notice{first, added}, nil)
	if len(m.Notes) != 1 || m.Notes[0].Level != NoteInfo || !strings.Contains(m.Notes[0].Comment, "EX/2, EX/3") {
		t.Fatalf("notes of an added list: %+v", m.Notes)
	}
	key := m.Notes[0].Key
	if m, _ = Fold([]Notice{first, added, reminder}, nil); len(m.Notes) != 1 || m.Notes[0].Key != key {
		t.Errorf("a reminder changed the note: %+v", m.Notes)
	}
	update := said(4, StatusConfirmed, night(1, "EX/1=DEGRADED"))
	if m, _ = Fold([]Notice{first, added, update}, nil); len(m.Notes) != 1 || m.Notes[0].Key != key {
		t.Errorf("an update of the first list changed the note: %+v", m.Notes)
	}
	if m, _ = Fold([]Notice{first, added, whole}, nil); len(m.Notes) != 0 {
		t.Errorf("the reason is gone, the note is not: %+v", m.Notes)
	}
	if m, _ = Fold([]Notice{first, of("B", added)}, nil); len(m.Notes) != 0 {
		t.Errorf("another account's list needs no note: %+v", m.Notes)
	}
}

func TestFoldKeepsTheProvidersWords(t *testing.T) {
	n := said(1, StatusConfirmed, night(1))
	n.Windows[0].Circuits = []NoticeCircuit{
		{CID: "EX/1", Impact: ImpactDegraded, RawImpact: "slow"}, {CID: "EX/1", Impact: ImpactOutage, RawImpact: "down for an hour"},
	}
	m, _ := Fold([]Notice{n}, nil)
	if len(m.Circuits) != 1 || m.Circuits[0].RawImpact != "down for an hour" {
		t.Errorf("circuits %+v", m.Circuits)
	}
}
