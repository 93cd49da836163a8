package models

import (
	"slices"
	"strings"
)

// The words of which the text of a CIDRule consists, beside prefix=WORD.
const (
	ruleExact   = "exact"
	ruleDefault = "default"
	ruleBlanks  = "blanks"
	ruleSlashes = "slashes"
	ruleZeros   = "zeros"
	rulePrefix  = "prefix="
)

const (
	maxRulePrefixes = 20
	maxRulePrefix   = 60 // bytes
)

// ParseCIDRule reads a rule as people write it: the words blanks, slashes and
// zeros for what does not matter, prefix=WORD for a word before the id that
// may be missing; exact alone allows nothing more, default alone is
// DefaultCIDRule. A prefix with blanks is written with _ for each of them.
func ParseCIDRule(text string) (CIDRule, error) {
	var r CIDRule
	words := strings.Fields(text)
	if len(words) == 0 {
		return r, Invalid("rule", "say what does not matter: blanks, slashes, zeros, prefix=WORD; or exact, or default")
	}
	for _, word := range words {
		prefix, named := strings.CutPrefix(word, rulePrefix)
		switch {
		case named && prefix != "" && len(prefix) <= maxRulePrefix:
			r.Prefixes = append(r.Prefixes, strings.ReplaceAll(prefix, "_", " "))
		case named:
			return CIDRule{}, Invalid("rule", "the prefix of %q is empty or longer than %d letters", word, maxRulePrefix)
		case (word == ruleExact || word == ruleDefault) && len(words) > 1:
			return CIDRule{}, Invalid("rule", "%s stands alone; leave the other words out", word)
		case word == ruleExact:
		case word == ruleDefault:
			r = DefaultCIDRule
		case word == ruleBlanks:
			r.Blanks = true
		case word == ruleSlashes:
			r.Slashes = true
		case word == ruleZeros:
			r.LeadingZeros = true
		default:
			return CIDRule{}, Invalid("rule", "%q is no word of a rule; use blanks, slashes, zeros, prefix=WORD, exact or default", word)
		}
	}
	if len(r.Prefixes) > maxRulePrefixes {
		return CIDRule{}, Invalid("rule", "at most %d prefixes", maxRulePrefixes)
	}
	slices.SortStableFunc(r.Prefixes, func(a, b string) int { return len(b) - len(a) })
	return r, nil
}

// String writes the rule as ParseCIDRule reads it.
func (r CIDRule) String() string {
	var words []string
	for _, w := range []struct {
		word string
		is   bool
	}{{ruleBlanks, r.Blanks}, {ruleSlashes, r.Slashes}, {ruleZeros, r.LeadingZeros}} {
		if w.is {
			words = append(words, w.word)
		}
	}
	for _, p := range r.Prefixes {
		words = append(words, rulePrefix+strings.ReplaceAll(p, " ", "_"))
	}
	if len(words) == 0 {
		return ruleExact
	}
	return strings.Join(words, " ")
}

// Rule is how the ids of the provider's circuits are compared.
func (p Provider) Rule() CIDRule {
	rule, err := ParseCIDRule(p.CIDRule)
	if err != nil { // none of its own
		return DefaultCIDRule
	}
	return rule
}
