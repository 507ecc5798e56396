package search

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"timeslots/internal/timeslot"
)

// Where a postal code is, its own answers reveal: they say how far clinics are from it, and where these are. With that its
// callers are served by the circles that everybody shares. Distances stay upstream's own, from the code's answers; where a
// circle lists a clinic that may lie inside and of which none has named one, the code is asked for by itself (see
// [Engine.asCode]). So an answer is what the code's own read would give, whichever replica gives it and whatever that knows.

// revealed is what the answers for a postal code say about where it is. It is not written to once others may have it.
type revealed struct {
	named map[string]naming  // of departments by key
	miles map[string]float64 // to these
	at    timeslot.Point
	err   float64 // the code is at most so many miles from at

	newest  time.Time    // of the answers
	checked atomic.Int64 // when the code was asked for again in the background, in Unix nanoseconds
}

// naming is where a clinic was when an answer named its distance.
type naming struct {
	read   time.Time
	at     timeslot.Point
	placed bool
}

const (
	// revealedFor is how long a code's distances are used before it is asked for by itself again, in the background.
	revealedFor = 24 * time.Hour
	checkEvery  = time.Minute

	// maxRevealed is how many distances are remembered, and maxCodes of how many codes.
	maxRevealed = 1 << 17
	maxCodes    = 4096

	// spoiltFor is how long a code is asked for by itself whose own answers do not help.
	spoiltFor = 5 * time.Minute

	// smallError is how badly in miles a code may be placed at least to be served by circles; else it is half of the radius. Only
	// where there are few clinics are codes placed so badly, so that a wider circle costs little.
	smallError = 2

	// roundedBy is how much a distance in tenths of a mile may be off, and a little.
	roundedBy = 0.06

	// widestShared is how wide a circle may have to be in miles to serve a postal code: near the largest one, which clinics lie
	// in the caller's own is known less well.
	widestShared = 80
)

// reveal takes over what an answer for a code says. The lock is held.
func (c *codes) reveal(f *timeslot.Fragment, now time.Time) {
	code := f.Key.Area.PostalCode
	before := c.revealed[code]
	next := &revealed{newest: f.FetchedAt, named: map[string]naming{}, miles: map[string]float64{}}
	next.at, next.err = locate(f)
	if before != nil {
		next.named, next.miles, next.newest = maps.Clone(before.named), maps.Clone(before.miles), later(before.newest, f.FetchedAt)
		fits, older := before.fits(f), f.FetchedAt.Before(before.newest)
		if fits && before.err < next.err || older && !fits { // where they do not fit, the newer one counts
			next.at, next.err = before.at, before.err
		}
		c.distances -= len(before.named)
		delete(c.revealed, code)
	}
	for i := range f.Departments {
		next.learn(&f.Departments[i], f)
	}
	c.forget(len(next.named), now)
	c.revealed[code] = next
	c.distances += len(next.named)
}

// learn adds a clinic whose distance an answer names.
func (r *revealed) learn(d *timeslot.Department, f *timeslot.Fragment) {
	key := d.Key()
	miles, ok := f.Distances[key]
	if !ok || !isDistance(miles) || r.named[key].read.After(f.FetchedAt) {
		return
	}
	n := naming{read: f.FetchedAt}
	if n.placed = d.Point != nil; n.placed {
		n.at = *d.Point
	}
	r.named[key], r.miles[key] = n, miles
}

// holds reports whether the clinic is where it was when its distance was named.
func (n *naming) holds(d *timeslot.Department) bool {
	return n.placed == (d.Point != nil) && (d.Point == nil || n.at == *d.Point)
}

// forget makes room for a code with so many distances: those go that nobody asked for lately, and all if that is too little, as
// they are learnt again.
func (c *codes) forget(more int, now time.Time) {
	full := func() bool { return c.distances+more > maxRevealed || len(c.revealed) >= maxCodes }
	if full() {
		maps.DeleteFunc(c.revealed, func(_ string, r *revealed) bool {
			if r.old(now) {
				c.distances -= len(r.named)
			}
			return r.old(now)
		})
	}
	if full() {
		clear(c.revealed)
		c.distances = 0
	}
}

// isDistance reports whether upstream can mean it.
func isDistance(miles float64) bool { return miles >= 0 && miles <= 2*timeslot.MaxRadius }

// fits reports whether an answer's distances may be measured from where the code is held to be.
func (r *revealed) fits(f *timeslot.Fragment) bool {
	for _, seen := range sightings(f) {
		if math.Abs(r.at.MilesTo(seen.at)-seen.miles) > r.err+seen.doubt() {
			return false
		}
	}
	return true
}

// place is where a code is, as well as its answers reveal it; nil where they do not, or do not help.
func (c *codes) place(code string, now time.Time) *revealed {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.revealed[code]; r != nil && !now.Before(c.spoilt[code]) {
		return r
	}
	return nil
}

// spoil has a code asked for by itself for a while: circles list a clinic of which its answers do not tell how far it is.
func (c *codes) spoil(code string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.spoilt) >= maxCodes {
		clear(c.spoilt)
	}
	c.spoilt[code] = now.Add(spoiltFor)
}

// old reports whether the code has to be asked for by itself again.
func (r *revealed) old(now time.Time) bool { return now.Sub(r.newest) >= revealedFor }

// mayCheck reports whether an old code is to be asked for again now: not by each of its callers.
func (r *revealed) mayCheck(now time.Time) bool {
	last := r.checked.Load()
	return now.UnixNano()-last >= int64(checkEvery) && r.checked.CompareAndSwap(last, now.UnixNano())
}

// reach is how far around r.at a circle has to go to hold all that upstream would list within a radius.
func (r *revealed) reach(radius float64) float64 {
	return radius*(1+timeslot.EarthDoubt) + roundedBy + r.err
}

// wide is how many miles upstream has to be asked for around the code so that it lists all of what seems to lie within a radius.
func (r *revealed) wide(radius float64) float64 {
	return (r.reach(radius)+r.err)*(1+timeslot.EarthDoubt) + roundedBy
}

// name adds the distances that are known of clinics.
func (r *revealed) name(departments []timeslot.Department, distances map[string]float64) {
	for i := range departments {
		key := departments[i].Key()
		if miles, ok := r.miles[key]; ok {
			distances[key] = miles
		}
	}
}

// unknown are the clinics of an answer that may lie within a radius and of which no distance is known, by key: no answer for the
// code named one, or the clinic has moved since.
func (r *revealed) unknown(departments []timeslot.Department, radius float64) (keys []string) {
	for i := range departments {
		d := &departments[i]
		known, ok := r.named[d.Key()]
		switch {
		case ok && known.holds(d):
		case d.Point != nil && r.at.MilesTo(*d.Point) > r.reach(radius):
		default:
			keys = append(keys, d.Key())
		}
	}
	return keys
}

// names reports whether the code's own answers name all clinics of circles of which no distance was known.
func (r *revealed) names(unclear, own []*piece, radius float64) bool {
	for _, pc := range unclear {
		for _, key := range r.unknown(pc.departments(), radius) {
			if !slices.ContainsFunc(own, func(pc *piece) bool { _, ok := pc.fragment.Distances[key]; return ok }) {
				return false
			}
		}
	}
	return true
}

// sighting is a clinic, and how far from a postal code it is.
type sighting struct {
	at    timeslot.Point
	miles float64
}

// doubt is by how many miles a sighting may be off: it is rounded, and upstream may measure on another Earth.
func (s *sighting) doubt() float64 { return roundedBy + timeslot.EarthDoubt*s.miles }

// maxSightings bounds those that are looked at.
const maxSightings = 64

// sightings are the clinics of an answer that tell where its code is, nearest first: the nearest ones, which tell it best, and
// some of the others, which lie in other directions.
func sightings(f *timeslot.Fragment) (list []sighting) {
	for i := range f.Departments {
		d := &f.Departments[i]
		if miles, ok := f.Distances[d.Key()]; ok && d.Point != nil && isDistance(miles) {
			list = append(list, sighting{*d.Point, miles})
		}
	}
	slices.SortFunc(list, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.miles, b.miles), cmp.Compare(a.at.Latitude, b.at.Latitude), cmp.Compare(a.at.Longitude, b.at.Longitude))
	})
	if near := maxSightings / 2; len(list) > maxSightings {
		rest := list[near:]
		for i := range near {
			list[near+i] = rest[i*len(rest)/near]
		}
		list = list[:maxSightings]
	}
	return list
}

// directions is how many places are tried around the nearest clinic.
const directions = 1440

// locate gives where an answer's postal code is, and by how many miles that may be wrong: infinitely many where its distances
// fit nowhere. The code lies on a ring around the nearest clinic. Of places all along the ring those are kept from which each
// clinic may be as far as upstream says: the code is near one of them, and the answer is their middle.
func locate(f *timeslot.Fragment) (at timeslot.Point, err float64) {
	list := sightings(f)
	if len(list) == 0 {
		return at, math.Inf(1)
	}
	nearest := &list[0]
	ring := nearest.at.MilesTo(destination(nearest.at, 0, nearest.miles)) // nearly nearest.miles
	// How far the code may be from the nearest place that is tried: across the ring, and along it.
	spacing := math.Abs(ring-nearest.miles) + nearest.doubt() + (ring+nearest.doubt())*math.Pi/directions
	var fitting []timeslot.Point
	for i := range directions {
		from := destination(nearest.at, 2*math.Pi*float64(i)/directions, nearest.miles)
		if !slices.ContainsFunc(list[1:], func(s sighting) bool {
			return math.Abs(from.MilesTo(s.at)-s.miles) > s.doubt()+spacing
		}) {
			fitting = append(fitting, from)
		}
	}
	if len(fitting) == 0 {
		return at, math.Inf(1)
	}
	at = middleOf(fitting)
	for _, p := range fitting {
		err = max(err, at.MilesTo(p))
	}
	return at, err + spacing
}

// middleOf is the middle of places near each other.
func middleOf(places []timeslot.Point) timeslot.Point {
	first := places[0]
	var north, east float64
	for _, p := range places {
		north += p.Latitude - first.Latitude
		east += math.Remainder(p.Longitude-first.Longitude, 360)
	}
	n := float64(len(places))
	return timeslot.Point{
		Latitude: min(90, max(-90, first.Latitude+north/n)), Longitude: math.Remainder(first.Longitude+east/n, 360),
	}
}
