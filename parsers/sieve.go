package parsers

import "strings"

// Sieve tells quickly which of many phrases a text has. It keeps which pairs
// of neighbouring bytes the text has: a phrase with another pair cannot be in
// it, and only the rest is searched for.
type Sieve struct {
	text  string
	pairs [64]uint64 // a bit for each pair, by pairBit
}

// NewSieve makes a Sieve of a text; phrases are looked for in the letter case
// of the text.
func NewSieve(text string) *Sieve {
	s := &Sieve{text: text}
	for i := 1; i < len(text); i++ {
		word, bit := pairBit(text[i-1], text[i])
		s.pairs[word] |= bit
	}
	return s
}

// pairBit spreads pairs of bytes over 4096 bits. Pairs of lower-case letters
// each have their own.
func pairBit(a, b byte) (word int, bit uint64) {
	return int(a & 63), 1 << (b & 63)
}

// Index gives the place of a phrase in the text, -1 if it has none.
func (s *Sieve) Index(phrase string) int {
	for i := 1; i < len(phrase); i++ {
		if word, bit := pairBit(phrase[i-1], phrase[i]); s.pairs[word]&bit == 0 {
			return -1
		}
	}
	return strings.Index(s.text, phrase)
}

// Has reports whether the text has a phrase.
func (s *Sieve) Has(phrase string) bool { return s.Index(phrase) >= 0 }
