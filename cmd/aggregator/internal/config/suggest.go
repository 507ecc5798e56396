package config

import (
	"slices"
	"strings"
)

// suggest is the fix for an unknown name: the known one that was probably meant, or the list of them.
func suggest(unknown string, known []string) string {
	best, distance := "", len(unknown)/3+2
	for _, name := range known {
		if d := editDistance(strings.ToLower(unknown), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	switch {
	case best != "":
		return "did you mean " + best + "?"
	case len(known) <= 20:
		return "known here: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
	default:
		return "remove it"
	}
}

// maxSuggested bounds the names that are compared, as the work grows with the square of their length.
const maxSuggested = 100

// editDistance counts the insertions, deletions and substitutions between two names (Levenshtein).
func editDistance(a, b string) int {
	if len(a) > maxSuggested || len(b) > maxSuggested {
		return maxSuggested
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
