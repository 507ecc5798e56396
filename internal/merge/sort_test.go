package merge

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSortingRunsKeepsEqualStartsInOrder for one run and for many, and for runs of all lengths.
func TestSortingRunsKeepsEqualStartsInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		var list []keyed
		for run := range random.IntN(8) {
			start := random.Int64N(50)
			for range random.IntN(20) {
				list = append(list, keyed{start: start, id: int32(len(list)), entry: entry{row: int32(run)}})
				start += random.Int64N(3)
			}
		}
		want := slices.Clone(list)
		slices.SortStableFunc(want, func(a, b keyed) int { return cmp.Compare(a.start, b.start) })
		if sortRuns(list, make([]keyed, len(list))); !slices.Equal(list, want) {
			t.Fatalf("out of order:\n%v\nwant\n%v", list, want)
		}
	}
}
