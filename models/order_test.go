package models

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// day0 is the first day of the tests' calendar; hour gives instants on it.
var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func hour(h float64) time.Time { return day0.Add(time.Duration(h * float64(time.Hour))) }

// plain makes a notice without UID, issued and received at an hour.
func plain(id string, issued, received float64, status Status) Notice {
	return Notice{
		ID: id, MaintenanceID: "TTN-1", Provider: "examplenet", UID: "0", Sequence: 1,
		Status: status, Stamp: hour(issued), Issued: hour(issued), Received: hour(received),
	}
}

// chained makes a notice of the UID chain "u".
func chained(id string, sequence int, issued, received float64, status Status) Notice {
	n := plain(id, issued, received, status)
	n.UID, n.Sequence = "u", sequence
	return n
}

func ids(notices []Notice) []string {
	var out []string
	for _, n := range notices {
		out = append(out, n.ID)
	}
	return out
}

func TestOrder(t *testing.T) {
	tests := []struct {
		name    string
		notices []Notice
		want    []string
	}{
		{"plain notices by issue", []Notice{
			plain("b", 2, 2, StatusConfirmed), plain("c", 3, 9, StatusConfirmed), plain("a", 1, 10, StatusConfirmed),
		}, []string{"a", "b", "c"}},
		{"same issue: by receipt", []Notice{
			plain("b", 1, 3, StatusTentative), plain("a", 1, 2, StatusCancelled),
		}, []string{"a", "b"}},
		{"same issue and receipt: by status", []Notice{
			plain("f", 1, 1, StatusCancelled), plain("e", 1, 1, StatusInProcess), plain("d", 1, 1, StatusRescheduled),
			plain("c", 1, 1, StatusConfirmed), plain("b", 1, 1, StatusTentative), plain("a", 1, 1, StatusNoChange),
		}, []string{"a", "b", "c", "d", "e", "f"}},
		{"sequence before stamps within a UID", []Notice{
			chained("b", 2, 1, 1, StatusConfirmed), chained("a", 1, 5, 5, StatusConfirmed),
		}, []string{"a", "b"}},
		{"sequence is not compared across UIDs", []Notice{
			plain("b", 2, 2, StatusConfirmed), chained("a", 9, 1, 1, StatusConfirmed),
		}, []string{"a", "b"}},
		{"UID 0 is no UID", []Notice{
			{ID: "b", UID: "0", Sequence: 1, Issued: hour(2), Received: hour(2)},
			{ID: "a", UID: "0", Sequence: 5, Issued: hour(1), Received: hour(1)},
		}, []string{"a", "b"}},
		{"no SEQUENCE is no chain", []Notice{
			chained("b", -1, 2, 2, StatusConfirmed), chained("a", 5, 1, 1, StatusConfirmed),
		}, []string{"a", "b"}},
		{"a mail between two SEQUENCEs", []Notice{
			chained("s2", 2, 5, 5, StatusRescheduled), plain("p", 3, 3, StatusConfirmed), chained("s1", 1, 1, 1, StatusConfirmed),
		}, []string{"s1", "p", "s2"}},
		{"a late SEQUENCE lifts its successors over a mail between", []Notice{
			chained("s1", 1, 4, 4, StatusConfirmed), plain("p", 3, 3, StatusConfirmed), chained("s2", 2, 2, 2, StatusCancelled),
		}, []string{"p", "s1", "s2"}},
		{"a forward counts as issued when its inner original was", []Notice{
			plain("cancel", 5, 5, StatusCancelled), plain("forward", 1, 9, StatusConfirmed),
		}, []string{"forward", "cancel"}},
		{"a Date in 2099 counts as received", []Notice{
			{ID: "far", Status: StatusConfirmed, Issued: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), Received: hour(1)},
			plain("later", 2, 2, StatusCancelled),
		}, []string{"far", "later"}},
		{"no Date counts as received", []Notice{
			plain("b", 2, 2, StatusConfirmed), {ID: "none", Received: hour(3)},
		}, []string{"b", "none"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			permute(test.notices, func(order []Notice) {
				if diff := cmp.Diff(test.want, ids(Order(order))); diff != "" {
					t.Errorf("Order(%v) (-want +got):\n%s", ids(order), diff)
				}
			})
		})
	}
}

// The examples of the BCOP, 3.8.1 to 3.8.5: the same DTSTAMP from the second
// on, and SEQUENCE 3 for both the cancellation and the start of work.
func TestOrderOfBCOPExamples(t *testing.T) {
	initial := chained("initial", 1, 0, 1, StatusTentative)
	update := chained("update", 2, 1, 2, StatusConfirmed)
	cancel := chained("cancel", 3, 1, 4, StatusCancelled)
	open := chained("open", 3, 1, 3, StatusInProcess)
	done := chained("close", 4, 1, 5, StatusCompleted)
	permute([]Notice{initial, update, cancel}, func(order []Notice) {
		if diff := cmp.Diff([]string{"initial", "update", "cancel"}, ids(Order(order))); diff != "" {
			t.Error(diff)
		}
	})
	permute([]Notice{initial, update, open, done}, func(order []Notice) {
		if diff := cmp.Diff([]string{"initial", "update", "open", "close"}, ids(Order(order))); diff != "" {
			t.Error(diff)
		}
	})
	cancel.Received = open.Received
	permute([]Notice{update, cancel, open}, func(order []Notice) {
		if diff := cmp.Diff([]string{"update", "open", "cancel"}, ids(Order(order))); diff != "" {
			t.Errorf("same SEQUENCE, DTSTAMP and receipt: the status decides: %s", diff)
		}
	})
}

// TestOrderIsTotal checks random sets: every arrangement gives one order, and
// comparing is antisymmetric and transitive for every triple.
func TestOrderIsTotal(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for range 500 {
		notices := randomNotices(r, 2+r.IntN(7))
		checkTotal(t, r, notices)
		if t.Failed() {
			return
		}
	}
}

func checkTotal(t *testing.T, r *rand.Rand, notices []Notice) {
	t.Helper()
	want := ids(Order(notices))
	shuffled := slices.Clone(notices)
	for range 5 {
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(want, ids(Order(shuffled))); diff != "" {
			t.Fatalf("the arrangement matters (-first +second):\n%s\n%+v", diff, notices)
		}
	}
	all := place(notices)
	for _, a := range all {
		for _, b := range all {
			if ab, ba := a.compare(b), b.compare(a); ab != -ba || (ab == 0) != (a.notice.ID == b.notice.ID) {
				t.Fatalf("%s and %s compare %d and %d", a.notice.ID, b.notice.ID, ab, ba)
			}
			for _, c := range all {
				if a.compare(b) < 0 && b.compare(c) < 0 && a.compare(c) >= 0 {
					t.Fatalf("%s < %s < %s, but not %s < %s", a.notice.ID, b.notice.ID, c.notice.ID, a.notice.ID, c.notice.ID)
				}
			}
		}
	}
	last := map[string]placed{}
	for _, p := range all {
		if before, ok := last[p.chain]; ok && uidOf(p.notice) != "" && before.notice.Sequence > p.notice.Sequence {
			t.Fatalf("SEQUENCE %d after %d in one chain", p.notice.Sequence, before.notice.Sequence)
		}
		last[p.chain] = p
	}
}

func FuzzOrder(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint8(5))
	f.Add(uint64(0), uint64(0), uint8(0))
	f.Fuzz(func(t *testing.T, a, b uint64, n uint8) {
		r := rand.New(rand.NewPCG(a, b))
		checkTotal(t, r, randomNotices(r, 1+int(n%12)))
	})
}

func TestOrderLeavesItsArgumentAlone(t *testing.T) {
	notices := []Notice{plain("b", 2, 2, StatusConfirmed), plain("a", 1, 1, StatusConfirmed)}
	Order(notices)
	if notices[0].ID != "b" {
		t.Error("Order sorted its argument")
	}
}

func TestOutdated(t *testing.T) {
	n1, n2, n3 := plain("1", 1, 1, StatusTentative), plain("2", 2, 4, StatusConfirmed), plain("3", 3, 3, StatusCancelled)
	s1, s2 := chained("s1", 1, 1, 5, StatusTentative), chained("s2", 2, 1, 4, StatusConfirmed)
	n3.RawID = "mail 3"
	again, later := n3, n3
	again.ID, again.RawID = "again", "mail 0"
	later.ID, later.RawID = "later", "mail 9"
	tests := []struct {
		name  string
		known []Notice
		n     Notice
		want  bool
	}{
		{"the first", nil, n1, false},
		{"the newest", []Notice{n1}, n3, false},
		{"between two", []Notice{n1, n3}, n2, true},
		{"before all", []Notice{n2, n3}, n1, true},
		{"a lower SEQUENCE that arrives later", []Notice{s2}, s1, true},
		{"a higher SEQUENCE with the same stamp", []Notice{s1}, s2, false},
		{"already among the known, last", []Notice{n1, n3}, n3, false},
		{"already among the known, not last", []Notice{n1, n3}, n1, true},
		{"the same as the last", []Notice{n1, n3}, again, false},
		{"the same as the last, in another mail", []Notice{n1, n3}, later, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Outdated(Order(test.known), test.n); got != test.want {
				t.Errorf("Outdated = %v, want %v", got, test.want)
			}
		})
	}
}

func TestGenerations(t *testing.T) {
	day := func(d float64) float64 { return d * 24 }
	window := func(n Notice, start float64) Notice {
		n.Windows = []NoticeWindow{{Kind: WindowPrimary, Start: hour(start), End: hour(start + 6),
			Circuits: []NoticeCircuit{{CID: "EX/1", Impact: ImpactOutage}}}}
		return n
	}
	first := window(plain("first", 0, 0, StatusConfirmed), day(10))
	cancelled := window(plain("cancelled", day(5), day(5), StatusCancelled), day(10))
	tests := []struct {
		name    string
		notices []Notice
		want    [][]string
	}{
		{"none", nil, nil},
		{"one", []Notice{first}, [][]string{{"first"}}},
		{"179 days after the cancellation", []Notice{first, cancelled, window(plain("new", day(184), day(184), StatusConfirmed), day(190))},
			[][]string{{"first", "cancelled", "new"}}},
		{"180 days after the cancellation", []Notice{first, cancelled, window(plain("new", day(185), day(185), StatusConfirmed), day(190))},
			[][]string{{"first", "cancelled"}, {"new"}}},
		{"180 days after the announcement, not after the end", []Notice{first, window(plain("new", day(185), day(185), StatusConfirmed), day(190))},
			[][]string{{"first", "new"}}},
		{"180 days after the end without a closing notice", []Notice{first, window(plain("new", day(190.25), day(190.25), StatusConfirmed), day(200))},
			[][]string{{"first"}, {"new"}}},
		{"a copy of the old notice much later", []Notice{first, cancelled, window(plain("copy", day(300), day(300), StatusConfirmed), day(10))},
			[][]string{{"first", "cancelled", "copy"}}},
		{"a remark without windows much later", []Notice{first, cancelled, plain("remark", day(300), day(300), StatusCompleted)},
			[][]string{{"first", "cancelled", "remark"}}},
		{"a forward of the old notice, received much later", []Notice{first, cancelled, window(plain("forward", 1, day(300), StatusConfirmed), day(10))},
			[][]string{{"first", "forward", "cancelled"}}},
		{"three", []Notice{first, cancelled,
			window(plain("second", day(200), day(200), StatusCancelled), day(210)),
			window(plain("third", day(400), day(400), StatusConfirmed), day(410))},
			[][]string{{"first", "cancelled"}, {"second"}, {"third"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			permute(test.notices, func(order []Notice) {
				var got [][]string
				for _, g := range Generations(order) {
					got = append(got, ids(g))
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("Generations(%v) (-want +got):\n%s", ids(order), diff)
				}
			})
		})
	}
}

// randomNotices makes notices with many ties and mixed chains.
func randomNotices(r *rand.Rand, n int) []Notice {
	statuses := []Status{StatusTentative, StatusConfirmed, StatusCancelled, StatusInProcess, StatusCompleted, StatusRescheduled, StatusNoChange}
	var out []Notice
	for i := range n {
		received := r.IntN(6)
		issued := r.IntN(6)
		notice := plain(fmt.Sprint("n", i), float64(issued), float64(received), statuses[r.IntN(len(statuses))])
		notice.RawID = fmt.Sprint("raw", i)
		notice.Summary = fmt.Sprint("text ", r.IntN(3))
		switch r.IntN(8) {
		case 0, 1, 2:
			notice.UID, notice.Sequence = fmt.Sprint("uid", r.IntN(2)), r.IntN(4)
		case 3:
			notice.UID, notice.Sequence = "uid0", -1
		case 4:
			notice.Issued = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
		case 5:
			notice.Issued = time.Time{}
		}
		notice.Account = []string{"", "A", "B"}[r.IntN(3)]
		notice.Windows = randomWindows(r)
		out = append(out, notice)
	}
	return out
}

func randomWindows(r *rand.Rand) []NoticeWindow {
	var out []NoticeWindow
	for range r.IntN(4) {
		start := float64(100 + 12*r.IntN(6))
		w := NoticeWindow{Kind: WindowPrimary, Start: hour(start), End: hour(start + float64(6+r.IntN(2)))}
		if r.IntN(4) == 0 {
			w.Kind = WindowBackup
		}
		if r.IntN(5) == 0 {
			w.Day, w.Days = 1+r.IntN(3), 3
		}
		for range r.IntN(4) {
			w.Circuits = append(w.Circuits, NoticeCircuit{CID: []string{"EX/1", "ex/1", "EX/2", "EX/3", "EX/4"}[r.IntN(5)],
				Impact: Impacts[r.IntN(len(Impacts))]})
		}
		out = append(out, w)
	}
	return out
}

// permute calls f with every arrangement.
func permute(notices []Notice, f func([]Notice)) {
	var walk func(done, left []Notice)
	walk = func(done, left []Notice) {
		if len(left) == 0 {
			f(slices.Clone(done))
			return
		}
		for i := range left {
			rest := slices.Delete(slices.Clone(left), i, i+1)
			walk(append(slices.Clone(done), left[i]), rest)
		}
	}
	walk(nil, notices)
}
