package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestApplyMakesARecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		sites(t, s, "Barcelona", "Madrid")
		circuits(t, s, models.CircuitRow{CID: "/OGYX/000001/ /ZYO /", Provider: "zayo", Type: "Transit", SiteA: "Barcelona", SiteZ: "Madrid"})

		got := b.receive(zayo, notice(zayo, "TTN-0001", 3, "/ogyx/000001/ /zyo /", "GONE-1"))
		want := models.Applied{
			RawID: got.RawID, State: models.StateParsed, Flags: models.MailFlags{UnknownCIDs: true},
			Maintenances: []string{"zayo-TTN-0001"}, Changes: 1,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		d := detail(t, s, "ZAYO-ttn-0001")
		if d.Status != models.StatusConfirmed || d.Revision != 1 || d.Key != "TTN-0001" || d.ProviderName != "zayo" {
			t.Errorf("record %+v", d.Maintenance)
		}
		if len(d.Windows) != 1 || !d.Windows[0].Start.Equal(day.AddDate(0, 0, 3).Add(16*time.Hour)) {
			t.Errorf("windows %+v", d.Windows)
		}
		if len(d.Circuits) != 2 || d.Circuits[0].Circuit == nil || d.Circuits[0].Circuit.Terminations[1].Site.Name != "Madrid" {
			t.Errorf("circuits %+v", d.Circuits)
		}
		if len(d.Notes) != 1 || d.Notes[0].Title != "Nonexistent circuit ID GONE-1" || d.Notes[0].Level != models.NoteWarning {
			t.Errorf("notes %+v", d.Notes)
		}
		if len(d.Changes) != 1 || d.Changes[0].Field != "created" || d.Changes[0].Cause != models.CauseLive || d.Changes[0].RawID != got.RawID {
			t.Errorf("changes %+v", d.Changes)
		}
	})
}

func TestApplyAgainChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		first := b.receive(zayo, notice(zayo, "TTN-1", 3, "A", "B"))
		before := detail(t, s, "zayo-TTN-1")
		again := b.apply(first.RawID, zayo, notice(zayo, "TTN-1", 3, "A", "B"))
		if again.Changes != 0 {
			t.Errorf("%d changes", again.Changes)
		}
		if diff := cmp.Diff(before, detail(t, s, "zayo-TTN-1")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEveryOrderGivesTheSameRecord(t *testing.T) {
	s := storetest.SQLite(t)
	zayo := provider(t, s, "zayo")
	said := func(id string) []models.Notice {
		return []models.Notice{
			issued(notice(zayo, id, 3, "A"), day),
			issued(with(notice(zayo, id, 5, "A"), func(n *models.Notice) { n.Status = models.StatusRescheduled }), day.Add(time.Second)),
			issued(with(notice(zayo, id, 5), func(n *models.Notice) { n.Status = models.StatusCancelled }), day.Add(2*time.Second)),
		}
	}
	b := newBench(t, s)
	b.uid = 10
	for i, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		id := fmt.Sprintf("ORDER-%d", i)
		late := 0
		for place, n := range order {
			applied := b.receive(zayo, said(id)[n])
			if applied.Flags.OutOfSequence {
				late++
			}
			if place == 0 && applied.Flags.OutOfSequence {
				t.Error("the first mail is out of sequence")
			}
		}
		d := detail(t, s, "zayo-"+id)
		if d.Status != models.StatusCancelled || !d.Windows[0].Start.Equal(day.AddDate(0, 0, 5).Add(16*time.Hour)) || len(d.Circuits) != 1 {
			t.Errorf("order %v: %s %+v", order, d.Status, d.Windows)
		}
		if want := outOfOrder(order); late != want {
			t.Errorf("order %v: %d mails out of sequence, want %d", order, late, want)
		}
	}
}

// outOfOrder counts the numbers that come after a greater one.
func outOfOrder(order []int) (n int) {
	most := -1
	for _, v := range order {
		if v < most {
			n++
		}
		most = max(most, v)
	}
	return n
}

func TestSameMessageIDWithOtherBytes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		one, two, three := b.arrival("one"), b.arrival("two"), b.arrival("three")
		two.Message.MessageID, three.Message.MessageID = one.Message.MessageID, one.Message.MessageID
		raws := b.keep(one, two, three)
		applied, err := s.Apply(ctx, []models.Verdict{
			verdict(raws[0], zayo, notice(zayo, "TTN-1", 3, "A")),
			verdict(raws[1], zayo, notice(zayo, "TTN-1", 3, "A")),
			verdict(raws[2], zayo, notice(zayo, "TTN-1", 4, "A")),
		})
		ok(t, err)
		var states []models.MailState
		for _, a := range applied {
			states = append(states, a.State)
		}
		if diff := cmp.Diff([]models.MailState{models.StateParsed, models.StateDuplicate, models.StateParsed}, states); diff != "" {
			t.Error(diff)
		}
		_, notices, err := s.FindNotices(ctx, models.ScopeAll, models.NoticeFilter{})
		ok(t, err)
		if notices != 2 {
			t.Errorf("%d notices stored, want 2", notices)
		}
		again := b.apply(raws[1], zayo, notice(zayo, "TTN-1", 3, "A"))
		if again.State != models.StateDuplicate {
			t.Errorf("applied again it is %s", again.State)
		}
	})
}

func TestOtherIDs(t *testing.T) {
	chained := func(n models.Notice, sequence int) models.Notice {
		n.UID, n.Sequence = "chain-1@zayo.example", sequence
		return n
	}
	superseding := func(n models.Notice, ids ...string) models.Notice {
		n.Supersedes = ids
		return n
	}
	zayo := models.Provider{Slug: "zayo"}
	tests := map[string]struct {
		notices []models.Notice
		want    map[string]int // notices by record
	}{
		"alike":       {[]models.Notice{notice(zayo, "ttn-7 ", 3, "A"), notice(zayo, "ＴＴＮ-7", 3, "A")}, map[string]int{"zayo-ＴＴＮ-7": 2}},
		"same UID":    {[]models.Notice{chained(notice(zayo, "OLD", 3, "A"), 0), chained(notice(zayo, "NEW", 3, "A"), 1)}, map[string]int{"zayo-NEW": 2}},
		"late old id": {[]models.Notice{chained(notice(zayo, "NEW", 3, "A"), 1), chained(notice(zayo, "OLD", 3, "A"), 0)}, map[string]int{"zayo-NEW": 2}},
		"other circuits": {
			[]models.Notice{chained(notice(zayo, "OLD", 3, "A"), 0), chained(notice(zayo, "NEW", 3, "B"), 1)},
			map[string]int{"zayo-OLD": 1, "zayo-NEW": 1},
		},
		"supersedes": {[]models.Notice{notice(zayo, "OLD", 3, "A"), superseding(notice(zayo, "NEW", 4, "B"), "old")}, map[string]int{"zayo-NEW": 2}},
		"superseded comes late": {
			[]models.Notice{superseding(notice(zayo, "NEW", 4, "B"), "OLD"), notice(zayo, "OLD", 3, "A")},
			map[string]int{"zayo-OLD": 2}, // it was received last
		},
		"joins two records": {
			[]models.Notice{notice(zayo, "ONE", 3, "A"), notice(zayo, "TWO", 3, "B"), superseding(notice(zayo, "THREE", 3, "C"), "ONE", "TWO")},
			map[string]int{"zayo-THREE": 3},
		},
		"another year": {
			[]models.Notice{notice(zayo, "TTN-9", 3, "A"), issued(notice(zayo, "TTN-9", 400, "A"), day.AddDate(1, 0, 0))},
			map[string]int{"zayo-TTN-9": 2},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				b := newBench(t, s)
				p := provider(t, s, "zayo")
				for _, n := range test.notices {
					b.receive(p, n)
				}
				checkNotices(t, s, test.want)
			})
			t.Run("one batch", func(t *testing.T) {
				s := storetest.SQLite(t)
				b := newBench(t, s)
				p := provider(t, s, "zayo")
				var verdicts []models.Verdict
				for _, n := range test.notices {
					verdicts = append(verdicts, verdict(b.mail(), p, n))
				}
				_, err := s.Apply(ctx, verdicts)
				ok(t, err)
				checkNotices(t, s, test.want)
			})
		})
	}
}

func checkNotices(t *testing.T, s *store.Store, want map[string]int) {
	t.Helper()
	items, _, err := s.FindNotices(ctx, models.ScopeAll, models.NoticeFilter{})
	ok(t, err)
	got := map[string]int{}
	for _, n := range items {
		got[n.MaintenanceName]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	list, total, err := s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{})
	ok(t, err)
	if total != len(want) || len(list) != len(want) {
		t.Errorf("%d records, want %d", total, len(want))
	}
}

func TestANewGeneration(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		b.receive(zayo, with(notice(zayo, "TTN-5", 3, "A"), func(n *models.Notice) { n.Status = models.StatusCompleted }))
		later := b.arrival("a year later")
		later.Message.Received = day.AddDate(1, 0, 0)
		got := b.apply(b.keep(later)[0], zayo, notice(zayo, "TTN-5", 370, "A"))
		if !cmp.Equal(got.Maintenances, []string{"zayo-TTN-5", "zayo-TTN-5~2"}) {
			t.Errorf("touched %q", got.Maintenances)
		}
		if d := detail(t, s, "zayo-TTN-5~2"); d.Generation != 2 || d.Status != models.StatusConfirmed || len(d.Notices) != 1 {
			t.Errorf("second generation %+v", d.Maintenance)
		}
		if d := detail(t, s, "zayo-TTN-5"); d.Status != models.StatusCompleted || len(d.Notices) != 1 || d.Revision != 1 {
			t.Errorf("first generation %+v", d.Maintenance)
		}
	})
}
