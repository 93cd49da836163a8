package rest

import (
	"context"
	"fmt"
	"net/http"

	"lineman/models"
)

func (s *server) registerNotes() {
	const path = "/api/v1/notes"
	get(s, path, "list-notes", "Notes of all maintenances, newest first", s.listNotes)
	get(s, path+"/{id}", "get-note", "One note", s.getNote)
	register(s, operation{
		method: http.MethodPatch, path: path + "/{id}", id: "change-note", summary: "Change a note", tag: true, body: bodySchema[NoteChange](s, true, false),
	}, s.changeNote)
	register(s, operation{
		method: http.MethodDelete, path: path + "/{id}", id: "delete-note", summary: "Delete a note", tag: true, status: http.StatusNoContent,
	}, s.deleteNote)
}

type notesQuery struct {
	Cursors
	ID          []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Maintenance []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Title       []string `query:"title,explode" maxItems:"100" doc:"Exactly any of these titles"`
	Level       []string `query:"level,explode" enum:"INFO,WARNING" doc:"Any of these levels"`
	Q           string   `query:"q" maxLength:"200" doc:"Part of title or comment"`
}

type noteItemJSON struct {
	Maintenance string `json:"maintenance" doc:"Id of the maintenance"`
	NoteJSON
	Revision int64 `json:"revision" doc:"Of the maintenance"`
}

// NoteChange is what may be changed of a note.
type NoteChange struct {
	Title   *string `json:"title,omitempty" minLength:"1" maxLength:"200"`
	Comment *string `json:"comment,omitempty" minLength:"1" maxLength:"65536"`
	Level   *string `json:"level,omitempty" enum:"INFO,WARNING"`
	Reason  *string `json:"reason,omitempty" maxLength:"2000"`
}

func noteItem(n models.Note) noteItemJSON {
	return noteItemJSON{n.MaintenanceID, noteOf(n), n.Revision}
}

func (s *server) listNotes(ctx context.Context, in *notesQuery) (*answer[flow[noteItemJSON]], error) {
	page, err := in.pageFrom(ctx, "notes")
	if err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.FindNotes(ctx, whoAsks(ctx).Scope, models.NoteFilter{
		IDs: in.ID, Maintenances: in.Maintenance, Titles: in.Title, Levels: likeStrings[models.NoteLevel](in.Level), Query: in.Q, Page: page,
	})
	if err != nil {
		return nil, fmt.Errorf("list notes: %w", err)
	}
	keys := func(n models.Note) []string { return []string{timeKey(n.CreatedAt), n.ID} }
	return newFlow(ctx, "notes", rows, total, page, keys, noteItem), nil
}

func (s *server) getNote(ctx context.Context, in *idPath) (*answer[noteItemJSON], error) {
	n, err := s.note(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	whoAsks(ctx).reply.revision = n.Revision
	return &answer[noteItemJSON]{Body: noteItem(n)}, nil
}

func (s *server) changeNote(ctx context.Context, in *bodyInput) (*answer[noteItemJSON], error) {
	sent, err := decode[NoteChange](s, in.RawInput)
	if err != nil {
		return nil, err
	}
	was, err := s.note(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	n := models.NoteWrite{ID: was.ID, Title: was.Title, Comment: was.Comment, Level: models.NoteLevel(textOf(sent.Level))}
	if sent.Title != nil {
		n.Title = *sent.Title
	}
	if sent.Comment != nil {
		n.Comment = *sent.Comment
	}
	w := models.Write{Maintenance: was.MaintenanceID, Notes: []models.NoteWrite{n}, Reason: textOf(sent.Reason)}
	if err := s.editAt(ctx, was.Revision, w); err != nil {
		return nil, err
	}
	return s.getNote(ctx, &idPath{ID: was.ID})
}

func (s *server) deleteNote(ctx context.Context, in *idPath) (*nothing, error) {
	was, err := s.note(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	w := models.Write{Maintenance: was.MaintenanceID, Notes: []models.NoteWrite{{ID: was.ID, Remove: true}}}
	return nil, s.editAt(ctx, was.Revision, w)
}
