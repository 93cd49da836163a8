package rest

import (
	"context"
	"time"

	"lineman/models"
)

func (s *server) registerMaintenances() {
	const path = "/api/v1/maintenances"
	get(s, path, "list-maintenances", "Maintenances, newest start first", s.listMaintenances)
	get(s, path+"/{id}", "get-maintenance", "One maintenance by id or name", s.getMaintenance)
	part(s, "changes", "What changed, newest first, with the mail or person that caused it", func(m models.MaintenanceDetail) []ChangeJSON {
		return convert(m.Changes, change)
	})
	part(s, "notes", "Its notes", func(m models.MaintenanceDetail) []NoteJSON { return s.detail(m).Notes })
	part(s, "windows", "Its windows", func(m models.MaintenanceDetail) []WindowJSON { return convert(m.Windows, window) })
	part(s, "impacts", "Its circuits, window by window", impactsOf)
	part(s, "links", "Its circuits, and what they are linked to in the inventory", func(m models.MaintenanceDetail) []linkJSON { return convert(m.Circuits, link) })
	part(s, "notices", "What mails said of it, newest first", func(m models.MaintenanceDetail) []SaidJSON { return convert(m.Notices, noticeOf) })
	get(s, path+"/{id}/phase", "get-maintenance-phase", "Its phase, by windows and clock", s.phase)
	get(s, path+"/{id}/mails", "list-maintenance-mails", "The mails that tell of it; only with the whole scope", s.mailsOf)
	s.registerEdits()
}

// part registers one part of a maintenance as a list of its own.
func part[J any](s *server, name, summary string, of func(models.MaintenanceDetail) []J) {
	get(s, "/api/v1/maintenances/{id}/"+name, "list-maintenance-"+name, summary, func(ctx context.Context, in *struct {
		PartPath
		Paging
	}) (*answer[List[J]], error) {
		m, err := s.read(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		rows := of(m)
		return newList(ctx, slice(rows, in.page()), len(rows), in.page(), func(j J) J { return j }), nil
	})
}

// PartPath is the address of a part of a maintenance; exported as Paging is.
type PartPath struct {
	ID string `path:"id" maxLength:"300" doc:"Id or name"`
}

// linkJSON is one listed circuit with its link.
type linkJSON struct {
	CircuitID string  `json:"circuit_id" doc:"As the maintenance lists it"`
	Account   string  `json:"account"`
	Circuit   *string `json:"circuit" doc:"Id in the inventory; null: not linked"`
	Manual    bool    `json:"manual" doc:"A person made the link, or took it away"`
	Cancelled bool    `json:"cancelled"`
}

func link(c models.CircuitImpact) linkJSON {
	return linkJSON{c.CID, c.Account, reference(c.CircuitID), c.Manual, c.Cancelled}
}

// impactJSON is one circuit in one window.
type impactJSON struct {
	Window    int       `json:"window" doc:"Ordinal of the window"`
	Kind      string    `json:"kind"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	CircuitID string    `json:"circuit_id" doc:"As the maintenance lists it"`
	Account   string    `json:"account"`
	Impact    string    `json:"impact"`
}

func impactsOf(m models.MaintenanceDetail) []impactJSON {
	rows := []impactJSON{}
	for _, w := range m.Windows {
		for _, i := range w.Impacts {
			rows = append(rows, impactJSON{
				Window: w.Ordinal, Kind: string(w.Kind), Start: w.Start.UTC(), End: w.End.UTC(), CircuitID: i.CID, Account: i.Account, Impact: string(i.Impact),
			})
		}
	}
	return rows
}

type phaseJSON struct {
	Phase string    `json:"phase"`
	At    time.Time `json:"at" doc:"The clock that it follows from"`
}

func (s *server) phase(ctx context.Context, in *idPath) (*answer[phaseJSON], error) {
	m, err := s.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	now := s.o.Now().UTC()
	return &answer[phaseJSON]{Body: phaseJSON{Phase: string(models.PhaseOf(m.Maintenance, now, s.o.Rules(m.ProviderSlug))), At: now}}, nil
}

func (s *server) mailsOf(ctx context.Context, in *struct {
	PartPath
	Paging
}) (*answer[List[MailJSON]], error) {
	m, err := s.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f := models.MailFilter{Page: in.page()}
	for _, n := range m.Notices {
		f.IDs = append(f.IDs, n.RawID)
	}
	var rows []models.MailItem
	total := 0
	if len(f.IDs) > 0 {
		if rows, total, err = s.o.Reader.Mails(ctx, whoAsks(ctx).Scope, f); err != nil {
			return nil, err
		}
	}
	return newList(ctx, rows, total, f.Page, mailOf), nil
}
