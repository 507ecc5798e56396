package decode

// sortRuns sorts a list that consists of ascending runs, one behind the other, by merging neighbours until one is left;
// equal entries stay in order. Upstream lists slots by visit type and then by time, so there are few runs, and this
// takes a fraction of what a sort of any list does. It works in list and in spare, which is as long, and gives the one that is
// sorted in the end.
func sortRuns[T any](list, spare []T, compare func(a, b T) int) []T {
	ends := runEnds(list, compare)
	for len(ends) > 1 {
		ends = mergeNeighbours(list, spare, ends, compare)
		list, spare = spare, list
	}
	return list
}

// runEnds are the ends of the ascending runs.
func runEnds[T any](list []T, compare func(a, b T) int) (ends []int) {
	for i := 1; i < len(list); i++ {
		if compare(list[i-1], list[i]) > 0 {
			ends = append(ends, i)
		}
	}
	return append(ends, len(list))
}

// mergeNeighbours merges each two runs of from into one of to, and gives the ends of these.
func mergeNeighbours[T any](from, to []T, ends []int, compare func(a, b T) int) []int {
	begin, left := 0, ends[:0]
	for i := 0; i < len(ends); i += 2 {
		middle, end := ends[i], ends[min(i+1, len(ends)-1)]
		merge(from[begin:middle], from[middle:end], to[begin:end], compare)
		begin = end
		left = append(left, end)
	}
	return left
}

// merge puts two runs into one; of equal entries, those of a come first.
func merge[T any](a, b, to []T, compare func(a, b T) int) {
	for i := range to {
		if len(b) == 0 || len(a) > 0 && compare(a[0], b[0]) <= 0 {
			to[i], a = a[0], a[1:]
		} else {
			to[i], b = b[0], b[1:]
		}
	}
}
