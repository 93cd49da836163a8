package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// tenants makes the plant one of two tenants: Paris is shared by red's Z/1 and
// blue's L/1, and so is the group mixed; Lyon and the group reds are red's
// alone. Everything is down for two hours, each circuit by work of its own.
func tenants(t *testing.T, p plant) {
	t.Helper()
	sites(t, p.s, "Lyon")
	circuits(t, p.s,
		models.CircuitRow{CID: "Z/1", Provider: "zayo", Tenant: "red"}, models.CircuitRow{CID: "L/1", Provider: "lumen", Tenant: "blue"},
		models.CircuitRow{CID: "Z/3", Provider: "zayo", SiteA: "Lyon", Tenant: "red"}, models.CircuitRow{CID: "Z/4", Provider: "zayo", SiteA: "Lyon", Tenant: "red"},
	)
	_, err := p.s.ImportRedundancy(ctx, []models.RedundancyRow{
		{Line: 2, Group: "mixed", CID: "Z/1"}, {Line: 3, Group: "mixed", CID: "L/1"},
		{Line: 4, Group: "reds", CID: "Z/3"}, {Line: 5, Group: "reds", CID: "Z/4"},
	})
	ok(t, err)
	p.receive(p.zayo, p.says(p.zayo, "T1", 10, 12, "Z/1"))
	p.receive(p.zayo, p.says(p.zayo, "T3", 10, 12, "Z/3"), p.says(p.zayo, "T4", 11, 13, "Z/4"))
	p.receive(p.lumen, p.says(p.lumen, "L1", 10, 12, "L/1"))
}

func (p plant) circuitID(cid string) string {
	list, _, err := p.s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{CID: cid})
	ok(p.t, err)
	return list[0].ID
}

// everythingOf gives all that a scope can read of what falls together, as text
// with the names that are in it.
func (p plant) everythingOf(scope models.Scope) string {
	p.t.Helper()
	var all []any
	findings, total, err := p.s.Findings(ctx, scope, models.FindingFilter{State: models.FindingsAll, Page: everything})
	ok(p.t, err)
	all = append(all, findings, total)
	whole, _, err := p.s.Findings(ctx, models.ScopeAll, models.FindingFilter{State: models.FindingsAll, Page: everything})
	ok(p.t, err)
	for _, f := range whole {
		d, err := p.s.Finding(ctx, scope, f.ID)
		seen := slices.ContainsFunc(findings, func(o models.FindingItem) bool { return o.ID == f.ID })
		if seen != (err == nil) || err != nil && !errors.Is(err, models.ErrNotFound) {
			p.t.Errorf("one finding: %v, in the list: %v", err, seen)
		}
		all = append(all, d)
	}
	groups, n, err := p.s.RedundancyGroups(ctx, scope, models.GroupFilter{Page: everything})
	ok(p.t, err)
	all = append(all, groups, n)
	for _, q := range []models.WhatIfQuery{{Site: "Paris"}, {Site: "Lyon"}, {Site: "Lyon", Circuits: []string{"Z/3"}}, {Site: "Rome", Circuits: []string{"Z/1"}}, {Group: "mixed"}, {Group: "reds"}} {
		q.Start, q.End = day, day.Add(48*time.Hour)
		w, err := p.s.WhatIf(ctx, scope, q)
		if err == nil {
			all = append(all, w)
		}
	}
	return fmt.Sprintf("%+v", all)
}

func TestScopesOfFindings(t *testing.T) {
	for name, tt := range map[string]struct {
		scope func(plant) models.Scope
		want  []string // subjects
		never []string
	}{
		"all":          {func(plant) models.Scope { return models.ScopeAll }, []string{"Lyon", "Paris", "mixed", "reds"}, nil},
		"nothing":      {func(plant) models.Scope { return models.Scope{} }, nil, []string{"Paris", "Lyon", "reds", "mixed", "Z/", "L/"}},
		"red":          {func(plant) models.Scope { return models.Scope{Tenants: []string{"red"}} }, []string{"Lyon", "reds"}, []string{"L/1", "lumen-L1", "mixed", "blue"}},
		"blue":         {func(plant) models.Scope { return models.Scope{Tenants: []string{"blue"}} }, nil, []string{"Z/", "zayo-T", "mixed", "reds", "red"}},
		"Paris":        {func(plant) models.Scope { return models.Scope{Sites: []string{"Paris"}} }, []string{"Paris", "mixed"}, []string{"Lyon", "reds", "Z/3", "Z/4"}},
		"one provider": {func(plant) models.Scope { return models.Scope{Providers: []string{"zayo"}} }, []string{"Lyon", "reds"}, []string{"L/1", "lumen-L1", "mixed"}},
		"one circuit":  {func(p plant) models.Scope { return models.Scope{Circuits: []string{p.circuitID("Z/3")}} }, nil, []string{"Z/4", "reds", "mixed", "L/1"}},
	} {
		t.Run(name, func(t *testing.T) {
			eachPlant(t, func(t *testing.T, p plant) {
				tenants(t, p)
				scope := tt.scope(p)
				items, total, err := p.s.Findings(ctx, scope, models.FindingFilter{Page: everything})
				ok(t, err)
				var got []string
				for _, f := range items {
					got = append(got, f.Subject.Name)
				}
				slices.Sort(got)
				if d := cmp.Diff(tt.want, got); d != "" || total != len(got) {
					t.Errorf("findings (-want +got), %d in all:\n%s", total, d)
				}
				text := p.everythingOf(scope)
				for _, secret := range tt.never {
					if strings.Contains(text, secret) {
						t.Errorf("%s is told of in\n%s", secret, text)
					}
				}
			})
		})
	}
}

// TestFiltersTellNothing: a filter that names what is out of sight answers like
// one that names what is not there, and so does what-if.
func TestFiltersTellNothing(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		tenants(t, p)
		red := models.Scope{Tenants: []string{"red"}}
		for name, f := range map[string]models.FindingFilter{
			"site": {Sites: []string{"Paris"}}, "group": {Groups: []string{"mixed"}}, "circuit": {Circuits: []string{"l/1"}},
			"maintenance": {Maintenances: []string{"lumen-l1"}}, "site's other kind": {Groups: []string{"Lyon"}},
		} {
			if items, total, err := p.s.Findings(ctx, red, f); err != nil || total != 0 || len(items) != 0 {
				t.Errorf("%s: %v %d %v", name, items, total, err)
			}
		}
		hidden, err := p.s.WhatIf(ctx, red, models.WhatIfQuery{Site: "Paris", Start: day, End: day.Add(time.Hour)})
		_, none := p.s.WhatIf(ctx, red, models.WhatIfQuery{Site: "Nowhere", Start: day, End: day.Add(time.Hour)})
		if !errors.Is(err, models.ErrNotFound) || strings.ReplaceAll(err.Error(), "Paris", "Nowhere") != none.Error() || hidden.Subject.Name != "" {
			t.Errorf("%v; %v; %+v", err, none, hidden)
		}
	})
}

func TestFindingFilters(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		tenants(t, p)
		at := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
		for name, tt := range map[string]struct {
			f    models.FindingFilter
			want string
		}{
			"site":             {models.FindingFilter{Sites: []string{"Paris"}}, "Paris"},
			"site and group":   {models.FindingFilter{Sites: []string{"Paris"}, Groups: []string{"reds"}}, "Paris reds"},
			"circuit":          {models.FindingFilter{Circuits: []string{"z/4"}}, "Lyon reds"},
			"maintenance":      {models.FindingFilter{Maintenances: []string{"ZAYO-t1"}}, "Paris mixed"},
			"severity":         {models.FindingFilter{Severities: []models.Severity{models.SeverityRisk}}, ""},
			"before all":       {models.FindingFilter{To: at(10)}, ""},
			"before the later": {models.FindingFilter{To: at(11)}, "Paris mixed"},
			"after all":        {models.FindingFilter{From: at(12)}, ""},
			"at the end":       {models.FindingFilter{From: at(11), To: at(12)}, "Lyon Paris mixed reds"},
			"closed":           {models.FindingFilter{State: models.FindingsClosed}, ""},
		} {
			items, total, err := p.s.Findings(ctx, models.ScopeAll, tt.f)
			ok(t, err)
			var got []string
			for _, f := range items {
				got = append(got, f.Subject.Name)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tt.want || total != len(got) {
				t.Errorf("%s: %v of %d, want %s", name, got, total, tt.want)
			}
		}
		counts, err := p.s.FindingCounts(ctx)
		ok(t, err)
		want := []models.FindingCount{{Kind: models.SubjectGroup, Severity: models.SeverityIsolated, Count: 2}, {Kind: models.SubjectSite, Severity: models.SeverityIsolated, Count: 2}}
		if d := cmp.Diff(want, counts); d != "" {
			t.Errorf("counts (-want +got):\n%s", d)
		}
	})
}

func TestWhatIf(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		tenants(t, p)
		ask := func(q models.WhatIfQuery, from, to float64) string {
			t.Helper()
			q.Start, q.End = day.Add(time.Duration(from*float64(time.Hour))), day.Add(time.Duration(to*float64(time.Hour)))
			w, err := p.s.WhatIf(ctx, models.ScopeAll, q)
			if err != nil {
				return err.Error()
			}
			text := fmt.Sprintf("%s %q:", w.Subject.Name, w.Severity)
			for _, c := range w.Circuits {
				text += fmt.Sprintf(" %s %s if down %q", c.Circuit.CID, c.State, c.IfDown)
			}
			for _, e := range w.Elsewhere {
				text += fmt.Sprintf("; %s %q→%q", e.Subject.Name, e.Without, e.Severity)
			}
			for _, m := range w.Causes {
				text += ", " + m.Name
			}
			return text
		}
		for _, tt := range []struct {
			q        models.WhatIfQuery
			from, to float64
			want     string
		}{
			{models.WhatIfQuery{Site: "Lyon"}, 5, 9, `Lyon "": Z/3 up if down "" Z/4 up if down ""`},
			{models.WhatIfQuery{Site: "Lyon"}, 9, 11, `Lyon "": Z/3 down if down "" Z/4 up if down "isolated", zayo-T3`},
			{models.WhatIfQuery{Site: "Lyon"}, 12, 14, `Lyon "": Z/3 up if down "isolated" Z/4 down if down "", zayo-T4`},
			{models.WhatIfQuery{Site: "Lyon"}, 11, 12, `Lyon "isolated": Z/3 down if down "isolated" Z/4 down if down "isolated", zayo-T3, zayo-T4`},
			{models.WhatIfQuery{Site: "Lyon", Circuits: []string{"z/3"}}, 5, 9, `Lyon "": Z/3 down if down "" Z/4 up if down "isolated"; reds ""→""`},
			{models.WhatIfQuery{Site: "Lyon", Circuits: []string{"Z/3"}}, 12, 14, `Lyon "isolated": Z/3 down if down "isolated" Z/4 down if down "isolated"; reds ""→"isolated", zayo-T4`},
			{models.WhatIfQuery{Site: "Paris", Circuits: []string{"Z/1"}}, 5, 6, `Paris "": Z/1 down if down "" L/1 up if down "isolated"; mixed ""→""; Rome ""→"isolated"`},
			{models.WhatIfQuery{Group: "mixed"}, 5, 9, `mixed "": Z/1 up if down "" L/1 up if down ""`},
			{models.WhatIfQuery{Site: "Rome"}, 9, 11, `Rome "isolated": Z/1 down if down "isolated", zayo-T1`},
			{models.WhatIfQuery{Site: "Rome"}, 5, 6, `Rome "": Z/1 up if down "isolated"`},
			{models.WhatIfQuery{Site: "Lyon", Circuits: []string{"L/1"}}, 5, 9, `answer what if: circuit: Lyon has no circuit "L/1"; name one that it has`},
		} {
			if got := ask(tt.q, tt.from, tt.to); got != tt.want {
				t.Errorf("%+v %g-%g\n got %s\nwant %s", tt.q, tt.from, tt.to, got, tt.want)
			}
		}
		circuits(t, p.s, models.CircuitRow{CID: "Z/3", Provider: "lumen", SiteA: "Lyon"})
		if got := ask(models.WhatIfQuery{Site: "Lyon", Circuits: []string{"Z/3"}}, 5, 6); !strings.Contains(got, "several providers") {
			t.Error(got)
		}
		if got := ask(models.WhatIfQuery{Site: "Lyon", Circuits: []string{"Z/3"}, Provider: "Lumen"}, 5, 6); !strings.HasPrefix(got, `Lyon "": `) {
			t.Error(got)
		}
	})
}
