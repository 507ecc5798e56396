package search

import (
	"time"

	"timeslots/internal/timeslot"
)

// places are where clinics are that answers for areas have named, whatever they were asked for. Together with the directory's
// they are all that is known to be there.
type places struct {
	named map[timeslot.Point]struct{}
	since time.Time // reads before it are no longer remembered
}

const (
	// seenFor is how long an area counts as looked at after it was read: nothing else is there than what is known. It is about
	// clinics that the directory, as old as it may be served (an hour), does not list either.
	seenFor = 30 * time.Minute

	// maxNamed is how many places are remembered. With more, all are forgotten, and areas have to be looked at anew.
	maxNamed = 1 << 14
)

// note takes over what an answer names, and reports whether it says of each clinic where it is.
func (p *places) note(departments []timeslot.Department, now time.Time) (all bool) {
	all = true
	for i := range departments {
		at := departments[i].Point
		if at == nil {
			all = false
			continue
		}
		if _, ok := p.named[*at]; ok {
			continue
		}
		if len(p.named) >= maxNamed {
			p.named, p.since = nil, now
		}
		if p.named == nil {
			p.named = map[timeslot.Point]struct{}{}
		}
		p.named[*at] = struct{}{}
	}
	return all
}

// around are those within so many miles.
func (p *places) around(at timeslot.Point, miles float64) (inside []timeslot.Point) {
	for place := range p.named {
		if within(at, place, miles) {
			inside = append(inside, place)
		}
	}
	return inside
}
