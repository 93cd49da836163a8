package store

import (
	"context"
	"fmt"

	"lineman/models"
)

// SetCIDRule sets how the circuit ids of a provider, named by slug, name or ID,
// are compared; default takes a rule of its own away. Maintenances whose
// circuits mean others now are linked anew. Whoever does it must see
// everything, else it is models.ErrDenied. The write is in the audit log.
func (s *Store) SetCIDRule(ctx context.Context, by models.Principal, provider, rule string) (p models.Provider, changed []models.ReparsedMaintenance, err error) {
	err = s.write(ctx, "set how circuit ids are compared", func(w *work) error {
		p, changed, err = w.setCIDRule(by, provider, rule)
		return err
	})
	return p, changed, err
}

// TryCIDRule says what SetCIDRule would change, and changes nothing.
func (s *Store) TryCIDRule(ctx context.Context, by models.Principal, provider, rule string) (p models.Provider, changed []models.ReparsedMaintenance, err error) {
	err = s.dry(ctx, "try how circuit ids are compared", func(w *work) error {
		p, changed, err = w.setCIDRule(by, provider, rule)
		return err
	})
	return p, changed, err
}

func (w *work) setCIDRule(by models.Principal, provider, rule string) (p models.Provider, changed []models.ReparsedMaintenance, err error) {
	parsed, err := models.ParseCIDRule(rule)
	if err != nil {
		return p, nil, err
	}
	if !by.Scope.All {
		return p, nil, fmt.Errorf("the rule of a provider: %w", models.ErrDenied)
	}
	names, err := lockProviders(w)
	if err != nil {
		return p, nil, fmt.Errorf("load providers: %w", err)
	}
	if p, err = names.named("provider", provider); err != nil {
		return p, nil, err
	}
	text, before := parsed.String(), p.CIDRule
	if text == models.DefaultCIDRule.String() {
		text = ""
	}
	if text == before {
		return p, nil, nil
	}
	p.CIDRule, p.Builtin = text, false
	err = w.Model(&providerRow{}).Where("id = ?", p.ID).Updates(map[string]any{"cid_rule": text, "builtin": false, "updated_at": at(w.s.clock())}).Error
	if err != nil {
		return p, nil, err
	}
	g, err := relinkFor(w, relinking{providers: []string{p.ID}, ruled: true, cause: models.CauseImport})
	if err != nil {
		return p, nil, err
	}
	changed = g.told()
	if err := nameLinks(w.DB, changed); err != nil {
		return p, nil, err
	}
	return p, changed, audit(w, []models.Audit{{
		At: w.s.clock(), Author: by.Name, Role: by.Role, Action: "set how circuit ids are compared", Object: "provider", Ref: p.ID,
		Name: p.Slug + " " + parsed.String(),
	}})
}
