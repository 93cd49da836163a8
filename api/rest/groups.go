package rest

import (
	"context"
	"fmt"

	"lineman/models"
)

func (s *server) registerGroups() {
	get(s, "/api/v1/redundancy-groups", "list-redundancy-groups", "Redundancy groups, by name", s.listGroups)
	get(s, "/api/v1/redundancy-groups/{id}", "get-redundancy-group", "One redundancy group by id or name", s.getGroup)
}

type groupQuery struct {
	Cursors
	Name    []string `query:"name,explode" maxItems:"100" doc:"Any of these names"`
	Circuit []string `query:"circuit,explode" maxItems:"1000" doc:"Has any of these circuits, by circuit id or id"`
	Q       string   `query:"q" maxLength:"200" doc:"Part of the name"`
}

type groupJSON struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	MinUp    int          `json:"min_up" doc:"Circuits that must be up; 0: all but one"`
	Circuits []CircuitRef `json:"circuits" nullable:"false"`
}

func group(g models.RedundancyGroup) groupJSON {
	return groupJSON{g.ID, g.Name, g.MinUp, convert(g.Circuits, circuitRefOf)}
}

func (s *server) listGroups(ctx context.Context, in *groupQuery) (*answer[flow[groupJSON]], error) {
	page, err := in.pageFrom(ctx, "redundancy-groups")
	if err != nil {
		return nil, err
	}
	f := models.GroupFilter{Names: in.Name, Circuits: in.Circuit, Query: in.Q, Page: page}
	groups, total, err := s.o.Reader.RedundancyGroups(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, fmt.Errorf("list redundancy groups: %w", err)
	}
	keys := func(g models.RedundancyGroup) []string { return []string{g.Name} }
	return newFlow(ctx, "redundancy-groups", groups, total, page, keys, group), nil
}

func (s *server) getGroup(ctx context.Context, in *idPath) (*answer[groupJSON], error) {
	f := models.GroupFilter{Names: []string{in.ID}, Page: models.Page{Limit: 1}}
	if isUUID(in.ID) {
		f.IDs, f.Names = f.Names, nil
	}
	rows, _, err := s.o.Reader.RedundancyGroups(ctx, whoAsks(ctx).Scope, f)
	return only(rows, err, "read a redundancy group", group)
}
