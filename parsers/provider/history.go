package provider

import (
	"slices"
	"strings"

	"lineman/parsers"
)

// unquoted leaves what stands above a quoted older mail, where that has two of
// the labels at least; else the quoted mail is the notice.
func unquoted(d *parsers.Document, pairs []parsers.Pair, end int) (newest []parsers.Pair, until int) {
	for i, p := range pairs {
		if p.Value == "" || p.Field == pairs[0].Field {
			continue
		}
		quote := d.QuoteAt(p.At + 1)
		if quote >= end {
			return pairs, end
		}
		for i < len(pairs) && pairs[i].Line < quote {
			i++
		}
		newest = slices.Clone(pairs[:i])
		for k := range newest {
			newest[k].End = min(newest[k].End, quote)
		}
		return newest, quote
	}
	return pairs, end
}

// formerWord are the words before or in a label that say that its time holds
// no longer.
var formerWord = lazy(`(?i)\b(?:original(?:ly)?|previous(?:ly)?|old|former|initial|earlier|prior)\b[ \w]*$`)

// withoutFormer drops of some fields the labels of times that were
// ("Original start date"), if there are others.
func withoutFormer(d *parsers.Document, pairs []parsers.Pair, fields ...string) []parsers.Pair {
	former := func(p parsers.Pair) bool {
		before, _, _ := strings.Cut(d.Lines[p.Line].Text, p.Label)
		return slices.Contains(fields, p.Field) && (formerWord.MatchString(parsers.Clip(before, 80)) || formerWord.MatchString(parsers.Clip(p.Label, 80)))
	}
	now := false
	for _, p := range pairs {
		now = now || slices.Contains(fields, p.Field) && p.Value != "" && !former(p)
	}
	if !now {
		return pairs
	}
	return slices.DeleteFunc(slices.Clone(pairs), former)
}
