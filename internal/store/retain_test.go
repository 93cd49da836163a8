package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestRetain: of old mail the bytes go and a tombstone stays; what is held,
// waits or is not over keeps them; an old maintenance goes whole.
func TestRetain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		over := b.receive(zayo, notice(zayo, "OVER-1", 3, "A"))
		held := b.receive(zayo, notice(zayo, "HELD-1", 3, "A"))
		waiting := b.mail()
		ok(t, s.Hold(ctx, "zayo-HELD-1", "audit of May", "eva"))

		ends := detail(t, s, "zayo-OVER-1").End()
		now := time.Now().UTC()
		if ends.Before(now) {
			t.Fatalf("the window of the test's notice is over at %v already", ends)
		}
		// The window lies ahead, so that its mail stays whatever its age.
		plan := models.RetentionPlan{RawBefore: ends.AddDate(1, 0, 0)}
		if got := must(s.Retain(ctx, plan)); got.Raws != 0 {
			t.Errorf("removed %+v of what is not over", got)
		}

		backdate(t, s)
		plan = models.RetentionPlan{RawBefore: day.AddDate(0, 1, 0), DryRun: true}
		want := models.Retained{Raws: 1}
		if d := cmp.Diff(want, must(s.Retain(ctx, plan))); d != "" {
			t.Errorf("a dry run counts (-want +got):\n%s", d)
		}
		if raw := must(s.Raws(ctx, []string{over.RawID}))[0]; raw.Deleted || raw.Raw == nil {
			t.Error("a dry run removed a mail")
		}
		plan.DryRun = false
		if d := cmp.Diff(want, must(s.Retain(ctx, plan))); d != "" {
			t.Errorf("removed (-want +got):\n%s", d)
		}
		stone := must(s.Raws(ctx, []string{over.RawID}))[0]
		if !stone.Deleted || stone.Raw != nil || stone.Subject != "" || stone.SHA256 == "" || stone.MessageID == "" {
			t.Errorf("tombstone %+v", stone)
		}
		if d := detail(t, s, "zayo-OVER-1"); len(d.Notices) != 1 {
			t.Errorf("%d notices are left, want 1", len(d.Notices))
		}
		for _, id := range []string{held.RawID, waiting} {
			if raw := must(s.Raws(ctx, []string{id}))[0]; raw.Deleted || raw.Raw == nil {
				t.Errorf("mail %s lost its bytes", id)
			}
		}

		plan = models.RetentionPlan{RecordsBefore: time.Now().AddDate(1, 0, 0), By: root}
		want = models.Retained{Records: 1, Held: 1}
		if d := cmp.Diff(want, must(s.Retain(ctx, plan))); d != "" {
			t.Errorf("removed (-want +got):\n%s", d)
		}
		if _, err := s.Maintenance(ctx, models.ScopeAll, "zayo-OVER-1"); err == nil {
			t.Error("the old maintenance is still there")
		}
		if n := count(t, s, "SELECT count(*) FROM changes"); n == 0 {
			t.Error("the history of the held maintenance is gone")
		}
		detail(t, s, "zayo-HELD-1")

		ok(t, s.Release(ctx, "zayo-HELD-1"))
		if got := must(s.Retain(ctx, plan)); got.Records != 1 {
			t.Errorf("after the release %+v, want one record removed", got)
		}
		if n := count(t, s, "SELECT count(*) FROM audit_log WHERE action = 'remove' AND object = 'retention' AND author = '"+root.Name+"' AND reason LIKE '1 maintenances,%'"); n != 2 {
			t.Errorf("%d entries of the audit log on what was removed, want 2", n)
		}
		if n := count(t, s, "SELECT count(*) FROM raw_bodies"); n != 1 {
			t.Errorf("%d bodies are left, want that of the waiting mail", n)
		}
	})
}

// backdate moves the maintenances into the past, as if they had been over for
// long.
func backdate(t *testing.T, s *store.Store) {
	t.Helper()
	past := "946684800000000" // 2000-01-01 in microseconds
	if s.Pool() != nil {
		past = "'2000-01-01T00:00:00Z'"
	}
	_, err := s.SQL().Exec("UPDATE maintenances SET starts = " + past + ", ends = " + past + ", updated_at = " + past)
	ok(t, err)
}

func TestHoldsAreListed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		b.receive(zayo, notice(zayo, "TTN-1", 3, "A"))
		ok(t, s.Hold(ctx, "zayo-TTN-1", "first", "eva"))
		ok(t, s.Hold(ctx, "ZAYO-ttn-1", "second", "adam"))
		all := must(s.Holds(ctx))
		if len(all) != 1 || all[0].Maintenance != "zayo-TTN-1" || all[0].Reason != "second" || all[0].Author != "adam" {
			t.Errorf("holds %+v", all)
		}
		if err := s.Hold(ctx, "nobody-1", "x", "eva"); err == nil {
			t.Error("a maintenance that is not there is held")
		}
		ok(t, s.Release(ctx, "zayo-TTN-1"))
		if err := s.Release(ctx, "zayo-TTN-1"); err == nil {
			t.Error("released twice")
		}
	})
}

// TestClosedFindingsAreRetained: a finding that closed long ago goes with its
// history; open ones, newer ones and those of held maintenances stay.
func TestClosedFindingsAreRetained(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.zayo, p.says(p.zayo, "TTN-1", 1, 3, "Z/1"))
		p.receive(p.lumen, p.says(p.lumen, "LUM-1", 2, 4, "L/1"))
		old := p.found(models.FindingsOpen)
		if len(old) == 0 {
			t.Fatal("nothing was found")
		}
		plan := models.RetentionPlan{RecordsBefore: day.AddDate(5, 0, 0), DryRun: true}
		if got := must(p.s.Retain(ctx, plan)); got.Findings != 0 {
			t.Errorf("would remove %+v of what is open", got)
		}
		p.at(48)
		if n := len(p.found(models.FindingsClosed)); n != len(old) {
			t.Fatalf("%d of %d findings closed", n, len(old))
		}
		plan.DryRun = false
		// Young, then held.
		if got := must(p.s.Retain(ctx, models.RetentionPlan{RecordsBefore: day.Add(time.Hour)})); got != (models.Retained{}) {
			t.Errorf("removed %+v of what closed since", got)
		}
		ok(t, p.s.Hold(ctx, "zayo-TTN-1", "claim", "eva"))
		ok(t, p.s.Hold(ctx, "lumen-LUM-1", "claim", "eva"))
		if got := must(p.s.Retain(ctx, plan)); got != (models.Retained{Held: 2}) {
			t.Errorf("removed %+v of what is held", got)
		}
		ok(t, p.s.Release(ctx, "zayo-TTN-1"))
		ok(t, p.s.Release(ctx, "lumen-LUM-1"))
		want := models.Retained{Records: 2, Findings: len(old)}
		plan.DryRun = true
		if d := cmp.Diff(want, must(p.s.Retain(ctx, plan))); d != "" {
			t.Errorf("a dry run counts (-want +got):\n%s", d)
		}
		plan.DryRun = false
		if d := cmp.Diff(want, must(p.s.Retain(ctx, plan))); d != "" {
			t.Errorf("removed (-want +got):\n%s", d)
		}
		for _, table := range []string{"findings", "finding_circuits", "finding_maintenances", "finding_events"} {
			if n := count(t, p.s, "SELECT count(*) FROM "+table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
	})
}
