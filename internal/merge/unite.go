package merge

import (
	"cmp"
	"math"
	"slices"

	"timeslots/internal/timeslot"
)

// entry is one slot as one answer lists it. A clinic keeps many.
type entry struct {
	row      int32
	clock    uint16
	duration uint16 // minutes
}

// keyed is an entry on its way into its group.
type keyed struct {
	start  int64 // Unix seconds
	group  int32
	id     int32 // in the ids of the clinic, −1 for none
	offset int16 // minutes east of UTC that upstream wrote the start with
	entry
}

// unit is one slot: what entries of a group with the same start have become. It is compact (16 bytes), since a clinic keeps
// many: what few slots have stands in their group.
type unit struct {
	start  int64  // Unix seconds
	first  int32  // its freshest entry
	n      uint16 // how many entries it has; those beyond what fits, of an answer that repeats itself, are left out
	offset int16  // minutes east of UTC of the clock that its time is written and its day is counted in
}

// run is neighbours among the entries of a clinic.
type run struct{ first, n int32 }

// day is the calendar day that the slot's time is written with.
func (u *unit) day() timeslot.Date {
	return timeslot.Date((u.start + int64(u.offset)*60) / secondsPerDay)
}

// collect finds what is listed, and counts it for every answer.
func (b *builder) collect() {
	n := 0
	for i := range b.listed {
		n += len(b.within.slotsOf(&b.listed[i]))
	}
	b.keyed = slices.Grow(b.lists[0][:0], n)
	b.parts = make([]counted, len(b.listed))
	for i := range b.listed {
		b.collectPart(int32(i))
	}
	for i, k := range b.keyed {
		if i == 0 || k.start < b.whole.from {
			b.whole.from = k.start
		}
		b.whole.until = max(b.whole.until, k.start+1)
	}
	b.sortByGroup()
}

// sortByGroup brings what is listed into the order of group and start, and leaves what is equal in both as it was.
func (b *builder) sortByGroup() {
	next := make([]int32, len(b.groups)+1)
	for i := range b.keyed {
		next[b.keyed[i].group+1]++
	}
	for i := range b.groups {
		next[i+1] += next[i]
	}
	ends := next[:len(b.groups)] // of each group, once it is filled
	sorted := slices.Grow(b.lists[1][:0], len(b.keyed))[:len(b.keyed)]
	for i := range b.keyed {
		at := &ends[b.keyed[i].group]
		sorted[*at] = b.keyed[i]
		*at++
	}
	from := int32(0)
	for _, end := range ends {
		sortRuns(sorted[from:end], b.keyed[from:end])
		from = end
	}
	b.lists[0], b.lists[1], b.keyed = b.keyed, sorted, sorted
}

func (b *builder) collectPart(n int32) {
	part, counted := &b.listed[n], &b.parts[n]
	inside := b.within.slotsOf(part)
	first := b.firstRow(n)
	if len(inside) > 0 {
		counted.from, counted.after = part.answer.Slots[inside[0]].Start, make([]uint32, 0, len(inside))
	}
	for _, j := range inside {
		slot := &part.answer.Slots[j]
		k := keyed{start: slot.Start, id: -1, offset: slot.Offset, entry: entry{
			row: first + part.rowOf(slot.Schedule), clock: b.clockOf(slot), duration: slot.Duration,
		}}
		if part.passed != nil && within(part.passed, timeslot.Date((slot.Start+b.offsetOf(k.clock, slot.Start))/secondsPerDay)) {
			continue
		}
		if id := part.answer.SlotID(int(j)); id != "" {
			k.id = int32(len(b.ids))
			b.ids = append(b.ids, id)
		}
		if k.clock > 0 && counted.clocks == nil { // all before are in the first one
			counted.clocks = make([]uint16, len(counted.after), len(inside))
		}
		if counted.after = append(counted.after, counted.secondsTo(slot.Start)); counted.clocks != nil {
			counted.clocks = append(counted.clocks, k.clock)
		}
		k.group = b.rows[k.row].group
		b.keyed = append(b.keyed, k)
	}
}

// rowOf is the place of a schedule among those of the department, which mostly are neighbours.
func (l *listing) rowOf(schedule uint32) int32 {
	if last := len(l.schedules) - 1; int(l.schedules[last]-l.schedules[0]) == last {
		return int32(schedule - l.schedules[0])
	}
	i, _ := slices.BinarySearch(l.schedules, schedule)
	return int32(i)
}

// firstRow is the row of a part's first schedule.
func (b *builder) firstRow(part int32) int32 {
	i, _ := slices.BinarySearchFunc(b.rows, part, func(r row, part int32) int { return cmp.Compare(r.part, part) })
	return int32(i)
}

// unite makes one unit of all entries of one slot, and drops those that a fresher answer has overruled, unless they
// may be covered: then a fresher answer that lists a member lists them too.
func (b *builder) unite() {
	b.entries = make([]entry, len(b.keyed))
	if b.idOf = nil; len(b.ids) > 0 {
		b.idOf = make([]int32, len(b.keyed))
	}
	units := make([]unit, 0, len(b.keyed))
	for i := 0; i < len(b.keyed); {
		number := b.keyed[i].group
		g := &b.groups[number]
		from := len(units)
		for i < len(b.keyed) && b.keyed[i].group == number {
			first := i
			for ; i < len(b.keyed) && b.keyed[i].group == number && b.keyed[i].start == b.keyed[first].start; i++ {
				b.entries[i] = b.keyed[i].entry
				if b.idOf != nil {
					b.idOf[i] = b.keyed[i].id
				}
			}
			u := unit{start: b.keyed[first].start, first: int32(first), n: uint16(min(i-first, math.MaxUint16))}
			u.offset = b.unitOffset(&u)
			stands := g.stands(u.start, b.asked[b.rows[b.entries[first].row].part])
			switch covers := g.family >= 0 && g.member == ""; {
			case covers:
				g.gone = append(g.gone, !stands)
				units = append(units, u)
			case stands:
				units = append(units, u)
			}
		}
		g.units = units[from:len(units):len(units)]
	}
}

// unitOffset is that of the clock that a slot's time is written in, in minutes: of its freshest listing that says an offset
// of its own (see [builder.clockOf]), else the department's.
func (b *builder) unitOffset(u *unit) int16 {
	for _, k := range b.keyed[u.first : int(u.first)+int(u.n)] {
		if k.offset != 0 {
			return int16(b.offsetOf(k.clock, u.start) / 60)
		}
	}
	return int16(b.zone.offsetAt(u.start) / 60)
}
