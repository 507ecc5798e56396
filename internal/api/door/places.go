package door

import "sync/atomic"

// places counts the requests in flight. Reads and bookings are counted apart, so that each costs one addition to its
// own counter and a look at the other.
//
//	├────────────────── reads ──────────────────┼── reserved ──┤ inFlight
//	└ lowest priority ─ half … highest ─ all ───┴ bookings ────┘
//
// Bookings beyond the reserved part take places that reads leave. A read and a booking that come at the very same
// moment may both get the last place; no lock is worth that one.
type places struct {
	reads    atomic.Int64
	_        [56]byte // each on a cache line of its own
	bookings atomic.Int64
	_        [56]byte
}

// room is how many places there are.
type room struct{ reads, reserved int64 }

// newRoom reserves a tenth for bookings. Either has one place at least, so an inFlight of 1 gives two.
func newRoom(inFlight int) room {
	reserved := max(1, int64(inFlight)/10)
	return room{reads: max(1, int64(inFlight)-reserved), reserved: reserved}
}

// read takes a place while fewer than limit are taken.
func (p *places) read(r room, limit int64) bool {
	limit -= max(0, p.bookings.Load()-r.reserved)
	if p.reads.Load() >= limit {
		return false // without an addition: under overload most end here
	}
	if p.reads.Add(1) > limit {
		p.reads.Add(-1)
		return false
	}
	return true
}

// book takes a place of the reserved part, or one that reads leave.
func (p *places) book(r room) bool {
	n := p.bookings.Add(1)
	if n > r.reserved && n-r.reserved+p.reads.Load() > r.reads {
		p.bookings.Add(-1)
		return false
	}
	return true
}

// shares gives each priority in use the number of reads that may be in flight when one of it comes in. Each may fill a
// tenth less than the next higher one, so that the higher finds places when the lower overflows; with many priorities
// the steps are smaller, so that the lowest may always fill half.
func shares(reads int64, priorities map[int]struct{}) map[int]int64 {
	step := int64(100) // per mille
	if levels := int64(len(priorities)); levels > 6 {
		step = 500 / (levels - 1)
	}
	limits := make(map[int]int64, len(priorities))
	for priority := range priorities {
		above := int64(0)
		for other := range priorities {
			if other > priority {
				above++
			}
		}
		limits[priority] = max(1, reads*(1000-above*step)/1000)
	}
	return limits
}
