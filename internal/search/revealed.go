package search

import (
	"maps"
	"math"
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
	clinics map[clinicKey]distance
	at      timeslot.Point
	err     float64 // the code is at most so many miles from at

	newest  time.Time    // of the answers
	checked atomic.Int64 // when the code was asked for again in the background, in Unix nanoseconds
}

type clinicKey struct{ ehr, id string }

func clinicOf(d *timeslot.Department) clinicKey { return clinicKey{d.EHRInstance, d.ID} }

// distance is how far a clinic is from the code, and where it was when an answer named that.
type distance struct {
	miles  float64
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

	// widestShared is how wide a circle may have to be in miles to serve a postal code: near the largest one, which clinics lie
	// in the caller's own is known less well.
	widestShared = 80
)

// reveal takes over what an answer for a code says. The lock is held.
func (c *codes) reveal(f *timeslot.Fragment, now time.Time) {
	code := f.Key.Area.PostalCode
	before := c.revealed[code]
	next := &revealed{newest: f.FetchedAt}
	news := learnt(f)
	switch {
	case before == nil:
		next.clinics = map[clinicKey]distance{}
		next.at, next.err = locate(f)
	case !before.lacks(news): // as most answers are that are read again
		c.revealed[code] = &revealed{clinics: before.clinics, at: before.at, err: before.err, newest: later(before.newest, f.FetchedAt)}
		return
	default:
		next.clinics, next.newest = maps.Clone(before.clinics), later(before.newest, f.FetchedAt)
		next.at, next.err = locate(f)
		fits, older := before.fits(f), f.FetchedAt.Before(before.newest)
		if fits && before.err < next.err || older && !fits { // where they do not fit, the newer one counts
			next.at, next.err = before.at, before.err
		}
		c.distances -= len(before.clinics)
		delete(c.revealed, code)
	}
	for key, d := range news {
		if !next.clinics[key].read.After(d.read) {
			next.clinics[key] = d
		}
	}
	c.forget(len(next.clinics), now)
	c.revealed[code] = next
	c.distances += len(next.clinics)
}

// learnt are the distances that an answer names.
func learnt(f *timeslot.Fragment) map[clinicKey]distance {
	named := make(map[clinicKey]distance, len(f.Departments))
	for i := range f.Departments {
		d := &f.Departments[i]
		miles, ok := f.Distances[d.Key()]
		if !ok || !isDistance(miles) {
			continue
		}
		n := distance{miles: miles, read: f.FetchedAt}
		if n.placed = d.Point != nil; n.placed {
			n.at = *d.Point
		}
		named[clinicOf(d)] = n
	}
	return named
}

// lacks reports whether one of some distances is another than is known.
func (r *revealed) lacks(news map[clinicKey]distance) bool {
	for key, d := range news {
		known, ok := r.clinics[key]
		d.read = known.read
		if !ok || d != known {
			return true
		}
	}
	return false
}

// holds reports whether the clinic is where it was when its distance was named.
func (n *distance) holds(d *timeslot.Department) bool {
	return n.placed == (d.Point != nil) && (d.Point == nil || n.at == *d.Point)
}

// forget makes room for a code with so many distances: those go that nobody asked for lately, and all if that is too little, as
// they are learnt again.
func (c *codes) forget(more int, now time.Time) {
	full := func() bool { return c.distances+more > maxRevealed || len(c.revealed) >= maxCodes }
	if full() {
		maps.DeleteFunc(c.revealed, func(_ string, r *revealed) bool {
			if r.old(now) {
				c.distances -= len(r.clinics)
			}
			return r.old(now)
		})
	}
	if full() {
		clear(c.revealed)
		c.distances = 0
	}
}

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

// milesTo is how far a clinic is, as far as an answer has named that.
func (r *revealed) milesTo(key clinicKey) (miles float64, ok bool) {
	d, ok := r.clinics[key]
	return d.miles, ok
}

// unknown are the clinics of an answer that may lie within a radius and of which no distance is known: no answer for the code
// named one, or the clinic has moved since.
func (r *revealed) unknown(departments []timeslot.Department, radius float64) (list []*timeslot.Department) {
	for i := range departments {
		d := &departments[i]
		known, ok := r.clinics[clinicOf(d)]
		switch {
		case ok && known.holds(d):
		case d.Point != nil && r.at.MilesTo(*d.Point) > r.reach(radius):
		default:
			list = append(list, d)
		}
	}
	return list
}
