package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// ImportRedundancy creates and updates redundancy groups by name, all or none.
// A group for which the rows name circuits has exactly those from then on;
// other groups keep theirs, and groups that no row names stay as they are.
// MinUp 0 leaves what is there: for a new group, that all but one circuit must
// be up. Circuits (with their provider, or by an id that only one has) must be
// there. The first bad row is an InputError with its line. The result counts
// groups.
func (s *Store) ImportRedundancy(ctx context.Context, rows []models.RedundancyRow) (models.ImportResult, error) {
	return importRows(ctx, s, "redundancy groups", rows, newRedundancyImport)
}

// RedundancyGroups lists redundancy groups by name, with their circuits in
// scope by provider and CID. A group is in scope when all of its circuits are.
// Page.After is the name of a group.
func (s *Store) RedundancyGroups(ctx context.Context, scope models.Scope, f models.GroupFilter) (all []models.RedundancyGroup, total int, err error) {
	err = s.read(ctx, "read redundancy groups", func(tx *gorm.DB) error {
		seen := sightOf(scope).group("g.id")
		query := func() *gorm.DB {
			q := withIDs(where(tx.Table("redundancy_groups g"), seen), "g.id", f.IDs)
			if len(f.Names) > 0 {
				q = q.Where("g.name IN ?", f.Names)
			}
			if len(f.Circuits) > 0 {
				members := ofCircuits(tx.Table("redundancy_members fm").Select("fm.group_id").Joins("JOIN circuits k ON k.id = fm.circuit_id"), f.Circuits)
				q = q.Where("g.id IN (?)", members)
			}
			return containing(q, f.Query, "LOWER(g.name)")
		}
		rows, n, err := listed[redundancyGroupRow](query, keyset{{"g.name", byText, false}}, f.Page, "g.*")
		if err != nil {
			return err
		}
		total = n
		all, err = fillGroups(tx, rows)
		return err
	})
	return all, total, err
}

// group is the condition that a redundancy group is in sight: that all of its
// circuits are.
func (v sight) group(column string) condition {
	if v.all {
		return condition{sql: "1 = 1"}
	}
	seen := v.circuits("rm.circuit_id")
	if seen.sql == nothing.sql {
		return nothing
	}
	return condition{
		"EXISTS (SELECT 1 FROM redundancy_members rm WHERE rm.group_id = " + column + ") AND NOT EXISTS (SELECT 1 FROM redundancy_members rm WHERE rm.group_id = " + column + " AND NOT " + seen.sql + ")",
		seen.args,
	}
}

func fillGroups(tx *gorm.DB, rows []redundancyGroupRow) ([]models.RedundancyGroup, error) {
	byID := map[string]*models.RedundancyGroup{}
	all := make([]models.RedundancyGroup, len(rows))
	for i, r := range rows {
		all[i] = models.RedundancyGroup{ID: r.ID, Name: r.Name, MinUp: r.MinUp}
		byID[r.ID] = &all[i]
	}
	members, err := loadIn[redundancyMemberRow](tx, "group_id", each(rows, func(r redundancyGroupRow) string { return r.ID }))
	if err != nil {
		return nil, err
	}
	circuits, err := loadCircuits(tx, each(members, func(r redundancyMemberRow) string { return r.CircuitID }), readSurroundings(tx))
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		g := byID[m.GroupID]
		g.CircuitIDs = append(g.CircuitIDs, m.CircuitID)
		g.Circuits = append(g.Circuits, *circuits[m.CircuitID])
	}
	for i := range all {
		slices.Sort(all[i].CircuitIDs)
		slices.SortFunc(all[i].Circuits, func(a, b models.Circuit) int {
			return cmp.Or(cmp.Compare(a.Provider.Slug, b.Provider.Slug), cmp.Compare(models.CIDKey(a.CID), models.CIDKey(b.CID)))
		})
	}
	return all, nil
}

// ExportRedundancy lists all redundancy groups by name with their circuits by
// provider and CID, as an import takes them.
func (s *Store) ExportRedundancy(ctx context.Context) ([]models.RedundancyRow, error) {
	var rows []struct {
		Name  string
		MinUp int
		Slug  string
		CID   string `gorm:"column:cid"`
	}
	err := s.read(ctx, "read redundancy groups", func(tx *gorm.DB) error {
		return tx.Raw(`SELECT g.name, g.min_up, COALESCE(p.slug, '') AS slug, COALESCE(c.cid, '') AS cid FROM redundancy_groups g
			LEFT JOIN redundancy_members r ON r.group_id = g.id LEFT JOIN circuits c ON c.id = r.circuit_id LEFT JOIN providers p ON p.id = c.provider_id
			ORDER BY g.name, p.slug, c.cid_key`).Scan(&rows).Error
	})
	all := make([]models.RedundancyRow, len(rows))
	for i, r := range rows {
		all[i] = models.RedundancyRow{Group: r.Name, MinUp: r.MinUp, Provider: r.Slug, CID: r.CID}
	}
	return all, err
}

type redundancyImport struct {
	w         *work
	providers providerNames
	circuits  map[string][]circuitRow // by CID key
	groups    map[string]*plannedGroup
	order     []*plannedGroup
}

// plannedGroup is a group as it is and as the file wants it.
type plannedGroup struct {
	row     redundancyGroupRow
	known   bool
	members []string // as stored, sorted
	wanted  []string
	lines   map[string]int // of the circuits wanted
	minLine int            // that sets min_up
	minUp   int
}

func newRedundancyImport(w *work) (*redundancyImport, error) {
	i := &redundancyImport{w: w, circuits: map[string][]circuitRow{}, groups: map[string]*plannedGroup{}}
	var err error
	if i.providers, err = lockProviders(w); err != nil {
		return nil, fmt.Errorf("load providers: %w", err)
	}
	circuits, err := circuitKeys(w)
	if err != nil {
		return nil, err
	}
	for _, c := range circuits {
		i.circuits[c.CIDKey] = append(i.circuits[c.CIDKey], c)
	}
	var rows []redundancyGroupRow
	if err := w.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	full, err := fillGroups(w.DB, rows)
	if err != nil {
		return nil, fmt.Errorf("load members: %w", err)
	}
	for n, g := range full {
		i.groups[g.Name] = &plannedGroup{row: rows[n], known: true, members: g.CircuitIDs, lines: map[string]int{}, minUp: g.MinUp}
	}
	return i, nil
}

func (i *redundancyImport) take(row models.RedundancyRow) error {
	where, name := lineField(row.Line), tidy(row.Group)
	if name == "" {
		return models.Invalid(where, "the group is missing; give it a name")
	}
	if len(name) > maxKey {
		return models.Invalid(where, "the group's name has %d bytes, more than the %d that fit; correct it", len(name), maxKey)
	}
	g := i.groups[name]
	if g == nil {
		g = &plannedGroup{row: redundancyGroupRow{ID: newID(), Name: name}, lines: map[string]int{}}
		i.groups[name] = g
	}
	if !slices.Contains(i.order, g) {
		i.order = append(i.order, g)
	}
	if row.MinUp < 0 {
		return models.Invalid(where, "min_up is %d; write how many circuits must be up, or leave it empty for all but one", row.MinUp)
	}
	if row.MinUp > 0 {
		if g.minLine > 0 && g.minUp != row.MinUp {
			return models.Invalid(where, "min_up of group %s is %d here and %d on line %d; make them one", name, row.MinUp, g.minUp, g.minLine)
		}
		g.minUp, g.minLine = row.MinUp, row.Line
	}
	if tidy(row.CID) == "" {
		if tidy(row.Provider) != "" {
			return models.Invalid(where, "the cid is missing; name the circuit of %s, or leave both empty", row.Provider)
		}
		return nil
	}
	circuit, err := i.circuit(row)
	if err != nil {
		return err
	}
	if line, again := g.lines[circuit.ID]; again {
		return models.Invalid(where, "circuit %s is in group %s on line %d already; leave one of them out", circuit.CID, name, line)
	}
	g.lines[circuit.ID] = row.Line
	g.wanted = append(g.wanted, circuit.ID)
	return nil
}

// circuit finds the circuit of a row.
func (i *redundancyImport) circuit(row models.RedundancyRow) (circuitRow, error) {
	where, cid, slug := lineField(row.Line), tidy(row.CID), ""
	fits := i.circuits[models.CIDKey(cid)]
	if tidy(row.Provider) != "" {
		provider, err := i.providers.find(where, row.Provider)
		if err != nil {
			return circuitRow{}, err
		}
		slug = provider.Slug + " "
		fits = slices.DeleteFunc(slices.Clone(fits), func(c circuitRow) bool { return c.ProviderID != provider.ID })
	}
	switch len(fits) {
	case 0:
		return circuitRow{}, models.Invalid(where, "there is no circuit %s%q; import it first, or correct the cid", slug, cid)
	case 1:
		return fits[0], nil
	}
	return circuitRow{}, models.Invalid(where, "%d providers have a circuit %q; name the provider", len(fits), cid)
}

func (i *redundancyImport) finish() (result models.ImportResult, err error) {
	var rows []redundancyGroupRow
	var members []redundancyMemberRow
	var replaced []string
	for _, g := range i.order {
		slices.Sort(g.wanted)
		same := len(g.wanted) == 0 || slices.Equal(g.wanted, g.members)
		switch {
		case !g.known:
			result.Created++
		case same && g.minUp == g.row.MinUp:
			result.Unchanged++
			continue
		default:
			result.Updated++
		}
		i.w.touchSubjects(models.CauseImport, subjectKey{models.SubjectGroup, g.row.ID})
		g.row.MinUp = g.minUp
		rows = append(rows, g.row)
		if same {
			continue
		}
		replaced = append(replaced, g.row.ID)
		for _, id := range g.wanted {
			members = append(members, redundancyMemberRow{GroupID: g.row.ID, CircuitID: id})
		}
	}
	if err := upsert(i.w.DB, rows); err != nil {
		return result, fmt.Errorf("save groups: %w", err)
	}
	if err := replaceOwned(i.w.DB, "group_id", replaced, members); err != nil {
		return result, fmt.Errorf("save members: %w", err)
	}
	return result, nil
}
