package store

import (
	"fmt"
	"maps"
	"slices"

	"lineman/models"
)

// links finds the circuits that notices list. Exact ids are looked up in one
// query; the other steps need all circuits of a provider and load them at the
// first id that is not found.
type links struct {
	w        *work
	exact    map[models.Identity]string // circuit by provider and CID key
	asked    map[models.Identity]bool
	matchers map[string]*models.Matcher // by provider
	answers  map[models.Identity]models.Match
}

func newLinks(w *work) *links {
	return &links{
		w: w, exact: map[models.Identity]string{}, asked: map[models.Identity]bool{},
		matchers: map[string]*models.Matcher{}, answers: map[models.Identity]models.Match{},
	}
}

// preload looks up the exact ids of all circuits that these notices list.
func (l *links) preload(fresh []*noticeRow, known map[string]*noticeRow) error {
	all := slices.AppendSeq(slices.Clone(fresh), maps.Values(known))
	var providers, keys []string
	for _, n := range all {
		providers = append(providers, n.ProviderID)
		for _, w := range n.notice.Windows {
			for _, c := range w.Circuits {
				k := models.Identity{ProviderID: n.ProviderID, Key: models.CIDKey(c.CID)}
				if !l.asked[k] {
					l.asked[k] = true
					keys = append(keys, k.Key)
				}
			}
		}
	}
	rows, err := loadIn[circuitRow](l.w.Select("id", "provider_id", "cid_key").Where("provider_id IN ?", unique(providers)), "cid_key", unique(keys))
	if err != nil {
		return fmt.Errorf("look up circuits: %w", err)
	}
	for _, r := range rows {
		l.exact[models.Identity{ProviderID: r.ProviderID, Key: r.CIDKey}] = r.ID
	}
	return nil
}

// match finds one circuit of a provider.
func (l *links) match(providerID, cid string) (models.Match, error) {
	key := models.Identity{ProviderID: providerID, Key: models.CIDKey(cid)}
	if id := l.exact[key]; id != "" {
		return models.Match{CircuitID: id, Step: models.StepExact}, nil
	}
	if m, known := l.answers[key]; known {
		return m, nil
	}
	matcher, err := l.matcher(providerID)
	if err != nil {
		return models.Match{}, err
	}
	l.answers[key] = matcher.Match(cid)
	return l.answers[key], nil
}

func (l *links) matcher(providerID string) (*models.Matcher, error) {
	if m := l.matchers[providerID]; m != nil {
		return m, nil
	}
	var provider providerRow
	if err := l.w.Select("cid_rule").Where("id = ?", providerID).Limit(1).Find(&provider).Error; err != nil {
		return nil, fmt.Errorf("load the rule of a provider: %w", err)
	}
	// An alias may mean a circuit that is rented from another provider.
	const own = "provider_id = ? OR id IN (SELECT circuit_id FROM aliases WHERE provider_id = ?)"
	var rows []circuitRow
	if err := l.w.Where(own, providerID, providerID).Order("cid_key, provider_id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load circuits: %w", err)
	}
	circuits := each(rows, circuitRow.model)
	var aliases []aliasRow
	if len(rows) > 0 {
		place := make(map[string]int, len(rows))
		for i, r := range rows {
			place[r.ID] = i
		}
		var ends []terminationRow
		err := l.w.Where("xconnect <> '' AND circuit_id IN (SELECT id FROM circuits WHERE "+own+")", providerID, providerID).Order("circuit_id, side").Find(&ends).Error
		if err != nil {
			return nil, fmt.Errorf("load terminations: %w", err)
		}
		for _, e := range ends {
			c := &circuits[place[e.CircuitID]]
			c.Terminations = append(c.Terminations, e.model())
		}
		if err := l.w.Where("provider_id = ?", providerID).Order("alias_key").Find(&aliases).Error; err != nil {
			return nil, fmt.Errorf("load aliases: %w", err)
		}
	}
	matcher := models.NewMatcher(circuits, each(aliases, aliasRow.model))
	if provider.CIDRule != "" {
		matcher = matcher.WithRule(provider.model().Rule())
	}
	l.matchers[providerID] = matcher
	return l.matchers[providerID], nil
}

// unknownCIDs reports whether one of the circuits that notices list is linked
// to nothing, in the inventory or by a person.
func (g *graph) unknownCIDs(notices []*noticeRow) (bool, error) {
	for _, n := range notices {
		for _, cid := range cidsOf([]*noticeRow{n}) {
			match, err := g.links.match(n.ProviderID, cid)
			if err != nil {
				return false, err
			}
			if (match.CircuitID == "" || match.Ambiguous) && !n.record.settled(cid) {
				return true, nil
			}
		}
	}
	return false, nil
}

// settled reports whether a person said what circuit a CID is.
func (r *record) settled(cid string) bool {
	if r == nil {
		return false
	}
	key := models.CIDKey(cid)
	for _, c := range r.model.Circuits {
		if c.Manual && models.CIDKey(c.CID) == key {
			return true
		}
	}
	return false
}
