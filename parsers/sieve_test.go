package parsers

import (
	"strings"
	"testing"
)

func TestSieve(t *testing.T) {
	texts := []string{"", "a", "ab", "the work has been cancelled", "作業はキャンセルされました。", strings.Repeat("planned ", 1000) + "work"}
	phrases := []string{"", "a", "b", "ab", "ba", "cancelled", "canceled", "キャンセル", "中止", "work", "planned work", "d p", "x"}
	for _, text := range texts {
		sieve := NewSieve(text)
		for _, phrase := range phrases {
			if got, want := sieve.Index(phrase), strings.Index(text, phrase); got != want {
				t.Errorf("%q is at %d of %.40q, want %d", phrase, got, text, want)
			}
			if got, want := sieve.Has(phrase), strings.Contains(text, phrase); got != want {
				t.Errorf("%q in %.40q: %v, want %v", phrase, text, got, want)
			}
		}
	}
}
