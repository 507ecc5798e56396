package merge

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSortingKeepsEqualKeysInOrder on both sides of the length from which it counts, and for keys of all widths.
func TestSortingKeepsEqualKeysInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 2, fewItems - 1, fewItems, fewItems + 1, 5000} {
		for _, width := range []uint{0, 1, 10, 11, 12, 33, 63, 64} {
			entries := make([]sortKey, n)
			for i := range entries {
				entries[i] = sortKey{key: random.Uint64() >> (64 - width), index: uint32(i)}
				if width == 33 {
					entries[i].key &^= digits - 1 // a digit that all share
				}
			}
			want := slices.Clone(entries)
			slices.SortStableFunc(want, func(a, b sortKey) int { return cmp.Compare(a.key, b.key) })
			if got := sortByKey(entries); !slices.Equal(got, want) {
				t.Errorf("%d keys of %d bits are out of order", n, width)
			}
		}
	}
}
