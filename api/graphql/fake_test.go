package graphql_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lineman/models"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// memory is a Reader over many records that are all alike; it keeps what it
// was asked for.
type memory struct {
	err      error
	panics   bool
	wait     bool       // until the query is given up
	each     int        // circuits of a maintenance
	mu       sync.Mutex // fields of one query are read side by side
	scopes   []models.Scope
	filter   models.MaintenanceFilter
	impacts  models.ImpactFilter
	circuits models.CircuitFilter
	mails    models.MailFilter
	notices  models.NoticeFilter
	findings models.FindingFilter
	batch    models.Batch
}

func (r *memory) MaintenanceHeads(ctx context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceHead, error) {
	r.mu.Lock()
	r.scopes, r.filter = append(r.scopes, s), f
	r.mu.Unlock()
	if r.wait {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var all []models.MaintenanceHead
	for i := range f.Page.Limit {
		all = append(all, head(fmt.Sprint("m", i)))
	}
	return all, r.err
}

func head(id string) models.MaintenanceHead {
	return models.MaintenanceHead{
		ID: id, Name: "zayo-" + id, ExternalID: id, Provider: models.ProviderRef{ID: "p1", Slug: "zayo", Name: "Zayo"}, Status: models.StatusRescheduled,
		Start: noon.In(time.FixedZone("CET", 3600)), End: noon.Add(time.Hour), Revision: 3,
	}
}

func (r *memory) FindImpacts(_ context.Context, s models.Scope, f models.ImpactFilter) ([]models.ImpactItem, int, error) {
	r.mu.Lock()
	r.scopes, r.impacts = append(r.scopes, s), f
	r.mu.Unlock()
	return []models.ImpactItem{{ID: "i1", MaintenanceID: "m1", CircuitID: "c1", Impact: models.ImpactNone}}, 1, r.err
}

func (r *memory) Circuits(_ context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error) {
	r.mu.Lock()
	r.scopes, r.circuits = append(r.scopes, s), f
	r.mu.Unlock()
	return []models.Circuit{{ID: "c1", CID: "A/1"}}, 1, r.err
}

func (r *memory) ProviderRefs(_ context.Context, s models.Scope, _ []string, _ models.Page) ([]models.ProviderRef, error) {
	r.mu.Lock()
	r.scopes = append(r.scopes, s)
	r.mu.Unlock()
	return []models.ProviderRef{{ID: "p1", Slug: "zayo", Name: "Zayo"}}, r.err
}

func (r *memory) FindSites(_ context.Context, s models.Scope, _ models.SiteFilter) ([]models.Site, int, error) {
	r.mu.Lock()
	r.scopes = append(r.scopes, s)
	r.mu.Unlock()
	return []models.Site{{ID: "s1", Name: "Paris"}}, 1, r.err
}

func (r *memory) FindNotes(_ context.Context, s models.Scope, _ models.NoteFilter) ([]models.Note, int, error) {
	r.mu.Lock()
	r.scopes = append(r.scopes, s)
	r.mu.Unlock()
	return []models.Note{{ID: "n1", MaintenanceID: "m1", Title: "A note"}}, 1, r.err
}

func (r *memory) Mails(_ context.Context, s models.Scope, f models.MailFilter) ([]models.MailItem, int, error) {
	r.mu.Lock()
	r.scopes, r.mails = append(r.scopes, s), f
	r.mu.Unlock()
	return []models.MailItem{{RawNotification: models.RawNotification{ID: "r1", Subject: "Notice", Raw: []byte("CANARY")}}}, 1, r.err
}

func (r *memory) FindNotices(_ context.Context, s models.Scope, f models.NoticeFilter) ([]models.NoticeItem, int, error) {
	r.mu.Lock()
	r.scopes, r.notices = append(r.scopes, s), f
	r.mu.Unlock()
	return []models.NoticeItem{{Notice: models.Notice{ID: "no1", RawID: "r1", MaintenanceID: "TTN-1"}, MaintenanceRowID: "m1"}}, 1, r.err
}

func (r *memory) Findings(_ context.Context, s models.Scope, f models.FindingFilter) ([]models.FindingItem, int, error) {
	r.mu.Lock()
	r.scopes, r.findings = append(r.scopes, s), f
	r.mu.Unlock()
	return []models.FindingItem{{Finding: models.Finding{
		ID: "f1", Subject: models.Subject{Kind: models.SubjectSite, Name: "Paris"}, Severity: models.SeverityIsolated, Circuits: []string{"c1", "gone"}, Maintenances: []string{"m1"},
	}}}, 1, r.err
}

func (r *memory) MaintenancesByID(_ context.Context, _ models.Scope, ids []string) (map[string]models.MaintenanceHead, error) {
	all := map[string]models.MaintenanceHead{}
	for _, id := range ids {
		all[id] = head(id)
	}
	return all, r.err
}

func (r *memory) MaintenancesOfProviders(_ context.Context, _ models.Scope, b models.Batch) (map[string][]models.MaintenanceHead, error) {
	return map[string][]models.MaintenanceHead{"p1": {head("m1")}}, r.err
}

func (r *memory) Windows(_ context.Context, _ models.Scope, b models.Batch) (map[string][]models.Window, error) {
	if r.panics {
		panic("CANARY")
	}
	return nil, r.err
}

func (r *memory) ListedCircuits(_ context.Context, _ models.Scope, b models.Batch) (map[string][]models.ListedCircuit, error) {
	r.mu.Lock()
	r.batch = b
	r.mu.Unlock()
	if b.Most > 0 && len(b.IDs)*r.each > b.Most {
		return nil, fmt.Errorf("%w: %d", models.ErrTooMany, len(b.IDs)*r.each)
	}
	all := map[string][]models.ListedCircuit{}
	for _, id := range b.IDs {
		for i := range r.each {
			all[id] = append(all[id], models.ListedCircuit{ID: fmt.Sprint("i", i), MaintenanceID: id, CID: fmt.Sprint("A/", i), Impact: models.ImpactNone, CircuitID: fmt.Sprint("c", i)})
		}
	}
	return all, r.err
}

func (r *memory) ImpactsOn(_ context.Context, _ models.Scope, b models.Batch) (map[string][]models.ImpactItem, error) {
	r.mu.Lock()
	r.batch = b
	r.mu.Unlock()
	return nil, r.err
}

func (r *memory) CircuitsByID(_ context.Context, _ models.Scope, ids []string) (map[string]*models.Circuit, error) {
	all := map[string]*models.Circuit{}
	for _, id := range ids {
		if id != "gone" {
			all[id] = &models.Circuit{ID: id, CID: "A/" + id[1:], Provider: models.Provider{ID: "p1", Slug: "zayo"}}
		}
	}
	return all, r.err
}

func (r *memory) CircuitsOf(_ context.Context, _ models.Scope, _ models.OwnerKind, b models.Batch) (map[string][]models.Circuit, error) {
	r.mu.Lock()
	r.batch = b
	r.mu.Unlock()
	return nil, r.err
}

func (r *memory) Terminations(context.Context, models.Scope, models.Batch) (map[string][]models.Termination, error) {
	return nil, r.err
}

func (r *memory) Tags(context.Context, models.Scope, models.OwnerKind, models.Batch) (map[string][]string, error) {
	return nil, r.err
}
