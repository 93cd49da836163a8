package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"lineman/models"
)

// MailReader is what the API reads of mails, notices and sources.
type MailReader interface {
	RawNotifications(ctx context.Context, s models.Scope, p models.Page) ([]models.RawNotification, int, error)
	Notices(ctx context.Context, s models.Scope, p models.Page) ([]models.NoticeItem, int, error)
	Impacts(ctx context.Context, s models.Scope, p models.Page) ([]models.ImpactItem, int, error)
	Notes(ctx context.Context, s models.Scope, p models.Page) ([]models.Note, int, error)
	// SourceHealths are all sources, whoever asks.
	SourceHealths(ctx context.Context) ([]models.SourceHealth, error)
}

// The resources as version 0.4.0 of the Nautobot app has them, with url,
// display, created and last_updated.

const appPath = "/api/plugins/circuit-maintenance/"

// AppCommon are the fields that all of them have; exported as Paging is.
type AppCommon struct {
	ID          string     `json:"id"`
	URL         string     `json:"url"`
	Display     string     `json:"display"`
	Created     *time.Time `json:"created"`
	LastUpdated *time.Time `json:"last_updated"`
}

// common makes them; resource is the last part of the path.
func common(ctx context.Context, resource, id, display string, created, updated time.Time) AppCommon {
	c := AppCommon{ID: id, Display: display, Created: instant(created), LastUpdated: instant(updated)}
	if who := whoAsks(ctx); who.url != nil {
		u := *who.url
		u.Path, u.RawPath, u.RawQuery = who.prefix+appPath+resource+"/"+id+"/", "", ""
		c.URL = u.String()
	}
	return c
}

type appMaintenanceQuery struct {
	Paging
	Q        string   `query:"q" maxLength:"200" doc:"Part of the name"`
	Name     string   `query:"name" maxLength:"300" doc:"Exactly this name"`
	Status   []string `query:"status,explode" enum:"TENTATIVE,CONFIRMED,RE-SCHEDULED,IN-PROCESS,COMPLETED,CANCELLED,UNKNOWN" doc:"Any of these statuses"`
	Provider []string `query:"provider,explode" maxItems:"100" doc:"Any of these provider slugs"`
	Circuit  []string `query:"circuit,explode" maxItems:"100" doc:"Any of these circuit ids"`
}

type appMaintenanceJSON struct {
	AppCommon
	Name        string     `json:"name"`
	StartTime   *time.Time `json:"start_time"`
	EndTime     *time.Time `json:"end_time"`
	Description string     `json:"description"`
	Status      string     `json:"status"`
	Ack         bool       `json:"ack"`
}

func (s *server) appMaintenances(ctx context.Context, in *appMaintenanceQuery) (*answer[list[appMaintenanceJSON]], error) {
	f := models.MaintenanceFilter{Query: in.Q, Name: in.Name, Providers: in.Provider, Circuits: in.Circuit, Page: in.page()}
	for _, v := range in.Status {
		f.Statuses = append(f.Statuses, models.Status(v))
	}
	items, total, err := s.o.Reader.Maintenances(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list maintenances: %w", err)
	}
	return newList(ctx, items, total, f.Page, func(m models.MaintenanceItem) appMaintenanceJSON {
		return appMaintenanceOf(ctx, m.Maintenance)
	}), nil
}

func (s *server) appMaintenance(ctx context.Context, in *idPath) (*answer[appMaintenanceJSON], error) {
	m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read a maintenance: %w", err)
	}
	return &answer[appMaintenanceJSON]{Body: appMaintenanceOf(ctx, m.Maintenance)}, nil
}

func appMaintenanceOf(ctx context.Context, m models.Maintenance) appMaintenanceJSON {
	return appMaintenanceJSON{
		AppCommon: common(ctx, "maintenance", m.ID, m.Name, m.CreatedAt, m.UpdatedAt),
		Name:      m.Name, StartTime: instant(m.Start()), EndTime: instant(m.End()),
		Description: m.Summary, Status: string(m.Status), Ack: acknowledged(m),
	}
}

type appQuery struct {
	Paging
}

type appImpactJSON struct {
	AppCommon
	Maintenance string `json:"maintenance"`
	Circuit     string `json:"circuit"`
	Impact      string `json:"impact"`
}

func (s *server) appImpacts(ctx context.Context, in *appQuery) (*answer[list[appImpactJSON]], error) {
	rows, total, err := s.o.Reader.Impacts(ctx, whoAsks(ctx).Scope, in.page())
	if err != nil {
		return nil, fmt.Errorf("list impacts: %w", err)
	}
	return newList(ctx, rows, total, in.page(), func(i models.ImpactItem) appImpactJSON {
		return appImpactJSON{
			AppCommon:   common(ctx, "circuitimpact", i.ID, fmt.Sprintf("Circuit %s with impact %s in %s", i.CID, i.Impact, i.MaintenanceName), i.CreatedAt, i.UpdatedAt),
			Maintenance: i.MaintenanceID, Circuit: i.CircuitID, Impact: string(i.Impact),
		}
	}), nil
}

type appNoteJSON struct {
	AppCommon
	Maintenance string `json:"maintenance"`
	Title       string `json:"title"`
	Comment     string `json:"comment"`
}

func (s *server) appNotes(ctx context.Context, in *appQuery) (*answer[list[appNoteJSON]], error) {
	rows, total, err := s.o.Reader.Notes(ctx, whoAsks(ctx).Scope, in.page())
	if err != nil {
		return nil, fmt.Errorf("list notes: %w", err)
	}
	return newList(ctx, rows, total, in.page(), func(n models.Note) appNoteJSON {
		return appNoteJSON{
			AppCommon:   common(ctx, "note", n.ID, n.Title, n.CreatedAt, n.UpdatedAt),
			Maintenance: n.MaintenanceID, Title: n.Title, Comment: n.Comment,
		}
	}), nil
}

type appRawJSON struct {
	AppCommon
	Subject  string     `json:"subject"`
	Provider *string    `json:"provider" doc:"Id of the provider"`
	Sender   string     `json:"sender"`
	Source   *string    `json:"source" doc:"Id of the source"`
	Parsed   bool       `json:"parsed"`
	Stamp    *time.Time `json:"stamp"`
}

func (s *server) appRaws(ctx context.Context, in *appQuery) (*answer[list[appRawJSON]], error) {
	rows, total, err := s.o.Reader.RawNotifications(ctx, whoAsks(ctx).Scope, in.page())
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	return newList(ctx, rows, total, in.page(), func(r models.RawNotification) appRawJSON {
		parsed := r.State == models.StateParsed || r.State == models.StateDuplicate || r.State == models.StateNeedsReview
		return appRawJSON{
			AppCommon: common(ctx, "rawnotification", r.ID, r.Subject, r.CreatedAt, r.UpdatedAt),
			Subject:   r.Subject, Provider: reference(r.ProviderID), Sender: r.Sender, Source: reference(r.SourceID),
			Parsed: parsed, Stamp: instant(r.Received),
		}
	}), nil
}

type appNoticeJSON struct {
	AppCommon
	Maintenance     *string `json:"maintenance" doc:"Id of the maintenance"`
	RawNotification string  `json:"raw_notification"`
	JSON            string  `json:"json" doc:"The notice as JSON text, as the app keeps it"`
}

func (s *server) appNotices(ctx context.Context, in *appQuery) (*answer[list[appNoticeJSON]], error) {
	rows, total, err := s.o.Reader.Notices(ctx, whoAsks(ctx).Scope, in.page())
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return newList(ctx, rows, total, in.page(), func(n models.NoticeItem) appNoticeJSON {
		return appNoticeJSON{
			AppCommon:   common(ctx, "parsednotification", n.ID, n.MaintenanceName, n.CreatedAt, n.CreatedAt),
			Maintenance: reference(n.MaintenanceRowID), RawNotification: n.RawID, JSON: libraryJSON(n.Notice),
		}
	}), nil
}

// libraryCircuit and libraryNotice have the keys of the Python library.
type libraryCircuit struct {
	CircuitID string `json:"circuit_id"`
	Impact    string `json:"impact"`
}

type libraryNotice struct {
	Provider      string           `json:"provider"`
	Account       string           `json:"account"`
	MaintenanceID string           `json:"maintenance_id"`
	Status        string           `json:"status"`
	Circuits      []libraryCircuit `json:"circuits"`
	Start         int64            `json:"start"`
	End           int64            `json:"end"`
	Stamp         int64            `json:"stamp"`
	Organizer     string           `json:"organizer"`
	UID           string           `json:"uid"`
	Sequence      int              `json:"sequence"`
	Summary       string           `json:"summary"`
}

// libraryJSON is a notice in one object: from the start of its first window to
// the end of its last one, with the circuits of all of them.
func libraryJSON(n models.Notice) string {
	l := libraryNotice{
		Provider: n.Provider, Account: n.Account, MaintenanceID: n.MaintenanceID, Status: string(n.Status),
		Circuits: []libraryCircuit{}, Stamp: n.Stamp.Unix(), Organizer: n.Organizer, UID: n.UID, Sequence: n.Sequence, Summary: n.Summary,
	}
	at := map[string]int{}
	for i, w := range n.Windows {
		if start := w.Start.Unix(); i == 0 || start < l.Start {
			l.Start = start
		}
		l.End = max(l.End, w.End.Unix())
		for _, c := range w.Circuits {
			k, seen := at[c.CID]
			if !seen {
				at[c.CID] = len(l.Circuits)
				l.Circuits = append(l.Circuits, libraryCircuit{c.CID, string(c.Impact)})
			} else if c.Impact.Worse(models.Impact(l.Circuits[k].Impact)) {
				l.Circuits[k].Impact = string(c.Impact)
			}
		}
	}
	text, err := json.Marshal(l)
	if err != nil {
		return "" // strings and numbers can always be written
	}
	return string(text)
}

type appSourceJSON struct {
	AppCommon
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// appSources shows the sources to those who see everything; a source belongs
// to no tenant.
func (s *server) appSources(ctx context.Context, in *appQuery) (*answer[list[appSourceJSON]], error) {
	var rows []models.SourceHealth
	if whoAsks(ctx).Scope.All {
		var err error
		if rows, err = s.o.Reader.SourceHealths(ctx); err != nil {
			return nil, fmt.Errorf("list sources: %w", err)
		}
	}
	return newList(ctx, slice(rows, in.page()), len(rows), in.page(), func(h models.SourceHealth) appSourceJSON {
		return appSourceJSON{
			AppCommon: common(ctx, "notificationsource", h.ID, h.Name, h.CreatedAt, h.UpdatedAt), Name: h.Name, Slug: h.Name,
		}
	}), nil
}

// reference is null for no id.
func reference(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}
