package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lineman/models"
)

// maxWhatIf bounds the circuits of a site or group that is asked about: each
// of them is thought down in turn.
const maxWhatIf = 2000

// WhatIf tells what becomes of a site or redundancy group in a time, with some
// of its circuits taken down. models.ErrNotFound unless all circuits of the
// site or group are in scope; an InputError that names a circuit which it does
// not have. Other sites and groups are told of only where they are in scope
// themselves.
func (s *Store) WhatIf(ctx context.Context, scope models.Scope, q models.WhatIfQuery) (w models.WhatIf, err error) {
	err = s.read(ctx, "answer what if", func(tx *gorm.DB) error {
		a := whatIf{s: s, tx: tx, v: sightOf(scope), q: q}
		w, err = a.answer()
		return err
	})
	return w, err
}

type whatIf struct {
	s  *Store
	tx *gorm.DB
	v  sight
	q  models.WhatIfQuery
}

func (a whatIf) answer() (models.WhatIf, error) {
	var w models.WhatIf
	key, err := a.subject()
	if err != nil {
		return w, err
	}
	subjects, err := a.s.loadGuarded(a.tx, []subjectKey{key})
	if err != nil {
		return w, err
	}
	g := subjects[key]
	if g == nil {
		return w, models.Invalid(string(key.kind), "%s has no circuits, so that nothing can happen to it; import them first", a.name())
	}
	if len(g.Circuits) > maxWhatIf {
		return w, models.Invalid(string(key.kind), "%s has %d circuits, more than the %d that can be looked at; ask for a redundancy group", g.Name, len(g.Circuits), maxWhatIf)
	}
	circuits, err := loadCircuits(a.tx, g.Circuits, readSurroundings(a.tx))
	if err != nil {
		return w, err
	}
	taken, err := a.taken(g, circuits)
	if err != nil {
		return w, err
	}
	elsewhere, err := a.elsewhere(key, taken)
	if err != nil {
		return w, err
	}
	o, err := a.s.newOutlook(a.tx, a.s.clock())
	if err != nil {
		return w, err
	}
	if err := o.look(involved(g, elsewhere)); err != nil {
		return w, err
	}
	g.Single = true // whoever asks wants to know
	w = models.Plan(g.Subject, g.Protected, o.all(g.Circuits), taken, a.q.Start, a.q.End)
	for i := range w.Circuits {
		if c := circuits[w.Circuits[i].Circuit.ID]; c != nil {
			w.Circuits[i].Circuit = *c
		}
	}
	for _, other := range elsewhere {
		w.Elsewhere = append(w.Elsewhere, a.effect(other, o.all(other.Circuits), taken))
	}
	return w, a.causes(&w)
}

func (a whatIf) name() string {
	if a.q.Group != "" {
		return a.q.Group
	}
	return a.q.Site
}

// subject finds what is asked about, if all of it is in sight.
func (a whatIf) subject() (subjectKey, error) {
	key, table := subjectKey{kind: models.SubjectSite}, "sites"
	if a.q.Group != "" {
		key.kind, table = models.SubjectGroup, "redundancy_groups"
	}
	var ids []string
	if err := a.tx.Table(table).Where("name = ?", a.name()).Pluck("id", &ids).Error; err != nil {
		return key, err
	}
	if len(ids) == 1 {
		key.id = ids[0]
		seen, err := a.v.wholly(a.tx, []subjectKey{key})
		if err != nil || len(seen) == 1 {
			return key, err
		}
	}
	return key, fmt.Errorf("%s %q: %w", key.kind, a.name(), models.ErrNotFound)
}

// wholly gives those of subjects whose circuits are all in sight.
func (v sight) wholly(tx *gorm.DB, keys []subjectKey) ([]subjectKey, error) {
	var seen []subjectKey
	for kind, ids := range idsByKind(keys) {
		table, whole := "sites", v.site("x.id")
		if kind == models.SubjectGroup {
			table, whole = "redundancy_groups", v.group("x.id")
		}
		err := chunks(ids, func(part []string) error {
			var some []string
			err := where(tx.Table(table+" x").Where("x.id IN ?", part), whole).Pluck("x.id", &some).Error
			for _, id := range some {
				seen = append(seen, subjectKey{kind, id})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(seen, subjectKey.compare)
	return seen, nil
}

// site is the condition that a site is in sight: that all circuits which end
// there are.
func (v sight) site(column string) condition {
	if v.all {
		return condition{sql: "1 = 1"}
	}
	seen := v.circuits("ts.circuit_id")
	if seen.sql == nothing.sql {
		return nothing
	}
	return condition{
		"EXISTS (SELECT 1 FROM terminations ts WHERE ts.site_id = " + column + ") AND NOT EXISTS (SELECT 1 FROM terminations ts WHERE ts.site_id = " + column + " AND NOT " + seen.sql + ")",
		seen.args,
	}
}

// taken finds the circuits that the question takes down.
func (a whatIf) taken(g *guarded, circuits map[string]*models.Circuit) ([]string, error) {
	var taken []string
	for _, cid := range a.q.Circuits {
		var fits []string
		for _, id := range g.Circuits {
			c := circuits[id]
			if c != nil && models.CIDKey(c.CID) == models.CIDKey(cid) && (a.q.Provider == "" || c.Provider.Slug == nameKey(a.q.Provider)) {
				fits = append(fits, id)
			}
		}
		switch len(fits) {
		case 0:
			return nil, models.Invalid("circuit", "%s has no circuit %q; name one that it has", g.Name, cid)
		case 1:
			taken = append(taken, fits[0])
		default:
			return nil, models.Invalid("provider", "several providers have a circuit %q at %s; name the provider", cid, g.Name)
		}
	}
	return unique(taken), nil
}

// elsewhere gives the other sites and groups in sight of circuits.
func (a whatIf) elsewhere(asked subjectKey, taken []string) ([]*guarded, error) {
	if len(taken) == 0 {
		return nil, nil
	}
	keys, err := subjectsOf(a.tx, taken)
	if err != nil {
		return nil, err
	}
	keys = slices.DeleteFunc(keys, func(k subjectKey) bool { return k == asked })
	if keys, err = a.v.wholly(a.tx, keys); err != nil {
		return nil, err
	}
	subjects, err := a.s.loadGuarded(a.tx, keys)
	var all []*guarded
	for _, k := range keys {
		if subjects[k] != nil {
			all = append(all, subjects[k])
		}
	}
	return all, err
}

func (a whatIf) effect(g *guarded, impairments []models.Impairment, taken []string) models.WhatIfEffect {
	g.Single = true
	inside := models.Within(impairments, a.q.Start, a.q.End)
	with := append(slices.Clone(inside), models.TakenDown(taken, a.q.Start, a.q.End)...)
	return models.WhatIfEffect{
		Subject: g.Subject, Without: models.WorstOf(models.Exposures(g.Protected, inside)), Severity: models.WorstOf(models.Exposures(g.Protected, with)),
	}
}

// causes names the maintenances.
func (a whatIf) causes(w *models.WhatIf) error {
	var ids []string
	for _, c := range w.Circuits {
		for _, i := range c.Impairments {
			ids = append(ids, i.MaintenanceID)
		}
	}
	refs, err := maintenanceRefs(a.tx, a.v, ids)
	for _, id := range unique(ids) {
		if r, seen := refs[id]; seen {
			w.Causes = append(w.Causes, r)
		}
	}
	return err
}

func involved(g *guarded, others []*guarded) []string {
	all := slices.Clone(g.Circuits)
	for _, o := range others {
		all = append(all, o.Circuits...)
	}
	return unique(all)
}
