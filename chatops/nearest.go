package chatops

// nearest gives the candidate that a mistyped word most likely meant; empty
// when none is near.
func nearest(typed string, candidates []string) string {
	typed = fold(typed)
	if len(typed) > 64 {
		return ""
	}
	best, least := "", max(1, len([]rune(typed))/3)+1
	for _, c := range candidates {
		if d := distance([]rune(typed), []rune(fold(c))); d < least {
			best, least = c, d
		}
	}
	return best
}

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
