package rest

import (
	"context"
	"fmt"
	"net/http"

	"lineman/models"
)

type appNoteQuery struct {
	AppPaging
	Stamps
	Shape
	ID          []string `query:"id,explode" maxItems:"1000" doc:"Any of these ids"`
	Q           string   `query:"q" maxLength:"200" doc:"Part of title or comment"`
	Maintenance []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Title       []string `query:"title,explode" maxItems:"100" doc:"Exactly any of these titles"`
	Level       []string `query:"level,explode" enum:"INFO,WARNING" doc:"Any of these levels"`
}

type appNoteJSON struct {
	AppCommon
	Maintenance appRef `json:"maintenance" doc:"Id of the maintenance"`
	Title       string `json:"title"`
	Comment     string `json:"comment"`
	AppExtra
}

// AppNoteWrite is a note as it is sent.
type AppNoteWrite struct {
	Row
	Maintenance *string `json:"maintenance,omitempty" maxLength:"300" doc:"Id or name of the maintenance. It cannot be changed"`
	Title       *string `json:"title,omitempty" minLength:"1" maxLength:"200"`
	Level       *string `json:"level,omitempty" enum:"INFO,WARNING"`
	Comment     *string `json:"comment,omitempty" minLength:"1" maxLength:"65536"`
}

func (s *server) registerAppNotes(c crud) {
	get(s, c.list(), "app-notes", "Notes as the Nautobot app shows them", s.appNotes)
	get(s, c.item(), "app-note", "One note as the Nautobot app shows it", s.appNote)
	writers(s, c, s.writeAppNotes)
	removers(s, c, func(ctx context.Context, ids []string) error {
		writes := make([]models.Write, len(ids))
		for i, id := range ids {
			was, err := s.note(ctx, id)
			if err != nil {
				return &models.WriteError{Index: i, Err: err}
			}
			writes[i] = models.Write{Maintenance: was.MaintenanceID, Notes: []models.NoteWrite{{ID: was.ID, Remove: true}}}
			if writes[i].Expected, err = whoAsks(ctx).match.expected(was.Revision); err != nil {
				return err
			}
		}
		_, err := s.edit(ctx, writes)
		return err
	})
}

func (s *server) appNotes(ctx context.Context, in *appNoteQuery) (*answer[List[appNoteJSON]], error) {
	f := models.NoteFilter{
		IDs: in.ID, Query: in.Q, Maintenances: in.Maintenance, Titles: in.Title, Levels: likeStrings[models.NoteLevel](in.Level), Page: in.page(),
	}
	var err error
	if f.Created, f.Updated, err = in.ranges(); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.FindNotes(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list notes: %w", err)
	}
	with, err := s.relateNotes(ctx, in.Shape, rows)
	if err != nil {
		return nil, err
	}
	return newList(ctx, rows, total, f.Page, func(n models.Note) appNoteJSON { return appNoteOf(ctx, n, with, in.Shape) }), nil
}

func (s *server) appNote(ctx context.Context, in *appItem) (*answer[appNoteJSON], error) {
	n, err := s.note(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	whoAsks(ctx).reply.revision = n.Revision
	with, err := s.relateNotes(ctx, in.Shape, []models.Note{n})
	if err != nil {
		return nil, err
	}
	return &answer[appNoteJSON]{Body: appNoteOf(ctx, n, with, in.Shape)}, nil
}

func (s *server) relateNotes(ctx context.Context, shape Shape, rows []models.Note) (*related, error) {
	return s.relate(ctx, shape, wanted{maintenances: convert(rows, func(n models.Note) string { return n.MaintenanceID })})
}

// note reads one note by its id.
func (s *server) note(ctx context.Context, id string) (models.Note, error) {
	rows, _, err := s.o.Reader.FindNotes(ctx, whoAsks(ctx).Scope, models.NoteFilter{IDs: []string{id}, Page: models.Page{Limit: 1}})
	if err == nil && len(rows) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.Note{}, fmt.Errorf("read a note: %w", err)
	}
	return rows[0], nil
}

func appNoteOf(ctx context.Context, n models.Note, with *related, shape Shape) appNoteJSON {
	return appNoteJSON{
		AppCommon:   common(ctx, "note", n.ID, n.Title, n.CreatedAt, n.UpdatedAt),
		Maintenance: with.maintenance(n.MaintenanceID), Title: n.Title, Comment: n.Comment, AppExtra: shape.extra(),
	}
}

func (s *server) writeAppNotes(ctx context.Context, method string, ids []string, rows []AppNoteWrite) ([]appNoteJSON, error) {
	writes := make([]models.Write, len(rows))
	for i, row := range rows {
		var err error
		if method == http.MethodPost {
			writes[i], err = s.newNote(ctx, row)
		} else {
			writes[i], err = s.otherNote(ctx, method, pathOf(ids, i), row)
		}
		if err != nil {
			return nil, &models.WriteError{Index: i, Err: err}
		}
	}
	done, err := s.edit(ctx, writes)
	if err != nil {
		return nil, err
	}
	shown := make([]appNoteJSON, len(done))
	for i, d := range done {
		now, err := s.note(ctx, d.NoteIDs[0])
		if err != nil {
			return nil, fmt.Errorf("read what was written: %w", err)
		}
		shown[i] = appNoteOf(ctx, now, &related{}, Shape{})
		if len(done) == 1 {
			whoAsks(ctx).reply.revision = now.Revision
		}
	}
	return shown, nil
}

func (s *server) newNote(ctx context.Context, row AppNoteWrite) (w models.Write, err error) {
	for _, f := range []struct {
		name  string
		value *string
	}{{"maintenance", row.Maintenance}, {"title", row.Title}, {"comment", row.Comment}} {
		if f.value == nil {
			return w, badField(f.name, "this field is needed")
		}
	}
	m, err := s.o.Reader.Maintenance(ctx, whoAsks(ctx).Scope, *row.Maintenance)
	if notThere(err) {
		return w, badField("maintenance", "there is no such maintenance")
	}
	if err != nil {
		return w, err
	}
	n := models.NoteWrite{Title: *row.Title, Comment: *row.Comment, Unique: true}
	if row.Level != nil {
		n.Level = models.NoteLevel(*row.Level)
	}
	w = models.Write{Maintenance: m.ID, Notes: []models.NoteWrite{n}}
	w.Expected, err = whoAsks(ctx).match.expected(m.Revision)
	return w, err
}

func (s *server) otherNote(ctx context.Context, method, path string, row AppNoteWrite) (w models.Write, err error) {
	id, err := row.row(path)
	if err != nil {
		return w, err
	}
	was, err := s.note(ctx, id)
	if err != nil {
		return w, err
	}
	if method == http.MethodPut && (row.Maintenance == nil || row.Title == nil || row.Comment == nil) {
		return w, badField("comment", "maintenance, title and comment are needed")
	}
	if row.Maintenance != nil && *row.Maintenance != was.MaintenanceID {
		return w, badField("maintenance", "a note stays with its maintenance; delete this one and create another")
	}
	n := models.NoteWrite{ID: was.ID, Title: was.Title, Comment: was.Comment, Unique: true}
	if row.Title != nil {
		n.Title = *row.Title
	}
	if row.Comment != nil {
		n.Comment = *row.Comment
	}
	if row.Level != nil {
		n.Level = models.NoteLevel(*row.Level)
	}
	w = models.Write{Maintenance: was.MaintenanceID, Notes: []models.NoteWrite{n}}
	w.Expected, err = whoAsks(ctx).match.expected(was.Revision)
	return w, err
}
