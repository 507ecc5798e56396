package decode

import (
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

// Cut makes one fragment of each block from f's own to through, as if each had been asked for by itself. A slot belongs
// to the block of its day where it is; what upstream listed beyond either end stays with the block at that end.
func Cut(f *timeslot.Fragment, through timeslot.Block) []*timeslot.Fragment {
	first := f.Key.Block
	parts := make([]*timeslot.Fragment, 0, through-first+1)
	for block := first; block <= through; block++ {
		part := *f
		part.Key.Block, part.Slots, part.SlotIDs = block, nil, nil // and nobody knows in which of them something was dropped
		if block > first {
			part.Odd = nil // which is told once
		}
		part.Covers = coverOfBlock(f, block, first)
		parts = append(parts, &part)
	}
	for _, run := range runs(f, through) {
		part := parts[run.block-first]
		part.Slots = append(part.Slots, f.Slots[run.from:run.until]...)
		if f.SlotIDs != nil {
			part.SlotIDs = append(part.SlotIDs, f.SlotIDs[run.from:run.until]...)
		}
	}
	if f.Key.NPI == "" && f.Key.Department == "" { // an area's
		for _, part := range parts {
			keepUsed(part)
		}
	}
	return parts
}

// keepUsed leaves out what an area's answer for the part alone would not list: schedules without a slot, and clinics and
// clinicians that the whole has in other parts alone.
func keepUsed(part *timeslot.Fragment) {
	const unused = ^uint32(0)
	numbers := make([]uint32, len(part.Schedules))
	for i := range numbers {
		numbers[i] = unused
	}
	for i := range part.Slots {
		numbers[part.Slots[i].Schedule] = 0
	}
	elsewhere, here := map[string]bool{}, map[string]bool{} // departments by key, and clinicians by NPI
	var used []timeslot.Schedule
	for i, n := range numbers {
		s := &part.Schedules[i]
		elsewhere[s.DepartmentKey()], elsewhere[s.NPI] = true, true
		if n != unused {
			here[s.DepartmentKey()], here[s.NPI] = true, true
			numbers[i] = uint32(len(used))
			used = append(used, *s)
		}
	}
	part.Schedules, part.Slots = used, slices.Clone(part.Slots)
	for i := range part.Slots {
		part.Slots[i].Schedule = numbers[part.Slots[i].Schedule]
	}
	part.Departments = slices.DeleteFunc(slices.Clone(part.Departments), func(d timeslot.Department) bool {
		return elsewhere[d.Key()] && !here[d.Key()]
	})
	part.Providers = slices.DeleteFunc(slices.Clone(part.Providers), func(p timeslot.Provider) bool {
		return elsewhere[p.NPI] && !here[p.NPI]
	})
}

// coverOfBlock is the part of f's interval that lies in one of its blocks.
func coverOfBlock(f *timeslot.Fragment, block, first timeslot.Block) timeslot.Interval {
	c := f.Covers
	if c.Until.IsZero() {
		return c
	}
	if from := beginOf(block.First()); block > first && from.After(c.From) {
		c.From = from
	}
	zones := make([]string, len(f.Schedules))
	for i := range f.Schedules {
		zones[i] = f.Schedules[i].Timezone
	}
	if until := endOf(block.Last(), zones); until.Before(c.Until) {
		c.Until = until
	}
	return c
}

// run is neighbouring slots of one block.
type run struct {
	block       timeslot.Block
	from, until int // in the fragment's slots
}

// runs cuts slots, which ascend, where the block changes: once for each block, and now and then more where departments
// lie in different zones.
func runs(f *timeslot.Fragment, through timeslot.Block) []run {
	var list []run
	clocks := clocksOf(f.Schedules)
	for i := range f.Slots {
		s := &f.Slots[i]
		day := dayOf(s, clocks[s.Schedule])
		block := max(f.Key.Block, min(through, timeslot.BlockOf(day)))
		if len(list) == 0 || list[len(list)-1].block != block {
			list = append(list, run{block: block, from: i})
		}
		list[len(list)-1].until = i + 1
	}
	return list
}

// dayOf is a slot's day where it is: by the offset that it is written with, and where that is UTC's, which surfaces write
// instants in, by the clock of its schedule, if that has one.
func dayOf(s *timeslot.Slot, c *clock) timeslot.Date {
	const secondsPerDay = 86400
	minutes := int(s.Offset)
	if minutes == 0 && c != nil {
		minutes = c.offsetAt(s.Start)
	}
	return timeslot.Date((s.Start + int64(minutes)*60) / secondsPerDay)
}

// beginOf is when a day begins where it begins last.
func beginOf(day timeslot.Date) time.Time { return day.In(time.FixedZone("", -12*3600)) }

// endOf is when a day has ended in the first of the zones that it ends in; one without a known name counts as the zone
// where days end first, and so does having none.
func endOf(day timeslot.Date, zones []string) time.Time {
	next := day + 1
	until := next.In(time.FixedZone("", 14*3600))
	known := map[string]time.Time{}
	for i, zone := range zones {
		end, ok := known[zone]
		if !ok {
			loc, is := zoneOf(zone)
			if !is {
				loc = time.FixedZone("", 14*3600)
			}
			end = next.In(loc)
			known[zone] = end
		}
		if i == 0 || end.Before(until) {
			until = end
		}
	}
	return until
}
