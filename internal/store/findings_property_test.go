package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// habits gives the providers of which the store noted that they say when work
// is over.
func (f *fate) habits() map[string]bool {
	rows, err := f.s.SQL().Query("SELECT provider_id FROM provider_habits WHERE sends_completions")
	ok(f.t, err)
	defer rows.Close()
	all := map[string]bool{}
	for rows.Next() {
		var id string
		ok(f.t, rows.Scan(&id))
		all[id] = true
	}
	ok(f.t, rows.Err())
	return all
}

// bruteActive tells whether a circuit is under maintenance at an instant (F46),
// by looking at every window of every record.
func bruteActive(items []models.MaintenanceItem, circuit string, at time.Time) bool {
	for _, m := range items {
		if m.Status != "CONFIRMED" && m.Status != "IN-PROCESS" && m.Status != "RE-SCHEDULED" {
			continue
		}
		for _, w := range m.Windows {
			if at.Before(w.Start) || at.After(w.End) || w.Kind == "backup" && !w.Called || w.Status == "CANCELLED" || w.Status == "COMPLETED" {
				continue
			}
			for _, c := range m.Circuits {
				impact, listed := c.Impact, len(w.Impacts) == 0
				for _, i := range w.Impacts {
					if i.Account == c.Account && models.CIDKey(i.CID) == models.CIDKey(c.CID) {
						impact, listed = i.Impact, true
					}
				}
				if c.CircuitID == circuit && !c.Cancelled && listed && impact != "NO-IMPACT" {
					return true
				}
			}
		}
	}
	return false
}

// checkGauge compares what the gauge says now with bruteActive.
func (f *fate) checkGauge(items []models.MaintenanceItem) {
	f.t.Helper()
	for _, s := range must(f.s.CircuitStatuses(ctx, models.ScopeAll, *f.now)) {
		if want := bruteActive(items, s.Circuit.ID, *f.now); s.Active != want {
			f.t.Fatalf("now %s, %s is active: %t, want %t\nafter\n%s", f.now.Format(time.TimeOnly), s.Circuit.CID, s.Active, want, lines(f.log))
		}
		if s.Active {
			f.active++
		}
	}
}

// bruteState tells of one circuit at one minute: up, at risk or down, by
// looking at every window of every record.
func bruteState(items []models.MaintenanceItem, habits map[string]bool, circuit string, at, now time.Time) string {
	state := "up"
	for _, m := range items {
		if m.Status == "CANCELLED" || m.Status == "COMPLETED" {
			continue
		}
		for _, w := range m.Windows {
			if w.Status == "CANCELLED" || w.Status == "COMPLETED" || at.Before(w.Start) || !bruteLasts(m, w, habits[m.ProviderID], at, now) {
				continue
			}
			for _, c := range m.Circuits {
				if c.CircuitID != circuit || c.Cancelled {
					continue
				}
				impact, listed := c.Impact, len(w.Impacts) == 0
				for _, i := range w.Impacts {
					if i.Account == c.Account && models.CIDKey(i.CID) == models.CIDKey(c.CID) {
						impact, listed = i.Impact, true
					}
				}
				switch {
				case !listed:
				case w.Kind == "backup" && !w.Called, impact == "NO-IMPACT", impact == "REDUCED-REDUNDANCY":
					if state == "up" {
						state = "at risk"
					}
				default:
					state = "down"
				}
			}
		}
	}
	return state
}

// bruteLasts tells whether a window counts at an instant from now on: to its
// end; once that passed for another 40 minutes; and where the completion is
// overdue for 40 more again and again, up to a day.
func bruteLasts(m models.MaintenanceItem, w models.Window, sends bool, at, now time.Time) bool {
	if now.Before(w.End) {
		return at.Before(w.End)
	}
	end := w.End.Add(40 * time.Minute)
	if sends && (w.Kind != "backup" || w.Called) && now.Sub(w.End) < 24*time.Hour {
		last := true
		for _, o := range m.Windows {
			counts := (o.Kind != "backup" || o.Called) && o.Status != "CANCELLED" && o.Status != "COMPLETED"
			last = last && (!counts || !o.End.After(w.End))
		}
		for last && !end.After(now) {
			end = end.Add(40 * time.Minute)
		}
	}
	return end.After(now) && at.Before(end)
}

// brute gives the severity of each site and group at a minute.
func (f *fate) brute(subjects map[string]models.Protected, items []models.MaintenanceItem, habits map[string]bool, at time.Time) map[string]models.Severity {
	all := map[string]models.Severity{}
	for name, p := range subjects {
		up, left := 0, 0
		for _, c := range p.Circuits {
			switch bruteState(items, habits, c, at, *f.now) {
			case "up":
				up, left = up+1, left+1
			case "at risk":
				up++
			}
		}
		switch minUp := min(p.MinUp, len(p.Circuits)); {
		case len(p.Circuits) < 2 && !p.Single:
		case up == 0:
			all[name] = models.SeverityIsolated
		case up < minUp:
			all[name] = models.SeverityDegraded
		case left == 0, left < minUp:
			all[name] = models.SeverityRisk
		}
	}
	return all
}

// protected gives what the inventory says must be up.
func (f *fate) protected() map[string]models.Protected {
	list, _, err := f.s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{})
	ok(f.t, err)
	all := map[string]models.Protected{}
	add := func(name, id string, minUp int) {
		p := all[name]
		p.MinUp, p.Single = minUp, f.single
		if !slices.Contains(p.Circuits, id) {
			p.Circuits = append(p.Circuits, id)
		}
		all[name] = p
	}
	ids := map[string]string{}
	for _, c := range list {
		ids[c.Provider.Slug+c.CID] = c.ID
		for _, e := range c.Terminations {
			add(e.Site.Name, c.ID, 1)
		}
	}
	for _, r := range must(f.s.ExportRedundancy(ctx)) {
		add(r.Group, ids[r.Provider+r.CID], r.MinUp)
	}
	for name, p := range all {
		if p.MinUp == 0 {
			p.MinUp = len(p.Circuits) - 1
			all[name] = p
		}
	}
	return all
}

// check compares the open findings with a look at every minute to come.
func (f *fate) check() {
	f.t.Helper()
	items, _, err := f.s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Page: everything})
	ok(f.t, err)
	found, _, err := f.s.Findings(ctx, models.ScopeAll, models.FindingFilter{Page: everything})
	ok(f.t, err)
	f.checkGauge(items)
	subjects, habits := f.protected(), f.habits()
	for n := range 420 {
		at := f.now.Add(time.Duration(n) * time.Minute)
		got := map[string]models.Severity{}
		for _, o := range found {
			for _, e := range o.Exposures {
				if !at.Before(e.Start) && at.Before(e.End) {
					if got[o.Subject.Name] != "" {
						f.t.Errorf("two findings at %s at once", o.Subject.Name)
					}
					got[o.Subject.Name] = e.Severity
				}
			}
		}
		if d := cmp.Diff(f.brute(subjects, items, habits, at), got); d != "" {
			f.t.Fatalf("now %s, at %s (-by the minute +found):\n%s\n%v\nafter\n%s", f.now.Format(time.TimeOnly), at.Format(time.TimeOnly), d, f.found(models.FindingsOpen), lines(f.log))
		}
	}
}

func lines(log []string) (text string) {
	for _, l := range log[max(0, len(log)-40):] {
		text += l + "\n"
	}
	return text
}

// checkHistory: every finding was found, has a line of revisions, and is
// closed by its last event or open.
func (f *fate) checkHistory() int {
	f.t.Helper()
	items, _, err := f.s.Findings(ctx, models.ScopeAll, models.FindingFilter{State: models.FindingsAll, Page: everything})
	ok(f.t, err)
	for _, i := range items {
		d, err := f.s.Finding(ctx, models.ScopeAll, i.ID)
		ok(f.t, err)
		last := len(d.Events) - 1
		for n, e := range d.Events {
			closing := e.Change == models.FindingGone || e.Change == models.FindingOver
			if (n == last) != (e.Change == models.FindingFound) || closing && (n != 0 || d.Closing != e.Change) || n > 0 && e.Revision >= d.Events[n-1].Revision {
				f.t.Errorf("finding %s: event %d is %+v", d.ID, n, e)
			}
		}
		if d.ClosedAt.IsZero() != (d.Closing == "") {
			f.t.Errorf("finding %s: closed %s, %q", d.ID, d.ClosedAt, d.Closing)
		}
	}
	return len(items)
}

// live gives how many findings there were.
func (f *fate) live(steps int) int {
	for range steps {
		switch f.IntN(16) {
		case 0, 1, 2, 3:
			f.wait()
		case 4:
			f.moveCircuit()
		case 5:
			f.setGroup()
		case 6:
			f.edit()
		case 7:
			f.alias()
		case 8, 9, 10:
			f.act()
		default:
			f.mail()
		}
		f.check()
	}
	return f.checkHistory()
}

// TestFindingsAgainstEveryMinute compares the stored findings with a look at
// each minute after each of many random steps.
func TestFindingsAgainstEveryMinute(t *testing.T) {
	found, acts, active := 0, 0, 0
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("sqlite ", seed), func(t *testing.T) {
			f := newFate(t, storetest.SQLiteURL(t), seed)
			found += f.live(50)
			acts, active = acts+f.acts, active+f.active
		})
	}
	if found < 50 || acts < 50 || active < 50 {
		t.Errorf("%d findings, %d acts and %d circuits under maintenance are too few to say anything", found, acts, active)
	}
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("postgres ", seed), func(t *testing.T) {
			f := newFate(t, storetest.PostgresURL(t), 100+seed)
			f.live(30)
		})
	}
}

// TestFindingsInAnyOrder: whatever order mail is processed in, the same is
// found at the end.
func TestFindingsInAnyOrder(t *testing.T) {
	for seed := range uint64(4) {
		var first []string
		for order := range uint64(4) {
			f := newFate(t, storetest.SQLiteURL(t), seed) // the same world and mail each time
			var verdicts []models.Verdict
			for range 25 {
				p, n := f.randomNotice()
				verdicts = append(verdicts, verdict(f.bench.mail(), p, n))
			}
			random := rand.New(rand.NewPCG(seed, order))
			random.Shuffle(len(verdicts), func(i, j int) { verdicts[i], verdicts[j] = verdicts[j], verdicts[i] })
			for len(verdicts) > 0 {
				n := 1 + random.IntN(len(verdicts))
				must(f.s.Apply(ctx, verdicts[:n]))
				verdicts = verdicts[n:]
			}
			got := f.found(models.FindingsOpen)
			if order == 0 {
				first = got
			}
			if d := cmp.Diff(first, got); d != "" {
				t.Errorf("seed %d, order %d (-first +got):\n%s", seed, order, d)
			}
		}
		if len(first) == 0 && seed == 0 {
			t.Error("nothing was found")
		}
	}
}
