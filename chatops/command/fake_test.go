package command_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func hours(h float64) time.Time { return noon.Add(time.Duration(h * float64(time.Hour))) }

// memory is a Reader and a Writer over a few records.
type memory struct {
	err          error
	maintenances []models.MaintenanceDetail
	circuits     []models.Circuit
	providers    []models.Provider
	findings     []models.FindingItem
	sources      []models.SourceHealth
	mails        []models.MailItem
	whatIf       models.WhatIf
	scopes       []models.Scope // as asked
	written      []models.Write
	refuse       error // of writes
	reviewed     []models.ReviewWrite
}

func (r *memory) asked(s models.Scope) error {
	r.scopes = append(r.scopes, s)
	return r.err
}

func page[T any](list []T, p models.Page) ([]T, int) {
	total := len(list)
	list = list[min(p.Offset, total):]
	if p.Limit > 0 {
		list = list[:min(len(list), p.Limit)]
	}
	return list, total
}

func (r *memory) ProvidersSeen(_ context.Context, s models.Scope) ([]models.SeenProvider, error) {
	var list []models.SeenProvider
	for _, p := range r.providers {
		one := models.SeenProvider{Provider: p, Whole: s.All || slices.Contains(s.Tenants, p.Tenant) && p.Tenant != ""}
		for _, c := range r.circuits {
			if one.Whole && c.Provider.Slug == p.Slug {
				one.Circuits++
			}
		}
		if one.Whole {
			list = append(list, one)
		}
	}
	return list, r.asked(s)
}

func (r *memory) Circuits(_ context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error) {
	var list []models.Circuit
	same := func(a, b string) bool { return a == "" || models.CIDKey(a) == models.CIDKey(b) }
	for _, c := range r.circuits {
		ends := slices.ContainsFunc(c.Terminations, func(e models.Termination) bool { return slices.Contains(f.Sites, e.Site.Name) })
		if same(f.CID, c.CID) && same(f.Named, c.CID) && strings.Contains(strings.ToLower(c.CID), strings.ToLower(f.Query)) &&
			(len(f.Providers) == 0 || slices.Contains(f.Providers, c.Provider.Slug)) && (len(f.Sites) == 0 || ends) &&
			(len(f.Types) == 0 || slices.Contains(f.Types, c.Type)) && (len(f.IDs) == 0 || slices.Contains(f.IDs, c.ID)) {
			list = append(list, c)
		}
	}
	list, total := page(list, f.Page)
	return list, total, r.asked(s)
}

func (r *memory) CircuitTypes(_ context.Context, s models.Scope) ([]string, error) {
	return []string{"Transit", "Wave"}, r.asked(s)
}

func (r *memory) FindSites(_ context.Context, s models.Scope, f models.SiteFilter) ([]models.Site, int, error) {
	var list []models.Site
	for _, name := range []string{"Barcelona", "Berlin", "Oslo", "Tokyo"} {
		if strings.Contains(strings.ToLower(name), strings.ToLower(f.Query)) && (len(f.Names) == 0 || slices.Contains(f.Names, name)) {
			list = append(list, models.Site{ID: "site-" + name, Name: name})
		}
	}
	list, total := page(list, f.Page)
	return list, total, r.asked(s)
}

func (r *memory) Findings(_ context.Context, s models.Scope, f models.FindingFilter) ([]models.FindingItem, int, error) {
	var list []models.FindingItem
	for _, i := range r.findings {
		if len(f.Sites) == 0 || slices.Contains(f.Sites, i.Subject.Name) {
			list = append(list, i)
		}
	}
	list, total := page(list, f.Page)
	return list, total, r.asked(s)
}

func (r *memory) WhatIf(_ context.Context, s models.Scope, q models.WhatIfQuery) (models.WhatIf, error) {
	w := r.whatIf
	w.Subject.Name, w.Start, w.End = q.Site, q.Start, q.End
	if q.Site == "Tokyo" {
		return w, fmt.Errorf("site %q: %w", q.Site, models.ErrNotFound)
	}
	for i := range w.Circuits {
		w.Circuits[i].Made = slices.Contains(q.Circuits, w.Circuits[i].Circuit.CID)
	}
	return w, r.asked(s)
}

func (r *memory) Mails(_ context.Context, s models.Scope, f models.MailFilter) ([]models.MailItem, int, error) {
	if err := r.asked(s); err != nil || !s.All {
		return nil, 0, err
	}
	list := slices.DeleteFunc(slices.Clone(r.mails), func(m models.MailItem) bool { return !slices.Contains(f.IDs, m.ID) })
	return list, len(list), nil
}

func (r *memory) SourceHealths(context.Context) ([]models.SourceHealth, error) {
	return r.sources, r.err
}

func (r *memory) Edit(_ context.Context, by models.Principal, writes []models.Write) ([]models.Edited, error) {
	if err := r.asked(by.Scope); err != nil {
		return nil, err
	}
	if r.refuse != nil {
		return nil, &models.WriteError{Err: r.refuse}
	}
	if err := writes[0].Check(); err != nil {
		return nil, &models.WriteError{Err: err}
	}
	r.written = append(r.written, writes...)
	for _, m := range r.maintenances {
		if m.ID == writes[0].Maintenance {
			return []models.Edited{{MaintenanceID: m.ID, Name: m.Name, Revision: m.Revision + 1, Changes: 1}}, nil
		}
	}
	return nil, &models.WriteError{Err: models.ErrNotFound}
}

func (r *memory) AddAlias(_ context.Context, by models.Principal, row models.AliasRow) (bool, error) {
	if err := r.asked(by.Scope); err != nil || r.refuse != nil {
		return false, errors.Join(err, r.refuse)
	}
	r.written = append(r.written, models.Write{Maintenance: row.Provider + " " + row.CID + " = " + row.Alias})
	return true, nil
}

func (r *memory) Maintenances(_ context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error) {
	var list []models.MaintenanceItem
	for _, m := range r.maintenances {
		item := models.MaintenanceItem{Maintenance: m.Maintenance, ProviderSlug: m.ProviderSlug, ProviderName: m.ProviderName}
		if fits(item, f) {
			list = append(list, item)
		}
	}
	if f.Window != nil {
		slices.SortStableFunc(list, func(a, b models.MaintenanceItem) int {
			return f.Window.First(a.Windows).Compare(f.Window.First(b.Windows))
		})
	}
	list, total := page(list, f.Page)
	return list, total, r.asked(s)
}

func fits(m models.MaintenanceItem, f models.MaintenanceFilter) bool {
	listed := func(hit func(models.CircuitImpact) bool) bool { return slices.ContainsFunc(m.Circuits, hit) }
	any := func(list []string, v string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, v) })
	}
	return (len(f.Statuses) == 0 || slices.Contains(f.Statuses, m.Status)) &&
		any(f.Providers, m.ProviderSlug) && any(f.Names, m.Name) && any(f.IDs, m.ID) &&
		strings.Contains(strings.ToLower(m.Name), strings.ToLower(f.Query)) &&
		(len(f.Circuits) == 0 || listed(func(c models.CircuitImpact) bool { return any(f.Circuits, c.CID) })) &&
		(len(f.CircuitIDs) == 0 || listed(func(c models.CircuitImpact) bool { return any(f.CircuitIDs, c.CircuitID) })) &&
		(len(f.Sites) == 0 || listed(func(c models.CircuitImpact) bool {
			return c.Circuit != nil && slices.ContainsFunc(c.Circuit.Terminations, func(e models.Termination) bool { return any(f.Sites, e.Site.Name) })
		})) &&
		(len(f.Worst) == 0 || slices.Contains(f.Worst, m.WorstImpact())) &&
		(f.Window == nil || !f.Window.First(m.Windows).IsZero())
}

func (r *memory) Maintenance(_ context.Context, s models.Scope, name string) (models.MaintenanceDetail, error) {
	r.scopes = append(r.scopes, s)
	for _, m := range r.maintenances {
		if strings.EqualFold(m.Name, name) || m.ID == name {
			return m, r.err
		}
	}
	if r.err != nil {
		return models.MaintenanceDetail{}, r.err
	}
	return models.MaintenanceDetail{}, fmt.Errorf("maintenance %q: %w", name, models.ErrNotFound)
}

func (r *memory) CircuitMaintenances(ctx context.Context, s models.Scope, id string, f models.MaintenanceFilter) ([]models.MaintenanceItem, error) {
	all, _, err := r.Maintenances(ctx, s, f)
	return slices.DeleteFunc(all, func(m models.MaintenanceItem) bool {
		return !slices.ContainsFunc(m.Circuits, func(c models.CircuitImpact) bool { return c.CircuitID == id })
	}), err
}

// sample has a running, a coming, a moved multi-window and a past maintenance.
func sample() *memory {
	zayo := models.Provider{ID: "p1", Slug: "zayo", Name: "Zayo", Emails: []string{"mr@zayo.com"}, Tenant: "carriers"}
	kddi := models.Provider{ID: "p2", Slug: "kddi", Name: "KDDI 東京", Emails: []string{"noc@kddi.example"}}
	circuit := func(id, cid string, p models.Provider, a, z string) models.Circuit {
		return models.Circuit{ID: id, CID: cid, ProviderID: p.ID, Provider: p, Type: "Transit", Status: "active", Terminations: []models.Termination{
			{Side: "A", Site: models.Site{Name: a}}, {Side: "Z", Site: models.Site{Name: z}},
		}}
	}
	c1 := circuit("c1", "/OGYX/000001/ /ZYO /", zayo, "Berlin", "Barcelona")
	c2 := circuit("c2", "SAME-1", zayo, "Berlin", "Oslo")
	c3 := circuit("c3", "SAME-1", kddi, "Tokyo", "Oslo")
	c3.Terminations[0].Device, c3.Terminations[0].Interface, c3.Terminations[0].Cable = "edge1", "xe-0/0/1", "C-100"
	c3.Inventory, c3.RemovedAt = "box", noon.AddDate(0, 0, -3)
	make := func(p models.Provider, id string, status models.Status, impact models.Impact, c models.Circuit, windows ...models.Window) models.MaintenanceDetail {
		m := models.MaintenanceDetail{ProviderSlug: p.Slug, ProviderName: p.Name}
		m.ID, m.Name, m.ExternalID, m.Status, m.Summary = "id-"+id, p.Slug+"-"+id, id, status, "Work on the ring"
		m.Windows, m.Revision = windows, 7
		m.Circuits = []models.CircuitImpact{{CID: c.CID, Impact: impact, CircuitID: c.ID, Circuit: &c}}
		return m
	}
	window := func(n int, kind models.WindowKind, from, to float64) models.Window {
		return models.Window{Ordinal: n, Kind: kind, Status: models.StatusConfirmed, Start: hours(from), End: hours(to)}
	}
	running := make(zayo, "TTN-0000000001", models.StatusInProcess, models.ImpactOutage, c1, window(1, models.WindowPrimary, -1, 1), window(2, models.WindowBackup, 47, 49))
	running.Circuits = append(running.Circuits, models.CircuitImpact{CID: "LOST-1", Impact: models.ImpactDegraded})
	running.Notes = []models.Note{{Title: "Nonexistent circuit ID LOST-1", Comment: "The inventory does not know it.", Level: models.NoteWarning}, {Title: "closed", Closed: true}}
	running.Notices = []models.Notice{{Received: hours(-2), Status: models.StatusInProcess, Parser: "zayo/html", Summary: "started"}}
	running.Changes = []models.Change{
		{At: hours(-2), Field: "status", Old: "CONFIRMED", New: "IN-PROCESS", Cause: models.CauseLive, RawID: "raw-2"},
		{At: hours(-3), Field: "summary", Old: "", New: "Work on the ring", Cause: models.CauseEdit, Author: "ann"},
		{At: hours(-3), Field: "acknowledged", Old: "", New: "ann 2026-03-02T09:00:00.5Z", Cause: models.CauseEdit, Author: "ann"},
	}
	for i := range 28 {
		running.Changes = append(running.Changes, models.Change{At: hours(-24 - float64(i)), Field: fmt.Sprintf("window[%d].start", i), Old: "2026-03-04T21:00:00Z", New: "2026-03-05T22:30:00+01:00", Cause: models.CauseLive, RawID: "raw-1"})
	}
	return &memory{
		mails: []models.MailItem{
			{RawNotification: models.RawNotification{ID: "raw-2", Subject: "Work has begun <!channel>\x1b[2J"}}, {RawNotification: models.RawNotification{ID: "raw-1", Subject: "Planned work"}},
		},
		sources: []models.SourceHealth{
			{Source: models.Source{Name: "noc-imap", Kind: "imap", LastSuccess: hours(-0.1)}, Messages: 1200, LastMail: hours(-2)},
			{Source: models.Source{Name: "noc-gmail", Kind: "gmail", LastSuccess: hours(-30), LastError: "login CANARY refused"}, Messages: 3},
		},
		findings: []models.FindingItem{{
			Finding: models.Finding{ID: "f1", Subject: models.Subject{Kind: models.SubjectSite, Name: "Berlin"}, Severity: models.SeverityIsolated, Start: hours(4), End: hours(8)},
			Members: []models.Circuit{c1, c2}, Causes: []models.MaintenanceRef{{ID: "id-NIGHTS", Name: "kddi-NIGHTS"}, {ID: "id-SOON", Name: "kddi-SOON"}},
		}},
		whatIf: models.WhatIf{
			MinUp: 1, Severity: models.SeverityDegraded, Causes: []models.MaintenanceRef{{ID: "id-FAR", Name: "zayo-FAR"}},
			Circuits: []models.WhatIfCircuit{
				{Circuit: c1, State: models.OutlookUp, IfDown: models.SeverityIsolated},
				{Circuit: c2, State: models.OutlookDown, Impairments: []models.Impairment{{CircuitID: "c2", MaintenanceID: "id-FAR", Down: true}}},
			},
			Elsewhere: []models.WhatIfEffect{{Subject: models.Subject{Name: "Oslo"}, Severity: models.SeverityRisk}},
		},
		providers: []models.Provider{zayo, kddi},
		circuits:  []models.Circuit{c1, c2, c3},
		maintenances: []models.MaintenanceDetail{
			make(zayo, "FAR", models.StatusTentative, models.ImpactNone, c2, window(1, models.WindowPrimary, 24*20, 24*20+4)),
			make(kddi, "SOON", models.StatusConfirmed, models.ImpactDegraded, c3, window(1, models.WindowPrimary, 30, 34)),
			make(kddi, "NIGHTS", models.StatusConfirmed, models.ImpactOutage, c3, window(1, models.WindowPrimary, -20, -16), window(2, models.WindowPrimary, 4, 8)),
			running,
			make(zayo, "PAST", models.StatusCompleted, models.ImpactOutage, c1, window(1, models.WindowPrimary, -50, -48)),
		},
	}
}
