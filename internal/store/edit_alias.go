package store

import (
	"context"
	"errors"
	"fmt"

	"lineman/models"
)

// AddAlias gives a circuit another id, as ImportAliases does, for a person who
// must see the whole provider: mail of all its circuits may come to be linked.
// models.ErrDenied otherwise. The write is in the audit log.
func (s *Store) AddAlias(ctx context.Context, by models.Principal, row models.AliasRow) (created bool, err error) {
	err = s.write(ctx, "add an alias", func(w *work) error {
		i, err := newAliasImport(w)
		if err != nil {
			return err
		}
		whole, err := wholeProviders(w.DB, sightOf(by.Scope))
		if err != nil {
			return fmt.Errorf("read the scope: %w", err)
		}
		if p, known := i.providers[nameKey(row.Provider)]; !by.Scope.All && !(known && whole[p.ID]) {
			return fmt.Errorf("an alias of this provider: %w", models.ErrDenied)
		}
		if err := i.take(row); err != nil {
			var input *models.InputError
			if errors.As(err, &input) {
				input.Field = "alias" // there are no lines
			}
			return err
		}
		created = i.result.Created > 0
		if i.result.Unchanged > 0 {
			return nil
		}
		if _, err := i.finish(); err != nil {
			return err
		}
		return audit(w, []models.Audit{{
			At: s.clock(), Author: by.Name, Role: by.Role, Action: "add", Object: "alias", Ref: tidy(row.Alias),
			Name: tidy(row.Provider) + " " + tidy(row.Alias) + " = " + tidy(row.CID),
		}})
	})
	return created, err
}
