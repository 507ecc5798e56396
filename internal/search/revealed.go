package search

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// Where a postal code is, its own answers reveal: they say how far clinics are from it, and where these are. With that its
// callers are served by the circles that everybody shares. Distances stay upstream's own, from the code's answers: where a
// circle lists a clinic of which none has named one yet, the code is asked for by itself. So an answer is what the code's own
// read would give, whichever replica gives it and whatever that knows.

// revealed is what the answers for a postal code say about where it is. It is not written to once others may have it.
type revealed struct {
	miles  map[string]float64        // to departments by key
	points map[string]timeslot.Point // of these departments, as far as they are known
	at     timeslot.Point
	found  bool
	since  time.Time
}

const (
	// revealedFor is how long the distances of a code are used before it is asked for by itself again.
	revealedFor = time.Hour

	maxRevealed = 1024 // postal codes
	fewest      = 3    // clinics that tell where a code is

	// codeMargin is by how many miles more circles are chosen: distances are rounded, and where the code is is known as well
	// as these let it.
	codeMargin = 1
	// roundedBy is how much a distance in tenths of a mile may be off, and a little.
	roundedBy = 0.08
)

// reveal takes over what an answer for a code says. The lock is held.
func (c *codes) reveal(f *timeslot.Fragment, now time.Time) {
	code := f.Key.Area.PostalCode
	before := c.revealed[code]
	next := &revealed{since: f.FetchedAt}
	if before != nil && now.Sub(before.since) < revealedFor {
		*next = *before
	}
	if !next.learn(f) && before != nil {
		return
	}
	if before == nil && len(c.revealed) >= maxRevealed {
		clear(c.revealed) // they are learnt again
	}
	c.revealed[code] = next
}

// learn adds an answer's distances, and reports whether there was a new one.
func (r *revealed) learn(f *timeslot.Fragment) (more bool) {
	for key, miles := range f.Distances {
		if known, ok := r.miles[key]; !ok || known != miles {
			more = true
		}
	}
	if !more {
		return false
	}
	all, points := maps.Clone(r.miles), maps.Clone(r.points)
	if all == nil {
		all, points = map[string]float64{}, map[string]timeslot.Point{}
	}
	maps.Copy(all, f.Distances)
	for i := range f.Departments {
		d := &f.Departments[i]
		if _, ok := all[d.Key()]; ok && d.Point != nil {
			points[d.Key()] = *d.Point
		}
	}
	r.miles, r.points = all, points
	r.at, r.found = located(all, points)
	return true
}

// place is where a code is, as far as its answers reveal it; nil where they do not.
func (c *codes) place(code string, now time.Time) *revealed {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.revealed[code]; r != nil && r.found && now.Sub(r.since) < revealedFor {
		return r
	}
	return nil
}

// milesOf are the distances from a code that upstream has named; nobody writes to them.
func (c *codes) milesOf(code string) map[string]float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.revealed[code]; r != nil {
		return r.miles
	}
	return nil
}

// milesOf are the distances that upstream has named from the query's postal code, if it has no other place.
func (e *Engine) milesOf(q *timeslot.Query) map[string]float64 {
	if q.Point != nil || q.PostalCode == "" {
		return nil
	}
	return e.codes.milesOf(q.PostalCode)
}

// knows reports whether a distance is known of every clinic of an answer that may lie inside a radius.
func (r *revealed) knows(departments []timeslot.Department, radius int) bool {
	for i := range departments {
		d := &departments[i]
		if _, ok := r.miles[d.Key()]; !ok && (d.Point == nil || r.at.MilesTo(*d.Point) <= float64(radius+codeMargin)) {
			return false
		}
	}
	return true
}

// placeOfCode is where the query's postal code is, where circles may serve it.
func (p *plan) placeOfCode() *revealed {
	if p.ownCode || p.outage || p.query.Point != nil || p.query.Radius+codeMargin > widestShared {
		return nil
	}
	return p.engine.codes.place(p.query.PostalCode, p.now)
}

// widestShared is up to which radius circles serve a postal code: near the largest one, which clinics lie in the caller's own
// circle is known less well.
const widestShared = 75

// byCodeItself asks for the query's postal code by itself where circles list a clinic of which nobody knows how far it is.
func (e *Engine) byCodeItself(ctx context.Context, p *plan, list []*piece, call fetch.Call) []*piece {
	at := p.placeOfCode()
	if at == nil || !slices.ContainsFunc(list, func(pc *piece) bool {
		return byPoint(pc.key) && (!pc.usable() || !at.knows(pc.fragment.Departments, p.query.Radius))
	}) {
		return list
	}
	p.ownCode = true
	own := *p
	own.slots, own.skipped = nil, nil
	own.area()
	more := pieces(own.slots)
	e.lookup(ctx, more, call)
	e.fill(ctx, more, call)
	more = e.inParts(ctx, p, more, call)
	return append(slices.DeleteFunc(list, func(pc *piece) bool { return byPoint(pc.key) }), more...)
}

// located is the place from which clinics are as far as upstream says; ok is false where there is none, or two.
func located(miles map[string]float64, points map[string]timeslot.Point) (at timeslot.Point, ok bool) {
	keys := slices.Sorted(maps.Keys(points))
	if len(keys) < fewest {
		return at, false
	}
	nearest := slices.MinFunc(keys, func(a, b string) int {
		switch {
		case miles[a] < miles[b]:
			return -1
		case miles[a] > miles[b]:
			return 1
		}
		return 0
	})
	for quarter := range 8 { // from all sides of the nearest clinic: there may be two such places
		from := destination(points[nearest], float64(quarter)*math.Pi/4, miles[nearest])
		found, fits := settled(from, keys, miles, points)
		switch {
		case !fits:
		case !ok:
			at, ok = found, true
		case at.MilesTo(found) > codeMargin/2.0:
			return at, false
		}
	}
	return at, ok
}

// settled moves a place until its distances are as near to upstream's as they get (Gauss and Newton), and reports whether they
// are the same but for rounding.
func settled(at timeslot.Point, keys []string, miles map[string]float64, points map[string]timeslot.Point) (timeslot.Point, bool) {
	for range 30 {
		var xx, xy, yy, x, y float64
		for _, key := range keys {
			p := points[key]
			d := project(at, timeslot.AreaAround(p, 1))
			away := math.Hypot(d.x, d.y)
			if away < 1e-9 {
				continue
			}
			east, north, long := d.x/away, d.y/away, at.MilesTo(p)-miles[key]
			xx, xy, yy = xx+east*east, xy+east*north, yy+north*north
			x, y = x+east*long, y+north*long
		}
		det := xx*yy - xy*xy
		if det < 1e-9*(xx+yy)*(xx+yy) {
			return at, false // they lie in one line
		}
		east, north := (yy*x-xy*y)/det, (xx*y-xy*x)/det
		at = destination(at, math.Atan2(east, north), math.Hypot(east, north))
		if math.Hypot(east, north) < 1e-4 {
			break
		}
	}
	for _, key := range keys {
		if math.Abs(at.MilesTo(points[key])-miles[key]) > roundedBy+timeslot.EarthDoubt*miles[key] {
			return at, false
		}
	}
	return at, true
}
