package models

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiff(t *testing.T) {
	window := func(ordinal int, n float64) Window {
		w := night(n)
		return Window{Ordinal: ordinal, Kind: w.Kind, Status: StatusConfirmed, Start: w.Start, End: w.End}
	}
	old := Maintenance{
		ExternalID: "TTN-1", Status: StatusConfirmed, Accounts: []string{"A"},
		Windows:  []Window{window(1, 1), window(2, 2)},
		Circuits: []CircuitImpact{{CID: "EX/1", Account: "A", Impact: ImpactOutage}, {CID: "EX/2", Account: "A", Impact: ImpactOutage}},
	}
	moved := window(1, 3)
	moved.Status, moved.Called, moved.Kind = StatusRescheduled, true, WindowBackup
	moved.Impacts = []WindowImpact{{"EX/1", "A", ImpactOutage}}
	new := Maintenance{
		ExternalID: "ttn-2", Aliases: []string{"TTN-1"}, Status: StatusRescheduled, Summary: "s", Organizer: "o", Accounts: []string{"A", "B"},
		Deleted: true, MergedInto: "TTN-9", Orphan: true, Ack: &Acknowledgement{Author: "kim", At: hour(1)},
		Conflicts: []Conflict{{Field: "status", Set: "CANCELLED", Notice: "RE-SCHEDULED"}},
		Windows:   []Window{moved, window(3, 4)},
		Circuits: []CircuitImpact{
			{CID: "ex/1", Account: "A", Impact: ImpactDegraded, Cancelled: true, CircuitID: "c1"},
			{CID: "EX/3", Account: "A", Impact: ImpactNone},
		},
	}
	want := []Change{
		{Field: "status", Old: "CONFIRMED", New: "RE-SCHEDULED"},
		{Field: "id", Old: "TTN-1", New: "ttn-2"},
		{Field: "aliases", New: "TTN-1"},
		{Field: "accounts", Old: "A", New: "A, B"},
		{Field: "summary", New: "s"},
		{Field: "organizer", New: "o"},
		{Field: "deleted", New: "true"},
		{Field: "merged_into", New: "TTN-9"},
		{Field: "orphan", New: "true"},
		{Field: "acknowledged", New: "kim 2026-03-01T01:00:00Z"},
		{Field: "conflict[status]", New: "set CANCELLED, notice RE-SCHEDULED"},
		{Field: "window[1].kind", Old: "primary", New: "backup"},
		{Field: "window[1].start", Old: "2026-03-02T22:00:00Z", New: "2026-03-04T22:00:00Z"},
		{Field: "window[1].end", Old: "2026-03-03T04:00:00Z", New: "2026-03-05T04:00:00Z"},
		{Field: "window[1].status", Old: "CONFIRMED", New: "RE-SCHEDULED"},
		{Field: "window[1].called", New: "true"},
		{Field: "window[1].circuit[EX/1]", New: "OUTAGE"},
		{Field: "window[2]", Old: "primary 2026-03-03T22:00:00Z/2026-03-04T04:00:00Z"},
		{Field: "window[3]", New: "primary 2026-03-05T22:00:00Z/2026-03-06T04:00:00Z"},
		{Field: "circuit[EX/1].impact", Old: "OUTAGE", New: "DEGRADED"},
		{Field: "circuit[EX/1].cancelled", New: "true"},
		{Field: "circuit[EX/1].link", New: "c1"},
		{Field: "circuit[EX/2]", Old: "OUTAGE"},
		{Field: "circuit[EX/3]", New: "NO-IMPACT"},
	}
	if diff := cmp.Diff(want, Diff(old, new)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := Diff(new, new); len(got) != 0 {
		t.Errorf("a record differs from itself: %v", got)
	}
	if diff := cmp.Diff([]Change{{Field: "created", New: "TTN-1"}}, Diff(Maintenance{ID: "row"}, old)); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	if got := Diff(old, Maintenance{}); len(got) != 8 || got[0] != (Change{Field: "removed", Old: "TTN-1"}) {
		t.Errorf("removed: %+v", got)
	}
	if got := Diff(Maintenance{}, Maintenance{ID: "row"}); got != nil {
		t.Errorf("nothing became nothing: %v", got)
	}
}

func TestDiffTellsAccountsApart(t *testing.T) {
	circuit := func(account string, impact Impact) CircuitImpact {
		return CircuitImpact{CID: "EX/1", Account: account, Impact: impact}
	}
	old := Maintenance{Status: StatusConfirmed, Circuits: []CircuitImpact{circuit("", ImpactOutage), circuit("B", ImpactOutage)}}
	new := Maintenance{Status: StatusConfirmed, Circuits: []CircuitImpact{circuit("", ImpactNone)}}
	want := []Change{
		{Field: "circuit[B: EX/1]", Old: "OUTAGE"},
		{Field: "circuit[no account: EX/1].impact", Old: "OUTAGE", New: "NO-IMPACT"},
	}
	if diff := cmp.Diff(want, Diff(old, new)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDiffOfAcknowledgements(t *testing.T) {
	m, _ := Fold([]Notice{said(1, StatusConfirmed)}, nil)
	acked, stale := m, m
	acked.Ack = &Acknowledgement{Author: "kim", At: hour(1), Digest: AckDigest(m)}
	stale.Ack, stale.Status = acked.Ack, StatusCancelled
	if diff := cmp.Diff([]Change{{Field: "acknowledged", New: "kim 2026-03-01T01:00:00Z"}}, Diff(m, acked)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]Change{{Field: "status", Old: "CONFIRMED", New: "CANCELLED"}}, Diff(acked, stale)); diff != "" {
		t.Errorf("going stale is no change of its own (-want +got):\n%s", diff)
	}
}
