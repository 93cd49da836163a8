package notify_test

import (
	"slices"
	"testing"
	"time"

	"lineman/models"
	"lineman/notify"
)

// operator sees everything.
var operator = models.Principal{Name: "ada", Role: models.RoleAdmin, Scope: models.ScopeAll}

// TestFollows holds that whoever was told of work is told as well when it is
// moved, changed or cancelled out of their filter, and nobody else.
func TestFollows(t *testing.T) {
	soon, outage, planned, other := everything("soon"), everything("outage"), everything("planned"), everything("other")
	soon.Filter.LeadTime = 48 * time.Hour
	outage.Filter.MinImpact = models.ImpactOutage
	planned.Filter.Statuses = []models.Status{models.StatusConfirmed}
	other.Filter.Statuses = []models.Status{models.StatusTentative}
	w := newWorld(t, sqlite(t), soon, outage, planned, other)
	w.receive(notice("A", day.Add(30*time.Hour), "ABC/1"))
	w.wait()
	w.expect("soon", "new zayo-A")
	w.expect("outage", "new zayo-A")
	w.expect("planned", "new zayo-A")

	milder := notice("A", day.AddDate(0, 0, 20), "ABC/1")
	milder.Windows[0].Circuits[0].Impact = models.ImpactDegraded
	milder.Status = models.StatusRescheduled
	w.receive(milder)
	w.wait()
	w.expect("soon", "rescheduled zayo-A")
	w.expect("outage", "rescheduled zayo-A")
	w.expect("planned", "rescheduled zayo-A")

	w.receive(as(milder, models.StatusCancelled))
	w.wait()
	for _, name := range []string{"soon", "outage", "planned"} {
		w.expect(name, "cancelled zayo-A")
	}
	w.expect("other")
}

// TestOnce holds that a place is told once of an event by all rules that lead
// there: by the one that escalates, and by one that shows everything before one
// that shows less; but that what keeps something for each rule is told by each.
func TestOnce(t *testing.T) {
	first, second, narrow, boss := everything("noc"), everything("noc"), everything("alias"), everything("boss")
	second.ID, second.Name, second.Escalate = "config:second", "second", models.Escalation{After: 15 * time.Minute, Rule: "boss"}
	narrow.ID, narrow.Name, narrow.Scope = "narrow", "narrow", models.Scope{Providers: []string{"zayo"}}
	boss.Filter.Kinds = []models.EventKind{models.EventConflict}
	silences, more := everything("silences"), everything("silences")
	more.ID, more.Name = "config:more", "more"
	w := newWorld(t, sqlite(t), narrow, first, second, boss, silences, more)
	for _, name := range []string{"noc", "alias"} {
		target := w.targets[name]
		target.Address = "slack:C1"
		w.targets[name] = target
	}
	w.targets["silences"] = notify.Target{Name: "silences", Kind: "alertmanager", Machine: true, PerRule: true, Destination: &recording{}}
	w.receive(notice("A", day.Add(5*time.Hour), "ABC/1"))
	w.wait()
	w.expect("noc", "new zayo-A")
	w.expect("alias")
	w.expect("silences", "new zayo-A", "new zayo-A")
	w.run(day.Add(17 * time.Minute))
	w.expect("boss", "new zayo-A")
}

// TestMutedDigest holds that what waits for a digest is not told either once
// its maintenance is muted.
func TestMutedDigest(t *testing.T) {
	r := everything("noc")
	r.Digest.Cron = "0 12 * * *"
	w := newWorld(t, sqlite(t), r)
	w.receive(notice("A", day.AddDate(0, 0, 20), "ABC/1"))
	w.receive(notice("B", day.AddDate(0, 0, 20), "ABC/1"))
	w.wait()
	ok(t, func() error { _, err := w.desk().Mute(ctx, operator, "noc", "zayo-A", time.Hour*24); return err }())
	w.run(day.Add(5 * time.Hour))
	w.expect("noc", "new zayo-B")
}

// TestLateProgram holds that a program that could not be reached is told how a
// record ended even when that is over by then, so that it keeps nothing stale;
// people are not.
func TestLateProgram(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"), everything("hook"))
	target := w.targets["hook"]
	target.Machine = true
	w.targets["hook"] = target
	w.receive(notice("A", day.Add(30*time.Hour), "ABC/1"))
	w.wait()
	w.at("noc").take()
	w.at("hook").take()
	for _, name := range []string{"noc", "hook"} {
		w.at(name).fail = func(notify.Parcel) error { return errDown }
	}
	w.receive(as(notice("A", day.Add(time.Hour), "ABC/1"), models.StatusRescheduled)) // earlier, and over when they are back
	w.run(day.Add(8 * time.Hour))
	for _, name := range []string{"noc", "hook"} {
		w.at(name).fail = nil
	}
	w.run(day.Add(9 * time.Hour))
	w.expect("noc")
	w.expect("hook", "rescheduled zayo-A")
}

// TestSources holds that a source in shadow, or one that is configured no more,
// has nobody told of its troubles.
func TestSources(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"))
	w.sources = func(name string) bool { return name != "dark" }
	w.build()
	dark, err := w.s.EnsureSource(ctx, "dark", "imap")
	ok(t, err)
	for _, s := range []models.Source{w.source, dark} {
		ok(t, w.s.SourceResult(ctx, s.ID, w.Now(), "connection refused"))
	}
	w.run(day.Add(20 * time.Minute))
	w.expect("noc", "source-down noc")
	ok(t, w.s.SourceResult(ctx, w.source.ID, w.Now(), ""))
	w.run(w.Now().Add(2 * time.Minute))
	w.expect("noc", "source-up noc")
}

// TestGone holds that of a record that is deleted by hand, or merged into
// another, the windows are told, so that calendars can give them up.
func TestGone(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"))
	for _, id := range []string{"A", "B", "C"} {
		w.receive(notice(id, day.Add(30*time.Hour), "ABC/1"))
	}
	w.wait()
	w.at("noc").take()
	for id, act := range map[string]models.Edit{"zayo-A": {Kind: models.EditDelete}, "zayo-B": {Kind: models.EditMerge, Target: "zayo-C"}} {
		_, err := w.s.Edit(ctx, operator, []models.Write{{Maintenance: id, Acts: []models.Edit{act}}})
		ok(t, err)
		w.wait()
		found := false
		for _, p := range w.at("noc").parcels {
			i := p.Items[0]
			if i.Event.Kind != models.EventCancelled || i.Event.Name != id {
				continue
			}
			found = i.Left && i.Maintenance == nil && slices.Contains(i.Event.Changes, models.Change{Field: "window[1]", Old: "primary 2031-05-02T14:00:00Z/2031-05-02T18:00:00Z"})
		}
		if !found {
			t.Errorf("%s %s: it was not told with its windows", act.Kind, id)
		}
	}
}

// TestHandoverInTheDark holds that a shift is handed over neither the troubles
// nor the mail of a source in shadow, and is told since when another fails that
// was never read.
func TestHandoverInTheDark(t *testing.T) {
	w := newWorld(t, sqlite(t))
	dark, err := w.s.EnsureSource(ctx, "dark", "imap")
	ok(t, err)
	for _, s := range []models.Source{w.source, dark} {
		ok(t, w.s.SourceResult(ctx, s.ID, w.Now(), "connection refused"))
	}
	for _, cause := range []models.Cause{models.CauseLive, models.CauseShadow} {
		w.apply(models.Verdict{RawID: w.mail(cause), State: models.StateUnknownProvider, Cause: cause, Error: "no provider has the address"})
	}
	w.after(time.Minute)
	h, err := notify.ReadHandover(ctx, w.s, notify.Handing{Rules: w.phaseRules, Sources: func(name string) bool { return name != "dark" }}, models.ScopeAll, w.Now())
	ok(t, err)
	if len(h.Sources) != 1 || h.Sources[0].Name != "noc" || !h.Sources[0].Since.Equal(day) {
		t.Errorf("sources in trouble: %+v", h.Sources)
	}
	if h.UnreadTotal != 1 || len(h.Unread) != 1 || h.Unread[0].Subject != "notice 1" {
		t.Errorf("%d mails wait: %+v", h.UnreadTotal, h.Unread)
	}
}
