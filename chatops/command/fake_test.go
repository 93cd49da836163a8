package command_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func hours(h float64) time.Time { return noon.Add(time.Duration(h * float64(time.Hour))) }

// memory is a Reader over a few records.
type memory struct {
	err          error
	maintenances []models.MaintenanceDetail
	circuits     []models.Circuit
	providers    []models.Provider
	scopes       []models.Scope // as asked
}

func (r *memory) Providers(context.Context) ([]models.Provider, error) { return r.providers, r.err }

func (r *memory) Circuits(_ context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error) {
	r.scopes = append(r.scopes, s)
	var list []models.Circuit
	for _, c := range r.circuits {
		if (f.CID == "" || strings.EqualFold(f.CID, c.CID)) && (len(f.Providers) == 0 || slices.Contains(f.Providers, c.Provider.Slug)) {
			list = append(list, c)
		}
	}
	return list, len(list), r.err
}

func (r *memory) Maintenances(_ context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error) {
	r.scopes = append(r.scopes, s)
	var list []models.MaintenanceItem
	for _, m := range r.maintenances {
		switch {
		case len(f.Statuses) > 0 && !slices.Contains(f.Statuses, m.Status),
			len(f.Providers) > 0 && !slices.Contains(f.Providers, m.ProviderSlug),
			!strings.Contains(strings.ToLower(m.Name), strings.ToLower(f.Query)),
			len(f.Circuits) > 0 && !slices.ContainsFunc(m.Circuits, func(c models.CircuitImpact) bool { return slices.Contains(f.Circuits, c.CID) }),
			!f.EndAfter.IsZero() && m.End().Before(f.EndAfter),
			!f.StartsBy.IsZero() && m.Start().After(f.StartsBy):
			continue
		}
		list = append(list, models.MaintenanceItem{Maintenance: m.Maintenance, ProviderSlug: m.ProviderSlug, ProviderName: m.ProviderName})
	}
	total := len(list)
	list = list[min(f.Page.Offset, total):]
	return list[:min(len(list), f.Page.Limit)], total, r.err
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
		m.Windows = windows
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
	running.Changes = []models.Change{{At: hours(-2), Field: "status", Old: "CONFIRMED", New: "IN-PROCESS", Cause: models.CauseLive}}
	return &memory{
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
