package notify_test

import (
	"fmt"
	"testing"
	"time"

	"lineman/internal/store/storetest"
	"lineman/models"
	"lineman/notify"
)

// TestLife follows one maintenance from its first notice to its end.
func TestLife(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, everything("noc"))
		w.rules[0].Reminders = []time.Duration{24 * time.Hour, time.Hour}
		w.build()
		start := day.Add(30 * time.Hour)
		w.receive(notice("TTN-1", start, "ABC/1"))
		w.settle()
		w.expect("noc") // it waits for company
		w.after(3 * time.Second)
		w.settle()
		w.expect("noc", "new zayo-TTN-1")
		w.run(start.AddDate(0, 0, -1).Add(time.Minute))
		w.expect("noc", "reminder zayo-TTN-1")

		moved := start.AddDate(0, 0, 1)
		w.receive(as(notice("TTN-1", moved, "ABC/1"), models.StatusRescheduled))
		w.wait()
		w.expect("noc", "rescheduled zayo-TTN-1")
		w.run(start.Add(5 * time.Hour))
		w.expect("noc", "reminder zayo-TTN-1") // a day before the new time; nothing at the old one
		w.run(moved.Add(time.Minute))
		w.expect("noc", "reminder zayo-TTN-1", "started zayo-TTN-1")
		w.run(moved.Add(5 * time.Hour))
		w.expect("noc", "ended zayo-TTN-1", "presumed-over zayo-TTN-1")
		w.receive(as(notice("TTN-1", moved, "ABC/1"), models.StatusCompleted))
		w.wait()
		w.expect("noc", "completed zayo-TTN-1")
	})
}

// TestCancelled holds that a cancellation takes all reminders with it.
func TestCancelled(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"))
	start := day.AddDate(0, 0, 3)
	w.receive(notice("TTN-1", start, "ABC/1"))
	w.wait()
	w.receive(as(notice("TTN-1", start, "ABC/1"), models.StatusCancelled))
	w.wait()
	w.expect("noc", "new zayo-TTN-1", "cancelled zayo-TTN-1")
	w.run(start.Add(6 * time.Hour))
	w.expect("noc")
}

// TestReminderOnItsWay holds that a reminder that was routed is not sent when
// the work was cancelled or moved meanwhile.
func TestReminderOnItsWay(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"))
	start := day.Add(25 * time.Hour)
	w.receive(notice("TTN-1", start, "ABC/1"))
	w.run(day.Add(59 * time.Minute))
	w.at("noc").take()
	w.to(day.Add(time.Hour))
	ok(t, w.clock.Tick(ctx))
	ok(t, w.router.Route(ctx))
	w.receive(as(notice("TTN-1", start.Add(48*time.Hour), "ABC/1"), models.StatusRescheduled))
	w.wait()
	w.expect("noc", "rescheduled zayo-TTN-1")
}

// TestOverrun holds that only a provider that usually sends completions has
// its work overrun, and that an outage passes quiet hours then.
func TestOverrun(t *testing.T) {
	quiet := everything("noc")
	quiet.Quiet = models.QuietHours{From: "00:00", To: "23:59"}
	w := newWorld(t, sqlite(t), quiet)
	w.habits = map[string]models.PhaseRules{"zayo": {SendsCompletions: true}}
	start := day.AddDate(0, 0, 3)
	w.receive(notice("TTN-1", start, "ABC/1"))
	w.run(start.Add(4*time.Hour + 35*time.Minute))
	got := w.at("noc").take()
	if len(got) == 0 || got[len(got)-1] != "overrun zayo-TTN-1" {
		t.Errorf("an outage that is overrun in quiet hours: %q", got)
	}
}

// TestCauses holds that 12,000 old mails are one message, those of a source
// in shadow none, and that neither causes anything about what is over.
func TestCauses(t *testing.T) {
	for _, c := range []struct {
		cause models.Cause
		want  int
	}{{models.CauseBackfill, 1}, {models.CauseReparse, 1}, {models.CauseImport, 1}, {models.CauseShadow, 0}} {
		t.Run(string(c.cause), func(t *testing.T) {
			n := full(400, 800)
			if c.cause == models.CauseBackfill {
				n = full(1200, 12_000)
			}
			w := newWorld(t, sqlite(t), everything("noc"))
			p := w.provider("zayo")
			ids := w.mails(c.cause, n)
			for at := 0; at < n; at += 400 {
				var verdicts []models.Verdict
				for i, id := range ids[at : at+400] {
					start := day.AddDate(0, 0, -200+(at+i)%150) // long over
					if (at+i)%100 == 0 {
						start = day.AddDate(0, 0, 5+(at+i)%50)
					}
					verdicts = append(verdicts, models.Verdict{
						RawID: id, State: models.StateParsed, ProviderID: p.ID, Cause: c.cause, ParserVersion: "1",
						Notices: []models.Notice{notice(fmt.Sprintf("TTN-%d", at+i), start, "ABC/1")},
					})
				}
				w.apply(verdicts...)
				if c.cause == models.CauseBackfill {
					w.run(w.Now().Add(3 * time.Minute)) // longer than it is waited for more
				}
			}
			got := w.at("noc")
			if c.want == 0 {
				w.run(w.Now().Add(24 * time.Hour))
				w.expect("noc")
				return
			}
			w.run(w.Now().Add(5 * time.Minute))
			if len(got.parcels) != 1 || !got.parcels[0].Digest || len(got.parcels[0].Items) != n/100 {
				t.Fatalf("%d old mails came to %d messages: %.300v", n, len(got.parcels), got.take())
			}
			if m := got.parcels[0].Message; m.Heading == "" || len(m.Blocks) == 0 {
				t.Errorf("the digest says nothing: %+v", m)
			}
			got.take()
			w.run(w.Now().Add(10 * time.Minute))
			w.expect("noc")
		})
	}
}

// TestDowntime holds that after three days without lineman what still makes
// sense is one digest, and nothing that is over is told.
func TestDowntime(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"))
	for id, start := range map[string]time.Time{
		"OVER":    day.AddDate(0, 0, 1),                     // begins and ends while lineman is away
		"RUNNING": day.AddDate(0, 0, 3).Add(-2 * time.Hour), // runs when it comes back
		"SOON":    day.AddDate(0, 0, 3).Add(20 * time.Hour), // was to be reminded of
		"LATER":   day.AddDate(0, 0, 30),
	} {
		w.receive(notice(id, start, "ABC/1"))
	}
	w.wait()
	w.at("noc").take()
	w.to(day.AddDate(0, 0, 3))
	ok(t, w.clock.Tick(ctx))
	w.settle()
	lay := func(n models.Notice, days int) { // in the mailbox for days
		id := w.mailReceived(w.Now().AddDate(0, 0, -days))
		w.apply(models.Verdict{RawID: id, State: models.StateParsed, Notices: []models.Notice{n}, Cause: models.CauseLive, ParserVersion: "1", ProviderID: w.provider(n.Provider).ID})
	}
	lay(notice("CAME AND WENT", day.AddDate(0, 0, 2), "ABC/2"), 2)
	lay(as(notice("OVER", day.AddDate(0, 0, 1), "ABC/1"), models.StatusCompleted), 1)
	lay(as(notice("RUNNING", day.AddDate(0, 0, 3).Add(-2*time.Hour), "ABC/1"), models.StatusCancelled), 2)
	lay(notice("AHEAD", day.AddDate(0, 0, 20), "ABC/2"), 1)
	w.settle()
	w.expect("noc")
	w.after(notify.DefaultPace.Settle)
	w.settle()
	w.expect("noc", "digest: reminder zayo-SOON, cancelled zayo-RUNNING, new zayo-AHEAD")
	w.run(day.AddDate(0, 0, 3).Add(time.Hour))
	w.expect("noc")
}

// TestChatDown holds that six hours without the destination end in one digest
// of what still makes sense, and that another destination never notices.
func TestChatDown(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"), everything("other"))
	w.at("noc").fail = func(notify.Parcel) error { return errDown }
	for i := range 30 {
		w.receive(notice(fmt.Sprintf("TTN-%d", i), day.AddDate(0, 0, 20), "ABC/1"))
		w.after(10 * time.Minute)
		ok(t, w.clock.Tick(ctx))
		w.settle()
	}
	w.receive(notice("SOON", day.Add(5*time.Hour+30*time.Minute), "ABC/1"))
	w.run(day.Add(11 * time.Hour)) // SOON is over
	if n := len(w.at("other").take()); n < 31 {
		t.Errorf("the other destination got %d messages", n)
	}
	h, err := w.s.DestinationHealth(ctx, "noc")
	ok(t, err)
	if h.Failures < 10 || h.Failures > 60 || !h.OpenUntil.After(w.Now().Add(-time.Minute)) {
		t.Errorf("after eleven hours the destination is %+v", h)
	}
	w.at("noc").fail = nil
	w.run(w.Now().Add(20 * time.Minute))
	got := w.at("noc")
	if len(got.parcels) != 1 || !got.parcels[0].Digest || len(got.parcels[0].Items) != 30 {
		t.Fatalf("eleven hours came to %d messages: %q", len(got.parcels), got.take())
	}
}

// TestForty holds that forty notices in a minute are one message with a table
// when they come together, and few when they trickle; and that such a message
// is nobody's root.
func TestForty(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"))
	for i := range 40 {
		w.receive(notice(fmt.Sprintf("TTN-%d", i), day.AddDate(0, 0, 20), "ABC/1"))
	}
	w.wait()
	got := w.at("noc")
	if len(got.parcels) != 1 || !got.parcels[0].Grouped || len(got.parcels[0].Items) != 40 || got.parcels[0].Head != nil {
		t.Fatalf("forty notices came to %d messages: %q", len(got.parcels), got.take())
	}
	got.take()
	w.receive(as(notice("TTN-7", day.AddDate(0, 0, 20), "ABC/1"), models.StatusCancelled))
	w.after(time.Minute)
	w.wait()
	if len(got.parcels) != 1 || got.parcels[0].Root != "" || got.parcels[0].Head == nil {
		t.Errorf("what comes after the group begins no thread of its own: %q", got.take())
	}
	got.take()

	w.run(w.Now().Add(2 * time.Minute))
	for i := range 40 {
		w.receive(notice(fmt.Sprintf("TRICKLE-%d", i), day.AddDate(0, 0, 20), "ABC/1"))
		w.settle()
		w.after(1500 * time.Millisecond)
	}
	w.run(w.Now().Add(2 * time.Minute))
	single, grouped := 0, 0
	for _, p := range got.parcels {
		if p.Grouped {
			grouped += len(p.Items)
		} else {
			single++
		}
	}
	if single > 6 || single+grouped != 40 || len(got.parcels) > 8 {
		t.Errorf("forty in a minute: %d alone, %d grouped, %d messages", single, grouped, len(got.parcels))
	}
}

// TestThread holds that what happens to one maintenance stands in one thread
// whose root shows its present state.
func TestThread(t *testing.T) {
	w := newWorld(t, sqlite(t), everything("noc"))
	start := day.AddDate(0, 0, 10)
	w.receive(notice("TTN-1", start, "ABC/1"))
	w.wait()
	w.receive(as(notice("TTN-1", start.AddDate(0, 0, 1), "ABC/1"), models.StatusRescheduled))
	w.wait()
	all := w.at("noc").parcels
	if len(all) != 2 || all[0].Root != "" || all[1].Root != "root of "+all[0].Thread || all[1].Head == nil || all[0].Key == all[1].Key {
		t.Fatalf("%d parcels: %+v", len(all), all)
	}
	if all[1].Head.Heading != "zayo-TTN-1: RE-SCHEDULED" {
		t.Errorf("the root says %q", all[1].Head.Heading)
	}
}
