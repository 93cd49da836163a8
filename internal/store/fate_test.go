package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"lineman/models"
)

// fate is a plant in which things happen at random.
type fate struct {
	plant
	*rand.Rand
	maintenances int  // how many ids each provider has
	single       bool // one circuit alone counts
	acts         int  // how many acts of people were not refused
	active       int  // how often an end of a circuit was under maintenance
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
