package search

import (
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// People who ask for what is near them stand in different places, so hardly two ask for the same circle. Upstream is asked
// for circles that many of them share:
//
//   - the centre lies on a grid and the radius is a little larger than the caller's own, so that the circle contains his:
//     by search.areaSlack of his radius at most, and as far as search.pointPrecision needs (see [shared]);
//   - a circle that was read lately, or is being read, serves every one inside it, for all callers and radii;
//   - so do several that cover the caller's circle together (see [coverOf]). Where a part is missing, a circle is added that
//     covers it and lies farther out than the caller, for those who stand there (see [extended]);
//   - where no circle can be larger than the caller's own, those serve him that hold all the clinics in his (see
//     [chooseWidest]).
//
// The answer lists what lies in the caller's own circle, and nothing else: distances are measured from his own point when
// serving (package merge).

// shared is the circle that upstream is asked for on behalf of everybody near a point. It contains the one around the
// point. Where the radius is the largest that upstream takes already, it does but for the rounding of the point, and what
// models of the Earth differ by.
func shared(at timeslot.Point, radius, precision int, slack float64) timeslot.Area {
	least := int(math.Ceil((float64(radius) + timeslot.RoundingSlackMiles(precision)) / (1 - timeslot.EarthDoubt)))
	most := min(max(least, int(float64(radius)*(1+slack))), timeslot.MaxRadius)
	unit := math.Pow10(-precision)
	row := unit
	if room := float64(most)*(1-timeslot.EarthDoubt) - float64(radius); slack > 0 && room > 0 {
		row = max(unit, math.Floor(room*math.Sqrt2/milesPerDegree/unit)*unit) // half of the diagonal is room
	}
	latitude := math.Round(at.Latitude/row) * row
	column := row
	if narrowest := math.Cos(max(0, math.Abs(latitude)-row/2) * math.Pi / 180); row > unit {
		column = min(360, max(row, math.Floor(row/max(narrowest, 1e-3)/unit)*unit)) // meridians come closer towards the poles
	}
	longitude := math.Round(at.Longitude/column) * column
	return timeslot.AreaAround(timeslot.Point{
		Latitude: min(90, max(-90, latitude)), Longitude: math.Remainder(longitude, 360),
	}, uint8(most))
}

// milesPerDegree is a little more than a degree of latitude has.
const milesPerDegree = 69.2

// circles are the areas that were read lately, or are being read, by visit type.
type circles struct {
	mu    sync.Mutex
	known map[crowded]*circle
	lists map[string][]*circle // the same by visit type
	joint map[timeslot.Area]joint
	places
}

// circle is an area, and what was read of it.
type circle struct {
	area   timeslot.Area
	center timeslot.Point
	read   map[stretchOfDays]reading
	since  time.Time // when the area was first asked for, for any visit type
	last   time.Time // until when the last part may be served
	hope   time.Time // until when that may be while it cannot be read anew
	seen   time.Time // when the last part was read
	wanted time.Time // by somebody who may be waiting for it
}

// reading is when some days of an area were read, and how long that may be served.
type reading struct {
	timeslot.Bounds
	at    time.Time
	whole bool // all that upstream listed could be read, and has a place
	used  time.Time
	tried time.Time // when it was seen last whether another circle stands in for it
}

// stretchOfDays is what one read of an area covers.
type stretchOfDays struct {
	block timeslot.Block
	span  timeslot.Span
}

const (
	// maxCircles bounds how many areas are remembered, over all visit types.
	maxCircles = 4096

	// maxParts is how many parts of a circle are remembered before those are dropped that may no longer be served.
	maxParts = 64

	// wantedFor is how long an area counts as being read that somebody wanted.
	wantedFor = 5 * time.Second
)

func newCircles() *circles {
	return &circles{known: map[crowded]*circle{}, lists: map[string][]*circle{}, joint: map[timeslot.Area]joint{}}
}

// byPoint reports whether a read is of an area around a point.
func byPoint(k timeslot.FragmentKey) bool {
	return ofArea(k) && k.Area.PostalCode == ""
}

// note takes over that an area was read, and what its answer names.
func (c *circles) note(f *timeslot.Fragment, now time.Time) {
	if !byPoint(f.Key) || f.NotFound {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r, days := c.circle(f.Key, now), stretchOfDays{f.Key.Block, f.Key.Span}
	if known, ok := r.read[days]; ok && known.at.Equal(f.FetchedAt) && known.Bounds == f.Bounds {
		return
	}
	if len(r.read) >= maxParts {
		maps.DeleteFunc(r.read, func(_ stretchOfDays, old reading) bool {
			return !now.Before(old.StaleOnError) && now.Sub(old.at) >= seenFor
		})
	}
	whole := c.places.note(f.Departments, now) && f.Dropped == 0
	r.read[days] = reading{f.Bounds, f.FetchedAt, whole, r.read[days].used, time.Time{}}
	r.last, r.hope, r.seen = later(r.last, f.Bounds.Stale), later(r.hope, f.Bounds.StaleOnError), later(r.seen, f.FetchedAt)
}

// use takes over that a caller looked at a part of an area.
func (c *circles) use(k timeslot.FragmentKey, now time.Time) {
	if !byPoint(k) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.known[crowdedOf(k)]; r != nil {
		days := stretchOfDays{k.Block, k.Span}
		if read, ok := r.read[days]; ok {
			read.used = now
			r.read[days] = read
		}
	}
}

// halfOver reports whether half of the time is over for which something that was read is fresh.
func halfOver(read time.Time, b timeslot.Bounds, now time.Time) bool {
	return b.Fresh.Sub(now) <= now.Sub(read)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// want takes over that areas are about to be read.
func (c *circles) want(asks []ask, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range asks {
		if byPoint(asks[i].key) {
			c.circle(asks[i].key, now).wanted = now
		}
	}
}

func (c *circles) circle(k timeslot.FragmentKey, now time.Time) *circle {
	if r := c.known[crowdedOf(k)]; r != nil {
		return r
	}
	if len(c.known) >= maxCircles {
		c.forget(now)
	}
	r := &circle{area: k.Area, center: k.Area.Point(), since: c.since(k.Area, now), read: map[stretchOfDays]reading{}}
	c.known[crowdedOf(k)] = r
	c.lists[k.VisitType] = append(c.lists[k.VisitType], r)
	return r
}

// gone reports whether nobody can be served with the circle, but while upstream fails.
func (r *circle) gone(now time.Time) bool { return !now.Before(r.last) && !r.pending(now) }

func (r *circle) pending(now time.Time) bool { return now.Sub(r.wanted) < wantedFor }

// seenLately reports whether some of the circle was read a short time ago, whether or not that may still be served.
func (r *circle) seenLately(now time.Time) bool { return now.Sub(r.seen) < seenFor }

// seen reports whether all of some days was read lately, so that every clinic is known that had a slot there.
func (c *circles) seen(r *circle, days []stretchOfDays, now time.Time) bool {
	for _, d := range days {
		if read, ok := r.read[d]; !ok || !read.whole || read.at.Before(c.places.since) || now.Sub(read.at) >= seenFor {
			return false
		}
	}
	return true
}

// forget drops what may no longer be served, and of that first what was not seen lately; if it is nothing, some of the rest.
func (c *circles) forget(now time.Time) {
	c.drop(func(r *circle) bool { return r.gone(now) && !r.seenLately(now) && !now.Before(r.hope) })
	if len(c.known) >= maxCircles {
		c.drop(func(r *circle) bool { return r.gone(now) })
	}
	if len(c.known) >= maxCircles {
		left := maxCircles / 8
		c.drop(func(*circle) bool { left--; return left >= 0 })
	}
}

func (c *circles) drop(old func(*circle) bool) {
	for visitType, list := range c.lists {
		list = slices.DeleteFunc(list, func(r *circle) bool {
			if !old(r) {
				return false
			}
			delete(c.known, crowded{visitType, r.area})
			return true
		})
		if c.lists[visitType] = list; len(list) == 0 {
			delete(c.lists, visitType)
		}
	}
}

// standing is how soon a circle serves.
type standing int

const (
	isFresh   standing = iota
	isStale            // at once, with a refresh in the background
	isOld              // at once while upstream fails, else somebody has to wait for some of the days
	isAwaited          // somebody has to wait in any case
)

// standing is that of the worst of the days.
func (r *circle) standing(days []stretchOfDays, now time.Time) standing {
	worst := isFresh
	for _, d := range days {
		switch read, ok := r.read[d]; {
		case !ok || read.At(now) > timeslot.StaleOnError:
			return isAwaited
		case read.At(now) == timeslot.StaleOnError:
			worst = isOld
		case read.At(now) == timeslot.Stale:
			worst = max(worst, isStale)
		}
	}
	return worst
}
