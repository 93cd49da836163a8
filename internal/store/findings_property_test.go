package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// fate is a plant in which things happen at random.
type fate struct {
	plant
	*rand.Rand
	maintenances int  // how many ids each provider has
	single       bool // one circuit alone counts
	acts         int  // how many acts of people were not refused
	log          []string
}

var fateCircuits = []struct {
	provider string
	cid      string
}{{"zayo", "Z/1"}, {"zayo", "Z/2"}, {"zayo", "Z/3"}, {"lumen", "L/1"}, {"lumen", "L/2"}, {"lumen", "L/3"}}

func newFate(t testing.TB, url string, seed uint64) *fate {
	random := rand.New(rand.NewPCG(seed, 11))
	single := random.IntN(4) == 0
	f := &fate{plant: newPlant(t, url, models.OverlapRules{HoldOver: 40 * time.Minute, Single: single}), Rand: random, maintenances: 4, single: single}
	sites(t, f.s, "Oslo")
	for range 4 {
		f.moveCircuit()
		f.setGroup()
	}
	for i := range 12 * random.IntN(2) { // zayo usually says when work is over
		f.receive(f.zayo, with(f.says(f.zayo, fmt.Sprint("OLD-", i), -20, -19), func(n *models.Notice) { n.Status = models.StatusCompleted }))
	}
	must(f.s.SweepFindings(ctx))
	return f
}

func (f *fate) did(format string, args ...any) { f.log = append(f.log, fmt.Sprintf(format, args...)) }

func (f *fate) moveCircuit() {
	c := fateCircuits[f.IntN(len(fateCircuits))]
	places := []string{"Paris", "Rome", "Oslo"} // both ends may be at one
	row := models.CircuitRow{CID: c.cid, Provider: c.provider, SiteA: places[f.IntN(3)]}
	if f.IntN(2) == 0 {
		row.SiteZ = places[f.IntN(3)]
	}
	f.did("circuit %+v", row)
	circuits(f.t, f.s, row)
}

func (f *fate) setGroup() {
	known := must(f.s.ExportCircuits(ctx))
	f.Shuffle(len(known), func(i, j int) { known[i], known[j] = known[j], known[i] })
	name, minUp := []string{"core", "edge"}[f.IntN(2)], f.IntN(4)
	var rows []models.RedundancyRow
	for i, c := range known[:1+f.IntN(len(known))] {
		rows = append(rows, models.RedundancyRow{Line: i + 2, Group: name, MinUp: minUp, Provider: c.Provider, CID: c.CID})
	}
	f.did("group %+v", rows)
	must(f.s.ImportRedundancy(ctx, rows))
}

func (f *fate) randomNotice() (models.Provider, models.Notice) {
	p := []models.Provider{f.zayo, f.lumen}[f.IntN(2)]
	n := notice(p, fmt.Sprintf("T-%d", f.IntN(f.maintenances)), 1)
	statuses := []models.Status{"CONFIRMED", "CONFIRMED", "TENTATIVE", "RE-SCHEDULED", "IN-PROCESS", "NO-CHANGE", "COMPLETED", "CANCELLED"}
	n.Status, n.Windows = statuses[f.IntN(len(statuses))], nil
	n.Account = []string{"one", "other"}[f.IntN(5)/4]
	for range 1 + f.IntN(2) {
		start := f.now.Truncate(10 * time.Minute).Add(time.Duration(f.IntN(30)-12) * 10 * time.Minute) // so that many windows touch
		w := models.NoticeWindow{Kind: models.WindowPrimary, Start: start, End: start.Add(time.Duration(1+f.IntN(12)) * 10 * time.Minute)}
		if f.IntN(5) == 0 {
			w.Kind = models.WindowBackup
		}
		for _, i := range f.Perm(len(fateCircuits))[:f.IntN(4)] {
			if c := fateCircuits[i]; c.provider == p.Slug {
				cid := c.cid
				if f.IntN(5) == 0 {
					cid = strangeCIDs[f.IntN(len(strangeCIDs))]
				}
				w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: cid, Impact: append(models.Impacts, "")[f.IntN(1+len(models.Impacts))]})
			}
		}
		n.Windows = append(n.Windows, w)
	}
	return p, n
}

// mail receives one mail, or a few at once.
func (f *fate) mail() {
	var verdicts []models.Verdict
	for range 1 + f.IntN(6)/4 {
		p, n := f.randomNotice()
		f.did("mail %s %s %s %s %+v", p.Slug, n.MaintenanceID, n.Account, n.Status, n.Windows)
		verdicts = append(verdicts, verdict(f.bench.mail(), p, n))
	}
	must(f.s.Apply(ctx, verdicts))
}

// strangeCIDs are ids that no circuit has, until an alias gives them to one.
var strangeCIDs = []string{"X/1", "X/2"}

func (f *fate) alias() {
	known := must(f.s.ExportCircuits(ctx))
	c := known[f.IntN(len(known))]
	row := models.AliasRow{Line: 2, Provider: c.Provider, Alias: strangeCIDs[f.IntN(len(strangeCIDs))], CID: c.CID}
	f.did("alias %+v", row)
	must(f.s.ImportAliases(ctx, []models.AliasRow{row}))
}

// act has a person do something to a maintenance.
func (f *fate) act() {
	items, _, err := f.s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{})
	ok(f.t, err)
	if len(items) == 0 {
		return
	}
	m, other := items[f.IntN(len(items))], items[f.IntN(len(items))]
	c := fateCircuits[f.IntN(len(fateCircuits))]
	cid := c.cid
	if len(m.Circuits) > 0 && f.IntN(2) == 0 {
		cid = m.Circuits[f.IntN(len(m.Circuits))].CID
	}
	start := f.now.Truncate(10 * time.Minute).Add(time.Duration(f.IntN(20)-6) * 10 * time.Minute)
	var act models.Edit
	switch f.IntN(8) {
	case 0:
		act = models.SetStatus(models.RecordStatuses[f.IntN(len(models.RecordStatuses))])
	case 1:
		act = models.SetWindows([]models.NoticeWindow{{Kind: models.WindowPrimary, Start: start, End: start.Add(time.Hour)}})
	case 2:
		act = models.Edit{Kind: models.EditUnlink, CID: cid}
	case 3:
		act = models.Edit{Kind: models.EditImpact, CID: cid, Impact: models.Impacts[f.IntN(len(models.Impacts))]}
	case 4:
		act = models.Edit{Kind: models.EditMerge, Target: other.Name}
		if f.IntN(2) == 0 {
			act = models.Edit{Kind: models.EditDelete}
		}
	default:
		known, _, err := f.s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{})
		ok(f.t, err)
		act = models.Edit{Kind: models.EditLink, CID: cid, CircuitID: known[f.IntN(len(known))].ID}
	}
	_, err = f.s.Edit(ctx, eva, []models.Write{{Maintenance: m.ID, Acts: []models.Edit{act}}})
	f.did("act %s %+v: %v", m.Name, act, err)
	var refused *models.WriteError
	if err == nil {
		f.acts++
	} else if !errors.As(err, &refused) {
		f.t.Error(err)
	}
}

// edit sets or deletes something; the next mail of the maintenance folds it in.
func (f *fate) edit() {
	items, _, err := f.s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{})
	ok(f.t, err)
	if len(items) == 0 {
		return
	}
	m := items[f.IntN(len(items))]
	e := models.Edit{MaintenanceID: m.ID, Kind: models.EditDelete, Author: "kim", At: *f.now}
	if f.IntN(3) > 0 {
		e.Kind, e.Field, e.Value = models.EditSet, "status", "TENTATIVE"
	}
	f.did("edit %s %s", m.Name, e.Kind)
	ok(f.t, f.s.AddEdit(e))
	p := map[string]models.Provider{"zayo": f.zayo, "lumen": f.lumen}[m.ProviderSlug]
	f.receive(p, with(notice(p, m.ExternalID, 1), func(n *models.Notice) { n.Status, n.Windows = models.StatusNoChange, nil }))
}

func (f *fate) wait() {
	*f.now = f.now.Add(time.Duration(1+f.IntN(50)) * time.Minute)
	f.did("now %s", f.now.Format(time.TimeOnly))
	must(f.s.SweepFindings(ctx))
}

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
	found, acts := 0, 0
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("sqlite ", seed), func(t *testing.T) {
			f := newFate(t, storetest.SQLiteURL(t), seed)
			found += f.live(50)
			acts += f.acts
		})
	}
	if found < 50 || acts < 50 {
		t.Errorf("%d findings and %d acts are too few to say anything", found, acts)
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
