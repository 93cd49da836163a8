package models_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"lineman/models"
)

func TestGlob(t *testing.T) {
	for _, tc := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true},
		{"*", "any/thing at all", true},
		{"", "", true},
		{"", "x", false},
		{"get-*", "get-circuits", true},
		{"get-*", "forget-circuits", false},
		{"st2 apu*", "st2 apu status r1/r2", true},
		{"?", "é", true},
		{"?", "", false},
		{"[abc]x", "bx", true},
		{"[a-c]x", "dx", false},
		{"[!a-c]x", "dx", true},
		{"[]]", "]", true},
		{"[!]]", "]", false},
		{"[ab", "[ab", true},
		{"[ab", "a", false},
		{"a[", "a[", true},
		{"[a-]", "-", true},
		{"**a**b**", "xxaxxbxx", true},
		{"*a*b*c", "abcabd", false},
		{`\*`, `\x`, true},
		{"ABC", "abc", false},
	} {
		if got := models.Glob(tc.pattern, tc.text); got != tc.want {
			t.Errorf("Glob(%q, %q) = %v", tc.pattern, tc.text, got)
		}
	}
	if !models.GlobFold("ST2 Apu*", "st2 aPU status") {
		t.Error("GlobFold heeds case")
	}
}

// Glob agrees with the same pattern as a regular expression.
func TestGlobAgreesWithExpressions(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"*", "?", "a", "b", "ab", "[ab]", "[!a]", "é", ".", "("}
	meaning := map[string]string{"*": "(?s:.*)", "?": "(?s:.)", "[ab]": "[ab]", "[!a]": "[^a]"}
	letters := []string{"a", "b", "c", "é", ".", "(", "\n"}
	for range 20_000 {
		var pattern, expression, text strings.Builder
		for range random.IntN(6) {
			piece := pieces[random.IntN(len(pieces))]
			pattern.WriteString(piece)
			if e, special := meaning[piece]; special {
				expression.WriteString(e)
			} else {
				expression.WriteString(regexp.QuoteMeta(piece))
			}
		}
		for range random.IntN(8) {
			text.WriteString(letters[random.IntN(len(letters))])
		}
		want := regexp.MustCompile(`\A(?:` + expression.String() + `)\z`).MatchString(text.String())
		if got := models.Glob(pattern.String(), text.String()); got != want {
			t.Fatalf("Glob(%q, %q) = %v, the expression says %v", pattern.String(), text.String(), got, want)
		}
	}
}
