package rest

import (
	"context"
	"net/http"
	"time"

	"lineman/models"
)

// WindowWrite is a window as it is sent; exported as Paging is.
type WindowWrite struct {
	Kind  *string   `json:"kind,omitempty" enum:"primary,backup" doc:"primary where it is left out"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// CircuitWrite is a circuit of a maintenance as it is sent.
type CircuitWrite struct {
	CircuitID string `json:"circuit_id" minLength:"1" maxLength:"300" doc:"As the maintenance lists it"`
	Impact    string `json:"impact" enum:"NO-IMPACT,REDUCED-REDUNDANCY,DEGRADED,OUTAGE"`
}

// MaintenanceWrite is a new maintenance: from a phone call, a portal, or work
// of one's own.
type MaintenanceWrite struct {
	Provider      *string        `json:"provider,omitempty" maxLength:"200" doc:"Slug, name or id; left out: work of your own"`
	Account       *string        `json:"account,omitempty" maxLength:"200" doc:"Needed where the provider's ids are unique only within an account"`
	MaintenanceID string         `json:"maintenance_id" minLength:"1" maxLength:"90" doc:"As the provider writes it: mail about it joins this record"`
	Status        *string        `json:"status,omitempty" enum:"TENTATIVE,CONFIRMED,RE-SCHEDULED,IN-PROCESS,COMPLETED,CANCELLED,UNKNOWN" doc:"TENTATIVE where it is left out"`
	Summary       *string        `json:"summary,omitempty" maxLength:"65536"`
	Windows       []WindowWrite  `json:"windows" minItems:"1" maxItems:"100" nullable:"false"`
	Circuits      []CircuitWrite `json:"circuits,omitempty" maxItems:"400" nullable:"false"`
	Reason        *string        `json:"reason,omitempty" maxLength:"2000"`
}

// MaintenanceChange is what may be set of a maintenance. What is set holds
// until a later notice changes it.
type MaintenanceChange struct {
	Status   *string        `json:"status,omitempty" enum:"TENTATIVE,CONFIRMED,RE-SCHEDULED,IN-PROCESS,COMPLETED,CANCELLED,UNKNOWN"`
	Summary  *string        `json:"summary,omitempty" maxLength:"65536"`
	Windows  []WindowWrite  `json:"windows,omitempty" minItems:"1" maxItems:"100" nullable:"false" doc:"All of them: those that are not here go"`
	Circuits []CircuitWrite `json:"circuits,omitempty" minItems:"1" maxItems:"400" nullable:"false" doc:"The impact on these; others stay"`
	Reason   *string        `json:"reason,omitempty" maxLength:"2000"`
}

// ReasonWrite says why something is done.
type ReasonWrite struct {
	Reason *string `json:"reason,omitempty" maxLength:"2000"`
}

// NoteWrite is a note as it is sent.
type NoteWrite struct {
	Title   *string `json:"title,omitempty" maxLength:"200" doc:"The first words of the comment where it is left out"`
	Comment string  `json:"comment" minLength:"1" maxLength:"65536"`
	Level   *string `json:"level,omitempty" enum:"INFO,WARNING"`
}

// LinkWrite links a listed circuit to the inventory.
type LinkWrite struct {
	CircuitID string  `json:"circuit_id" minLength:"1" maxLength:"300" doc:"As the maintenance lists it; one that it does not list is added"`
	Circuit   *string `json:"circuit" nullable:"true" maxLength:"300" doc:"Id or circuit id in the inventory; null takes the link away"`
	Impact    *string `json:"impact,omitempty" enum:"NO-IMPACT,REDUCED-REDUNDANCY,DEGRADED,OUTAGE" doc:"Of a circuit that is added; OUTAGE where it is left out"`
	Reason    *string `json:"reason,omitempty" maxLength:"2000"`
}

// MergeWrite says which record this one is part of.
type MergeWrite struct {
	Into   string  `json:"into" minLength:"1" maxLength:"300" doc:"Id or name of the maintenance that stays"`
	Reason *string `json:"reason,omitempty" maxLength:"2000"`
}

type bodyInput struct {
	PartPath
	RawInput
}

func (s *server) registerEdits() {
	const path = "/api/v1/maintenances"
	register(s, operation{
		method: http.MethodPost, path: path, id: "create-maintenance", summary: "Create a maintenance that no mail told of",
		status: http.StatusCreated, body: bodySchema[MaintenanceWrite](s, true, false),
	}, s.createMaintenance)
	item(s, http.MethodPatch, "", "change-maintenance", "Set status, summary, windows or impacts", func(_ context.Context, _ models.MaintenanceDetail, c MaintenanceChange) (models.Write, error) {
		return c.write(), nil
	})
	register(s, operation{
		method: http.MethodDelete, path: path + "/{id}", id: "delete-maintenance", summary: "Delete a maintenance; creating it again brings it back",
		status: http.StatusNoContent, tag: true,
	}, func(ctx context.Context, in *idPath) (*nothing, error) {
		_, err := s.act(ctx, in.ID, models.Write{Acts: []models.Edit{{Kind: models.EditDelete}}})
		return nil, err
	})
	item(s, http.MethodPost, "/acknowledge", "acknowledge-maintenance", "Acknowledge it as it stands", func(_ context.Context, _ models.MaintenanceDetail, r ReasonWrite) (models.Write, error) {
		return models.Write{Acts: []models.Edit{{Kind: models.EditAcknowledge}}, Reason: textOf(r.Reason)}, nil
	})
	item(s, http.MethodPost, "/unacknowledge", "unacknowledge-maintenance", "Take the acknowledgement back", func(_ context.Context, _ models.MaintenanceDetail, r ReasonWrite) (models.Write, error) {
		return models.Write{Acts: []models.Edit{{Kind: models.EditAcknowledge, Value: models.EditWithdraw}}, Reason: textOf(r.Reason)}, nil
	})
	item(s, http.MethodPost, "/links", "link-circuit", "Link a circuit, or take its link away", s.linkWrite)
	item(s, http.MethodPost, "/merge", "merge-maintenance", "Merge it into another one of the same provider", func(_ context.Context, _ models.MaintenanceDetail, m MergeWrite) (models.Write, error) {
		return models.Write{Acts: []models.Edit{{Kind: models.EditMerge, Target: m.Into}}, Reason: textOf(m.Reason)}, nil
	})
	register(s, operation{
		method: http.MethodPost, path: path + "/{id}/notes", id: "create-note", summary: "Write a note", status: http.StatusCreated,
		body: bodySchema[NoteWrite](s, true, false),
	}, s.createNote)
	s.registerNoticeVerdicts(path)
}

func (s *server) registerNoticeVerdicts(path string) {
	for verb, kind := range map[string]models.EditKind{"accept": models.EditAcceptNotice, "reject": models.EditRejectNotice} {
		type input struct {
			PartPath
			Notice string `path:"notice" maxLength:"36" doc:"Id of the notice"`
			RawInput
		}
		register(s, operation{
			method: http.MethodPost, path: path + "/{id}/notices/{notice}/" + verb, id: verb + "-notice", summary: verb + " what a mail said of it",
			tag: true, body: bodySchema[ReasonWrite](s, true, false),
		}, func(ctx context.Context, in *input) (*answer[detailJSON], error) {
			r, err := decode[ReasonWrite](s, in.RawInput)
			if err != nil {
				return nil, err
			}
			return s.act(ctx, in.ID, models.Write{Acts: []models.Edit{{Kind: kind, NoticeID: in.Notice}}, Reason: textOf(r.Reason)})
		})
	}
}

// item registers a write on one maintenance that needs If-Match and answers
// with the record.
func item[W any](s *server, method, suffix, id, summary string, write func(context.Context, models.MaintenanceDetail, W) (models.Write, error)) {
	register(s, operation{
		method: method, path: "/api/v1/maintenances/{id}" + suffix, id: id, summary: summary, tag: true, body: bodySchema[W](s, true, false),
	}, func(ctx context.Context, in *bodyInput) (*answer[detailJSON], error) {
		sent, err := decode[W](s, in.RawInput)
		if err != nil {
			return nil, err
		}
		m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, in.ID)
		if err != nil {
			return nil, err
		}
		w, err := write(ctx, m, sent)
		if err != nil {
			return nil, err
		}
		return s.act(ctx, m.ID, w)
	})
}

// act does a write on one maintenance, at the revision that If-Match names.
func (s *server) act(ctx context.Context, id string, w models.Write) (*answer[detailJSON], error) {
	m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, id)
	if err != nil {
		return nil, err
	}
	w.Maintenance = m.ID
	if w.Expected, err = whoAsks(ctx).match.expected(m.Revision); err != nil {
		return nil, err
	}
	if _, err := s.edit(ctx, []models.Write{w}); err != nil {
		return nil, err
	}
	if m, err = s.read(ctx, m.ID); notThere(err) { // it was deleted, by this very write
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &answer[detailJSON]{Body: s.detail(m)}, nil
}

func (s *server) createMaintenance(ctx context.Context, in *RawInput) (*answer[detailJSON], error) {
	sent, err := decode[MaintenanceWrite](s, *in)
	if err != nil {
		return nil, err
	}
	c := models.Creation{Provider: textOf(sent.Provider), ID: sent.MaintenanceID, Account: textOf(sent.Account), Summary: textOf(sent.Summary), Windows: windowsOf(sent.Windows)}
	for i := range c.Windows {
		for _, line := range sent.Circuits {
			c.Windows[i].Circuits = append(c.Windows[i].Circuits, models.NoticeCircuit{CID: line.CircuitID, Impact: models.Impact(line.Impact)})
		}
	}
	w := models.Write{Create: &c, Reason: textOf(sent.Reason)}
	if sent.Status != nil && *sent.Status != string(models.StatusTentative) {
		w.Acts = append(w.Acts, models.SetStatus(models.Status(*sent.Status)))
	}
	done, err := s.edit(ctx, []models.Write{w})
	if err != nil {
		return nil, err
	}
	m, err := s.read(ctx, done[0].MaintenanceID)
	if err != nil {
		return nil, err
	}
	return &answer[detailJSON]{Body: s.detail(m)}, nil
}

func (c MaintenanceChange) write() models.Write {
	w := models.Write{Reason: textOf(c.Reason)}
	if c.Windows != nil {
		w.Acts = append(w.Acts, models.SetWindows(windowsOf(c.Windows)))
	}
	if c.Summary != nil {
		w.Acts = append(w.Acts, models.SetSummary(*c.Summary))
	}
	if c.Status != nil {
		w.Acts = append(w.Acts, models.SetStatus(models.Status(*c.Status)))
	}
	for _, line := range c.Circuits {
		w.Acts = append(w.Acts, models.Edit{Kind: models.EditImpact, CID: line.CircuitID, Impact: models.Impact(line.Impact)})
	}
	return w
}

func windowsOf(sent []WindowWrite) []models.NoticeWindow {
	windows := make([]models.NoticeWindow, len(sent))
	for i, w := range sent {
		windows[i] = models.NoticeWindow{Kind: models.WindowPrimary, Start: w.Start.UTC(), End: w.End.UTC()}
		if w.Kind != nil {
			windows[i].Kind = models.WindowKind(*w.Kind)
		}
	}
	return windows
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func (s *server) linkWrite(ctx context.Context, m models.MaintenanceDetail, l LinkWrite) (models.Write, error) {
	w := models.Write{Reason: textOf(l.Reason)}
	if l.Circuit == nil {
		w.Acts = []models.Edit{{Kind: models.EditUnlink, CID: l.CircuitID}}
		return w, nil
	}
	c, err := s.circuitOf(ctx, m.ProviderSlug, *l.Circuit)
	if err != nil {
		return w, err
	}
	w.Acts = []models.Edit{{Kind: models.EditLink, CID: l.CircuitID, CircuitID: c.ID, Impact: models.Impact(textOf(l.Impact))}}
	return w, nil
}

// createNote adds a note. It needs no If-Match: nothing is written over.
func (s *server) createNote(ctx context.Context, in *bodyInput) (*answer[NoteJSON], error) {
	sent, err := decode[NoteWrite](s, in.RawInput)
	if err != nil {
		return nil, err
	}
	m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, in.ID)
	if err != nil {
		return nil, err
	}
	n := models.NoteWrite{Title: textOf(sent.Title), Comment: sent.Comment, Level: models.NoteLevel(textOf(sent.Level))}
	w := models.Write{Maintenance: m.ID, Notes: []models.NoteWrite{n}}
	if w.Expected, err = whoAsks(ctx).match.expected(m.Revision); err != nil {
		return nil, err
	}
	done, err := s.edit(ctx, []models.Write{w})
	if err != nil {
		return nil, err
	}
	made, err := s.note(ctx, done[0].NoteIDs[0])
	if err != nil {
		return nil, err
	}
	return &answer[NoteJSON]{Body: noteOf(made)}, nil
}
