package rest

import (
	"context"
	"fmt"
	"time"

	"lineman/models"
)

// MaintenanceReader is what the API reads of maintenances.
type MaintenanceReader interface {
	Maintenances(ctx context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error)
	Maintenance(ctx context.Context, s models.Scope, idOrName string) (models.MaintenanceDetail, error)
}

type maintenanceQuery struct {
	Cursors
	ID           []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Status       []string `query:"status,explode" enum:"TENTATIVE,CONFIRMED,RE-SCHEDULED,IN-PROCESS,COMPLETED,CANCELLED,UNKNOWN" doc:"Any of these statuses"`
	Provider     []string `query:"provider,explode" maxItems:"100" doc:"Any of these provider slugs"`
	Circuit      []string `query:"circuit,explode" maxItems:"100" doc:"Any of these circuit ids, as the provider writes them"`
	Site         []string `query:"site,explode" maxItems:"100" doc:"Any of these site names"`
	Tag          []string `query:"tag,explode" maxItems:"100" doc:"Its provider or one of its circuits has any of these tags"`
	Q            string   `query:"q" maxLength:"200" doc:"Part of the name"`
	Summary      string   `query:"summary" maxLength:"200" doc:"Part of the summary"`
	Acknowledged string   `query:"acknowledged" enum:"true,false" doc:"Acknowledged as it stands"`
	EndsAfter    string   `query:"ends_after" maxLength:"40" doc:"A window ends at this time or later"`
	StartsBefore string   `query:"starts_before" maxLength:"40" doc:"A window starts at this time or earlier"`
	UpdatedAfter string   `query:"updated_after" maxLength:"40" doc:"Changed at this time or later"`
}

func (q maintenanceQuery) filter(ctx context.Context) (f models.MaintenanceFilter, err error) {
	f = models.MaintenanceFilter{
		IDs: q.ID, Providers: q.Provider, Circuits: q.Circuit, Sites: q.Site, Tags: q.Tag, Query: q.Q, Summary: q.Summary,
		Statuses: likeStrings[models.Status](q.Status), Acknowledged: truth(q.Acknowledged),
	}
	if f.EndAfter, err = instantOf("ends_after", q.EndsAfter); err != nil {
		return f, err
	}
	if f.StartsBy, err = instantOf("starts_before", q.StartsBefore); err != nil {
		return f, err
	}
	if f.Updated.From, err = instantOf("updated_after", q.UpdatedAfter); err != nil {
		return f, err
	}
	f.Page, err = q.pageFrom(ctx, "maintenances")
	return f, err
}

type idPath struct {
	ID string `path:"id" maxLength:"300" doc:"Id or name"`
}

// MaintenanceJSON is a maintenance in a list; exported as Paging is.
type MaintenanceJSON struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Provider      providerRef    `json:"provider"`
	MaintenanceID string         `json:"maintenance_id" doc:"As the provider writes it"`
	Status        string         `json:"status"`
	Phase         string         `json:"phase" doc:"upcoming, running, overrun, presumed-over or closed, by windows and clock"`
	Summary       string         `json:"summary"`
	Windows       []WindowJSON   `json:"windows" nullable:"false"`
	Circuits      []circuitLine  `json:"circuits" nullable:"false"`
	WorstImpact   string         `json:"worst_impact" doc:"Empty without circuits"`
	Acknowledged  bool           `json:"acknowledged"`
	Trust         string         `json:"trust" doc:"How sure it is that it comes from its provider: verified, unverified or failed; empty: nobody judged"`
	Pending       []PendingJSON  `json:"pending" nullable:"false" doc:"Notices that wait for a person because their sender is in doubt, newest first; none of them counts"`
	Conflicts     []ConflictJSON `json:"conflicts" nullable:"false" doc:"What a person set and a later notice contradicts; the notice counts"`
	Synthetic     bool           `json:"synthetic" doc:"The provider gives no id; this one was derived"`
	Aliases       []string       `json:"aliases" nullable:"false"`
	FirstSeen     *time.Time     `json:"first_seen"`
	LastNotice    *time.Time     `json:"last_notice"`
	Revision      int64          `json:"revision"`
}

type providerRef struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// WindowJSON is a window; exported as Paging is.
type WindowJSON struct {
	Ordinal int       `json:"ordinal"`
	Kind    string    `json:"kind"`
	Called  bool      `json:"called" doc:"A backup window that a notice called"`
	Status  string    `json:"status"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
}

// ConflictJSON is a value that a person set beside the one of a later notice;
// exported as Paging is.
type ConflictJSON struct {
	Field  string `json:"field" doc:"status, summary, windows, deleted or circuit[ID].impact"`
	Set    string `json:"set" doc:"By a person"`
	Notice string `json:"notice" doc:"By the later notice"`
}

type circuitLine struct {
	CircuitID string `json:"circuit_id" doc:"As the provider writes it"`
	Impact    string `json:"impact"`
	Account   string `json:"account"`
	Linked    bool   `json:"linked" doc:"The inventory knows it"`
	SiteA     string `json:"site_a"`
	SiteZ     string `json:"site_z"`
	Cancelled bool   `json:"cancelled"`
}

type detailJSON struct {
	MaintenanceJSON
	Notices []SaidJSON   `json:"notices" nullable:"false" doc:"Newest first"`
	Notes   []NoteJSON   `json:"notes" nullable:"false"`
	Changes []ChangeJSON `json:"changes" nullable:"false" doc:"Newest first"`
}

// SaidJSON is a notice; exported as Paging is.
type SaidJSON struct {
	ID        string     `json:"id"`
	Status    string     `json:"status"`
	Summary   string     `json:"summary"`
	Account   string     `json:"account"`
	Organizer string     `json:"organizer"`
	UID       string     `json:"uid"`
	Sequence  int        `json:"sequence"`
	Stamp     *time.Time `json:"stamp"`
	Received  *time.Time `json:"received"`
	Parser    string     `json:"parser"`

	Trust       string `json:"trust" doc:"How sure it is that it comes from its provider: verified, unverified or failed; empty: nobody judged"`
	TrustReason string `json:"trust_reason"`
	Held        bool   `json:"held" doc:"It waits for a person, and does not count until one accepts it"`

	Warnings []string `json:"warnings" nullable:"false"`
}

// NoteJSON is a note; exported as Paging is.
type NoteJSON struct {
	ID      string     `json:"id"`
	Title   string     `json:"title"`
	Comment string     `json:"comment"`
	Level   string     `json:"level"`
	Author  string     `json:"author" doc:"Empty: lineman itself"`
	Closed  bool       `json:"closed"`
	Created *time.Time `json:"created"`
}

// ChangeJSON is one difference; exported as Paging is.
type ChangeJSON struct {
	ID       string     `json:"id"`
	Revision int64      `json:"revision"`
	Field    string     `json:"field"`
	Old      string     `json:"old"`
	New      string     `json:"new"`
	Cause    string     `json:"cause"`
	Author   string     `json:"author"`
	At       *time.Time `json:"at"`
}

func (s *server) listMaintenances(ctx context.Context, in *maintenanceQuery) (*answer[flow[MaintenanceJSON]], error) {
	f, err := in.filter(ctx)
	if err != nil {
		return nil, err
	}
	items, total, err := s.o.Reader.Maintenances(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list maintenances: %w", err)
	}
	keys := func(m models.MaintenanceItem) []string { return []string{timeKey(m.Start()), m.ID} }
	return newFlow(ctx, "maintenances", items, total, f.Page, keys, s.maintenance), nil
}

// timeKey is a time as Page.After has it.
func timeKey(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func (s *server) getMaintenance(ctx context.Context, in *idPath) (*answer[detailJSON], error) {
	m, err := s.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[detailJSON]{Body: s.detail(m)}, nil
}

// read gives one maintenance, whose revision will be in the entity tag.
func (s *server) read(ctx context.Context, id string) (models.MaintenanceDetail, error) {
	m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, id)
	if err != nil {
		return m, fmt.Errorf("read a maintenance: %w", err)
	}
	whoAsks(ctx).reply.revision = m.Revision
	return m, nil
}

func (s *server) detail(m models.MaintenanceDetail) detailJSON {
	return detailJSON{
		MaintenanceJSON: s.maintenance(models.MaintenanceItem{Maintenance: m.Maintenance, ProviderSlug: m.ProviderSlug, ProviderName: m.ProviderName}),
		Notices:         convert(m.Notices, noticeOf), Changes: convert(m.Changes, change),
		Notes: append(convert(m.Notes, noteOf), convert(m.PeopleNotes, noteOf)...),
	}
}

func (s *server) maintenance(m models.MaintenanceItem) MaintenanceJSON {
	return MaintenanceJSON{
		ID: m.ID, Name: m.Name, Provider: providerRef{m.ProviderSlug, m.ProviderName},
		MaintenanceID: m.ExternalID, Status: string(m.Status), Summary: m.Summary,
		Phase:   string(models.PhaseOf(m.Maintenance, s.o.Now().UTC(), s.o.Rules(m.ProviderSlug))),
		Windows: convert(m.Windows, window), Circuits: convert(m.Circuits, circuitOf),
		WorstImpact: string(m.WorstImpact()), Acknowledged: m.Acknowledged(),
		Trust: string(m.Trust), Pending: convert(m.Pending, pendingOf), Conflicts: convert(m.Conflicts, conflict), Synthetic: m.Synthetic,
		Aliases: append([]string{}, m.Aliases...), FirstSeen: instant(m.FirstSeen), LastNotice: instant(m.LastNotice),
		Revision: m.Revision,
	}
}

func window(w models.Window) WindowJSON {
	return WindowJSON{Ordinal: w.Ordinal, Kind: string(w.Kind), Called: w.Called, Status: string(w.Status), Start: w.Start.UTC(), End: w.End.UTC()}
}

func conflict(c models.Conflict) ConflictJSON {
	return ConflictJSON{Field: c.Field, Set: c.Set, Notice: c.Notice}
}

func circuitOf(c models.CircuitImpact) circuitLine {
	line := circuitLine{CircuitID: c.CID, Impact: string(c.Impact), Account: c.Account, Linked: c.CircuitID != "", Cancelled: c.Cancelled}
	if c.Circuit != nil {
		line.SiteA, line.SiteZ = siteNames(*c.Circuit)
	}
	return line
}

func noticeOf(n models.Notice) SaidJSON {
	return SaidJSON{
		ID: n.ID, Status: string(n.Status), Summary: n.Summary, Account: n.Account, Organizer: n.Organizer, UID: n.UID,
		Sequence: n.Sequence, Stamp: instant(n.Stamp), Received: instant(n.Received), Parser: n.Parser,
		Trust: string(n.Trust), TrustReason: n.TrustReason, Held: n.Held, Warnings: append([]string{}, n.Warnings...),
	}
}

func noteOf(n models.Note) NoteJSON {
	return NoteJSON{ID: n.ID, Title: n.Title, Comment: n.Comment, Level: string(n.Level), Author: n.Author, Closed: n.Closed, Created: instant(n.CreatedAt)}
}

func change(c models.Change) ChangeJSON {
	return ChangeJSON{ID: c.ID, Revision: c.Revision, Field: c.Field, Old: c.Old, New: c.New, Cause: string(c.Cause), Author: c.Author, At: instant(c.At)}
}

// instant is a time in UTC; the zero time is null.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// convert never gives null.
func convert[R, T any](rows []R, show func(R) T) []T {
	list := make([]T, 0, len(rows))
	for _, r := range rows {
		list = append(list, show(r))
	}
	return list
}
