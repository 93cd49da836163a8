package notify_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lineman/models"
	"lineman/notify"
)

// TestQuietHours holds quiet hours to the clock on the wall, over the changes
// of summer time and the ends of months, in the rule's zone.
func TestQuietHours(t *testing.T) {
	night := models.QuietHours{From: "22:00", To: "06:30"}
	for _, c := range []struct {
		zone, now, until string // in the zone; until empty: not quiet
		quiet            models.QuietHours
	}{
		{"UTC", "2031-05-01 21:59", "", night},
		{"UTC", "2031-05-01 22:00", "2031-05-02 06:30", night},
		{"UTC", "2031-05-02 06:29", "2031-05-02 06:30", night},
		{"UTC", "2031-05-02 06:30", "", night},
		{"UTC", "2031-02-28 23:00", "2031-03-01 06:30", night},
		{"UTC", "2032-02-29 23:00", "2032-03-01 06:30", night}, // a leap year
		{"Europe/Berlin", "2031-03-29 23:00", "2031-03-30 06:30", night},
		{"Europe/Berlin", "2031-03-30 01:30", "2031-03-30 03:30", models.QuietHours{From: "01:00", To: "02:30"}}, // which the clocks skip
		{"Europe/Berlin", "2031-10-26 01:00", "2031-10-26 06:30", night},
		{"Asia/Kathmandu", "2031-05-01 23:00", "2031-05-02 06:30", night},
		{"America/St_Johns", "2031-11-02 00:30", "2031-11-02 06:30", night},
		{"UTC", "2031-05-01 12:00", "2031-05-01 13:00", models.QuietHours{From: "12:00", To: "13:00"}},
		{"UTC", "2031-05-03 23:00", "2031-05-04 06:30", models.QuietHours{From: "22:00", To: "06:30", Days: []string{"sat"}}}, // a Saturday
		{"UTC", "2031-05-04 03:00", "2031-05-04 06:30", models.QuietHours{From: "22:00", To: "06:30", Days: []string{"sat"}}}, // begun on it
		{"UTC", "2031-05-04 23:00", "", models.QuietHours{From: "22:00", To: "06:30", Days: []string{"sat"}}},
	} {
		zone, err := time.LoadLocation(c.zone)
		ok(t, err)
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, zone)
		ok(t, err)
		until, err := notify.QuietUntil(models.Rule{Zone: c.zone, Quiet: c.quiet}, now)
		ok(t, err)
		got := ""
		if !until.IsZero() {
			got = until.In(zone).Format("2006-01-02 15:04")
		}
		if got != c.until {
			t.Errorf("%s in %s, quiet %s to %s: until %q, want %q", c.now, c.zone, c.quiet.From, c.quiet.To, got, c.until)
		}
	}
}

// TestQuietRule holds that what is not urgent waits for the end of the quiet
// hours and is one digest then, and that what is urgent does not wait.
func TestQuietRule(t *testing.T) {
	r := everything("noc")
	r.Zone, r.Quiet = "Europe/Berlin", models.QuietHours{From: "22:00", To: "06:00"}
	w := newWorld(t, sqlite(t), r)
	zone, err := time.LoadLocation("Europe/Berlin")
	ok(t, err)
	w.to(time.Date(2031, 10, 25, 23, 0, 0, 0, zone)) // the clocks go back in this night
	ok(t, w.clock.Tick(ctx))
	w.receive(notice("FAR", w.Now().AddDate(0, 0, 20), "ABC/1"))
	w.receive(notice("FARTHER", w.Now().AddDate(0, 0, 21), "ABC/1"))
	w.receive(notice("NEAR", w.Now().Add(10*time.Hour), "ABC/1"))
	w.wait()
	w.expect("noc", "new zayo-NEAR")
	w.run(time.Date(2031, 10, 26, 5, 59, 0, 0, zone))
	w.expect("noc")
	w.run(time.Date(2031, 10, 26, 6, 1, 0, 0, zone))
	w.expect("noc", "digest: new zayo-FAR, new zayo-FARTHER")
}

// TestDigestRule holds digests to the clock on the wall of their zone, and the
// hand-over to be written whether or not something was collected.
func TestDigestRule(t *testing.T) {
	r, shift := everything("noc"), everything("shift")
	r.Zone, r.Digest = "Europe/Berlin", models.DigestPlan{Cron: "0 7 * * *"}
	shift.Zone, shift.Digest, shift.Filter.Kinds = "Europe/Berlin", models.DigestPlan{Cron: "0 6,14,22 * * *", Template: "handover"}, []models.EventKind{models.EventConflict}
	w := newWorld(t, sqlite(t), r, shift)
	zone, err := time.LoadLocation("Europe/Berlin")
	ok(t, err)
	for _, day := range []time.Time{time.Date(2031, 5, 31, 0, 0, 0, 0, zone), time.Date(2031, 10, 25, 0, 0, 0, 0, zone), time.Date(2032, 3, 27, 0, 0, 0, 0, zone)} {
		w.to(day.Add(23 * time.Hour))
		ok(t, w.clock.Tick(ctx))
		w.wait()
		w.at("noc").take()
		w.at("shift").take()
		name := "N" + day.Format("0102")
		w.receive(notice(name, w.Now().AddDate(0, 0, 40), "ABC/1"))
		w.run(time.Date(day.Year(), day.Month(), day.Day()+1, 6, 59, 0, 0, zone))
		w.expect("noc")
		w.run(time.Date(day.Year(), day.Month(), day.Day()+1, 7, 1, 0, 0, zone))
		if got := w.at("noc").take(); len(got) != 1 || !strings.HasSuffix(got[0], "new zayo-"+name) {
			t.Errorf("the digest of the morning after %s: %q", day, got)
		}
		w.expect("shift", "digest: digest shift")
	}
}

// TestHandoverTakesAll holds that what was collected goes with the hand-over,
// also where the clock is looked at some time after the digest came due; where
// it is not looked at at all, it goes alone.
func TestHandoverTakesAll(t *testing.T) {
	shift := everything("shift")
	shift.Digest = models.DigestPlan{Cron: "0 14 * * *", Template: "handover"}
	w := newWorld(t, sqlite(t), shift)
	w.receive(notice("A", day.AddDate(0, 0, 20), "ABC/1"))
	w.wait()
	w.to(day.Add(6 * time.Hour))
	w.settle()
	w.expect("shift")
	w.after(40 * time.Second)
	ok(t, w.clock.Tick(ctx))
	w.settle()
	w.expect("shift", "digest: new zayo-A, digest shift")

	w.receive(notice("B", day.AddDate(0, 0, 20), "ABC/1"))
	w.wait()
	w.to(day.Add(30*time.Hour + 2*time.Minute))
	w.settle()
	w.expect("shift", "new zayo-B")
}

// TestEscalation holds that an urgent event that nobody acknowledges goes to
// another rule's destination, and one that is acknowledged does not.
func TestEscalation(t *testing.T) {
	r, boss := everything("noc"), everything("boss")
	r.Escalate = models.Escalation{After: 15 * time.Minute, Rule: "boss"}
	boss.Filter.Kinds = []models.EventKind{models.EventConflict}
	w := newWorld(t, sqlite(t), r, boss)
	w.receive(notice("A", day.Add(5*time.Hour), "ABC/1"))
	w.receive(notice("B", day.Add(5*time.Hour), "ABC/1"))
	w.receive(notice("FAR", day.AddDate(0, 0, 20), "ABC/1"))
	w.wait()
	if n := len(w.at("noc").take()); n != 3 {
		t.Errorf("%d messages", n)
	}
	_, err := w.s.Edit(ctx, models.Principal{Name: "ada", Role: models.RoleAdmin, Scope: models.ScopeAll}, []models.Write{{Maintenance: "zayo-B", Acts: []models.Edit{{Kind: models.EditAcknowledge}}}})
	ok(t, err)
	w.run(day.Add(14 * time.Minute))
	w.expect("boss")
	w.run(day.Add(17 * time.Minute))
	w.expect("boss", "new zayo-A")
	w.run(day.Add(time.Hour))
	w.expect("boss")
}

// TestTrouble holds that a permanent error is not tried again and is shown,
// that Retry-After is honoured, and that another destination never waits.
func TestTrouble(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("bad"), everything("slow"), everything("good"))
	w.at("bad").fail = func(notify.Parcel) error { return notify.Fatal(fmt.Errorf("the channel is gone")) }
	tries := 0
	w.at("slow").fail = func(notify.Parcel) error {
		if tries++; tries == 1 {
			return &notify.Failure{After: 90 * time.Second, Err: fmt.Errorf("too many requests")}
		}
		return nil
	}
	w.receive(notice("A", day.AddDate(0, 0, 20), "ABC/1"))
	w.wait()
	w.expect("good", "new zayo-A")
	w.after(80 * time.Second)
	w.settle()
	w.expect("slow")
	w.after(11 * time.Second)
	w.settle()
	w.expect("slow", "new zayo-A")
	if tries != 2 {
		t.Errorf("tried %d times", tries)
	}
	w.at("bad").fail = nil
	w.run(w.Now().Add(30 * time.Minute))
	w.expect("bad")
	all, _, err := w.s.Announcements(ctx, models.ScopeAll, models.AnnouncementFilter{States: []models.DeliveryState{models.DeliveryFailed}})
	ok(t, err)
	if len(all) != 1 || !slices.ContainsFunc(all[0].Deliveries, func(d models.Delivery) bool {
		return d.Destination == "bad" && d.State == models.DeliveryFailed && d.Attempts == 1 && d.Reason == "the channel is gone"
	}) {
		t.Errorf("what is shown of it: %+v", all)
	}
}

// TestScope holds that a subscriber is told of nothing outside of their scope,
// and of a record only what it shows.
func TestScope(t *testing.T) {
	narrow := everything("narrow")
	narrow.Scope = models.Scope{Tenants: []string{"nobody"}}
	w := newWorld(t, sqlite(t), everything("noc"), narrow)
	w.receive(notice("A", day.AddDate(0, 0, 20), "ABC/1"))
	w.apply(models.Verdict{RawID: w.mail(models.CauseLive), State: models.StateUnknownProvider, Cause: models.CauseLive, ParserVersion: "1"})
	w.wait()
	w.expect("narrow")
	if got := w.at("noc").take(); len(got) != 2 {
		t.Errorf("the others got %q", got)
	}
}

// TestPlan holds Plan to its promise whatever waits: each delivery is in at
// most one message or put off, none that is due is passed over for good, and
// nothing of two rules is mixed.
func TestPlan(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 31))
	for round := range 2000 {
		p := notify.Planning{Machine: random.IntN(2) == 0, Pace: notify.DefaultPace, Now: day, Sent: map[string]int{"a": random.IntN(8)}, Busy: random.IntN(4) == 0}
		for n := range random.IntN(30) {
			o := models.Outgoing{Delivery: models.Delivery{
				ID: fmt.Sprint(n), Key: fmt.Sprint(n), RuleID: []string{"a", "b"}[random.IntN(2)], State: models.DeliveryQueued, Digest: random.IntN(4) == 0,
				Urgent: random.IntN(5) == 0, CreatedAt: day.Add(-time.Duration(random.IntN(40*60)) * time.Second), Attempts: random.IntN(3) / 2,
				NextAt: day.Add(time.Duration(random.IntN(180)-120) * time.Second),
			}}
			if random.IntN(4) == 0 {
				o.Event.Cause = models.CauseBackfill
				o.Digest = true
			}
			p.Due = append(p.Due, o)
		}
		slices.SortStableFunc(p.Due, func(a, b models.Outgoing) int { return a.CreatedAt.Compare(b.CreatedAt) })
		seen := map[string]int{}
		loads, later := notify.Plan(p)
		for _, l := range loads {
			for _, o := range l.List {
				seen[o.ID]++
				if o.RuleID != l.List[0].RuleID {
					t.Fatalf("round %d mixes rules: %+v", round, l)
				}
			}
			if p.Machine && len(l.List) > 1 && !l.Digest {
				t.Fatalf("round %d groups for a program", round)
			}
		}
		for _, d := range later {
			seen[d.ID]++
			if !d.NextAt.After(day) {
				t.Fatalf("round %d puts off until the past: %+v", round, d)
			}
		}
		for _, o := range p.Due {
			if seen[o.ID] > 1 || seen[o.ID] == 0 && !o.NextAt.After(day) {
				t.Fatalf("round %d: %+v is handled %d times", round, o.Delivery, seen[o.ID])
			}
		}
	}
}
