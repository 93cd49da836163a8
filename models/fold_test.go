package models

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// said is a notice in the short form of the fold's tests: the n-th that was
// issued and received, of account A, with the given windows.
func said(n int, status Status, windows ...NoticeWindow) Notice {
	notice := plain(fmt.Sprint("n", n), float64(n), float64(n), status)
	notice.Account = "A"
	notice.RawID = fmt.Sprint("raw", n)
	notice.Windows = windows
	return notice
}

func of(account string, n Notice) Notice {
	n.Account = account
	return n
}

// night is the window from 22:00 of the n-th day on, for 6 hours, with the
// circuits: a CID, or CID=IMPACT.
func night(n float64, circuits ...string) NoticeWindow {
	return NoticeWindow{Kind: WindowPrimary, Start: hour(24*n + 22), End: hour(24*n + 28), Circuits: lines(circuits...)}
}

func backup(n float64, circuits ...string) NoticeWindow {
	w := night(n, circuits...)
	w.Kind = WindowBackup
	return w
}

func dayOf(day, days int, w NoticeWindow) NoticeWindow {
	w.Day, w.Days = day, days
	return w
}

func lines(circuits ...string) []NoticeCircuit {
	var out []NoticeCircuit
	for _, c := range circuits {
		cid, impact, found := strings.Cut(c, "=")
		if !found {
			impact = "OUTAGE"
		}
		out = append(out, NoticeCircuit{CID: cid, Impact: Impact(impact)})
	}
	return out
}

// show writes what a record amounts to, a line each: status, windows,
// circuits.
func show(m Maintenance) []string {
	out := []string{string(m.Status)}
	for _, w := range m.Windows {
		line := fmt.Sprintf("%d %s night %g", w.Ordinal, w.Kind, (w.Start.Sub(day0).Hours()-22)/24)
		if hours := w.End.Sub(w.Start).Hours(); hours != 6 {
			line += fmt.Sprintf(" for %gh", hours)
		}
		if w.Called {
			line += " called"
		}
		out = append(out, line+" "+string(w.Status))
	}
	for _, c := range m.Circuits {
		line := c.Account + " " + c.CID
		if c.Impact != ImpactOutage {
			line += " " + string(c.Impact)
		}
		if c.Cancelled {
			line += " cancelled"
		}
		if c.CircuitID != "" {
			line += " -> " + c.CircuitID
		}
		if c.Manual {
			line += " manual"
		}
		out = append(out, line)
	}
	for _, c := range m.Conflicts {
		out = append(out, fmt.Sprintf("conflict %s: set %s, notice %s", c.Field, c.Set, c.Notice))
	}
	return out
}

type foldTest struct {
	name    string
	notices []Notice
	edits   []Edit
	want    []string
}

func runFold(t *testing.T, tests []foldTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			permute(test.notices, func(order []Notice) {
				m, history := Fold(order, test.edits)
				if diff := cmp.Diff(test.want, show(m)); diff != "" {
					t.Fatalf("Fold(%v) (-want +got):\n%s\n%+v", ids(order), diff, history)
				}
			})
		})
	}
}

func TestFoldStatus(t *testing.T) {
	first := said(1, StatusConfirmed, night(1, "EX/1"))
	forward := first
	forward.ID, forward.RawID, forward.Received = "forward", "raw forward", hour(50)
	future := said(2, StatusRescheduled, night(3, "EX/1"))
	future.Issued = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	initial, between, update := chained("s0", 0, 1, 1, StatusTentative), said(2, StatusConfirmed), chained("s1", 1, 3, 3, StatusRescheduled)
	runFold(t, []foldTest{
		{"each status", []Notice{said(1, StatusTentative)}, nil, []string{"TENTATIVE"}},
		{"NO-CHANGE keeps it", []Notice{said(1, StatusConfirmed), said(2, StatusNoChange)}, nil, []string{"CONFIRMED"}},
		{"NO-CHANGE first is UNKNOWN", []Notice{said(1, StatusNoChange)}, nil, []string{"UNKNOWN"}},
		{"NO-CHANGE first, then a status", []Notice{said(1, StatusNoChange), said(2, StatusConfirmed)}, nil, []string{"CONFIRMED"}},
		{"what is no status keeps it", []Notice{said(1, StatusConfirmed), said(2, "SOMETHING")}, nil, []string{"CONFIRMED"}},
		{"UNKNOWN keeps it", []Notice{said(1, StatusConfirmed), said(2, StatusUnknown)}, nil, []string{"CONFIRMED"}},
		{"a newer CONFIRMED re-opens", []Notice{said(1, StatusConfirmed), said(2, StatusCancelled), said(3, StatusConfirmed)}, nil,
			[]string{"CONFIRMED"}},
		{"a newer CONFIRMED re-opens windows too", []Notice{said(1, StatusConfirmed, night(1, "EX/1")), said(2, StatusCancelled), said(3, StatusConfirmed)}, nil,
			[]string{"CONFIRMED", "1 primary night 1 CONFIRMED", "A EX/1"}},
		{"a forward of the first notice after the cancellation", []Notice{first, said(2, StatusCancelled), forward}, nil,
			[]string{"CANCELLED", "1 primary night 1 CANCELLED", "A EX/1"}},
		{"a Date in 2099 does not hold off what follows", []Notice{first, future, said(4, StatusCancelled)}, nil,
			[]string{"CANCELLED", "1 primary night 3 CANCELLED", "A EX/1"}},
		{"a plain mail between two SEQUENCEs", []Notice{initial, between, update}, nil, []string{"RE-SCHEDULED"}},
		{"an older notice that arrives last changes nothing", []Notice{
			said(1, StatusConfirmed), said(3, StatusCancelled), said(2, StatusRescheduled),
		}, nil, []string{"CANCELLED"}},
	})
}

// A new notice between two that were processed must not win over the newer
// one, in no order of processing.
func TestFoldThreeMailsInEveryOrder(t *testing.T) {
	n1 := said(1, StatusTentative, night(1, "EX/1"))
	n2 := said(2, StatusConfirmed, night(2, "EX/1", "EX/2"))
	n3 := said(3, StatusRescheduled, night(3, "EX/2=DEGRADED"))
	runFold(t, []foldTest{{"three", []Notice{n1, n2, n3}, nil,
		[]string{"RE-SCHEDULED", "1 primary night 3 RE-SCHEDULED", "A EX/2 DEGRADED"}}})
}

func TestFoldNames(t *testing.T) {
	first := said(1, StatusConfirmed, night(1, "EX/1"))
	first.Summary, first.Organizer, first.MaintenanceID = "fibre works", "noc@example.net", "ttn-1 "
	second := of("B", said(2, StatusConfirmed, night(1, "EX/1")))
	second.Supersedes = []string{"TTN-0", "ttn-2"}
	second.MaintenanceID = "TTN-2"
	m, _ := Fold([]Notice{second, first}, nil)
	want := Maintenance{
		Generation: 1, ExternalID: "TTN-2", Aliases: []string{"TTN-0", "ttn-1 "}, Status: StatusConfirmed,
		Summary: "fibre works", Organizer: "noc@example.net", Accounts: []string{"A", "B"},
		FirstSeen: hour(1), LastNotice: hour(2),
	}
	m.Windows, m.Circuits = nil, nil
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFoldPrefersTheProvidersOwnID(t *testing.T) {
	derived := said(2, StatusConfirmed)
	derived.MaintenanceID, derived.Synthetic = "examplenet-0123456789ab", true
	own := said(1, StatusConfirmed)
	m, _ := Fold([]Notice{derived}, nil)
	if m.ExternalID != derived.MaintenanceID || !m.Synthetic {
		t.Errorf("alone: id %q, synthetic %v", m.ExternalID, m.Synthetic)
	}
	m, _ = Fold([]Notice{derived, own}, nil)
	if m.ExternalID != "TTN-1" || m.Synthetic || len(m.Aliases) != 1 {
		t.Errorf("beside an own one: id %q, synthetic %v, aliases %v", m.ExternalID, m.Synthetic, m.Aliases)
	}
}

func TestFoldTimesOfReceipt(t *testing.T) {
	early, late := said(1, StatusConfirmed), said(2, StatusConfirmed)
	early.Received = hour(50) // a forward that came last
	m, _ := Fold([]Notice{early, late}, nil)
	if !m.FirstSeen.Equal(hour(2)) || !m.LastNotice.Equal(hour(2)) {
		t.Errorf("first seen %v, last notice %v", m.FirstSeen, m.LastNotice)
	}
}

func TestFoldOfNothing(t *testing.T) {
	m, history := Fold(nil, nil)
	if diff := cmp.Diff(Maintenance{}, m); diff != "" || len(history.Entries) != 0 {
		t.Errorf("not empty: %s", diff)
	}
}

func TestFoldHistory(t *testing.T) {
	notices := []Notice{
		said(3, StatusCancelled),
		said(2, StatusConfirmed, night(1, "EX/2")),
		said(1, StatusConfirmed, night(1, "EX/1")),
		said(4, StatusConfirmed, night(9, "EX/9")),
	}
	_, history := Fold(notices, []Edit{{ID: "e", Kind: EditRejectNotice, NoticeID: "n4", At: hour(5)}})
	want := []HistoryEntry{
		{NoticeID: "n1", RawID: "raw1", Received: hour(1), Applied: true, Changes: []Change{{Field: "created", New: "TTN-1"}}},
		{NoticeID: "n2", RawID: "raw2", Received: hour(2), Applied: true,
			Changes: []Change{
				{Field: "window[1].circuit[EX/2]", New: "OUTAGE"},
				{Field: "circuit[EX/2]", New: "OUTAGE"},
			},
			Remarks: []string{"circuits EX/2 have nothing in common with those known: added"}},
		{NoticeID: "n3", RawID: "raw3", Received: hour(3), Applied: true, Changes: []Change{
			{Field: "status", Old: "CONFIRMED", New: "CANCELLED"},
			{Field: "window[1].status", Old: "CONFIRMED", New: "CANCELLED"},
		}},
		{NoticeID: "n4", RawID: "raw4", Received: hour(4), Remarks: []string{"rejected by a person"}},
	}
	if diff := cmp.Diff(want, history.Entries); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
