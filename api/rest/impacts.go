package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"lineman/models"
)

func (s *server) registerImpacts() {
	const path = "/api/v1/impacts"
	get(s, path, "list-impacts", "Impacts of maintenances on circuits of the inventory, newest start first", s.listImpacts)
	get(s, path+"/{id}", "get-impact", "One impact", s.getImpact)
	register(s, operation{
		method: http.MethodPatch, path: path + "/{id}", id: "change-impact", summary: "Weigh an impact", tag: true, body: bodySchema[ImpactWrite](s, true, false),
	}, s.changeImpact)
	register(s, operation{
		method: http.MethodDelete, path: path + "/{id}", id: "delete-impact", summary: "Take the link between maintenance and circuit away",
		tag: true, status: http.StatusNoContent,
	}, s.deleteImpact)
}

type impactsQuery struct {
	Cursors
	ID          []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Maintenance []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Circuit     []string `query:"circuit,explode" maxItems:"1000" doc:"Any of these circuits, by circuit id or id"`
	Provider    []string `query:"provider,explode" maxItems:"100" doc:"Any of these provider slugs"`
	Impact      []string `query:"impact,explode" enum:"NO-IMPACT,REDUCED-REDUNDANCY,DEGRADED,OUTAGE" doc:"Any of these impacts"`
}

type impactItemJSON struct {
	ID          string     `json:"id"`
	Maintenance recordRef  `json:"maintenance"`
	Circuit     string     `json:"circuit" doc:"Id of the circuit in the inventory"`
	CircuitID   string     `json:"circuit_id" doc:"As the inventory writes it"`
	ListedAs    string     `json:"listed_as" doc:"As the maintenance lists it"`
	Impact      string     `json:"impact"`
	Revision    int64      `json:"revision" doc:"Of the maintenance"`
	Created     *time.Time `json:"created"`
	Updated     *time.Time `json:"updated"`
}

// ImpactWrite is an impact as it is sent.
type ImpactWrite struct {
	Impact string  `json:"impact" enum:"NO-IMPACT,REDUCED-REDUNDANCY,DEGRADED,OUTAGE"`
	Reason *string `json:"reason,omitempty" maxLength:"2000"`
}

func impactItem(i models.ImpactItem) impactItemJSON {
	return impactItemJSON{
		ID: i.ID, Maintenance: recordRef{i.MaintenanceID, i.MaintenanceName}, Circuit: i.CircuitID, CircuitID: i.CID, ListedAs: i.ListedCID,
		Impact: string(i.Impact), Revision: i.Revision, Created: instant(i.CreatedAt), Updated: instant(i.UpdatedAt),
	}
}

func (s *server) listImpacts(ctx context.Context, in *impactsQuery) (*answer[flow[impactItemJSON]], error) {
	page, err := in.pageFrom(ctx, "impacts")
	if err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.FindImpacts(ctx, whoAsks(ctx).Scope, models.ImpactFilter{
		IDs: in.ID, Maintenances: in.Maintenance, Circuits: in.Circuit, Providers: in.Provider, Impacts: likeStrings[models.Impact](in.Impact), Page: page,
	})
	if err != nil {
		return nil, fmt.Errorf("list impacts: %w", err)
	}
	keys := func(i models.ImpactItem) []string { return []string{timeKey(i.Start), i.MaintenanceID, i.CID, i.ID} }
	return newFlow(ctx, "impacts", rows, total, page, keys, impactItem), nil
}

func (s *server) getImpact(ctx context.Context, in *idPath) (*answer[impactItemJSON], error) {
	i, err := s.impact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	whoAsks(ctx).reply.revision = i.Revision
	return &answer[impactItemJSON]{Body: impactItem(i)}, nil
}

func (s *server) changeImpact(ctx context.Context, in *bodyInput) (*answer[impactItemJSON], error) {
	sent, err := decode[ImpactWrite](s, in.RawInput)
	if err != nil {
		return nil, err
	}
	was, err := s.impact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	act := models.Edit{Kind: models.EditImpact, CID: was.ListedCID, Impact: models.Impact(sent.Impact)}
	w := models.Write{Maintenance: was.MaintenanceID, Acts: []models.Edit{act}, Reason: textOf(sent.Reason)}
	if err := s.editAt(ctx, was.Revision, w); err != nil {
		return nil, err
	}
	now, err := s.oneImpact(ctx, models.ImpactFilter{Maintenances: []string{was.MaintenanceID}, Circuits: []string{was.CircuitID}})
	whoAsks(ctx).reply.revision = now.Revision
	return only([]models.ImpactItem{now}, err, "read what was written", impactItem)
}

func (s *server) deleteImpact(ctx context.Context, in *idPath) (*nothing, error) {
	was, err := s.impact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	w := models.Write{Maintenance: was.MaintenanceID, Acts: []models.Edit{{Kind: models.EditUnlink, CID: was.ListedCID}}}
	return nil, s.editAt(ctx, was.Revision, w)
}

// editAt does a write where If-Match names the revision that was just read.
func (s *server) editAt(ctx context.Context, revision int64, w models.Write) error {
	var err error
	if w.Expected, err = whoAsks(ctx).match.expected(revision); err != nil {
		return err
	}
	_, err = s.edit(ctx, []models.Write{w})
	return err
}
