package store

import (
	"context"
	"errors"
	"fmt"

	"lineman/models"
)

// AddAlias gives a circuit another id, as ImportAliases does, for a person who
// must see the whole provider: mail of all its circuits may come to be linked.
// models.ErrDenied otherwise. An alias that means another circuit is refused:
// it must be taken away first. The write is in the audit log.
func (s *Store) AddAlias(ctx context.Context, by models.Principal, row models.AliasRow) (created bool, err error) {
	err = s.write(ctx, "add an alias", func(w *work) error {
		added, err := w.addAlias(by, row)
		created = added.id != ""
		return err
	})
	return created, err
}

// addedAlias is what came of a new alias; the ID is empty where it was there
// already.
type addedAlias struct {
	id      string
	changed []string // names of maintenances
}

func (w *work) addAlias(by models.Principal, row models.AliasRow) (addedAlias, error) {
	var none addedAlias
	i, err := newAliasImport(w)
	if err != nil {
		return none, err
	}
	i.only = true
	whole, err := wholeProviders(w.DB, sightOf(by.Scope))
	if err != nil {
		return none, fmt.Errorf("read the scope: %w", err)
	}
	if p, known := i.providers[nameKey(row.Provider)]; !by.Scope.All && !(known && whole[p.ID]) {
		return none, fmt.Errorf("an alias of this provider: %w", models.ErrDenied)
	}
	if err := i.take(row); err != nil {
		var input *models.InputError
		if errors.As(err, &input) {
			input.Field = i.wrongField(row) // there are no lines
		}
		return none, err
	}
	if i.result.Unchanged > 0 {
		return none, nil
	}
	if _, err := i.finish(); err != nil {
		return none, err
	}
	added := addedAlias{id: i.fresh[0].ID, changed: each(i.linked, func(m models.ReparsedMaintenance) string { return m.Name })}
	return added, audit(w, []models.Audit{{
		At: w.s.clock(), Author: by.Name, Role: by.Role, Action: "add", Object: "alias", Ref: tidy(row.Alias),
		Name: tidy(row.Provider) + " " + tidy(row.Alias) + " = " + tidy(row.CID),
	}})
}

// wrongField is the field of a single row that was refused.
func (i *aliasImport) wrongField(row models.AliasRow) string {
	p, known := i.providers[nameKey(row.Provider)]
	if !known {
		return "provider"
	}
	if _, known := i.circuits[models.Identity{ProviderID: p.ID, Key: models.CIDKey(tidy(row.CID))}]; !known {
		return "cid"
	}
	return "alias"
}
