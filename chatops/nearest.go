package chatops

import (
	"cmp"
	"slices"
)

// nearest gives the candidate that a mistyped word most likely meant; empty
// when none is near.
func nearest(typed string, candidates []string) string {
	if near := Nearest(typed, candidates, 1); len(near) > 0 {
		return near[0]
	}
	return ""
}

// Nearest gives those candidates that a mistyped word may have meant, the
// nearest first, at most so many.
func Nearest(typed string, candidates []string, most int) []string {
	typed = fold(typed)
	if len(typed) > 64 || typed == "" {
		return nil
	}
	far := max(1, len([]rune(typed))/3)
	type near struct {
		name string
		far  int
	}
	var list []near
	for _, c := range candidates {
		name := fold(c)
		if abs(len(name)-len(typed)) > 4*far {
			continue
		}
		if d := distance([]rune(typed), []rune(name)); d <= far {
			list = append(list, near{c, d})
		}
	}
	slices.SortStableFunc(list, func(a, b near) int { return cmp.Compare(a.far, b.far) })
	var names []string
	for _, n := range list[:min(len(list), most)] {
		names = append(names, n.name)
	}
	return names
}

func abs(n int) int { return max(n, -n) }

// distance is Levenshtein's, with a swap of neighbours as one step.
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
