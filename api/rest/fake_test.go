package rest_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lineman/models"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// memory is a Reader over a few records; it keeps what it was asked for.
type memory struct {
	err    error
	scopes []models.Scope
	filter models.MaintenanceFilter
	cfil   models.CircuitFilter
	ffil   models.FindingFilter
	what   models.WhatIfQuery
	page   models.Page
	asked  any // the filter of the last list
	writes []models.Write

	audited []string
}

func detail() models.MaintenanceDetail {
	circuit := models.Circuit{ID: "c1", CID: "/OGYX/000001/ /ZYO /", Terminations: []models.Termination{
		{Side: "A", Site: models.Site{Name: "Berlin"}}, {Side: "Z", Site: models.Site{Name: "Barcelona"}},
	}}
	m := models.MaintenanceDetail{ProviderSlug: "zayo", ProviderName: "Zayo"}
	m.Maintenance = models.Maintenance{
		ID: "6f0a5a2e-0000-4000-8000-000000000001", Name: "zayo-TTN-0001", ExternalID: "TTN-0001", Status: models.StatusConfirmed, Summary: "Splice <b>work</b>",
		Windows: []models.Window{
			{Ordinal: 1, Kind: models.WindowPrimary, Status: models.StatusConfirmed, Start: noon.Add(-time.Hour).In(time.FixedZone("CET", 3600)), End: noon.Add(time.Hour)},
			{Ordinal: 2, Kind: models.WindowBackup, Status: models.StatusConfirmed, Start: noon.Add(47 * time.Hour), End: noon.Add(49 * time.Hour)},
		},
		Circuits: []models.CircuitImpact{
			{CID: "/OGYX/000001/ /ZYO /", Account: "ACME", Impact: models.ImpactOutage, CircuitID: "c1", Circuit: &circuit},
			{CID: "LOST-1", Account: "ACME", Impact: models.ImpactDegraded, Cancelled: true},
		},
		Notes:   []models.Note{{ID: "n1", Title: "Nonexistent circuit ID LOST-1", Comment: "The inventory does not know it.", Level: models.NoteWarning, CreatedAt: noon}},
		Aliases: []string{"TTN-0000"}, FirstSeen: noon.Add(-48 * time.Hour), LastNotice: noon.Add(-time.Hour), Revision: 3,
		CreatedAt: noon.Add(-48 * time.Hour), UpdatedAt: noon,
	}
	m.Trust, m.Pending = models.TrustVerified, []models.Pending{{
		NoticeID: "no2", RawID: "r2", Received: noon, Trust: models.TrustUnverified, Reason: "it carries no DKIM signature",
		Said: models.StatusRescheduled, Was: models.StatusConfirmed, Status: models.StatusRescheduled,
		Before:  []models.PendingWindow{{Ordinal: 1, Kind: models.WindowPrimary, Status: models.StatusConfirmed, Start: noon.Add(-time.Hour), End: noon.Add(time.Hour)}},
		Windows: []models.PendingWindow{{Ordinal: 1, Kind: models.WindowPrimary, Status: models.StatusRescheduled, Start: noon.Add(23 * time.Hour), End: noon.Add(25 * time.Hour)}},
	}}
	m.Ack = &models.Acknowledgement{Author: "kim", At: noon, Digest: models.AckDigest(m.Maintenance)}
	m.Notices = []models.Notice{notice()}
	m.Changes = []models.Change{{Revision: 3, Field: "status", Old: "TENTATIVE", New: "CONFIRMED", Cause: models.CauseLive, At: noon}}
	return m
}

func notice() models.Notice {
	return models.Notice{
		ID: "no1", RawID: "r1", Provider: "zayo", MaintenanceID: "TTN-0001", Account: "ACME", Organizer: "mr@zayo.com", Summary: "Splice work",
		UID: "0", Sequence: 1, Status: models.StatusConfirmed, Stamp: noon.Add(-2 * time.Hour), Received: noon.Add(-time.Hour), Parser: "zayo/html", CreatedAt: noon,
		Trust: models.TrustVerified, TrustReason: "the signature of zayo.com (key s1) is right",
		Windows: []models.NoticeWindow{
			{Start: noon.Add(-time.Hour), End: noon.Add(time.Hour), Circuits: []models.NoticeCircuit{{CID: "A", Impact: models.ImpactDegraded}}},
			{Start: noon.Add(23 * time.Hour), End: noon.Add(25 * time.Hour), Circuits: []models.NoticeCircuit{{CID: "A", Impact: models.ImpactOutage}, {CID: "B", Impact: models.ImpactNone}}},
		},
	}
}

func (r *memory) Maintenances(_ context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error) {
	r.scopes, r.filter = append(r.scopes, s), f
	d := detail()
	return []models.MaintenanceItem{{Maintenance: d.Maintenance, ProviderSlug: "zayo", ProviderName: "Zayo"}}, 120, r.err
}

func (r *memory) Maintenance(_ context.Context, s models.Scope, name string) (models.MaintenanceDetail, error) {
	r.scopes = append(r.scopes, s)
	d := detail()
	if r.err != nil || !strings.EqualFold(name, d.Name) && name != d.ID {
		return models.MaintenanceDetail{}, fmt.Errorf("maintenance %q: %w", name, cmpOr(r.err, models.ErrNotFound))
	}
	return d, nil
}

func cmpOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (r *memory) Providers(context.Context) ([]models.Provider, error) {
	return []models.Provider{
		{ID: "p1", Slug: "zayo", Name: "Zayo", Emails: []string{"mr@zayo.com"}, Tenant: "carriers"}, {ID: "p2", Slug: "lumen", Name: "Lumen"},
	}, r.err
}

func (r *memory) Circuits(_ context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error) {
	r.scopes, r.cfil = append(r.scopes, s), f
	c := *detail().Circuits[0].Circuit
	c.Provider, c.Type, c.Tags = models.Provider{Slug: "zayo", Name: "Zayo"}, "Transit", []string{"core"}
	return []models.Circuit{c}, 1, r.err
}

func (r *memory) Mails(_ context.Context, s models.Scope, f models.MailFilter) ([]models.MailItem, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.MailItem{
		{Source: "noc-imap", Provider: "zayo", RawNotification: models.RawNotification{ID: "r1", Subject: "Notice", Sender: "mr@zayo.com", ProviderID: "p1", SourceID: "s1", State: models.StateParsed, Received: noon, Raw: []byte("CANARY"), CreatedAt: noon, UpdatedAt: noon}},
		{RawNotification: models.RawNotification{ID: "r2", Subject: "Hello", State: models.StateIgnored, Received: noon}},
	}, 2, r.err
}

func (r *memory) Mail(_ context.Context, s models.Scope, id string) (models.MailDetail, error) {
	r.scopes = append(r.scopes, s)
	if !s.All || id == "raw" {
		return models.MailDetail{}, models.ErrNotFound
	}
	return models.MailDetail{MailItem: models.MailItem{RawNotification: models.RawNotification{ID: id, Subject: "Notice", Raw: []byte("CANARY")}}}, r.err
}

func (r *memory) FindNotices(_ context.Context, s models.Scope, f models.NoticeFilter) ([]models.NoticeItem, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.NoticeItem{{Notice: notice(), MaintenanceRowID: detail().ID, MaintenanceName: "zayo-TTN-0001"}}, 1, r.err
}

func (r *memory) FindImpacts(_ context.Context, s models.Scope, f models.ImpactFilter) ([]models.ImpactItem, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.ImpactItem{{ID: "i1", MaintenanceID: detail().ID, MaintenanceName: "zayo-TTN-0001", CircuitID: "c1", CID: "A", ListedCID: "A", Impact: models.ImpactOutage, Revision: 3, CreatedAt: noon, UpdatedAt: noon}}, 1, r.err
}

func (r *memory) FindNotes(_ context.Context, s models.Scope, f models.NoteFilter) ([]models.Note, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.Note{{ID: "n1", MaintenanceID: detail().ID, Title: "A note", Comment: "Text", Level: models.NoteInfo, Revision: 3, CreatedAt: noon, UpdatedAt: noon}}, 1, r.err
}

func (r *memory) FindPolls(_ context.Context, s models.Scope, f models.PollFilter) ([]models.PollItem, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.PollItem{{Poll: models.Poll{ID: "l1", Started: noon, Finished: noon, Error: "CANARY"}, Source: "noc-imap"}}, 1, r.err
}

func (r *memory) AuditLog(_ context.Context, s models.Scope, _ models.Page) ([]models.Audit, int, error) {
	r.scopes = append(r.scopes, s)
	return []models.Audit{{ID: "a1", At: noon, Author: "kim", Role: models.RoleOperator, Action: "set status", Object: "maintenance", Ref: detail().ID}}, 1, r.err
}

func (r *memory) FindSites(_ context.Context, s models.Scope, f models.SiteFilter) ([]models.Site, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.Site{{ID: "x1", Name: "Berlin", Region: "EU"}}, 1, r.err
}

func (r *memory) CircuitTypes(_ context.Context, s models.Scope) ([]string, error) {
	r.scopes = append(r.scopes, s)
	return []string{"Transit"}, r.err
}

// Edit takes writes and does nothing.
func (r *memory) Edit(_ context.Context, by models.Principal, writes []models.Write) ([]models.Edited, error) {
	r.scopes, r.writes = append(r.scopes, by.Scope), append(r.writes, writes...)
	done := make([]models.Edited, len(writes))
	for i := range writes {
		done[i] = models.Edited{MaintenanceID: detail().ID, Name: detail().Name, Revision: 4, NoteIDs: []string{"n1"}}
	}
	return done, r.err
}

// Audit remembers who did what.
func (r *memory) Audit(_ context.Context, by models.Principal, action, object, id, _ string) error {
	r.audited = append(r.audited, by.Name+" "+action+" "+object+" "+id)
	return r.err
}

func (r *memory) AddAlias(_ context.Context, by models.Principal, _ models.AliasRow) (bool, error) {
	r.scopes = append(r.scopes, by.Scope)
	return true, r.err
}

func (r *memory) RemoveAlias(_ context.Context, by models.Principal, _ string) error {
	r.scopes = append(r.scopes, by.Scope)
	return r.err
}

func (r *memory) FindAliases(_ context.Context, s models.Scope, f models.AliasFilter) ([]models.AliasItem, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.AliasItem{{Alias: models.Alias{ID: "b1", Alias: "A1", CircuitID: "c1", CreatedAt: noon}, ProviderSlug: "zayo", ProviderName: "Zayo", CID: "A"}}, 1, r.err
}

func (r *memory) FindWindows(_ context.Context, s models.Scope, f models.WindowFilter) ([]models.WindowItem, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.WindowItem{{Window: detail().Windows[0], MaintenanceID: detail().ID, MaintenanceName: detail().Name}}, 1, r.err
}

func (r *memory) FindChanges(_ context.Context, s models.Scope, f models.ChangeFilter) ([]models.ChangeItem, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	return []models.ChangeItem{{Change: detail().Changes[0], MaintenanceName: detail().Name}}, 1, r.err
}

func (r *memory) FindEdits(_ context.Context, s models.Scope, f models.EditFilter) ([]models.EditItem, int, error) {
	r.scopes, r.asked = append(r.scopes, s), f
	e := models.SetStatus(models.StatusTentative)
	e.ID, e.MaintenanceID, e.Author, e.At = "e1", detail().ID, "kim", noon
	return []models.EditItem{{Edit: e, MaintenanceName: detail().Name}}, 1, r.err
}

func (r *memory) SourceHealths(context.Context) ([]models.SourceHealth, error) {
	return []models.SourceHealth{{Source: models.Source{ID: "s1", Name: "noc-imap", Kind: "imap", LastError: "CANARY", CreatedAt: noon, UpdatedAt: noon}}}, r.err
}

// TokenByHash knows a token of each kind.
func (r *memory) TokenByHash(_ context.Context, hash string) (models.Token, error) {
	switch hash {
	case models.HashToken("lm_all"):
		return models.Token{Name: "all", Hash: hash, Role: models.RoleViewer, Scope: models.ScopeAll}, nil
	case models.HashToken("lm_operator"):
		return models.Token{Name: "operator", Hash: hash, Role: models.RoleOperator, Scope: models.ScopeAll}, nil
	case models.HashToken("lm_admin"):
		return models.Token{Name: "admin", Hash: hash, Role: models.RoleAdmin, Scope: models.ScopeAll}, nil
	case models.HashToken("lm_narrow"):
		return models.Token{Name: "narrow", Hash: hash, Role: models.RoleViewer, Scope: models.Scope{Tenants: []string{"carriers"}}}, nil
	case models.HashToken("lm_norole"):
		return models.Token{Name: "norole", Hash: hash, Scope: models.ScopeAll}, nil
	case models.HashToken("lm_broken"):
		return models.Token{}, fmt.Errorf("database CANARY is away")
	}
	return models.Token{}, fmt.Errorf("token: %w", models.ErrNotFound)
}
