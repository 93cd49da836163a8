package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"lineman/models"
)

// OverlapReader is what the API reads, and writes, of what falls together.
type OverlapReader interface {
	Findings(ctx context.Context, s models.Scope, f models.FindingFilter) ([]models.FindingItem, int, error)
	Finding(ctx context.Context, s models.Scope, id string) (models.FindingDetail, error)
	RedundancyGroups(ctx context.Context, s models.Scope, f models.GroupFilter) ([]models.RedundancyGroup, int, error)
	WhatIf(ctx context.Context, s models.Scope, q models.WhatIfQuery) (models.WhatIf, error)
	// AcknowledgeFinding refuses with models.ErrStale where the finding is not
	// at this revision any more; 0 is any.
	AcknowledgeFinding(ctx context.Context, by models.Principal, id string, revision int64) (models.Finding, error)
}

func (s *server) registerOverlaps() {
	for _, at := range []struct{ path, one, many string }{{"/api/v1/overlaps", "overlap", "overlaps"}, {"/api/v1/findings", "finding", "findings"}} {
		get(s, at.path, "list-"+at.many, "Findings: maintenances that together leave a site or redundancy group with too few circuits, by start", s.listOverlaps)
		get(s, at.path+"/{id}", "get-"+at.one, "One finding with its history", s.getOverlap)
		register(s, operation{
			method: http.MethodPost, path: at.path + "/{id}/acknowledge", id: "acknowledge-" + at.one, summary: "Acknowledge a finding as it stands", tag: true,
		}, s.acknowledgeOverlap)
	}
	get(s, "/api/v1/whatif", "what-if", "Whether one may work on a site or redundancy group in a time", s.whatIf)
	s.registerGroups()
}

type overlapQuery struct {
	Cursors
	Site        []string  `query:"site,explode" maxItems:"100" doc:"Any of these site names"`
	Group       []string  `query:"group,explode" maxItems:"100" doc:"Any of these redundancy groups, beside the sites"`
	Severity    []string  `query:"severity,explode" enum:"risk,degraded,isolated" doc:"Any of these severities"`
	State       string    `query:"state" enum:"open,closed,all" default:"open"`
	Circuit     []string  `query:"circuit,explode" maxItems:"100" doc:"Any of these circuit ids, as the provider writes them"`
	Maintenance []string  `query:"maintenance,explode" maxItems:"100" doc:"Any of these maintenances, by name"`
	From        time.Time `query:"from" doc:"Some of it is at or after this time"`
	To          time.Time `query:"to" doc:"Some of it is before this time"`
}

func (q overlapQuery) filter() models.FindingFilter {
	f := models.FindingFilter{
		Sites: q.Site, Groups: q.Group, State: models.FindingState(q.State), Circuits: q.Circuit, Maintenances: q.Maintenance,
		From: q.From.UTC(), To: q.To.UTC(),
	}
	for _, v := range q.Severity {
		f.Severities = append(f.Severities, models.Severity(v))
	}
	return f
}

// FindingJSON is a finding in a list; exported as Paging is.
type FindingJSON struct {
	ID             string           `json:"id"`
	Subject        subjectJSON      `json:"subject"`
	Severity       string           `json:"severity" doc:"risk, degraded or isolated: the worst"`
	State          string           `json:"state" doc:"open or closed"`
	Start          time.Time        `json:"start"`
	End            time.Time        `json:"end"`
	Exposures      []exposureJSON   `json:"exposures" nullable:"false" doc:"When, how bad, and of which circuits"`
	Circuits       []CircuitRef     `json:"circuits" nullable:"false"`
	Maintenances   []maintenanceRef `json:"maintenances" nullable:"false"`
	Since          time.Time        `json:"since" doc:"When it was found"`
	Acknowledged   bool             `json:"acknowledged" doc:"As it stands now"`
	AcknowledgedBy string           `json:"acknowledged_by" doc:"Also of an acknowledgement that holds no longer"`
	AcknowledgedAt *time.Time       `json:"acknowledged_at"`
	ClosedAt       *time.Time       `json:"closed_at"`
	Closing        string           `json:"closing" doc:"over: its time has passed; gone: it holds no longer; empty: open"`
	Revision       int64            `json:"revision"`
}

type subjectJSON struct {
	Kind string `json:"kind" doc:"site or group"`
	Name string `json:"name"`
}

type exposureJSON struct {
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
	Severity     string    `json:"severity"`
	Down         []string  `json:"down" nullable:"false" doc:"Ids of circuits"`
	AtRisk       []string  `json:"at_risk" nullable:"false" doc:"Ids of circuits"`
	Maintenances []string  `json:"maintenances" nullable:"false" doc:"Ids"`
}

// CircuitRef is a circuit by its names; exported as Paging is.
type CircuitRef struct {
	ID        string `json:"id"`
	CircuitID string `json:"circuit_id" doc:"As the provider writes it"`
	Provider  string `json:"provider" doc:"Slug"`
}

type maintenanceRef struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Provider string `json:"provider" doc:"Slug"`
}

type findingDetailJSON struct {
	FindingJSON
	Events []findingEventJSON `json:"events" nullable:"false" doc:"Newest first"`
}

type findingEventJSON struct {
	Revision int64     `json:"revision"`
	Change   string    `json:"change" doc:"found, worse, milder, moved, acknowledged, over or gone"`
	Was      string    `json:"was" doc:"The severity before"`
	Severity string    `json:"severity"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Cause    string    `json:"cause"`
	Author   string    `json:"author" doc:"Empty: lineman itself"`
	At       time.Time `json:"at"`
}

func (s *server) listOverlaps(ctx context.Context, in *overlapQuery) (*answer[flow[FindingJSON]], error) {
	f := in.filter()
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return nil, models.Invalid("to", "it is not after from; give a later time")
	}
	var err error
	if f.Page, err = in.pageFrom(ctx, "findings"); err != nil {
		return nil, err
	}
	items, total, err := s.o.Reader.Findings(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list findings: %w", err)
	}
	keys := func(f models.FindingItem) []string { return []string{timeKey(f.Start), f.ID} }
	return newFlow(ctx, "findings", items, total, f.Page, keys, finding), nil
}

func (s *server) getOverlap(ctx context.Context, in *idPath) (*answer[findingDetailJSON], error) {
	d, err := s.o.Reader.Finding(ctx, whoAsks(ctx).Scope, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read a finding: %w", err)
	}
	whoAsks(ctx).reply.revision = d.Revision
	return &answer[findingDetailJSON]{findingDetailJSON{finding(d.FindingItem), convert(d.Events, findingEvent)}}, nil
}

func finding(f models.FindingItem) FindingJSON {
	j := FindingJSON{
		ID: f.ID, Subject: subjectJSON{string(f.Subject.Kind), f.Subject.Name}, Severity: string(f.Severity), State: string(models.FindingsOpen),
		Start: f.Start.UTC(), End: f.End.UTC(), Exposures: convert(f.Exposures, exposure), Circuits: convert(f.Members, circuitRefOf),
		Maintenances: convert(f.Causes, maintenanceRefOf), Since: f.Since.UTC(), Acknowledged: f.Acknowledged(),
		ClosedAt: instant(f.ClosedAt), Closing: string(f.Closing), Revision: f.Revision,
	}
	if f.Ack != nil {
		j.AcknowledgedBy, j.AcknowledgedAt = f.Ack.Author, instant(f.Ack.At)
	}
	if !f.ClosedAt.IsZero() {
		j.State = string(models.FindingsClosed)
	}
	return j
}

func exposure(e models.Exposure) exposureJSON {
	return exposureJSON{
		Start: e.Start.UTC(), End: e.End.UTC(), Severity: string(e.Severity), Down: append([]string{}, e.Down...),
		AtRisk: append([]string{}, e.AtRisk...), Maintenances: append([]string{}, e.Maintenances...),
	}
}

func circuitRefOf(c models.Circuit) CircuitRef { return CircuitRef{c.ID, c.CID, c.Provider.Slug} }

func maintenanceRefOf(m models.MaintenanceRef) maintenanceRef {
	return maintenanceRef{m.ID, m.Name, string(m.Status), m.ProviderSlug}
}

func findingEvent(e models.FindingEvent) findingEventJSON {
	return findingEventJSON{
		Revision: e.Revision, Change: string(e.Change), Was: string(e.Was), Severity: string(e.Severity),
		Start: e.Start.UTC(), End: e.End.UTC(), Cause: string(e.Cause), Author: e.Author, At: e.At.UTC(),
	}
}
