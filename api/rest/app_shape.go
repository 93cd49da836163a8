package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"lineman/models"
)

// AppPaging are the parameters of the lists of the app, which takes any limit;
// exported as Paging is.
type AppPaging struct {
	Limit  int `query:"limit" minimum:"0" maximum:"1000000000" default:"50" doc:"Rows in one answer, 1000 at most; 0 is as many as there may be"`
	Offset int `query:"offset" minimum:"0" maximum:"1000000000" default:"0" doc:"Rows to leave out"`
}

func (p AppPaging) page() models.Page {
	return Paging{Limit: min(p.Limit, maxItems), Offset: p.Offset}.page()
}

// Shape are the parameters that say how much of a resource of the app is
// shown; exported as Paging is.
type Shape struct {
	Depth      int      `query:"depth" minimum:"0" maximum:"10" doc:"0: references are ids; 1: the objects themselves; 2: and theirs"`
	Include    []string `query:"include,explode" maxItems:"10" enum:"circuits,providers,computed_fields,relationships" doc:"Fields besides: circuits and providers of a maintenance; the other two are always empty"`
	Format     string   `query:"format" enum:"json" doc:"JSON is the only one"`
	ExcludeM2M string   `query:"exclude_m2m" enum:"true,false,True,False,1,0" doc:"Leave the providers of a source out"`
}

func (s Shape) includes(field string) bool { return slices.Contains(s.Include, field) }

// appRef is a reference: an id, or with depth the object itself. What may not
// be seen stays an id.
type appRef struct {
	id    string
	whole any
}

// MarshalJSON gives null for no id.
func (r appRef) MarshalJSON() ([]byte, error) {
	if r.whole != nil {
		return json.Marshal(r.whole)
	}
	return json.Marshal(reference(r.id))
}

// Schema describes both forms.
func (appRef) Schema(huma.Registry) *huma.Schema {
	text := func() *huma.Schema { return &huma.Schema{Type: huma.TypeString} }
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: huma.TypeString, Nullable: true, Description: "Id"},
		{
			Type: huma.TypeObject, Description: "With depth: the object", AdditionalProperties: true, Required: []string{"id", "url", "display"},
			Properties: map[string]*huma.Schema{"id": text(), "url": text(), "display": text()},
		},
	}}
}

// AppExtra are the fields that include asks for; exported as Paging is.
type AppExtra struct {
	Computed  *struct{} `json:"computed_fields,omitempty" doc:"With include=computed_fields; there are none"`
	Relations *struct{} `json:"relationships,omitempty" doc:"With include=relationships; there are none"`
}

func (s Shape) extra() (e AppExtra) {
	if s.includes("computed_fields") {
		e.Computed = &struct{}{}
	}
	if s.includes("relationships") {
		e.Relations = &struct{}{}
	}
	return e
}

type appProviderJSON struct {
	AppCommon
	Name string `json:"name"`
	Slug string `json:"slug"`
}

type appCircuitJSON struct {
	AppCommon
	CID         string `json:"cid"`
	Provider    appRef `json:"provider"`
	Type        string `json:"type"`
	Status      string `json:"status"`
	Description string `json:"description"`
}

// related are the objects that the rows of a page refer to. It reads each kind
// at most once.
type related struct {
	s    *server
	ctx  context.Context
	rest Shape // for the objects: one level less

	maintenances map[string]models.MaintenanceItem
	circuits     map[string]models.Circuit
	providers    map[string]models.Provider
	mails        map[string]models.MailItem
	sources      map[string]appSourceJSON
}

// wanted are the ids of the objects that a page refers to.
type wanted struct {
	maintenances, circuits, mails []string
	providers, sources            bool
}

// relate reads what is referred to; without depth nothing is.
func (s *server) relate(ctx context.Context, shape Shape, w wanted) (*related, error) {
	r := &related{s: s, ctx: ctx, rest: Shape{Depth: shape.Depth - 1, ExcludeM2M: shape.ExcludeM2M}, circuits: map[string]models.Circuit{}}
	if shape.Depth < 1 {
		return r, nil
	}
	page := models.Page{Limit: maxItems}
	scope := whoAsks(ctx).Scope
	if len(w.mails) > 0 {
		rows, _, err := s.o.Reader.Mails(ctx, scope, models.MailFilter{IDs: w.mails, Page: page})
		if r.mails = byID(rows, func(m models.MailItem) string { return m.ID }); err != nil {
			return nil, fmt.Errorf("read mails: %w", err)
		}
	}
	if len(w.maintenances) > 0 {
		rows, _, err := s.o.Reader.Maintenances(ctx, scope, models.MaintenanceFilter{IDs: w.maintenances, Page: page})
		if r.maintenances = byID(rows, func(m models.MaintenanceItem) string { return m.ID }); err != nil {
			return nil, fmt.Errorf("read maintenances: %w", err)
		}
	}
	slices.Sort(w.circuits)
	for ids := range slices.Chunk(slices.Compact(w.circuits), maxItems) { // of many maintenances
		rows, _, err := s.o.Reader.Circuits(ctx, scope, models.CircuitFilter{IDs: ids, Page: page})
		if err != nil {
			return nil, fmt.Errorf("read circuits: %w", err)
		}
		for _, c := range rows {
			r.circuits[c.ID] = c
		}
	}
	if w.providers || shape.Depth > 1 {
		rows, err := s.providers(ctx)
		if r.providers = byID(rows, func(p models.Provider) string { return p.ID }); err != nil {
			return nil, err
		}
	}
	if w.sources || shape.Depth > 1 && len(w.mails) > 0 {
		rows, err := s.sourceRows(ctx, r.rest)
		if r.sources = byID(rows, func(j appSourceJSON) string { return j.ID }); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func byID[T any](rows []T, id func(T) string) map[string]T {
	m := make(map[string]T, len(rows))
	for _, r := range rows {
		m[id(r)] = r
	}
	return m
}

// deeper is the same for what the objects refer to themselves.
func (r *related) deeper() *related {
	d := *r
	d.rest.Depth--
	if r.rest.Depth < 1 {
		d = related{s: r.s, ctx: r.ctx}
	}
	return &d
}

func (r *related) maintenance(id string) appRef {
	if m, known := r.maintenances[id]; known {
		return appRef{id, appMaintenanceOf(r.ctx, m.Maintenance)}
	}
	return appRef{id: id}
}

func (r *related) circuit(id string) appRef {
	c, known := r.circuits[id]
	if !known {
		return appRef{id: id}
	}
	common := common(r.ctx, "", c.ID, c.CID, c.CreatedAt, c.UpdatedAt)
	common.URL = addressOf(r.ctx, "/api/v1/circuits/"+c.ID)
	return appRef{id, appCircuitJSON{
		AppCommon: common, CID: c.CID, Provider: r.deeper().provider(c.ProviderID), Type: c.Type, Status: c.Status, Description: c.Description,
	}}
}

func (r *related) provider(id string) appRef {
	p, known := r.providers[id]
	if !known {
		return appRef{id: id}
	}
	common := common(r.ctx, "", p.ID, p.Name, p.CreatedAt, p.UpdatedAt)
	common.URL = addressOf(r.ctx, "/api/v1/providers/"+p.ID)
	return appRef{id, appProviderJSON{AppCommon: common, Name: p.Name, Slug: p.Slug}}
}

func (r *related) source(id string) appRef {
	if j, known := r.sources[id]; known {
		return appRef{id, j}
	}
	return appRef{id: id}
}

func (r *related) mail(id string) appRef {
	if m, known := r.mails[id]; known {
		return appRef{id, appRawOf(r.ctx, m.RawNotification, r.deeper(), Shape{})}
	}
	return appRef{id: id}
}

// relateMaintenances reads what include asks for.
func (s *server) relateMaintenances(ctx context.Context, shape Shape, rows []models.Maintenance) (*related, error) {
	w := wanted{providers: shape.includes("providers")}
	if shape.includes("circuits") {
		for _, m := range rows {
			w.circuits = append(w.circuits, linked(m)...)
		}
	}
	return s.relate(ctx, shape, w)
}

// linked are the ids of the circuits that a maintenance is linked to, each once.
func linked(m models.Maintenance) (ids []string) {
	for _, c := range m.Circuits {
		if c.CircuitID != "" && !c.Cancelled && !slices.Contains(ids, c.CircuitID) {
			ids = append(ids, c.CircuitID)
		}
	}
	return ids
}

// included adds what include asks for.
func (r *related) included(j appMaintenanceJSON, m models.Maintenance, shape Shape) appMaintenanceJSON {
	j.AppExtra = shape.extra()
	if shape.includes("circuits") {
		refs := convert(linked(m), r.circuit)
		j.Circuits = &refs
	}
	if shape.includes("providers") {
		j.Providers = &[]appRef{r.provider(m.ProviderID)}
	}
	return j
}
