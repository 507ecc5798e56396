package decode

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRunsAreSortedAsTheStandardLibraryDoes(t *testing.T) {
	type entry struct{ key, order int }
	byKey := func(a, b entry) int { return cmp.Compare(a.key, b.key) }
	rapid.Check(t, func(t *rapid.T) {
		var list []entry
		for range rapid.IntRange(0, 8).Draw(t, "runs") {
			run := rapid.SliceOfN(rapid.IntRange(0, 20), 0, 12).Draw(t, "run")
			if rapid.Bool().Draw(t, "ascending") {
				slices.Sort(run)
			}
			for _, key := range run {
				list = append(list, entry{key, len(list)})
			}
		}
		want := slices.Clone(list)
		slices.SortStableFunc(want, byKey)
		if got := sortRuns(list, make([]entry, len(list)), byKey); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
