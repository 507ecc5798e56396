package search

import (
	"maps"
	"slices"
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
	if f.Key.Area.PostalCode == "" || f.NotFound {
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

// codeWish is what a caller needs around a code for a visit type.
type codeWish struct {
	visitType, code string
	need            float64 // miles
	days            func(timeslot.Area) []stretchOfDays
	now             time.Time
}

// areas are those that hold what the caller needs: his own first, which upstream is asked for on his behalf.
func (w *codeWish) areas() (list []timeslot.Area) {
	for _, step := range radiusLadder {
		if float64(step) >= w.need || step == timeslot.MaxRadius {
			list = append(list, timeslot.Area{PostalCode: w.code, Radius: uint8(step)})
		}
	}
	return list
}

// choose gives the area around a code that serves a caller: the largest that may be served for the days, fresh ones before stale
// ones, else his own.
func (c *codes) choose(w *codeWish) chosen {
	for _, worst := range [...]timeslot.Freshness{timeslot.Fresh, timeslot.Stale} {
		if wider, ok := c.holding(w, worst); ok {
			return wider
		}
	}
	return chosen{Area: w.areas()[0]}
}

// holding is the largest area around a code that holds a caller's own, and of which nothing is worse than that; ok is false
// where there is none. One that takes many more calls than his own is not refreshed for his sake.
func (c *codes) holding(w *codeWish, worst timeslot.Freshness) (_ chosen, ok bool) {
	areas := w.areas()
	own := len(w.days(areas[0]))
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, wider := range slices.Backward(areas) {
		parts := w.days(wider)
		heavy := len(parts) > 1 && len(parts) > muchMore*own
		if c.serves(crowded{w.visitType, wider}, parts, worst, w.now) && (!heavy || worst == timeslot.Fresh) {
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
