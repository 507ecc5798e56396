package search

import (
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

// A circle that nobody was served with for a while is kept in case that its source fails. Where another one, which was read
// anew, holds all its clinics for the same days, that would serve in its place, and the copy is let go of: in a dense place
// each has megabytes.

// letGo lets go of the copies that f makes needless.
func (e *Engine) letGo(f *timeslot.Fragment) {
	now := e.opt.Now()
	keys := e.circles.superseded(f, now)
	if len(keys) == 0 {
		return
	}
	e.circles.forgetCopies(e.opt.Store.Drop(keys, func(old *timeslot.Fragment) bool {
		return old.Bounds.At(now) == timeslot.StaleOnError && holdsAll(f.Key.Area, old.Departments) && e.holdsKnown(f.Key.Area, old)
	}), now)
}

// tryAgain is after how long it is seen once more whether a circle stands in for another one.
const tryAgain = time.Minute

// superseded are the reads that may only be served while upstream fails, and in whose place f's circle would serve, if it
// holds their clinics.
func (c *circles) superseded(f *timeslot.Fragment, now time.Time) (keys []timeslot.FragmentKey) {
	if !byPoint(f.Key) || f.NotFound || f.Dropped > 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	by := c.known[crowdedOf(f.Key)]
	for _, r := range c.lists[f.Key.VisitType] {
		if by == nil || r == by {
			continue
		}
		for days, read := range r.read {
			if read.At(now) == timeslot.StaleOnError && now.Sub(read.tried) >= tryAgain && by.serves(days, now) {
				read.tried = now
				r.read[days] = read
				key := f.Key
				key.Area, key.Block, key.Span = r.area, days.block, days.span
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// forgetCopies takes over that copies are gone. When their circles were looked at is remembered.
func (c *circles) forgetCopies(keys []timeslot.FragmentKey, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		if r := c.known[crowdedOf(key)]; r != nil {
			days := stretchOfDays{key.Block, key.Span}
			if read, ok := r.read[days]; ok && read.At(now) == timeslot.StaleOnError { // not one that is newer than the copy
				read.Bounds = timeslot.Bounds{}
				r.read[days] = read
			}
		}
	}
}

// serves reports whether all of some days may be served from what was read of a circle.
func (r *circle) serves(days stretchOfDays, now time.Time) bool {
	day, last := days.first(), days.last()
	for day <= last {
		next := day
		for other, read := range r.read {
			if read.At(now) <= timeslot.Stale && other.first() <= day && other.last() >= next {
				next = other.last() + 1
			}
		}
		if next == day {
			return false
		}
		day = next
	}
	return true
}

func (d stretchOfDays) first() timeslot.Date {
	return timeslot.FragmentKey{Block: d.block, Span: d.span}.FirstDay()
}

func (d stretchOfDays) last() timeslot.Date {
	return min(timeslot.FragmentKey{Block: d.block, Span: d.span}.LastDay(), d.block.Last())
}

// holdsAll reports whether all clinics lie inside the area, so far as one can tell.
func holdsAll(a timeslot.Area, clinics []timeslot.Department) bool {
	return !slices.ContainsFunc(clinics, func(d timeslot.Department) bool { return d.Point == nil || !holds(a, *d.Point) })
}

// holdsKnown reports whether an area holds the clinics, too, that are known in a copy's circle and have no slot there. Where
// none is known it has to hold the circle.
func (e *Engine) holdsKnown(a timeslot.Area, old *timeslot.Fragment) bool {
	at, miles := old.Key.Area.Point(), float64(old.Key.Area.Radius)
	known := e.circles.placesAround(at, miles)
	if list := e.lookahead.seen.Load(); list != nil {
		known = append(known, clinicsAround(list.Departments, at, miles)...)
	}
	if len(known) == 0 {
		return a.Point().MilesTo(at)+miles <= a.SureMiles()
	}
	return !slices.ContainsFunc(known, func(p timeslot.Point) bool { return !holds(a, p) })
}

func (c *circles) placesAround(at timeslot.Point, miles float64) []timeslot.Point {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.places.around(at, miles)
}
