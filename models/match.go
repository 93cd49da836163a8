package models

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MatchStep is the step at which a circuit id was matched.
type MatchStep string

// The steps, in the order in which they are tried.
const (
	StepExact    MatchStep = "exact"         // CIDKey of the circuit
	StepAlias    MatchStep = "alias"         // CIDKey of an alias
	StepXConnect MatchStep = "cross-connect" // CIDKey of a termination's cross-connect id
	StepRule     MatchStep = "rule"          // the provider's normalisation rule
	StepNone     MatchStep = ""              // not matched: suggestions only
)

// Match is what became of one circuit id.
type Match struct {
	CircuitID   string    // the linked circuit; empty: none
	Step        MatchStep // where it matched, or was ambiguous
	Ambiguous   bool      // several circuits match at Step: none is linked, Suggestions has them
	Suggestions []Suggestion
}

// Suggestion is a circuit that a person may have in mind; it is never linked
// by itself.
type Suggestion struct {
	CircuitID string
	CID       string
	Score     float64 // likeness from 0 to 1; best first
}

// CIDRule says what two spellings of a provider's circuit ids may differ in,
// beside compatibility forms (NFKC) and case. The zero rule allows nothing
// more.
type CIDRule struct {
	Blanks       bool     // blanks do not matter
	Slashes      bool     // outer slashes and runs of slashes do not matter
	Prefixes     []string // words before the id that may be missing, longest first
	LeadingZeros bool     // zeros before the id do not matter
}

// DefaultCIDRule is for providers without a rule of their own: blanks and
// slashes do not matter, prefixes and zeros do.
var DefaultCIDRule = CIDRule{Blanks: true, Slashes: true}

// Key gives the form in which ids are compared under the rule.
func (r CIDRule) Key(cid string) string {
	key := CIDKey(norm.NFKC.String(cid))
	for _, prefix := range r.Prefixes {
		if rest, found := strings.CutPrefix(key, CIDKey(norm.NFKC.String(prefix))); found && rest != "" {
			key = strings.TrimSpace(rest)
			break
		}
	}
	if r.Blanks {
		key = strings.ReplaceAll(key, " ", "")
	}
	if r.Slashes {
		parts := strings.FieldsFunc(key, func(c rune) bool { return c == '/' })
		key = strings.Join(parts, "/")
	}
	if r.LeadingZeros {
		if rest := strings.TrimLeft(key, "0"); rest != "" {
			key = rest
		}
	}
	return key
}

// Matcher finds the circuits of one provider by the ids that its notices
// list. It is immutable and may be used by several goroutines.
type Matcher struct {
	circuits []Circuit
	rule     CIDRule
	steps    [3]map[string][]int // exact, alias, cross-connect: key to circuits
	ruled    map[string][]int
	grams    func() map[string][]int // built at the first suggestion
}

// NewMatcher makes a matcher over the circuits and aliases of one provider,
// with DefaultCIDRule.
func NewMatcher(circuits []Circuit, aliases []Alias) *Matcher {
	m := &Matcher{circuits: slices.Clone(circuits)}
	slices.SortStableFunc(m.circuits, func(a, b Circuit) int { return cmp.Compare(CIDKey(a.CID), CIDKey(b.CID)) })
	byID := make(map[string]int, len(m.circuits))
	for i := range m.steps {
		m.steps[i] = map[string][]int{}
	}
	for i, c := range m.circuits {
		byID[c.ID] = i
		addIndex(m.steps[0], CIDKey(c.CID), i)
		for _, t := range c.Terminations {
			addIndex(m.steps[2], CIDKey(t.XConnect), i)
		}
	}
	for _, a := range aliases {
		if i, known := byID[a.CircuitID]; known {
			addIndex(m.steps[1], CIDKey(a.Alias), i)
		}
	}
	m.grams = sync.OnceValue(m.indexGrams)
	return m.WithRule(DefaultCIDRule)
}

// WithRule gives a matcher that compares under another rule.
func (m *Matcher) WithRule(rule CIDRule) *Matcher {
	out := *m
	out.rule = rule
	out.ruled = make(map[string][]int, len(m.circuits))
	for i, c := range m.circuits {
		addIndex(out.ruled, rule.Key(c.CID), i)
	}
	return &out
}

// Match finds the circuit that a notice means, by the steps in their order.
// The first step that finds anything decides; if it finds several circuits,
// none is linked. Where no step finds one there are only suggestions.
func (m *Matcher) Match(cid string) Match {
	key := CIDKey(cid)
	if key == "" {
		return Match{}
	}
	for i, step := range []MatchStep{StepExact, StepAlias, StepXConnect} {
		if found := m.steps[i][key]; len(found) > 0 {
			return m.decide(step, found)
		}
	}
	if found := m.ruled[m.rule.Key(cid)]; len(found) > 0 && m.rule.Key(cid) != "" {
		return m.decide(StepRule, found)
	}
	return Match{Suggestions: m.suggest(cid)}
}

func (m *Matcher) decide(step MatchStep, found []int) Match {
	if len(found) == 1 {
		return Match{CircuitID: m.circuits[found[0]].ID, Step: step}
	}
	out := Match{Step: step, Ambiguous: true}
	for _, i := range found {
		out.Suggestions = append(out.Suggestions, Suggestion{CircuitID: m.circuits[i].ID, CID: m.circuits[i].CID, Score: 1})
	}
	return out
}

const (
	maxSuggestions = 5
	minLikeness    = 0.5
)

// suggest ranks the circuits by how many pairs of neighbouring characters
// their ids have in common with the asked one (Dice's coefficient).
func (m *Matcher) suggest(cid string) []Suggestion {
	asked := pairs(cid)
	if len(asked) == 0 {
		return nil
	}
	index := m.grams()
	common := map[int]int{}
	for _, gram := range asked {
		for _, i := range index[gram] {
			common[i]++
		}
	}
	var out []Suggestion
	for i, n := range common {
		score := 2 * float64(n) / float64(len(asked)+len(pairs(m.circuits[i].CID)))
		if score >= minLikeness {
			out = append(out, Suggestion{CircuitID: m.circuits[i].ID, CID: m.circuits[i].CID, Score: score})
		}
	}
	slices.SortFunc(out, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.CID, b.CID), cmp.Compare(a.CircuitID, b.CircuitID))
	})
	return out[:min(len(out), maxSuggestions)]
}

func (m *Matcher) indexGrams() map[string][]int {
	index := map[string][]int{}
	for i, c := range m.circuits {
		for _, gram := range pairs(c.CID) {
			index[gram] = append(index[gram], i)
		}
	}
	return index
}

// pairs gives the distinct pairs of neighbouring letters and digits.
func pairs(cid string) []string {
	var chars []rune
	for _, c := range CIDKey(norm.NFKC.String(cid)) {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			chars = append(chars, c)
		}
	}
	var out []string
	for i := range max(0, len(chars)-1) {
		out = append(out, string(chars[i:i+2]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// addIndex adds a circuit to a key's circuits, once; an empty key has none.
func addIndex(index map[string][]int, key string, i int) {
	if key != "" && !slices.Contains(index[key], i) {
		index[key] = append(index[key], i)
	}
}
