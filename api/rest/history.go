package rest

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"lineman/models"
)

// HistoryReader is what the API reads of all maintenances at once.
type HistoryReader interface {
	FindWindows(ctx context.Context, s models.Scope, f models.WindowFilter) ([]models.WindowItem, int, error)
	FindChanges(ctx context.Context, s models.Scope, f models.ChangeFilter) ([]models.ChangeItem, int, error)
	FindEdits(ctx context.Context, s models.Scope, f models.EditFilter) ([]models.EditItem, int, error)
}

func (s *server) registerHistory() {
	get(s, "/api/v1/windows", "list-windows", "Windows of all maintenances, newest start first", s.listWindows)
	get(s, "/api/v1/maintenances/{id}/windows/{ordinal}", "get-window", "One window of a maintenance", s.getWindow)
	const whole = "; of providers that are in scope as a whole"
	get(s, "/api/v1/changes", "list-changes", "What changed in all maintenances, newest first"+whole, s.listChanges)
	get(s, "/api/v1/changes/{id}", "get-change", "One change"+whole, s.getChange)
	get(s, "/api/v1/edits", "list-edits", "What people did to maintenances, newest first"+whole, s.listEdits)
	get(s, "/api/v1/edits/{id}", "get-edit", "One edit"+whole, s.getEdit)
	get(s, "/api/v1/maintenances/{id}/edits", "list-maintenance-edits", "What people did to it, newest first"+whole, s.editsOf)
}

// recordRef is a maintenance as its parts refer to it.
type recordRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type windowsQuery struct {
	Cursors
	Maintenance  []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Kind         []string `query:"kind,explode" enum:"primary,backup" doc:"Any of these kinds"`
	StartsAfter  string   `query:"starts_after" maxLength:"40" doc:"Starts at this time or later"`
	StartsBefore string   `query:"starts_before" maxLength:"40" doc:"Starts at this time or earlier"`
	EndsAfter    string   `query:"ends_after" maxLength:"40" doc:"Ends at this time or later"`
	EndsBefore   string   `query:"ends_before" maxLength:"40" doc:"Ends at this time or earlier"`
}

type windowItemJSON struct {
	Maintenance recordRef `json:"maintenance"`
	WindowJSON
}

func (s *server) listWindows(ctx context.Context, in *windowsQuery) (*answer[flow[windowItemJSON]], error) {
	f := models.WindowFilter{Maintenances: in.Maintenance, Kinds: likeStrings[models.WindowKind](in.Kind)}
	var err error
	if f.Start, err = between([]bound{{"starts_after", in.StartsAfter}}, []bound{{"starts_before", in.StartsBefore}}); err != nil {
		return nil, err
	}
	if f.End, err = between([]bound{{"ends_after", in.EndsAfter}}, []bound{{"ends_before", in.EndsBefore}}); err != nil {
		return nil, err
	}
	if f.Page, err = in.pageFrom(ctx, "windows"); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.FindWindows(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list windows: %w", err)
	}
	keys := func(w models.WindowItem) []string {
		return []string{timeKey(w.Start), w.MaintenanceID, strconv.Itoa(w.Ordinal)}
	}
	return newFlow(ctx, "windows", rows, total, f.Page, keys, func(w models.WindowItem) windowItemJSON {
		return windowItemJSON{recordRef{w.MaintenanceID, w.MaintenanceName}, window(w.Window)}
	}), nil
}

func (s *server) getWindow(ctx context.Context, in *struct {
	PartPath
	Ordinal int `path:"ordinal" minimum:"1" maximum:"1000000" doc:"Its number in the maintenance"`
}) (*answer[WindowJSON], error) {
	m, err := s.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	for _, w := range m.Windows {
		if w.Ordinal == in.Ordinal {
			return &answer[WindowJSON]{Body: window(w)}, nil
		}
	}
	return nil, models.ErrNotFound
}

type changesQuery struct {
	Cursors
	Maintenance []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Cause       []string `query:"cause,explode" maxItems:"20" doc:"Any of these causes, for example live or edit"`
	Author      []string `query:"author,explode" maxItems:"100" doc:"Any of these people"`
	Field       string   `query:"field" maxLength:"300" doc:"The field, or what it begins with: status, circuit["`
	Since       string   `query:"since" maxLength:"40" doc:"At this time or later"`
	Until       string   `query:"until" maxLength:"40" doc:"At this time or earlier"`
}

type changeItemJSON struct {
	Maintenance recordRef `json:"maintenance"`
	ChangeJSON
	Notification *string `json:"notification" doc:"Id of the mail that caused it"`
}

func changeItem(c models.ChangeItem) changeItemJSON {
	return changeItemJSON{recordRef{c.MaintenanceID, c.MaintenanceName}, change(c.Change), reference(c.RawID)}
}

func (s *server) listChanges(ctx context.Context, in *changesQuery) (*answer[flow[changeItemJSON]], error) {
	f := models.ChangeFilter{Maintenances: in.Maintenance, Causes: likeStrings[models.Cause](in.Cause), Authors: in.Author, Field: in.Field}
	var err error
	if f.At, err = between([]bound{{"since", in.Since}}, []bound{{"until", in.Until}}); err != nil {
		return nil, err
	}
	if f.Page, err = in.pageFrom(ctx, "changes"); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.FindChanges(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	keys := func(c models.ChangeItem) []string { return []string{timeKey(c.At), c.ID} }
	return newFlow(ctx, "changes", rows, total, f.Page, keys, changeItem), nil
}

func (s *server) getChange(ctx context.Context, in *idPath) (*answer[changeItemJSON], error) {
	rows, _, err := s.o.Reader.FindChanges(ctx, whoAsks(ctx).Scope, models.ChangeFilter{IDs: []string{in.ID}, Page: models.Page{Limit: 1}})
	return only(rows, err, "read a change", changeItem)
}

type editsQuery struct {
	Cursors
	Maintenance []string `query:"maintenance,explode" maxItems:"1000" doc:"Any of these maintenances, by name or id"`
	Kind        []string `query:"kind,explode" enum:"create,set,acknowledge,note,link,unlink,impact,delete,merge,accept-notice,reject-notice" doc:"Any of these kinds"`
	Author      []string `query:"author,explode" maxItems:"100" doc:"Any of these people"`
	Since       string   `query:"since" maxLength:"40" doc:"At this time or later"`
	Until       string   `query:"until" maxLength:"40" doc:"At this time or earlier"`
}

type editJSON struct {
	ID          string             `json:"id"`
	Maintenance recordRef          `json:"maintenance"`
	Kind        string             `json:"kind"`
	Field       string             `json:"field" doc:"Of set: status, summary or windows"`
	Value       string             `json:"value" doc:"Of set; withdraw of acknowledge"`
	Windows     []noticeWindowJSON `json:"windows" nullable:"false" doc:"Of create and of set windows"`
	CircuitID   string             `json:"circuit_id" doc:"Of link, unlink and impact: as the maintenance lists it"`
	Circuit     *string            `json:"circuit" doc:"Of link: id in the inventory"`
	Impact      string             `json:"impact"`
	Notice      *string            `json:"notice" doc:"Of accept-notice and reject-notice"`
	Target      string             `json:"target" doc:"Of merge: the id of the other one"`
	Author      string             `json:"author"`
	Reason      string             `json:"reason"`
	At          *time.Time         `json:"at"`
}

func edit(e models.EditItem) editJSON {
	return editJSON{
		ID: e.ID, Maintenance: recordRef{e.MaintenanceID, e.MaintenanceName}, Kind: string(e.Kind), Field: e.Field, Value: e.Value,
		Windows: convert(e.Windows, noticeWindow), CircuitID: e.CID, Circuit: reference(e.CircuitID), Impact: string(e.Impact),
		Notice: reference(e.NoticeID), Target: e.Target, Author: e.Author, Reason: e.Reason, At: instant(e.At),
	}
}

func (s *server) listEdits(ctx context.Context, in *editsQuery) (*answer[flow[editJSON]], error) {
	f := models.EditFilter{Maintenances: in.Maintenance, Kinds: likeStrings[models.EditKind](in.Kind), Authors: in.Author}
	var err error
	if f.At, err = between([]bound{{"since", in.Since}}, []bound{{"until", in.Until}}); err != nil {
		return nil, err
	}
	if f.Page, err = in.pageFrom(ctx, "edits"); err != nil {
		return nil, err
	}
	rows, total, err := s.o.Reader.FindEdits(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list edits: %w", err)
	}
	keys := func(e models.EditItem) []string { return []string{timeKey(e.At), e.ID} }
	return newFlow(ctx, "edits", rows, total, f.Page, keys, edit), nil
}

func (s *server) getEdit(ctx context.Context, in *idPath) (*answer[editJSON], error) {
	rows, _, err := s.o.Reader.FindEdits(ctx, whoAsks(ctx).Scope, models.EditFilter{IDs: []string{in.ID}, Page: models.Page{Limit: 1}})
	return only(rows, err, "read an edit", edit)
}

func (s *server) editsOf(ctx context.Context, in *struct {
	PartPath
	Paging
}) (*answer[List[editJSON]], error) {
	m, err := s.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f := models.EditFilter{Maintenances: []string{m.ID}, Page: in.page()}
	rows, total, err := s.o.Reader.FindEdits(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list edits: %w", err)
	}
	return newList(ctx, rows, total, f.Page, edit), nil
}

// only answers with the one row that was looked for.
func only[R, T any](rows []R, err error, what string, show func(R) T) (*answer[T], error) {
	if err == nil && len(rows) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return &answer[T]{Body: show(rows[0])}, nil
}
