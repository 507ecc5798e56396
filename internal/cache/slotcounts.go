package cache

import (
	"sync/atomic"

	"timeslots/internal/timeslot"
)

// slotCounts counts the slots of all fragments that are held, by source.
type slotCounts struct {
	surfaces *timeslot.Surfaces
	counts   map[timeslot.Source]*atomic.Int64
}

func newSlotCounts(surfaces *timeslot.Surfaces) *slotCounts {
	c := slotCounts{surfaces: surfaces, counts: map[timeslot.Source]*atomic.Int64{}}
	for _, source := range surfaces.ReadFrom() {
		c.counts[source] = &atomic.Int64{}
	}
	return &c
}

func (c *slotCounts) add(f *timeslot.Fragment) { c.change(f, len(f.Slots)) }

func (c *slotCounts) remove(f *timeslot.Fragment) { c.change(f, -len(f.Slots)) }

func (c *slotCounts) change(f *timeslot.Fragment, by int) {
	c.counts[c.surfaces.SourceOf(f.Key.Operation)].Add(int64(by))
}

func (c *slotCounts) read() map[timeslot.Source]int {
	counts := make(map[timeslot.Source]int, len(c.counts))
	for source, n := range c.counts {
		counts[source] = int(n.Load())
	}
	return counts
}
