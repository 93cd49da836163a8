package rest

import (
	"context"
	"fmt"
	"net/http"

	"lineman/models"
)

// Matching is what the API writes of how circuit ids are matched, as a whole.
type Matching interface {
	ImportAliasesBy(ctx context.Context, by models.Principal, rows []models.AliasRow) (models.ImportResult, error)
	TryAliases(ctx context.Context, rows []models.AliasRow) (models.AliasTrial, error)
	SetCIDRule(ctx context.Context, by models.Principal, provider, rule string) (models.Provider, []models.ReparsedMaintenance, error)
	TryCIDRule(ctx context.Context, by models.Principal, provider, rule string) (models.Provider, []models.ReparsedMaintenance, error)
}

func (s *server) registerMatching() {
	register(s, operation{
		method: http.MethodPost, path: "/api/v1/aliases/import", id: "import-aliases", summary: "Import aliases, all or none; with dry_run tell what that would change",
		body: bodySchema[AliasWrite](s, false, true), bulk: true,
	}, s.importAliases)
	register(s, operation{
		method: http.MethodPut, path: "/api/v1/providers/{id}/cid-rule", id: "set-cid-rule", summary: "Set what two spellings of a provider's circuit ids may differ in",
		body: bodySchema[CIDRuleWrite](s, true, false),
	}, s.setCIDRule)
}

// CIDRuleWrite is a rule of comparison.
type CIDRuleWrite struct {
	Rule string `json:"rule" minLength:"1" maxLength:"1000" doc:"Words: blanks, slashes, zeros, prefix=WORD; or exact, or default"`
}

type dryInput struct {
	DryRun bool `query:"dry_run" doc:"Change nothing"`
	RawInput
}

type aliasTrialJSON struct {
	DryRun       bool                     `json:"dry_run"`
	Created      int                      `json:"created"`
	Updated      int                      `json:"updated"`
	Unchanged    int                      `json:"unchanged"`
	Aliases      []aliasEffectJSON        `json:"aliases" nullable:"false" doc:"Of a dry run"`
	Maintenances []changedMaintenanceJSON `json:"maintenances" nullable:"false" doc:"Of a dry run: those that would change"`
}

type aliasEffectJSON struct {
	Provider string `json:"provider"`
	Alias    string `json:"alias"`
	CID      string `json:"cid"`
	Before   string `json:"before" doc:"Circuit that it means now"`
	Effect   string `json:"effect" enum:"new,moved,unchanged"`
}

func (s *server) importAliases(ctx context.Context, in *dryInput) (*answer[aliasTrialJSON], error) {
	sent, _, err := decodeMany[AliasWrite](s, in.RawInput, false)
	if err != nil {
		return nil, err
	}
	rows := make([]models.AliasRow, len(sent))
	for i, a := range sent {
		rows[i] = models.AliasRow{Line: i + 1, Provider: a.Provider, Alias: a.Alias, CID: a.CID}
	}
	if !in.DryRun {
		r, err := s.o.Matching.ImportAliasesBy(ctx, whoAsks(ctx).Principal, rows)
		if err != nil {
			return nil, fmt.Errorf("import aliases: %w", err)
		}
		return &answer[aliasTrialJSON]{Body: aliasTrialJSON{Created: r.Created, Updated: r.Updated, Unchanged: r.Unchanged, Aliases: []aliasEffectJSON{}, Maintenances: []changedMaintenanceJSON{}}}, nil
	}
	t, err := s.o.Matching.TryAliases(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("try aliases: %w", err)
	}
	return &answer[aliasTrialJSON]{Body: aliasTrialJSON{
		DryRun: true, Created: t.Created, Updated: t.Updated, Unchanged: t.Unchanged, Maintenances: changedOf(t.Maintenances),
		Aliases: convert(t.Aliases, func(e models.AliasEffect) aliasEffectJSON {
			return aliasEffectJSON{e.Provider, e.Alias, e.CID, e.Before, e.Does()}
		}),
	}}, nil
}

type cidRuleJSON struct {
	Provider     string                   `json:"provider"`
	Rule         string                   `json:"rule"`
	DryRun       bool                     `json:"dry_run"`
	Maintenances []changedMaintenanceJSON `json:"maintenances" nullable:"false" doc:"Those that changed, or would"`
}

type cidRuleInput struct {
	PartPath
	DryRun bool `query:"dry_run" doc:"Change nothing"`
	RawInput
}

func (s *server) setCIDRule(ctx context.Context, in *cidRuleInput) (*answer[cidRuleJSON], error) {
	sent, err := decode[CIDRuleWrite](s, in.RawInput)
	if err != nil {
		return nil, err
	}
	set := s.o.Matching.SetCIDRule
	if in.DryRun {
		set = s.o.Matching.TryCIDRule
	}
	p, changed, err := set(ctx, whoAsks(ctx).Principal, in.ID, sent.Rule)
	if err != nil {
		return nil, fmt.Errorf("set the rule of a provider: %w", err)
	}
	return &answer[cidRuleJSON]{Body: cidRuleJSON{Provider: p.Slug, Rule: p.Rule().String(), DryRun: in.DryRun, Maintenances: changedOf(changed)}}, nil
}
