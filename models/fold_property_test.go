package models

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFoldProperties checks what must hold for every set of notices and edits,
// on random ones: the order of processing and of arguments does not matter,
// folding again after each arrival ends like folding once, and the arguments
// are left alone.
func TestFoldProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(2026, 11))
	for range 300 {
		notices := randomNotices(r, 1+r.IntN(7))
		edits := randomEdits(r, r.IntN(6))
		checkFold(t, r, notices, edits)
		if t.Failed() {
			t.Fatalf("notices %+v\nedits %+v", notices, edits)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint8(5), uint8(3))
	f.Fuzz(func(t *testing.T, a, b uint64, notices, edits uint8) {
		r := rand.New(rand.NewPCG(a, b))
		checkFold(t, r, randomNotices(r, int(notices%9)), randomEdits(r, int(edits%7)))
	})
}

func checkFold(t *testing.T, r *rand.Rand, notices []Notice, edits []Edit) {
	t.Helper()
	notices, edits = slices.Clone(notices), slices.Clone(edits)
	before := fmt.Sprintf("%+v %+v", notices, edits)
	want, wantHistory := Fold(notices, edits)
	if after := fmt.Sprintf("%+v %+v", notices, edits); after != before {
		t.Fatalf("the arguments changed:\n%s\n%s", before, after)
	}
	for range 3 {
		r.Shuffle(len(notices), func(i, j int) { notices[i], notices[j] = notices[j], notices[i] })
		r.Shuffle(len(edits), func(i, j int) { edits[i], edits[j] = edits[j], edits[i] })
		var known []Notice
		for _, n := range notices { // one mail after the other, as they are processed
			known = append(known, n)
			known = Order(known)
			m, _ := Fold(known, edits)
			checkRecord(t, m)
		}
		got, history := Fold(known, edits)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("processed in the order %v (-first +second):\n%s", ids(notices), diff)
		}
		if diff := cmp.Diff(wantHistory, history); diff != "" {
			t.Fatalf("history, processed in the order %v (-first +second):\n%s", ids(notices), diff)
		}
		if changes := Diff(want, got); len(changes) != 0 {
			t.Fatalf("a record differs from itself: %v", changes)
		}
	}
}

// checkRecord checks what every record must be like.
func checkRecord(t *testing.T, m Maintenance) {
	t.Helper()
	if m.Status != "" && !slices.Contains(RecordStatuses, m.Status) {
		t.Fatalf("status %q", m.Status)
	}
	ordinals := map[int]bool{}
	for _, w := range m.Windows {
		if w.Ordinal < 1 || ordinals[w.Ordinal] {
			t.Fatalf("ordinal %d twice or not from 1: %+v", w.Ordinal, m.Windows)
		}
		ordinals[w.Ordinal] = true
		if !slices.Contains(RecordStatuses, w.Status) {
			t.Fatalf("window status %q", w.Status)
		}
		if w.Called && w.Kind != WindowBackup {
			t.Fatalf("a called window that is no backup: %+v", w)
		}
	}
	circuits := map[string]bool{}
	for _, c := range m.Circuits {
		key := c.Account + "\x00" + CIDKey(c.CID)
		if circuits[key] {
			t.Fatalf("circuit %q of account %q twice", c.CID, c.Account)
		}
		circuits[key] = true
		if c.Impact.rank() == 0 {
			t.Fatalf("impact %q", c.Impact)
		}
	}
	for _, w := range m.Windows {
		for _, i := range w.Impacts {
			if !circuits[i.Account+"\x00"+CIDKey(i.CID)] {
				t.Fatalf("a window has circuit %q of account %q, the record has not", i.CID, i.Account)
			}
		}
	}
}

// TestDiffTellsEverything checks that the Changes from one record to another
// name every window and circuit that was dropped or came.
func TestDiffTellsEverything(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for range 300 {
		notices := Order(randomNotices(r, 2+r.IntN(5)))
		edits := randomEdits(r, r.IntN(3))
		old, _ := Fold(notices[:len(notices)-1], edits)
		new, _ := Fold(notices, edits)
		changes := Diff(old, new)
		fields := map[string]bool{}
		windows, circuits := 0, 0
		for _, c := range changes {
			if c.Old == c.New || fields[c.Field] {
				t.Fatalf("change %+v is none, or comes twice", c)
			}
			fields[c.Field] = true
			by := 0
			if c.Old == "" {
				by = 1
			} else if c.New == "" {
				by = -1
			}
			switch {
			case !strings.HasSuffix(c.Field, "]"):
			case strings.HasPrefix(c.Field, "circuit["):
				circuits += by
			case strings.HasPrefix(c.Field, "window[") && strings.Count(c.Field, "[") == 1:
				windows += by
			}
		}
		if old.Status == "" {
			continue
		}
		if len(new.Windows) != len(old.Windows)+windows || len(new.Circuits) != len(old.Circuits)+circuits {
			t.Fatalf("a window or circuit came or went without a change:\n%+v\n%+v\n%+v", old, new, changes)
		}
		if AckDigest(old) != AckDigest(new) && len(changes) == 0 {
			t.Fatalf("an acknowledgement goes stale without a change:\n%+v\n%+v", old, new)
		}
	}
}

func randomEdits(r *rand.Rand, n int) []Edit {
	kinds := []EditKind{EditSet, EditSet, EditSet, EditLink, EditUnlink, EditImpact, EditAcknowledge, EditRejectNotice,
		EditAcceptNotice, EditDelete, EditMerge, EditNote, EditCreate}
	var out []Edit
	for range n {
		e := Edit{
			ID: fmt.Sprint("e", r.IntN(3)), Kind: kinds[r.IntN(len(kinds))], At: day0.Add(time.Duration(r.IntN(8)) * time.Hour),
			Field:    []string{"status", "summary", "windows", "other"}[r.IntN(4)],
			Value:    []string{"CONFIRMED", "CANCELLED", "text", ""}[r.IntN(4)],
			CID:      []string{"EX/1", "ex/2", "EX/9", ""}[r.IntN(4)],
			NoticeID: fmt.Sprint("n", r.IntN(4)), CircuitID: fmt.Sprint("c", r.IntN(2)),
			Impact: Impacts[r.IntN(len(Impacts))], Windows: randomWindows(r),
		}
		out = append(out, e)
	}
	return out
}
