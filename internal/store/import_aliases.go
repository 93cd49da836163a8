package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lineman/models"
)

// ImportAliases creates aliases by provider and alias, without regard to case,
// and points those that are there to another circuit, all or none. Provider
// (slug or name) and circuit must be there, and an alias may be no circuit's
// own id: that would always come first. The first bad row is an InputError with
// its line.
//
// Maintenances that wait for such an id are linked, as ImportCircuits does;
// those that were linked by what an alias meant before are linked anew.
func (s *Store) ImportAliases(ctx context.Context, rows []models.AliasRow) (models.ImportResult, error) {
	return importRows(ctx, s, "aliases", rows, newAliasImport)
}

// ImportAliasesBy does so for a person who sees everything; models.ErrDenied
// for others.
func (s *Store) ImportAliasesBy(ctx context.Context, by models.Principal, rows []models.AliasRow) (models.ImportResult, error) {
	if !by.Scope.All {
		return models.ImportResult{}, fmt.Errorf("import aliases: %w", models.ErrDenied)
	}
	return importRowsBy(ctx, s, by, "aliases", rows, newAliasImport)
}

// ExportAliases lists all aliases by provider and alias, as an import takes
// them. Those of a circuit of another provider come from the sync of an
// inventory alone, and are left out.
func (s *Store) ExportAliases(ctx context.Context) ([]models.AliasRow, error) {
	var rows []struct{ Slug, Alias, Cid string } // named as gorm names columns
	err := s.read(ctx, "read aliases", func(tx *gorm.DB) error {
		return tx.Raw(`SELECT p.slug, a.alias, c.cid FROM aliases a
			JOIN circuits c ON c.id = a.circuit_id JOIN providers p ON p.id = a.provider_id AND p.id = c.provider_id
			ORDER BY p.slug, a.alias_key`).Scan(&rows).Error
	})
	all := make([]models.AliasRow, len(rows))
	for i, r := range rows {
		all[i] = models.AliasRow{Provider: r.Slug, Alias: r.Alias, CID: r.Cid}
	}
	return all, err
}

type aliasImport struct {
	w         *work
	providers providerNames
	circuits  map[models.Identity]circuitRow
	known     map[models.Identity]aliasRow
	lines     map[models.Identity]int
	fresh     []aliasRow
	replaced  []string          // IDs of aliases that mean another circuit now, or are written otherwise
	left      []string          // IDs of circuits that an alias meant before
	cids      map[string]string // by ID of the circuit
	only      bool              // an alias that means another circuit is refused
	effects   []models.AliasEffect
	linked    []models.ReparsedMaintenance // what changed of the maintenances
	result    models.ImportResult
}

func newAliasImport(w *work) (*aliasImport, error) {
	i := &aliasImport{
		w: w, circuits: map[models.Identity]circuitRow{}, known: map[models.Identity]aliasRow{}, lines: map[models.Identity]int{},
		cids: map[string]string{},
	}
	var err error
	if i.providers, err = lockProviders(w); err != nil {
		return nil, fmt.Errorf("load providers: %w", err)
	}
	circuits, err := circuitKeys(w)
	if err != nil {
		return nil, err
	}
	for _, c := range circuits {
		i.circuits[models.Identity{ProviderID: c.ProviderID, Key: c.CIDKey}], i.cids[c.ID] = c, c.CID
	}
	var aliases []aliasRow
	if err := w.Find(&aliases).Error; err != nil {
		return nil, fmt.Errorf("load aliases: %w", err)
	}
	for _, a := range aliases {
		i.known[models.Identity{ProviderID: a.ProviderID, Key: a.AliasKey}] = a
	}
	return i, nil
}

func (i *aliasImport) take(row models.AliasRow) error {
	where, alias, cid := lineField(row.Line), tidy(row.Alias), tidy(row.CID)
	provider, err := i.providers.find(where, row.Provider)
	if err != nil {
		return err
	}
	key := models.Identity{ProviderID: provider.ID, Key: models.CIDKey(alias)}
	circuit, known := i.circuits[models.Identity{ProviderID: provider.ID, Key: models.CIDKey(cid)}]
	switch {
	case key.Key == "":
		return models.Invalid(where, "the alias is missing; write the other id of circuit %q", cid)
	case len(alias) > maxKey/2:
		return models.Invalid(where, "the alias has %d bytes, more than the %d that fit; correct it", len(alias), maxKey/2)
	case !known:
		return models.Invalid(where, "%s has no circuit %q; import it first, or correct the cid", provider.Slug, cid)
	}
	if own, taken := i.circuits[key]; taken {
		other := ""
		if own.ID != circuit.ID {
			other = ", and cannot mean circuit " + circuit.CID
		}
		return models.Invalid(where, "%q is ambiguous: it is the id of circuit %s of %s, which always comes first%s; leave this alias out",
			alias, own.CID, provider.Slug, other)
	}
	old, is := i.known[key]
	if line, again := i.lines[key]; again {
		if is && old.CircuitID != circuit.ID {
			return models.Invalid(where, "alias %q of %s is on line %d already, for circuit %s, and cannot mean circuit %s too; leave one of them out",
				alias, provider.Slug, line, i.cids[old.CircuitID], circuit.CID)
		}
		return models.Invalid(where, "alias %q of %s is on line %d already; leave one of them out", alias, provider.Slug, line)
	}
	if i.only && is && old.CircuitID != circuit.ID {
		return models.Invalid(where, "%q is an alias of circuit %s of %s already, and cannot mean circuit %s too; take that alias away first",
			alias, i.cids[old.CircuitID], provider.Slug, circuit.CID)
	}
	i.lines[key] = row.Line
	e := models.AliasEffect{Line: row.Line, Provider: provider.Slug, Alias: alias, CID: circuit.CID}
	if is {
		e.Before = i.cids[old.CircuitID]
	}
	i.effects = append(i.effects, e)
	i.put(key, alias, circuit.ID)
	return nil
}

// put keeps an alias. One that changed is a new row, so that whoever looks for
// news by the time of creation sees it.
func (i *aliasImport) put(key models.Identity, alias, circuitID string) {
	old, known := i.known[key]
	switch {
	case !known:
		i.result.Created++
	case old.CircuitID == circuitID && old.Alias == alias:
		i.result.Unchanged++
		return
	default:
		i.result.Updated++
		i.replaced = append(i.replaced, old.ID)
		if old.CircuitID != circuitID {
			i.left = append(i.left, old.CircuitID)
		}
	}
	row := aliasRow{
		ID: newID(), ProviderID: key.ProviderID, Alias: alias, AliasKey: key.Key, CircuitID: circuitID, CreatedAt: at(i.w.s.clock()),
	}
	i.fresh, i.known[key] = append(i.fresh, row), row
}

// finish saves the aliases and links what waits for them.
func (i *aliasImport) finish() (models.ImportResult, error) {
	if err := i.save(); err != nil {
		return i.result, err
	}
	g, err := relinkFor(i.w, relinking{
		providers: unique(each(i.fresh, func(r aliasRow) string { return r.ProviderID })), moved: i.left, cause: models.CauseImport,
		keys: unique(each(i.fresh, func(r aliasRow) string { return r.AliasKey })),
	})
	if err != nil || g == nil {
		return i.result, err
	}
	i.linked = g.told()
	return i.result, nameLinks(i.w.DB, i.linked)
}

// TryAliases says what ImportAliases would come to, and changes nothing.
func (s *Store) TryAliases(ctx context.Context, rows []models.AliasRow) (trial models.AliasTrial, err error) {
	err = s.dry(ctx, "try an import of aliases", func(w *work) error {
		i, err := newAliasImport(w)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := i.take(row); err != nil {
				return err
			}
		}
		trial.ImportResult, err = i.finish()
		trial.Aliases, trial.Maintenances = i.effects, i.linked
		return err
	})
	if err != nil {
		return models.AliasTrial{}, err
	}
	return trial, nil
}

func (i *aliasImport) save() error {
	err := chunks(i.replaced, func(part []string) error { return i.w.Where("id IN ?", part).Delete(&aliasRow{}).Error })
	if err != nil {
		return fmt.Errorf("replace aliases: %w", err)
	}
	if err := insert(i.w.DB, i.fresh); err != nil {
		return fmt.Errorf("save aliases: %w", err)
	}
	return nil
}
