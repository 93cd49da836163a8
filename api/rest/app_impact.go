package rest

import (
	"context"
	"fmt"
	"net/http"

	"lineman/models"
)

type appImpactQuery struct {
	AppPaging
	Stamps
	Shape
	ID          []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Maintenance []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Circuit     []string `query:"circuit,explode" maxItems:"1000" doc:"Any of these circuits, by circuit id or id"`
	Impact      []string `query:"impact,explode" enum:"NO-IMPACT,REDUCED-REDUNDANCY,DEGRADED,OUTAGE" doc:"Any of these impacts"`
}

type appImpactJSON struct {
	AppCommon
	Maintenance appRef `json:"maintenance" doc:"Id of the maintenance"`
	Circuit     appRef `json:"circuit" doc:"Id of the circuit"`
	Impact      string `json:"impact"`
	AppExtra
}

// AppImpactWrite is an impact as it is sent.
type AppImpactWrite struct {
	Row
	Maintenance *string `json:"maintenance,omitempty" maxLength:"300" doc:"Id or name of the maintenance. It cannot be changed"`
	Circuit     *string `json:"circuit,omitempty" maxLength:"300" doc:"Id of the circuit, or its circuit id. It cannot be changed"`
	Impact      *string `json:"impact,omitempty" enum:"NO-IMPACT,REDUCED-REDUNDANCY,DEGRADED,OUTAGE" doc:"OUTAGE where it is left out"`
}

func (s *server) registerAppImpacts(c crud) {
	get(s, c.list(), "app-circuitimpacts", "Impacts on circuits as the Nautobot app shows them", s.appImpacts)
	get(s, c.item(), "app-circuitimpact", "One impact on a circuit as the Nautobot app shows it", s.appImpact)
	writers(s, c, s.writeAppImpacts)
	removers(s, c, func(ctx context.Context, ids []string) error {
		writes := make([]models.Write, len(ids))
		for i, id := range ids {
			was, err := s.impact(ctx, id)
			if err != nil {
				return &models.WriteError{Index: i, Err: err}
			}
			writes[i] = models.Write{Maintenance: was.MaintenanceID, Acts: []models.Edit{{Kind: models.EditUnlink, CID: was.ListedCID}}}
			if writes[i].Expected, err = whoAsks(ctx).match.expected(was.Revision); err != nil {
				return err
			}
		}
		_, err := s.edit(ctx, writes)
		return err
	})
}

func (s *server) appImpacts(ctx context.Context, in *appImpactQuery) (*answer[List[appImpactJSON]], error) {
	f := models.ImpactFilter{
		IDs: in.ID, Maintenances: in.Maintenance, Circuits: in.Circuit, Impacts: likeStrings[models.Impact](in.Impact), Page: in.page(),
	}
	var err error
	if f.Created, f.Updated, err = in.ranges(); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.FindImpacts(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list impacts: %w", err)
	}
	with, err := s.relateImpacts(ctx, in.Shape, rows)
	if err != nil {
		return nil, err
	}
	return newList(ctx, rows, total, f.Page, func(i models.ImpactItem) appImpactJSON { return appImpactOf(ctx, i, with, in.Shape) }), nil
}

func (s *server) appImpact(ctx context.Context, in *appItem) (*answer[appImpactJSON], error) {
	i, err := s.impact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	whoAsks(ctx).reply.revision = i.Revision
	with, err := s.relateImpacts(ctx, in.Shape, []models.ImpactItem{i})
	if err != nil {
		return nil, err
	}
	return &answer[appImpactJSON]{Body: appImpactOf(ctx, i, with, in.Shape)}, nil
}

func (s *server) relateImpacts(ctx context.Context, shape Shape, rows []models.ImpactItem) (*related, error) {
	return s.relate(ctx, shape, wanted{
		maintenances: convert(rows, func(i models.ImpactItem) string { return i.MaintenanceID }),
		circuits:     convert(rows, func(i models.ImpactItem) string { return i.CircuitID }),
	})
}

// impact reads one impact by its id.
func (s *server) impact(ctx context.Context, id string) (models.ImpactItem, error) {
	return s.oneImpact(ctx, models.ImpactFilter{IDs: []string{id}})
}

func (s *server) oneImpact(ctx context.Context, f models.ImpactFilter) (models.ImpactItem, error) {
	f.Page.Limit = 1
	rows, _, err := s.o.Reader.FindImpacts(ctx, whoAsks(ctx).Scope, f)
	if err == nil && len(rows) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.ImpactItem{}, fmt.Errorf("read an impact: %w", err)
	}
	return rows[0], nil
}

func appImpactOf(ctx context.Context, i models.ImpactItem, with *related, shape Shape) appImpactJSON {
	return appImpactJSON{
		AppCommon:   common(ctx, "circuitimpact", i.ID, fmt.Sprintf("Circuit %s with impact %s in %s", i.CID, i.Impact, i.MaintenanceName), i.CreatedAt, i.UpdatedAt),
		Maintenance: with.maintenance(i.MaintenanceID), Circuit: with.circuit(i.CircuitID), Impact: string(i.Impact), AppExtra: shape.extra(),
	}
}

// writeAppImpacts links circuits to maintenances, or changes the impact.
func (s *server) writeAppImpacts(ctx context.Context, method string, ids []string, rows []AppImpactWrite) ([]appImpactJSON, error) {
	writes, circuits := make([]models.Write, len(rows)), make([]string, len(rows))
	for i, row := range rows {
		var err error
		if method == http.MethodPost {
			writes[i], circuits[i], err = s.link(ctx, row)
		} else {
			writes[i], circuits[i], err = s.weigh(ctx, method, pathOf(ids, i), row)
		}
		for j := range i {
			if err == nil && writes[j].Maintenance == writes[i].Maintenance && circuits[j] == circuits[i] {
				err = badField("circuit", "maintenance and circuit stand twice in the list")
			}
		}
		if err != nil {
			return nil, &models.WriteError{Index: i, Err: err}
		}
	}
	done, err := s.edit(ctx, writes)
	if err != nil {
		return nil, err
	}
	shown := make([]appImpactJSON, len(done))
	for i, d := range done {
		now, err := s.oneImpact(ctx, models.ImpactFilter{Maintenances: []string{d.MaintenanceID}, Circuits: []string{circuits[i]}})
		if err != nil {
			return nil, fmt.Errorf("read what was written: %w", err)
		}
		shown[i] = appImpactOf(ctx, now, &related{}, Shape{})
		if len(done) == 1 {
			whoAsks(ctx).reply.revision = now.Revision
		}
	}
	return shown, nil
}

// link makes the acts that link a circuit to a maintenance with an impact.
func (s *server) link(ctx context.Context, row AppImpactWrite) (w models.Write, circuitID string, err error) {
	if row.Maintenance == nil {
		return w, "", badField("maintenance", "this field is needed")
	}
	if row.Circuit == nil {
		return w, "", badField("circuit", "this field is needed")
	}
	m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, *row.Maintenance)
	if notThere(err) {
		return w, "", badField("maintenance", "there is no such maintenance")
	}
	if err != nil {
		return w, "", err
	}
	c, err := s.circuitOf(ctx, m.ProviderSlug, *row.Circuit)
	if err != nil {
		return w, "", err
	}
	impact := models.ImpactOutage
	if row.Impact != nil {
		impact = models.Impact(*row.Impact)
	}
	w.Maintenance = m.ID
	if w.Expected, err = whoAsks(ctx).match.expected(m.Revision); err != nil {
		return w, "", err
	}
	w.Acts = []models.Edit{{Kind: models.EditLink, CID: c.CID, CircuitID: c.ID, Impact: impact}}
	for _, listed := range m.Circuits {
		if listed.CircuitID == c.ID && !listed.Cancelled {
			return w, "", badField("circuit", "the maintenance has an impact on this circuit already; change that one")
		}
		if models.CIDKey(listed.CID) == models.CIDKey(c.CID) && listed.Impact != impact {
			w.Acts = append(w.Acts, models.Edit{Kind: models.EditImpact, CID: listed.CID, Impact: impact})
		}
	}
	return w, c.ID, nil
}

// circuitOf finds a circuit by id, or by circuit id: that of the provider
// first, else the only one.
func (s *server) circuitOf(ctx context.Context, slug, text string) (models.Circuit, error) {
	f := models.CircuitFilter{CID: text, Page: models.Page{Limit: 100}}
	if isUUID(text) {
		f = models.CircuitFilter{IDs: []string{text}, Page: models.Page{Limit: 1}}
	}
	found, _, err := s.o.Reader.Circuits(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return models.Circuit{}, fmt.Errorf("look for a circuit: %w", err)
	}
	for _, c := range found {
		if c.Provider.Slug == slug || len(found) == 1 {
			return c, nil
		}
	}
	if len(found) > 1 {
		return models.Circuit{}, badField("circuit", "several providers have a circuit of this name; give its id")
	}
	return models.Circuit{}, badField("circuit", "there is no such circuit")
}

// weigh makes the act that changes an impact.
func (s *server) weigh(ctx context.Context, method, path string, row AppImpactWrite) (w models.Write, circuitID string, err error) {
	id, err := row.row(path)
	if err != nil {
		return w, "", err
	}
	was, err := s.impact(ctx, id)
	if err != nil {
		return w, "", err
	}
	if method == http.MethodPut && (row.Maintenance == nil || row.Circuit == nil) {
		return w, "", badField("maintenance", "maintenance and circuit are needed")
	}
	if row.Maintenance != nil && *row.Maintenance != was.MaintenanceID && *row.Maintenance != was.MaintenanceName {
		return w, "", badField("maintenance", "an impact stays with its maintenance; delete this one and create another")
	}
	if row.Circuit != nil && *row.Circuit != was.CircuitID && *row.Circuit != was.CID {
		return w, "", badField("circuit", "an impact stays with its circuit; delete this one and create another")
	}
	w = models.Write{Maintenance: was.MaintenanceID}
	if w.Expected, err = whoAsks(ctx).match.expected(was.Revision); err != nil {
		return w, "", err
	}
	if row.Impact != nil && *row.Impact != string(was.Impact) {
		w.Acts = []models.Edit{{Kind: models.EditImpact, CID: was.ListedCID, Impact: models.Impact(*row.Impact)}}
	}
	return w, was.CircuitID, nil
}
