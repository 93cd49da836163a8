package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"lineman/models"
)

// importer takes the rows of one import in their order, and saves them when all
// are good.
type importer[R any] interface {
	take(R) error
	finish() (models.ImportResult, error)
}

// importRows imports rows of a kind, all or none: the first bad one is an
// InputError with its line. What changes anything is in the audit log, as the
// terminal's where no person is named.
func importRows[R any, I importer[R]](ctx context.Context, s *Store, kind string, rows []R, start func(*work) (I, error)) (models.ImportResult, error) {
	return importRowsBy(ctx, s, models.Terminal(), kind, rows, start)
}

func importRowsBy[R any, I importer[R]](ctx context.Context, s *Store, by models.Principal, kind string, rows []R, start func(*work) (I, error)) (models.ImportResult, error) {
	var result models.ImportResult
	err := s.write(ctx, "import "+kind, func(w *work) error {
		i, err := start(w)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := i.take(row); err != nil {
				return err
			}
		}
		if result, err = i.finish(); err != nil || result.Created+result.Updated == 0 {
			return err
		}
		return audit(w, []models.Audit{auditOf(s, by, "import", kind, "", kind, "", "",
			fmt.Sprintf("created %d, updated %d, unchanged %d", result.Created, result.Updated, result.Unchanged))})
	})
	if err != nil {
		return models.ImportResult{}, err
	}
	return result, nil
}

// providerNames are all providers by slug and by name, in lower case; a slug
// wins over another's name.
type providerNames map[string]models.Provider

// lockProviders gives all providers. The lock keeps mail from being applied
// beside an import: it would miss what the import brings, and the import its
// records.
func lockProviders(w *work) (providerNames, error) {
	var rows []providerRow
	if err := locked(w.s, w.DB).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	all := providerNames{}
	for _, r := range rows {
		all[nameKey(r.Name)] = r.model()
	}
	for _, r := range rows {
		all[r.Slug] = r.model()
	}
	return all, nil
}

// find finds the provider that a row names by slug or name.
func (n providerNames) find(where, name string) (models.Provider, error) {
	p, known := n[nameKey(name)]
	if !known {
		return p, models.Invalid(where, "there is no provider %q; import it first, or correct the name", name)
	}
	return p, nil
}

// circuitKeys gives of all circuits what a row names them by.
func circuitKeys(w *work) ([]circuitRow, error) {
	var rows []circuitRow
	if err := w.Select("id", "provider_id", "cid", "cid_key").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load circuits: %w", err)
	}
	return rows, nil
}

// replaceOwned replaces all rows that belong to the owners.
func replaceOwned[R any](tx *gorm.DB, column string, owners []string, rows []R) error {
	err := chunks(owners, func(part []string) error {
		return tx.Where(column+" IN ?", part).Delete(new(R)).Error
	})
	if err != nil {
		return err
	}
	return insert(tx, rows)
}

func lineField(line int) string { return fmt.Sprintf("line %d", line) }

func tidy(text string) string { return strings.TrimSpace(clean(text)) }

// setText sets a value unless the new one is empty, and reports a change.
func setText(to *string, value string) bool {
	if value == "" || *to == value {
		return false
	}
	*to = value
	return true
}

func setList(to *[]string, values []string) bool {
	if len(values) == 0 || slices.Equal(*to, values) {
		return false
	}
	*to = values
	return true
}

func setTags(to *[]string, tags []string) bool {
	tags = unique(slices.DeleteFunc(each(tags, tidy), func(t string) bool { return t == "" }))
	slices.Sort(tags)
	return setList(to, tags)
}
