package merge

import (
	"cmp"
	"slices"
)

const (
	digitBits = 11
	digits    = 1 << digitBits
	fewItems  = 512     // below, comparing is cheaper than counting
	startBits = 34      // of a key, for seconds: 544 years
	mostItems = 1 << 30 // groups that a key has room for
)

// sortKeyed sorts by group and start, and keeps the order of what is equal in both. Keys are mostly leading zeros (two weeks
// are 21 bits of seconds), so that counting digit by digit takes few passes.
func sortKeyed(list []keyed) {
	earliest, latest, most := int64(0), int64(0), int32(0)
	for i := range list {
		k := &list[i]
		if i == 0 {
			earliest, latest = k.start, k.start
		}
		earliest, latest, most = min(earliest, k.start), max(latest, k.start), max(most, k.group)
	}
	if len(list) < fewItems || latest-earliest >= 1<<startBits || most >= mostItems {
		slices.SortStableFunc(list, func(a, b keyed) int {
			return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.start, b.start))
		})
		return
	}
	order := make([]sortKey, len(list))
	for i := range list {
		order[i] = sortKey{uint64(list[i].group)<<startBits | uint64(list[i].start-earliest), uint32(i)}
	}
	sorted := make([]keyed, len(list))
	for i, k := range sortByKey(order) {
		sorted[i] = list[k.index]
	}
	copy(list, sorted)
}

// sortKey is a key and the place of what it belongs to.
type sortKey struct {
	key   uint64
	index uint32
}

// sortByKey sorts by key and keeps the order of equal keys. It may reuse the memory of its argument.
func sortByKey(list []sortKey) []sortKey {
	var all uint64
	for i := range list {
		all |= list[i].key
	}
	spare := make([]sortKey, len(list))
	for shift := 0; all>>shift != 0; shift += digitBits {
		if all>>shift&(digits-1) == 0 {
			continue
		}
		sortByDigit(spare, list, shift)
		list, spare = spare, list
	}
	return list
}

// sortByDigit moves src to dst in the order of one digit of the key.
func sortByDigit(dst, src []sortKey, shift int) {
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
