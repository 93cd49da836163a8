package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"lineman/models"
)

// AliasReader is what the API reads of other ids of circuits.
type AliasReader interface {
	FindAliases(ctx context.Context, s models.Scope, f models.AliasFilter) ([]models.AliasItem, int, error)
}

// AliasWriter is what the API writes of them.
type AliasWriter interface {
	AddAlias(ctx context.Context, by models.Principal, row models.AliasRow) (created bool, err error)
	RemoveAlias(ctx context.Context, by models.Principal, id string) error
}

// AliasWrite is another id under which a provider writes a circuit.
type AliasWrite struct {
	Provider string `json:"provider" minLength:"1" maxLength:"200" doc:"Slug or name"`
	Alias    string `json:"alias" minLength:"1" maxLength:"300"`
	CID      string `json:"cid" minLength:"1" maxLength:"300" doc:"Circuit id in the inventory"`
}

func (s *server) registerAliases() {
	const path = "/api/v1/aliases"
	get(s, path, "list-aliases", "Other ids under which providers write circuits", s.listAliases)
	get(s, path+"/{id}", "get-alias", "One alias", s.getAlias)
	register(s, operation{
		method: http.MethodPost, path: path, id: "create-alias", summary: "Give a circuit another id, and link what waits for it",
		status: http.StatusCreated, body: bodySchema[AliasWrite](s, true, false),
	}, s.createAlias)
	register(s, operation{
		method: http.MethodDelete, path: path + "/{id}", id: "delete-alias", summary: "Take an alias away; what is linked by it alone waits for a circuit again",
		status: http.StatusNoContent,
	}, s.deleteAlias)
}

type aliasesQuery struct {
	Cursors
	Provider []string `query:"provider,explode" maxItems:"100" doc:"Any of these provider slugs"`
	Alias    []string `query:"alias,explode" maxItems:"1000" doc:"Any of these aliases, without regard to case"`
	Circuit  []string `query:"circuit,explode" maxItems:"1000" doc:"Any of these circuits, by circuit id or id"`
}

type aliasJSON struct {
	ID       string      `json:"id"`
	Provider providerRef `json:"provider"`
	Alias    string      `json:"alias"`
	CID      string      `json:"cid" doc:"Circuit id in the inventory"`
	Circuit  string      `json:"circuit" doc:"Id of the circuit"`
	Created  *time.Time  `json:"created"`
}

// aliasRevision is that of every alias: one that changes is another one.
const aliasRevision = 1

func alias(a models.AliasItem) aliasJSON {
	return aliasJSON{ID: a.ID, Provider: providerRef{a.ProviderSlug, a.ProviderName}, Alias: a.Alias.Alias, CID: a.CID, Circuit: a.CircuitID, Created: instant(a.CreatedAt)}
}

func (s *server) listAliases(ctx context.Context, in *aliasesQuery) (*answer[flow[aliasJSON]], error) {
	page, err := in.pageFrom(ctx, "aliases")
	if err != nil {
		return nil, err
	}
	rows, total, err := s.aliases(ctx, models.AliasFilter{Providers: in.Provider, Aliases: in.Alias, Circuits: in.Circuit, Page: page})
	if err != nil {
		return nil, err
	}
	keys := func(a models.AliasItem) []string { return []string{a.ProviderSlug, models.CIDKey(a.Alias.Alias), a.ID} }
	return newFlow(ctx, "aliases", rows, total, page, keys, alias), nil
}

func (s *server) aliases(ctx context.Context, f models.AliasFilter) ([]models.AliasItem, int, error) {
	rows, total, err := s.o.Reader.FindAliases(ctx, whoAsks(ctx).Scope, f)
	if err != nil {
		return nil, 0, fmt.Errorf("read aliases: %w", err)
	}
	return rows, total, nil
}

func (s *server) getAlias(ctx context.Context, in *idPath) (*answer[aliasJSON], error) {
	rows, _, err := s.aliases(ctx, models.AliasFilter{IDs: []string{in.ID}, Page: models.Page{Limit: 1}})
	whoAsks(ctx).reply.revision = aliasRevision
	return only(rows, err, "read an alias", alias)
}

func (s *server) createAlias(ctx context.Context, in *RawInput) (*answer[aliasJSON], error) {
	sent, err := decode[AliasWrite](s, *in)
	if err != nil {
		return nil, err
	}
	if _, err := s.o.Writer.AddAlias(ctx, whoAsks(ctx).Principal, models.AliasRow{Provider: sent.Provider, Alias: sent.Alias, CID: sent.CID}); err != nil {
		return nil, fmt.Errorf("add an alias: %w", err)
	}
	slugs, err := s.slugs(ctx, []string{sent.Provider})
	if err != nil {
		return nil, err
	}
	rows, _, err := s.aliases(ctx, models.AliasFilter{Providers: slugs, Aliases: []string{sent.Alias}, Page: models.Page{Limit: 1}})
	whoAsks(ctx).reply.revision = aliasRevision
	return only(rows, err, "read what was written", alias)
}

// deleteAlias needs no If-Match: an alias that changed has another id.
func (s *server) deleteAlias(ctx context.Context, in *idPath) (*nothing, error) {
	if _, err := whoAsks(ctx).match.expected(aliasRevision); err != nil {
		return nil, err
	}
	if err := s.o.Writer.RemoveAlias(ctx, whoAsks(ctx).Principal, in.ID); err != nil {
		return nil, fmt.Errorf("remove an alias: %w", err)
	}
	return nil, nil
}
