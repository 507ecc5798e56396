package search

import (
	"maps"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// radiusLadder holds the radii in miles that upstream is asked for around a postal code that nobody can place.
var radiusLadder = [...]int{6, 11, 16, 21, 26, 31, 41, 51, 76, timeslot.MaxRadius}

// codes are the areas around postal codes that search.postalCodes does not place: who asks for less is served with what was
// read for more. Distances are upstream's own there, measured from one point for each code, so that the answer is the same.
type codes struct {
	mu        sync.Mutex
	read      map[crowded]map[stretchOfDays]timeslot.Bounds
	revealed  map[string]*revealed // by code
	distances int                  // of all of them
	spoilt    map[string]time.Time // codes that circles cannot serve until then
}

func newCodes() *codes {
	return &codes{read: map[crowded]map[stretchOfDays]timeslot.Bounds{}, revealed: map[string]*revealed{}, spoilt: map[string]time.Time{}}
}

// note takes over that an area was read.
func (c *codes) note(f *timeslot.Fragment, now time.Time) {
	if f.Key.Operation != timeslot.OpAvailabilitySlots || f.Key.Exact || f.Key.Area.PostalCode == "" || f.NotFound {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	area := c.read[crowdedOf(f.Key)]
	if area == nil {
		c.makeRoom(now)
		area = map[stretchOfDays]timeslot.Bounds{}
		c.read[crowdedOf(f.Key)] = area
	}
	if len(area) >= maxParts {
		maps.DeleteFunc(area, func(_ stretchOfDays, b timeslot.Bounds) bool { return b.At(now) > timeslot.Stale })
	}
	days := stretchOfDays{f.Key.Block, f.Key.Span}
	if area[days] == f.Bounds {
		return
	}
	area[days] = f.Bounds
	c.reveal(f, now)
}

// makeRoom keeps no more than maxCircles: what may not be served any more goes, then all, as it is learnt again.
func (c *codes) makeRoom(now time.Time) {
	if len(c.read) < maxCircles {
		return
	}
	maps.DeleteFunc(c.read, func(_ crowded, area map[stretchOfDays]timeslot.Bounds) bool {
		for _, b := range area {
			if b.At(now) <= timeslot.Stale {
				return false
			}
		}
		return true
	})
	if len(c.read) >= maxCircles {
		clear(c.read)
	}
}

// choose gives the area around a code that serves a caller who needs so many miles: the largest that may be served for the
// days, fresh ones before stale ones, else his own.
func (c *codes) choose(visitType, code string, need float64, days func(timeslot.Area) []stretchOfDays, now time.Time) chosen {
	for _, worst := range [...]timeslot.Freshness{timeslot.Fresh, timeslot.Stale} {
		if wider, ok := c.holding(visitType, code, need, days, worst, now); ok {
			return wider
		}
	}
	return chosen{Area: ownArea(code, need)}
}

// ownArea is the area around a code that upstream is asked for on behalf of a caller who needs so many miles.
func ownArea(code string, need float64) timeslot.Area {
	for _, step := range radiusLadder {
		if float64(step) >= need {
			return timeslot.Area{PostalCode: code, Radius: uint8(step)}
		}
	}
	return timeslot.Area{PostalCode: code, Radius: timeslot.MaxRadius}
}

// holding is the largest area around a code that holds a caller's own, and of which nothing is worse than that; ok is false
// where there is none. One that takes many more calls than his own is not refreshed for his sake.
func (c *codes) holding(
	visitType, code string, need float64, days func(timeslot.Area) []stretchOfDays, worst timeslot.Freshness, now time.Time,
) (_ chosen, ok bool) {
	own := ownArea(code, need)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(radiusLadder) - 1; i >= 0 && radiusLadder[i] >= int(own.Radius); i-- {
		wider := timeslot.Area{PostalCode: code, Radius: uint8(radiusLadder[i])}
		parts := days(wider)
		heavy := len(parts) > 1 && len(parts) > muchMore*len(days(own))
		if c.serves(crowded{visitType, wider}, parts, worst, now) && (!heavy || worst == timeslot.Fresh) {
			return chosen{Area: wider, why: whyContains, borrowed: heavy}, true
		}
	}
	return chosen{}, false
}

// serves reports whether all of some days of an area may be served, none worse than that.
func (c *codes) serves(of crowded, days []stretchOfDays, worst timeslot.Freshness, now time.Time) bool {
	area := c.read[of]
	if area == nil {
		return false
	}
	for _, d := range days {
		if b, ok := area[d]; !ok || b.At(now) > worst {
			return false
		}
	}
	return true
}
