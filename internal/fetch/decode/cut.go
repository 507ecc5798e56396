package decode

import (
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
		part.Key.Block, part.Slots = block, nil // and nobody knows in which of them something was dropped
		part.Digest, part.Odd = timeslot.Digest{}, nil
		part.Covers = coverOfBlock(f, block, first)
		parts = append(parts, &part)
	}
	for _, run := range runs(f.Slots, first, through) {
		part := parts[run.block-first]
		part.Slots = append(part.Slots, run.slots...)
	}
	return parts
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
	block timeslot.Block
	slots []timeslot.Slot
}

// runs cuts slots, which ascend, where the block changes: once for each block, and now and then more where departments
// lie in different zones.
func runs(slots []timeslot.Slot, first, through timeslot.Block) []run {
	var list []run
	from := 0
	for i := range slots {
		block := blockOf(&slots[i], first, through)
		if len(list) == 0 || list[len(list)-1].block != block {
			list = append(list, run{block: block})
			from = i
		}
		list[len(list)-1].slots = slots[from : i+1 : i+1]
	}
	return list
}

func blockOf(s *timeslot.Slot, first, through timeslot.Block) timeslot.Block {
	const secondsPerDay = 86400
	day := timeslot.Date((s.Start + int64(s.Offset)*60) / secondsPerDay)
	return max(first, min(through, timeslot.BlockOf(day)))
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
