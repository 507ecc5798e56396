package search

import (
	"sync/atomic"
	"time"

	"timeslots/internal/timeslot"
)

// leads knows how long reads of each operation take lately, and from that how early a refresh has to begin to be done in
// time. Reading takes no lock.
type leads map[timeslot.Operation]*atomic.Int64 // nanoseconds

// A read that took longer counts at once, quicker ones lower the lead by and by.
const (
	leadDecay  = 8    // a quicker read takes this part of the difference off
	leadMargin = 1.25 // of what reads take
)

func newLeads(surfaces *timeslot.Surfaces) leads {
	l := leads{}
	for _, op := range surfaces.Operations() {
		l[op] = new(atomic.Int64)
	}
	return l
}

// learn is told how long a good read took. Of two at the same time one may be lost, which is harmless.
func (l leads) learn(op timeslot.Operation, took time.Duration) {
	known, ok := l[op]
	if !ok {
		return
	}
	before := time.Duration(known.Load())
	known.Store(int64(max(took, before-(before-took)/leadDecay)))
}

// lead is how long before its end a refresh has to begin; 0 when nothing is known.
func (l leads) lead(op timeslot.Operation) time.Duration {
	known, ok := l[op]
	if !ok {
		return 0
	}
	return time.Duration(leadMargin * float64(known.Load()))
}
