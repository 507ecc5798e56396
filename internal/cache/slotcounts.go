package cache

import (
	"sync/atomic"

	"timeslots/internal/timeslot"
)

// slotCounts counts the slots of all fragments that are held, by source.
type slotCounts map[timeslot.Source]*atomic.Int64

func newSlotCounts() *slotCounts {
	c := slotCounts{}
	for _, op := range timeslot.Operations() {
		c[op.Source()] = &atomic.Int64{}
	}
	return &c
}

func (c slotCounts) add(f *timeslot.Fragment) { c.change(f, len(f.Slots)) }

func (c slotCounts) remove(f *timeslot.Fragment) { c.change(f, -len(f.Slots)) }

func (c slotCounts) change(f *timeslot.Fragment, by int) {
	if n, ok := c[f.Key.Source()]; ok {
		n.Add(int64(by))
	}
}

func (c slotCounts) read() map[timeslot.Source]int {
	counts := make(map[timeslot.Source]int, len(c))
	for source, n := range c {
		counts[source] = int(n.Load())
	}
	return counts
}
