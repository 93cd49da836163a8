package models

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var heldDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// claimed makes a notice of CH-77, the n-th that came.
func claimed(n int, level TrustLevel, status Status, windows ...NoticeWindow) Notice {
	id := string(rune('a' + n))
	at := heldDay.Add(time.Duration(n) * time.Hour)
	return Notice{
		ID: id, RawID: "mail-" + id, MaintenanceID: "CH-77", Status: status, Issued: at, Received: at, Windows: windows,
		Trust: level, TrustReason: "because", Guarded: level.Doubtful(), Sequence: 1, UID: "0",
	}
}

// dayWith is a window n days later, with circuits.
func dayWith(n int, cids ...string) NoticeWindow {
	w := NoticeWindow{Kind: WindowPrimary, Start: heldDay.AddDate(0, 0, n+7), End: heldDay.AddDate(0, 0, n+7).Add(4 * time.Hour)}
	for _, c := range cids {
		w.Circuits = append(w.Circuits, NoticeCircuit{CID: c, Impact: ImpactOutage})
	}
	return w
}

func TestGuardedNoticesWait(t *testing.T) {
	const sure, doubt, wrong = TrustVerified, TrustUnverified, TrustFailed
	first := claimed(0, sure, StatusConfirmed, dayWith(0, "A", "B"))
	accept := func(id string) Edit {
		return Edit{Kind: EditAcceptNotice, NoticeID: id, At: heldDay.Add(50 * time.Hour)}
	}
	reject := func(id string) Edit {
		return Edit{Kind: EditRejectNotice, NoticeID: id, At: heldDay.Add(50 * time.Hour)}
	}
	for name, c := range map[string]struct {
		notices []Notice
		edits   []Edit
		status  Status
		trust   TrustLevel
		day     int
		pending []string
	}{
		"cancellation": {
			[]Notice{first, claimed(1, doubt, StatusCancelled)}, nil, StatusConfirmed, sure, 0, []string{"CONFIRMED to CANCELLED"},
		},
		"forged cancellation": {
			[]Notice{first, claimed(1, wrong, StatusCancelled)}, nil, StatusConfirmed, sure, 0, []string{"CONFIRMED to CANCELLED"},
		},
		"completion": {
			[]Notice{first, claimed(1, doubt, StatusCompleted)}, nil, StatusConfirmed, sure, 0, []string{"CONFIRMED to COMPLETED"},
		},
		"move": {
			[]Notice{first, claimed(1, doubt, StatusRescheduled, dayWith(2, "A", "B"))}, nil, StatusConfirmed, sure, 0,
			[]string{"CONFIRMED to RE-SCHEDULED; primary 2026-03-08T00:00:00Z/2026-03-08T04:00:00Z to primary 2026-03-10T00:00:00Z/2026-03-10T04:00:00Z"},
		},
		"move that calls itself a confirmation": {
			[]Notice{first, claimed(1, doubt, StatusConfirmed, dayWith(2, "A", "B"))}, nil, StatusConfirmed, sure, 0,
			[]string{"primary 2026-03-08T00:00:00Z/2026-03-08T04:00:00Z to primary 2026-03-10T00:00:00Z/2026-03-10T04:00:00Z"},
		},
		"cancellation of a circuit": {
			[]Notice{first, claimed(1, doubt, StatusCancelled, dayWith(0, "B"))}, nil, StatusConfirmed, sure, 0, []string{"without B"},
		},
		"a list without a circuit": {
			[]Notice{first, claimed(1, doubt, StatusConfirmed, dayWith(0, "A"))}, nil, StatusConfirmed, sure, 0, []string{"without B"},
		},
		"reminder":  {[]Notice{first, claimed(1, doubt, StatusConfirmed, dayWith(0, "A", "B"))}, nil, StatusConfirmed, sure, 0, nil},
		"beginning": {[]Notice{first, claimed(1, doubt, StatusInProcess)}, nil, StatusInProcess, doubt, 0, nil},
		"new":       {[]Notice{claimed(1, doubt, StatusConfirmed, dayWith(0, "A"))}, nil, StatusConfirmed, doubt, 0, nil},
		"new, then vouched for": {
			[]Notice{claimed(1, doubt, StatusConfirmed, dayWith(0, "A")), claimed(2, sure, StatusConfirmed, dayWith(0, "A"))}, nil, StatusConfirmed, sure, 0, nil,
		},
		"overtaken": {
			[]Notice{first, claimed(1, doubt, StatusRescheduled, dayWith(2, "A", "B")), claimed(2, sure, StatusRescheduled, dayWith(2, "A", "B"))}, nil,
			StatusRescheduled, sure, 2, nil,
		},
		"cancelled anyway": {
			[]Notice{first, claimed(1, doubt, StatusCancelled), claimed(2, sure, StatusCancelled)}, nil, StatusCancelled, sure, 0, nil,
		},
		"brought back": {
			[]Notice{first, claimed(1, sure, StatusCancelled), claimed(2, doubt, StatusConfirmed, dayWith(0, "A", "B"))}, nil,
			StatusCancelled, sure, 0, []string{"CANCELLED to CONFIRMED; no window to primary 2026-03-08T00:00:00Z/2026-03-08T04:00:00Z"},
		},
		"accepted": {
			[]Notice{first, claimed(1, doubt, StatusCancelled)}, []Edit{accept("b")}, StatusCancelled, sure, 0, nil,
		},
		"rejected": {
			[]Notice{first, claimed(1, doubt, StatusCancelled)}, []Edit{reject("b")}, StatusConfirmed, sure, 0, nil,
		},
		"accepted and then rejected": {
			[]Notice{first, claimed(1, doubt, StatusCancelled)}, []Edit{accept("b"), {Kind: EditRejectNotice, NoticeID: "b", At: heldDay.Add(60 * time.Hour)}},
			StatusConfirmed, sure, 0, nil,
		},
		"accepted, and that taken back": {
			[]Notice{first, claimed(1, doubt, StatusCancelled)}, []Edit{accept("b"), {Kind: EditReopenNotice, NoticeID: "b", At: heldDay.Add(60 * time.Hour)}},
			StatusConfirmed, sure, 0, []string{"CONFIRMED to CANCELLED"},
		},
		"rejected, and that taken back": {
			[]Notice{first, claimed(1, doubt, StatusCancelled)}, []Edit{reject("b"), {Kind: EditReopenNotice, NoticeID: "b", At: heldDay.Add(60 * time.Hour)}},
			StatusConfirmed, sure, 0, []string{"CONFIRMED to CANCELLED"},
		},
		"two": {
			[]Notice{first, claimed(1, doubt, StatusCancelled), claimed(2, wrong, StatusCompleted)}, nil, StatusConfirmed, sure, 0,
			[]string{"CONFIRMED to COMPLETED", "CONFIRMED to CANCELLED"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, h := Fold(c.notices, c.edits)
			var pending []string
			for _, p := range m.Pending {
				pending = append(pending, p.Text())
				if p.Reason != "because" || !slices.Contains(h.Held, p.NoticeID) {
					t.Errorf("pending %+v, held %v", p, h.Held)
				}
			}
			if diff := cmp.Diff(c.pending, pending); diff != "" {
				t.Errorf("pending (-want +got):\n%s", diff)
			}
			if m.Status != c.status || m.Trust != c.trust || len(m.Windows) != 1 || !m.Start().Equal(dayWith(c.day).Start) {
				t.Errorf("%s, %s, %v; want %s, %s, day %d", m.Status, m.Trust, m.Windows, c.status, c.trust, c.day)
			}
		})
	}
}

// TestGuardIsPolicy holds that without a guard a doubtful notice counts like
// any other and only marks the record.
func TestGuardIsPolicy(t *testing.T) {
	cancel := claimed(1, TrustUnverified, StatusCancelled)
	cancel.Guarded = false
	m, h := Fold([]Notice{claimed(0, TrustVerified, StatusConfirmed, dayWith(0, "A")), cancel}, nil)
	if m.Status != StatusCancelled || m.Trust != TrustUnverified || len(m.Pending)+len(h.Held) > 0 {
		t.Errorf("%s, %s, pending %v", m.Status, m.Trust, m.Pending)
	}
}

// TestHeldIsOrderFree holds that whatever the order of arrival the same waits,
// and that a flood of doubtful notices hides none of the record.
func TestHeldIsOrderFree(t *testing.T) {
	notices := []Notice{
		claimed(0, TrustVerified, StatusConfirmed, dayWith(0, "A", "B")), claimed(1, TrustUnverified, StatusCancelled),
		claimed(2, TrustVerified, StatusConfirmed, dayWith(1, "A", "B")), claimed(3, TrustUnverified, StatusInProcess),
		claimed(4, TrustUnverified, StatusRescheduled, dayWith(3, "A", "B")), claimed(5, TrustFailed, StatusCompleted),
	}
	want, held := Fold(notices, nil)
	if len(want.Pending) != 2 || want.Status != StatusInProcess {
		t.Fatalf("%s, pending %v", want.Status, want.Pending)
	}
	for seed := range uint64(20) {
		shuffled := slices.Clone(notices)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got, h := Fold(shuffled, nil)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
		if diff := cmp.Diff(held.Held, h.Held); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
	flood := []Notice{notices[0]}
	for i := range 300 {
		n := claimed(1, TrustUnverified, StatusCancelled)
		n.ID, n.Issued, n.Received = "flood-"+string(rune('A'+i)), n.Issued.Add(time.Duration(i)), n.Received.Add(time.Duration(i))
		flood = append(flood, n)
	}
	m, h := Fold(flood, nil)
	if m.Status != StatusConfirmed || len(m.Pending) != maxPending || len(h.Held) != 300 {
		t.Errorf("%s, %d pending, %d held", m.Status, len(m.Pending), len(h.Held))
	}
}

// TestPendingIsAChange holds that what begins and ends to wait is in the
// history of the record.
func TestPendingIsAChange(t *testing.T) {
	notices := []Notice{claimed(0, TrustVerified, StatusConfirmed, dayWith(0, "A")), claimed(1, TrustUnverified, StatusCancelled)}
	before, _ := Fold(notices[:1], nil)
	after, _ := Fold(notices, nil)
	want := []Change{{Field: "pending", New: "CONFIRMED to CANCELLED"}}
	if diff := cmp.Diff(want, Diff(before, after)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if before, after := AckDigest(before), AckDigest(after); before != after {
		t.Error("what waits changes what was acknowledged")
	}
}

// TestGuardedNoticesOpenNoGeneration holds that neither an old notice that is
// sent again nor a forged late one takes a record apart.
func TestGuardedNoticesOpenNoGeneration(t *testing.T) {
	sure := claimed(0, TrustVerified, StatusConfirmed, dayWith(0, "A"))
	old := claimed(1, TrustUnverified, StatusCancelled, dayWith(-400, "A"))
	old.Issued = heldDay.AddDate(-1, 0, 0)
	late := claimed(2, TrustUnverified, StatusConfirmed, dayWith(400, "A"))
	late.Issued, late.Received = heldDay.AddDate(1, 1, 0), heldDay.AddDate(1, 1, 0)
	parts := Generations([]Notice{sure, old, late})
	if len(parts) != 1 || len(parts[0]) != 3 || parts[0][0].ID != old.ID {
		t.Fatalf("%d generations", len(parts))
	}
	if m, _ := Fold(parts[0], nil); m.Status != StatusConfirmed || !m.Start().Equal(dayWith(0).Start) || len(m.Pending) != 1 {
		t.Errorf("%s at %v, pending %v", m.Status, m.Start(), m.Pending)
	}
	old.Guarded, late.Guarded = false, false
	if parts := Generations([]Notice{sure, old, late}); len(parts) != 3 {
		t.Errorf("%d generations without a guard", len(parts))
	}
}
