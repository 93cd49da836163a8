package models

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	circuit := func(id, cid string, xconnects ...string) Circuit {
		c := Circuit{ID: id, CID: cid}
		for _, x := range xconnects {
			c.Terminations = append(c.Terminations, Termination{XConnect: x})
		}
		return c
	}
	circuits := []Circuit{
		circuit("c1", "EX/1000/A"),
		circuit("c2", "EX 2000", "XC-7", "XC-7"),
		circuit("c3", "/OGYX/000000/ /EXN /", "XC-8"),
		circuit("c4", "EX-4000", "XC-8", ""),
		circuit("c5", "ALIAS/9"),
		circuit("c6", "a//b/7"),
		circuit("c7", "A/B/7"),
	}
	aliases := []Alias{
		{Alias: "Blue Line", CircuitID: "c1"}, {Alias: "blue  line", CircuitID: "c1"}, {Alias: "EX 2000", CircuitID: "c1"},
		{Alias: "both", CircuitID: "c1"}, {Alias: "both", CircuitID: "c2"}, {Alias: "elsewhere", CircuitID: "another provider's"},
	}
	m := NewMatcher(circuits, aliases)
	tests := []struct {
		name, cid string
		want      Match
	}{
		{"exact", "EX/1000/A", Match{CircuitID: "c1", Step: StepExact}},
		{"exact without case and outer blanks", " ex/1000/a", Match{CircuitID: "c1", Step: StepExact}},
		{"exact before alias", "EX 2000", Match{CircuitID: "c2", Step: StepExact}},
		{"alias", "BLUE LINE", Match{CircuitID: "c1", Step: StepAlias}},
		{"an alias of two", "both", Match{Step: StepAlias, Ambiguous: true, Suggestions: []Suggestion{
			{CircuitID: "c1", CID: "EX/1000/A", Score: 1}, {CircuitID: "c2", CID: "EX 2000", Score: 1},
		}}},
		{"an alias of nothing here", "elsewhere", Match{}},
		{"cross-connect on both ends", "xc-7", Match{CircuitID: "c2", Step: StepXConnect}},
		{"a cross-connect of two", "XC-8", Match{Step: StepXConnect, Ambiguous: true, Suggestions: []Suggestion{
			{CircuitID: "c3", CID: "/OGYX/000000/ /EXN /", Score: 1}, {CircuitID: "c4", CID: "EX-4000", Score: 1},
		}}},
		{"rule: blanks", "EX2000", Match{CircuitID: "c2", Step: StepRule}},
		{"rule: slashes", "OGYX/000000/EXN", Match{CircuitID: "c3", Step: StepRule}},
		{"rule: compatibility forms", "ＥＸ／１０００／Ａ", Match{CircuitID: "c1", Step: StepRule}},
		{"rule: two fit", "/A/B/7/", Match{Step: StepRule, Ambiguous: true, Suggestions: []Suggestion{
			{CircuitID: "c6", CID: "a//b/7", Score: 1}, {CircuitID: "c7", CID: "A/B/7", Score: 1},
		}}},
		{"exact before a rule that fits two", "A/B/7", Match{CircuitID: "c7", Step: StepExact}},
		{"empty", " ", Match{}},
		{"nothing alike", "QQQQ", Match{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, m.Match(test.cid)); diff != "" {
				t.Errorf("Match(%q) (-want +got):\n%s", test.cid, diff)
			}
		})
	}
}

func TestMatchSuggestions(t *testing.T) {
	m := NewMatcher([]Circuit{{ID: "far", CID: "ZZ/777777/YY"}, {ID: "near", CID: "EX/123456/AB"}, {ID: "nearer", CID: "EX/123457/AB"}}, nil)
	got := m.Match("EX-123457-AC")
	if got.CircuitID != "" || got.Step != StepNone || got.Ambiguous {
		t.Fatalf("linked by itself: %+v", got)
	}
	var order []string
	for _, s := range got.Suggestions {
		order = append(order, s.CircuitID)
		if s.Score <= 0 || s.Score > 1 {
			t.Errorf("score %v", s.Score)
		}
	}
	if diff := cmp.Diff([]string{"nearer", "near"}, order); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var many []Circuit
	for _, c := range "ABCDEFGH" {
		many = append(many, Circuit{ID: string(c), CID: "EX/123456/" + string(c)})
	}
	if got := NewMatcher(many, nil).Match("EX/123456/X"); len(got.Suggestions) != maxSuggestions {
		t.Errorf("%d suggestions", len(got.Suggestions))
	}
}

func TestCIDRule(t *testing.T) {
	tests := []struct {
		name string
		rule CIDRule
		a, b string
		same bool
	}{
		{"zero rule: case", CIDRule{}, "ex 1", "EX 1", true},
		{"zero rule: blanks", CIDRule{}, "EX 1", "EX1", false},
		{"blanks", CIDRule{Blanks: true}, "EX 1", "E X1", true},
		{"slashes stay slashes", CIDRule{Slashes: true}, "A/12", "A1/2", false},
		{"slashes", CIDRule{Slashes: true}, "/A//12/", "A/12", true},
		{"slashes and blanks", DefaultCIDRule, "/A/ /12 /", "A/12", true},
		{"default: zeros", DefaultCIDRule, "007", "7", false},
		{"zeros", CIDRule{LeadingZeros: true}, "007", "7", true},
		{"zeros within", CIDRule{LeadingZeros: true}, "A/007", "A/7", false},
		{"zeros only", CIDRule{LeadingZeros: true}, "000", "", false},
		{"prefix", CIDRule{Prefixes: []string{"cid:"}}, "CID: 7", "7", true},
		{"prefix alone", CIDRule{Prefixes: []string{"CID"}}, "CID", "", false},
		{"prefix, then zeros", CIDRule{Prefixes: []string{"SR-"}, LeadingZeros: true}, "SR-007", "7", true},
		{"default: prefix", DefaultCIDRule, "CID: 7", "7", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.rule.Key(test.a) == test.rule.Key(test.b); got != test.same {
				t.Errorf("%q and %q are keys %q and %q", test.a, test.b, test.rule.Key(test.a), test.rule.Key(test.b))
			}
		})
	}
	m := NewMatcher([]Circuit{{ID: "c", CID: "007"}}, nil)
	if got := m.Match("7"); got.CircuitID != "" {
		t.Errorf("default rule linked %+v", got)
	}
	if got := m.WithRule(CIDRule{LeadingZeros: true}).Match("7"); got.CircuitID != "c" || got.Step != StepRule {
		t.Errorf("the provider's rule: %+v", got)
	}
}
