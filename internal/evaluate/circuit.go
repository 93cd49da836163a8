package evaluate

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"lineman/models"
)

// CircuitSum is how the circuits that notices list fit the inventory. Each
// provider's id counts once, however often it is listed.
type CircuitSum struct {
	Inventory int // circuits that were given; 0: none were, and nothing can match
	Matched   int
	Suggested int
	Unmatched int
	Open      []CircuitLine // suggested and unmatched ones, those of most maintenances first
}

// CircuitLine is a circuit id that notices list and the inventory does not
// have.
type CircuitLine struct {
	Provider    string // slug
	CID         string
	Records     int // maintenances that list it
	Suggestions []models.Suggestion
	Alias       string // the circuit that aliases.csv says it is; empty: none
}

// leastCommon is how many letters and digits an id must have to be found in
// another.
const leastCommon = 6

type providerCID struct{ provider, key string }

func circuitSum(in Input) (CircuitSum, []models.AliasRow) {
	sum := CircuitSum{Inventory: len(in.Circuits)}
	lines, linked := map[providerCID]*CircuitLine{}, map[providerCID]bool{}
	for _, m := range in.Records {
		for _, c := range m.Circuits {
			key := providerCID{m.ProviderSlug, models.CIDKey(c.CID)}
			if lines[key] == nil {
				lines[key] = &CircuitLine{Provider: m.ProviderSlug, CID: c.CID}
			}
			lines[key].Records++
			linked[key] = linked[key] || c.CircuitID != ""
		}
	}
	matchers := newMatchers(in)
	for key, l := range lines {
		if linked[key] {
			sum.Matched++
			continue
		}
		l.Suggestions = matchers.of(l.Provider).Match(l.CID).Suggestions
		if len(l.Suggestions) > 0 {
			sum.Suggested++
		} else {
			sum.Unmatched++
		}
		l.Alias = matchers.clearest(l.Provider, l.CID)
		sum.Open = append(sum.Open, *l)
	}
	slices.SortFunc(sum.Open, func(a, b CircuitLine) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.CID, b.CID))
	})
	var rows []models.AliasRow
	for _, l := range sum.Open {
		if l.Alias != "" {
			rows = append(rows, models.AliasRow{Provider: l.Provider, Alias: l.CID, CID: l.Alias})
		}
	}
	slices.SortFunc(rows, func(a, b models.AliasRow) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Alias, b.Alias))
	})
	sum.Open = sum.Open[:min(len(sum.Open), maxCircuits)]
	return sum, rows
}

// clearest gives the circuit that can only be meant: one of the two ids is a
// part of the other, letters and digits alone, and that holds of no other
// circuit of the provider. However alike two ids are otherwise, a digit that
// differs makes them two circuits. Empty where none is meant.
func (m *matchers) clearest(provider, cid string) string {
	asked, found := bare(cid), ""
	for i, own := range m.bareOf(provider) {
		if !within(asked, own) {
			continue
		}
		if found != "" {
			return ""
		}
		found = m.circuits[provider][i].CID
	}
	return found
}

func (m *matchers) bareOf(provider string) []string {
	if m.bare[provider] == nil {
		for _, c := range m.circuits[provider] {
			m.bare[provider] = append(m.bare[provider], bare(c.CID))
		}
	}
	return m.bare[provider]
}

// within reports whether one text is a part of the other that does not cut a
// number in two.
func within(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := strings.Index(b, a)
	if len(a) < leastCommon || i < 0 {
		return false
	}
	cuts := func(at int) bool { return at > 0 && at < len(b) && digit(b[at-1]) && digit(b[at]) }
	return !cuts(i) && !cuts(i+len(a))
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// bare is an id without what stands between its letters and digits.
func bare(cid string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, models.CIDKey(cid))
}

// matchers are made for the providers that one is asked for.
type matchers struct {
	circuits map[string][]models.Circuit // by the slug of the provider
	aliases  map[string][]models.Alias
	bare     map[string][]string
	made     map[string]*models.Matcher
}

func newMatchers(in Input) *matchers {
	m := &matchers{map[string][]models.Circuit{}, map[string][]models.Alias{}, map[string][]string{}, map[string]*models.Matcher{}}
	for _, c := range in.Circuits {
		m.circuits[c.Provider.Slug] = append(m.circuits[c.Provider.Slug], c)
	}
	for _, a := range in.Aliases {
		m.aliases[a.ProviderSlug] = append(m.aliases[a.ProviderSlug], a.Alias)
	}
	return m
}

func (m *matchers) of(slug string) *models.Matcher {
	if m.made[slug] == nil {
		m.made[slug] = models.NewMatcher(m.circuits[slug], m.aliases[slug])
	}
	return m.made[slug]
}

// sortedKeys gives the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
