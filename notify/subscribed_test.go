package notify_test

import (
	"strings"
	"testing"
	"time"

	"lineman/models"
)

// user makes a user who sees what touches a provider.
func (w *world) user(name, provider string) models.Principal {
	w.t.Helper()
	u, err := w.s.CreateUser(ctx, operator, models.User{Name: name, Role: models.RoleOperator, Scope: models.Scope{Providers: []string{provider}}})
	ok(w.t, err)
	return u.Principal()
}

// TestSubscriber holds a subscription to what its author sees, as that is now,
// and ends it with its author.
func TestSubscriber(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"), models.Rule{ID: "x", Name: "x", Destination: "eva", Filter: models.RuleFilter{Statuses: []models.Status{models.StatusUnknown}}})
	eva := w.user("eva", "zayo")
	_, err := w.desk().Subscribe(ctx, eva, models.Rule{Name: "evas", From: models.RuleFromAPI, Destination: "eva"})
	ok(t, err)
	tell := func(id, slug string) {
		t.Helper()
		n := notice(id, day.AddDate(0, 0, 20), "ABC/1")
		n.Provider = slug
		w.receive(n)
		w.wait()
	}
	tell("A", "zayo")
	tell("B", "lumen")
	w.expect("eva", "new zayo-A")

	change := func(c models.UserChange) {
		t.Helper()
		_, err := w.s.ChangeUser(ctx, operator, "eva", c)
		ok(t, err)
	}
	change(models.UserChange{Scope: &models.Scope{Providers: []string{"lumen"}}})
	tell("C", "zayo")
	tell("D", "lumen")
	w.expect("eva") // nothing that she both asked for and sees now
	change(models.UserChange{Scope: &models.Scope{Providers: []string{"zayo", "lumen"}}})
	tell("E", "lumen")
	w.expect("eva") // no more than when she asked
	yes, no := true, false
	change(models.UserChange{Disabled: &yes})
	tell("F", "zayo")
	w.expect("eva")
	all, err := w.desk().Subscriptions(ctx, operator)
	ok(t, err)
	if last := all[len(all)-1]; last.Name != "evas" || !strings.Contains(last.Asleep, "disabled") {
		t.Errorf("the subscription of a disabled user: %+v", last)
	}
	change(models.UserChange{Disabled: &no})
	tell("G", "zayo")
	w.expect("eva", "new zayo-G")
	ok(t, w.s.DeleteUser(ctx, operator, "eva", 0))
	tell("H", "zayo")
	w.expect("eva")
}

// TestMuter holds that nobody keeps from others what they do not see
// themselves.
func TestMuter(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"), models.Rule{ID: "x", Name: "x", Destination: "eva", Scope: models.Scope{Providers: []string{"zayo"}}})
	eva := w.user("eva", "zayo")
	w.receive(notice("A", day.AddDate(0, 0, 20), "ABC/1"))
	for destination, want := range map[string]bool{"noc": false, "eva": true} {
		for _, about := range []string{"", "zayo-A"} {
			_, err := w.desk().Mute(ctx, eva, destination, about, time.Hour)
			if (err == nil) != want {
				t.Errorf("mute %q at %s: %v", about, destination, err)
			}
		}
	}
}

// TestLeft holds that whoever was told of work is told once when it concerns
// them no more, and nothing of it later.
func TestLeft(t *testing.T) {
	narrow := everything("narrow")
	narrow.Scope = models.Scope{Sites: []string{"Oslo"}}
	w := newWorld(t, sqlite(t), everything("noc"), narrow)
	_, err := w.s.ImportSites(ctx, []models.SiteRow{{Line: 2, Name: "Oslo"}, {Line: 3, Name: "Berlin"}})
	ok(t, err)
	_, err = w.s.ImportCircuits(ctx, []models.CircuitRow{{Line: 2, CID: "O/1", Provider: "zayo", SiteA: "Oslo"}, {Line: 3, CID: "B/1", Provider: "zayo", SiteA: "Berlin"}})
	ok(t, err)
	start := day.AddDate(0, 0, 20)
	w.receive(notice("A", start, "O/1", "B/1"))
	w.wait()
	got := w.at("narrow")
	if len(got.parcels) != 1 || len(got.parcels[0].Items[0].Maintenance.Circuits) != 1 {
		t.Fatalf("a narrow rule got %+v", got.parcels)
	}
	for _, p := range got.parcels {
		if text := said(t, p.Message) + said(t, *p.Head); strings.Contains(text, "B/1") || strings.Contains(text, "Berlin") || !strings.Contains(text, "O/1") {
			t.Errorf("a narrow rule is told: %s", text)
		}
	}
	got.take()
	w.receive(notice("A", start, "B/1"))
	w.wait()
	if len(got.parcels) != 1 || got.parcels[0].Root == "" || got.parcels[0].Head == nil || got.parcels[0].Message.Heading != "Withdrawn: zayo-A" {
		t.Fatalf("when it concerns them no more: %+v", got.parcels)
	}
	if text := said(t, got.parcels[0].Message) + said(t, *got.parcels[0].Head); strings.Contains(text, "B/1") {
		t.Errorf("it says %s", text)
	}
	got.take()
	w.receive(as(notice("A", start.AddDate(0, 0, 1), "B/1"), models.StatusRescheduled))
	w.wait()
	w.expect("narrow")
}
