package merge

// sortRuns sorts by start, and leaves what begins together as it was. A list is a few runs that are in order, one for each
// answer: they are merged two by two. Spare is as long as the list, and is written to.
func sortRuns(list, spare []keyed) {
	for {
		first := runOf(list)
		if first == len(list) {
			return
		}
		for from := 0; from < len(list); {
			middle := from + runOf(list[from:])
			end := middle + runOf(list[middle:])
			mergeRuns(list[from:end], middle-from, spare)
			from = end
		}
	}
}

// runOf is how many items at the head of a list are in order.
func runOf(list []keyed) int {
	for i := 1; i < len(list); i++ {
		if list[i].start < list[i-1].start {
			return i
		}
	}
	return len(list)
}

// mergeRuns merges a list's head, up to middle, with the rest of it.
func mergeRuns(list []keyed, middle int, spare []keyed) {
	head := spare[:copy(spare, list[:middle])]
	rest := list[middle:]
	for i := range list {
		switch {
		case len(head) == 0:
			return
		case len(rest) == 0 || head[0].start <= rest[0].start:
			list[i], head = head[0], head[1:]
		default:
			list[i], rest = rest[0], rest[1:]
		}
	}
}
