package merge

import (
	"cmp"
	"slices"
)

const (
	digitBits = 11
	digits    = 1 << digitBits
	fewItems  = 512 // below, comparing is cheaper than counting
)

// sortEntries sorts by key and keeps the order of equal keys. It may reuse the memory of its argument. Keys are mostly
// leading zeros (two weeks are 21 bits of seconds), so that counting digit by digit takes few passes.
func sortEntries(entries []entry) []entry {
	if len(entries) < fewItems {
		slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
		return entries
	}
	var all uint64
	for i := range entries {
		all |= entries[i].key
	}
	spare := make([]entry, len(entries))
	for shift := 0; all>>shift != 0; shift += digitBits {
		if all>>shift&(digits-1) == 0 {
			continue
		}
		sortByDigit(spare, entries, shift)
		entries, spare = spare, entries
	}
	return entries
}

// sortByDigit moves src to dst in the order of one digit of the key.
func sortByDigit(dst, src []entry, shift int) {
	var next [digits]uint32
	for i := range src {
		next[src[i].key>>shift&(digits-1)]++
	}
	sum := uint32(0)
	for i, n := range next {
		next[i] = sum
		sum += n
	}
	for i := range src {
		d := src[i].key >> shift & (digits - 1)
		dst[next[d]] = src[i]
		next[d]++
	}
}
