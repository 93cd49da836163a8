package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

type appMaintenanceQuery struct {
	AppPaging
	Stamps
	Shape
	ID          []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Q           string   `query:"q" maxLength:"200" doc:"Part of the name"`
	Name        []string `query:"name,explode" maxItems:"1000" doc:"Any of these names"`
	Status      []string `query:"status,explode" enum:"TENTATIVE,CONFIRMED,RE-SCHEDULED,IN-PROCESS,COMPLETED,CANCELLED,UNKNOWN" doc:"Any of these statuses"`
	Ack         string   `query:"ack" enum:"true,false,True,False,1,0" doc:"Acknowledged as it stands"`
	Provider    []string `query:"provider,explode" maxItems:"100" doc:"Any of these providers, by slug, name or id"`
	Circuit     []string `query:"circuit,explode" maxItems:"100" doc:"Any of these circuits, by circuit id or id"`
	Start       string   `query:"start_time" maxLength:"40" doc:"Starts at this time or later"`
	StartFrom   string   `query:"start_time__gte" maxLength:"40" doc:"Starts at this time or later"`
	StartTo     string   `query:"start_time__lte" maxLength:"40" doc:"Starts at this time or earlier"`
	End         string   `query:"end_time" maxLength:"40" doc:"Ends at this time or earlier"`
	EndFrom     string   `query:"end_time__gte" maxLength:"40" doc:"Ends at this time or later"`
	EndTo       string   `query:"end_time__lte" maxLength:"40" doc:"Ends at this time or earlier"`
	Description string   `query:"description" maxLength:"200" doc:"Part of the description"`
	Tags        []string `query:"tags,explode" maxItems:"100" doc:"Its provider or one of its circuits has any of these tags"`
}

func (s *server) appFilter(ctx context.Context, in *appMaintenanceQuery) (f models.MaintenanceFilter, err error) {
	f = models.MaintenanceFilter{
		IDs: in.ID, Query: in.Q, Names: in.Name, Statuses: likeStrings[models.Status](in.Status), Acknowledged: truth(in.Ack),
		Summary: in.Description, Tags: in.Tags, Page: in.page(),
	}
	if f.Start, err = between([]bound{{"start_time", in.Start}, {"start_time__gte", in.StartFrom}}, []bound{{"start_time__lte", in.StartTo}}); err != nil {
		return f, err
	}
	if f.End, err = between([]bound{{"end_time__gte", in.EndFrom}}, []bound{{"end_time", in.End}, {"end_time__lte", in.EndTo}}); err != nil {
		return f, err
	}
	if f.Created, f.Updated, err = in.ranges(); err != nil {
		return f, err
	}
	for _, c := range in.Circuit {
		if isUUID(c) {
			f.CircuitIDs = append(f.CircuitIDs, c)
		} else {
			f.Circuits = append(f.Circuits, c)
		}
	}
	f.Providers, err = s.slugs(ctx, in.Provider)
	return f, err
}

// slugs turns slugs, names and ids of providers into slugs; what names none
// stays and fits none.
func (s *server) slugs(ctx context.Context, values []string) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	all, err := s.o.Reader.Providers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list providers: %w", err)
	}
	slugs := slices.Clone(values)
	for i, v := range values {
		for _, p := range all {
			if p.ID == v || strings.EqualFold(p.Name, v) {
				slugs[i] = p.Slug
			}
		}
	}
	return slugs, nil
}

type appMaintenanceJSON struct {
	AppCommon
	Name        string     `json:"name"`
	StartTime   *time.Time `json:"start_time"`
	EndTime     *time.Time `json:"end_time"`
	Description string     `json:"description"`
	Status      string     `json:"status"`
	Ack         bool       `json:"ack"`
	Circuits    *[]appRef  `json:"circuits,omitempty" doc:"With include=circuits: those that it is linked to"`
	Providers   *[]appRef  `json:"providers,omitempty" doc:"With include=providers"`
	AppExtra
}

// AppMaintenanceWrite is a maintenance as it is sent.
type AppMaintenanceWrite struct {
	Row
	Name        *string `json:"name,omitempty" minLength:"1" maxLength:"100" doc:"<provider>-<id>; without a known provider it is work of your own. It cannot be changed"`
	StartTime   *string `json:"start_time,omitempty" maxLength:"40" doc:"Start of the first window"`
	EndTime     *string `json:"end_time,omitempty" maxLength:"40" doc:"End of the last window"`
	Description *string `json:"description,omitempty" maxLength:"65536"`
	Status      *string `json:"status,omitempty" enum:"TENTATIVE,CONFIRMED,RE-SCHEDULED,IN-PROCESS,COMPLETED,CANCELLED,UNKNOWN"`
	Ack         *bool   `json:"ack,omitempty"`
}

func (s *server) registerAppMaintenances(c crud) {
	get(s, c.list(), "app-maintenances", "Maintenances as the Nautobot app shows them", s.appMaintenances)
	get(s, c.item(), "app-maintenance", "One maintenance as the Nautobot app shows it", s.appMaintenance)
	writers(s, c, s.writeAppMaintenances)
	removers(s, c, func(ctx context.Context, ids []string) error {
		writes := make([]models.Write, len(ids))
		for i, id := range ids {
			m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, id)
			if err != nil {
				return &models.WriteError{Index: i, Err: err}
			}
			writes[i] = models.Write{Maintenance: m.ID, Acts: []models.Edit{{Kind: models.EditDelete}}}
			if writes[i].Expected, err = whoAsks(ctx).match.expected(m.Revision); err != nil {
				return err
			}
		}
		_, err := s.edit(ctx, writes)
		return err
	})
}

func (s *server) appMaintenances(ctx context.Context, in *appMaintenanceQuery) (*answer[List[appMaintenanceJSON]], error) {
	f, err := s.appFilter(ctx, in)
	if err != nil {
		return nil, err
	}
	items, total, err := s.o.Reader.Maintenances(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list maintenances: %w", err)
	}
	with, err := s.relateMaintenances(ctx, in.Shape, convert(items, func(m models.MaintenanceItem) models.Maintenance { return m.Maintenance }))
	if err != nil {
		return nil, err
	}
	return newList(ctx, items, total, f.Page, func(m models.MaintenanceItem) appMaintenanceJSON {
		return with.included(appMaintenanceOf(ctx, m.Maintenance), m.Maintenance, in.Shape)
	}), nil
}

func (s *server) appMaintenance(ctx context.Context, in *appItem) (*answer[appMaintenanceJSON], error) {
	m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read a maintenance: %w", err)
	}
	whoAsks(ctx).reply.revision = m.Revision
	with, err := s.relateMaintenances(ctx, in.Shape, []models.Maintenance{m.Maintenance})
	if err != nil {
		return nil, err
	}
	return &answer[appMaintenanceJSON]{Body: with.included(appMaintenanceOf(ctx, m.Maintenance), m.Maintenance, in.Shape)}, nil
}

func appMaintenanceOf(ctx context.Context, m models.Maintenance) appMaintenanceJSON {
	return appMaintenanceJSON{
		AppCommon: common(ctx, "maintenance", m.ID, m.Name, m.CreatedAt, m.UpdatedAt),
		Name:      m.Name, StartTime: instant(m.Start()), EndTime: instant(m.End()),
		Description: m.Summary, Status: string(m.Status), Ack: m.Acknowledged(),
	}
}

// writeAppMaintenances creates or changes maintenances. Scripts send whole
// objects back: only what differs becomes an edit, so that a value nobody
// meant to set stays the provider's.
func (s *server) writeAppMaintenances(ctx context.Context, method string, ids []string, rows []AppMaintenanceWrite) ([]appMaintenanceJSON, error) {
	var done []models.Edited
	err := s.retried(ctx, func() (err error) {
		writes := make([]models.Write, len(rows))
		for i, row := range rows {
			if method == http.MethodPost {
				writes[i], err = s.creation(ctx, row)
			} else {
				writes[i], err = s.change(ctx, method, pathOf(ids, i), row)
			}
			if err == nil && slices.ContainsFunc(writes[:i], func(w models.Write) bool { return w.Create == nil && w.Maintenance == writes[i].Maintenance }) {
				err = badField("id", "this row stands twice in the list")
			}
			if err != nil {
				return &models.WriteError{Index: i, Err: err}
			}
		}
		done, err = s.edit(ctx, writes)
		return err
	})
	if err != nil {
		return nil, err
	}
	shown := make([]appMaintenanceJSON, len(done))
	for i, d := range done {
		m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, d.MaintenanceID)
		if err != nil {
			return nil, fmt.Errorf("read what was written: %w", err)
		}
		shown[i] = appMaintenanceOf(ctx, m.Maintenance)
		if len(done) == 1 {
			whoAsks(ctx).reply.revision = m.Revision
		}
	}
	return shown, nil
}

// retried runs a write that rests on what it reads again where another came
// between; whoever sent If-Match is told instead.
func (s *server) retried(ctx context.Context, run func() error) error {
	const tries = 3
	var err error
	for range tries {
		if err = run(); !errors.Is(err, models.ErrStale) || whoAsks(ctx).match.given {
			return err
		}
	}
	return err
}

func (s *server) creation(ctx context.Context, row AppMaintenanceWrite) (models.Write, error) {
	if err := row.complete(); err != nil {
		return models.Write{}, err
	}
	provider, id, err := s.splitName(ctx, *row.Name)
	if err != nil {
		return models.Write{}, err
	}
	windows, err := row.windows(models.Maintenance{})
	if err != nil {
		return models.Write{}, err
	}
	w := models.Write{Create: &models.Creation{Provider: provider, ID: id, Windows: windows}}
	if row.Description != nil {
		w.Create.Summary = *row.Description
	}
	if row.Status != nil && models.Status(*row.Status) != models.StatusTentative {
		w.Acts = append(w.Acts, models.SetStatus(models.Status(*row.Status)))
	}
	if row.Ack != nil && *row.Ack {
		w.Acts = append(w.Acts, models.Edit{Kind: models.EditAcknowledge})
	}
	return w, nil
}

// splitName takes a name apart; without the slug of a provider it is work of
// one's own.
func (s *server) splitName(ctx context.Context, name string) (provider, id string, err error) {
	all, err := s.o.Reader.Providers(ctx)
	if err != nil {
		return "", "", fmt.Errorf("list providers: %w", err)
	}
	id = name
	for _, p := range all {
		prefix := p.Slug + "-"
		if len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) && len(p.Slug) > len(provider) {
			provider, id = p.Slug, name[len(prefix):]
		}
	}
	return provider, id, nil
}

func (s *server) change(ctx context.Context, method, path string, row AppMaintenanceWrite) (models.Write, error) {
	id, err := row.row(path)
	if err != nil {
		return models.Write{}, err
	}
	if method == http.MethodPut {
		if err := row.complete(); err != nil {
			return models.Write{}, err
		}
	}
	m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, id)
	if err != nil {
		return models.Write{}, err
	}
	w := models.Write{Maintenance: m.ID, Expected: m.Revision}
	if seen, err := whoAsks(ctx).match.expected(m.Revision); err != nil {
		return w, err
	} else if seen != 0 {
		w.Expected = seen
	}
	if row.Name != nil && !strings.EqualFold(*row.Name, m.Name) {
		return w, badField("name", "the name follows from the provider's id and cannot be changed")
	}
	if row.Description != nil && *row.Description != m.Summary {
		w.Acts = append(w.Acts, models.SetSummary(*row.Description))
	}
	windows, err := row.windows(m.Maintenance)
	if err != nil {
		return w, err
	}
	if windows != nil {
		w.Acts = append(w.Acts, models.SetWindows(windows))
	}
	if row.Status != nil && *row.Status != string(m.Status) {
		w.Acts = append(w.Acts, models.SetStatus(models.Status(*row.Status)))
	}
	if row.Ack != nil && (*row.Ack != m.Acknowledged() || *row.Ack && len(w.Acts) > 0) {
		ack := models.Edit{Kind: models.EditAcknowledge}
		if !*row.Ack {
			ack.Value = models.EditWithdraw
		}
		w.Acts = append(w.Acts, ack)
	}
	return w, nil
}

// complete reports a field that must be there and is not.
func (r AppMaintenanceWrite) complete() error {
	for _, f := range []struct {
		name  string
		value *string
	}{{"name", r.Name}, {"start_time", r.StartTime}, {"end_time", r.EndTime}} {
		if f.value == nil {
			return badField(f.name, "this field is needed")
		}
	}
	return nil
}

// windows gives the windows of a record with another first start or last end;
// nil where both are as they were.
func (r AppMaintenanceWrite) windows(m models.Maintenance) ([]models.NoticeWindow, error) {
	start, end := m.Start(), m.End()
	var err error
	if r.StartTime != nil {
		if start, err = instantOf("start_time", *r.StartTime); err != nil {
			return nil, err
		}
	}
	if r.EndTime != nil {
		if end, err = instantOf("end_time", *r.EndTime); err != nil {
			return nil, err
		}
	}
	if start.Equal(m.Start()) && end.Equal(m.End()) {
		return nil, nil
	}
	if start.IsZero() || end.IsZero() {
		return nil, badField("start_time", "start_time and end_time are both needed")
	}
	if end.Before(start) {
		return nil, badField("end_time", "End time should be greater than start time.")
	}
	if len(m.Windows) == 0 {
		return []models.NoticeWindow{{Kind: models.WindowPrimary, Start: start, End: end}}, nil
	}
	windows := make([]models.NoticeWindow, len(m.Windows))
	for i, w := range m.Windows {
		windows[i] = models.NoticeWindow{Kind: w.Kind, Start: w.Start, End: w.End}
		if w.Start.Equal(m.Start()) {
			windows[i].Start = start
		}
		if w.End.Equal(m.End()) {
			windows[i].End = end
		}
		if windows[i].End.Before(windows[i].Start) {
			return nil, badField("end_time", "the maintenance has several windows, and one of them would end before it starts; change it at /api/v1/maintenances")
		}
	}
	return windows, nil
}
