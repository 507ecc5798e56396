package search

import (
	"math"
	"slices"

	"timeslots/internal/timeslot"
)

// disc is a circle on the plane around a caller, in miles: he stands at its origin, x points east and y north. Distances
// from him are true there, and between other places they are too long, never too short: where discs cover another on the
// plane, the circles do so on the sphere.
type disc struct{ x, y, r float64 }

// project puts an area on the plane around a place: as much of it as is inside whatever Earth upstream measures on.
func project(at timeslot.Point, a timeslot.Area) disc {
	const rad = math.Pi / 180
	p := a.Point()
	miles := at.MilesTo(p)
	sinA, cosA := math.Sincos(at.Latitude * rad)
	sinP, cosP := math.Sincos(p.Latitude * rad)
	sinL, cosL := math.Sincos((p.Longitude - at.Longitude) * rad)
	east, north := sinL*cosP, cosA*sinP-sinA*cosP*cosL
	length := math.Hypot(east, north)
	if length == 0 {
		return disc{0, miles, a.SureMiles()} // the same place, or the one on the other side of the Earth
	}
	return disc{miles * east / length, miles * north / length, a.SureMiles()}
}

func (d disc) away() float64 { return math.Hypot(d.x, d.y) }

// contains reports whether o lies inside d.
func (d disc) contains(o disc) bool { return math.Hypot(d.x-o.x, d.y-o.y)+o.r <= d.r }

// spot is a point of the plane.
type spot struct{ x, y float64 }

// inside is whether a spot lies inside of d, and not on its rim.
func (d disc) inside(p spot) bool { return math.Hypot(d.x-p.x, d.y-p.y) < d.r-1e-9 }

// crossings are the two spots in which two rims cross, if they do.
func crossings(a, b disc) []spot {
	dx, dy := b.x-a.x, b.y-a.y
	d := math.Hypot(dx, dy)
	if d == 0 || d >= a.r+b.r || d <= math.Abs(a.r-b.r) {
		return nil
	}
	along := (d*d + a.r*a.r - b.r*b.r) / (2 * d)
	aside := math.Sqrt(max(0, a.r*a.r-along*along))
	dx, dy = dx/d, dy/d
	return []spot{{a.x + dx*along - dy*aside, a.y + dy*along + dx*aside}, {a.x + dx*along + dy*aside, a.y + dy*along - dx*aside}}
}

// gaps are corners of what discs leave uncovered of another; none where they cover it. Whatever is left uncovered has
// corners where two rims cross, for it is bounded by parts of several.
func gaps(goal disc, by []candidate) (corners []spot) {
	crossed := false
	for i := range by {
		d := by[i].disc
		if d.contains(goal) {
			return nil
		}
		for _, p := range crossings(goal, d) {
			crossed = true
			if !covered(p, by, i, i) {
				corners = append(corners, p)
			}
		}
		for j := i + 1; j < len(by); j++ {
			for _, p := range crossings(d, by[j].disc) {
				if goal.inside(p) && !covered(p, by, i, j) {
					corners = append(corners, p)
				}
			}
		}
	}
	if !crossed { // all of the rim
		return []spot{{goal.x, goal.y}}
	}
	return corners
}

// covered reports whether a spot lies inside one of the discs, but for two.
func covered(p spot, by []candidate, i, j int) bool {
	for k := range by {
		if k != i && k != j && by[k].inside(p) {
			return true
		}
	}
	return false
}

// maxCover bounds how many areas serve one wish together, and maxTried how many are looked at for that.
const (
	maxCover = 8
	maxTried = 2 * maxCover
)

// coverOf is the first candidate that contains the goal, else a few that cover it together: each the first that closes a
// gap which those before leave. It is nil where they do not.
func coverOf(goal disc, among []candidate) (cover []candidate) {
	for i := range among {
		if among[i].contains(goal) {
			return among[i : i+1]
		}
	}
	missing := []spot{{goal.x, goal.y}}
	for i := range among {
		if len(cover) == maxTried {
			return nil
		}
		if !slices.ContainsFunc(missing, among[i].inside) {
			continue
		}
		cover = append(cover, among[i])
		if missing = gaps(goal, cover); len(missing) == 0 {
			return needed(goal, cover)
		}
	}
	return nil
}

// needed leaves out what a cover does without, from the last one on; it is nil where too many are left.
func needed(goal disc, cover []candidate) []candidate {
	for i := len(cover) - 1; i >= 0 && len(cover) > 1; i-- {
		if without := slices.Delete(slices.Clone(cover), i, i+1); len(gaps(goal, without)) == 0 {
			cover = without
		}
	}
	if len(cover) > maxCover {
		return nil
	}
	return cover
}

// bearing is the direction from the caller to the middle of some spots, in radians from north towards east.
func bearing(spots []spot) float64 {
	var east, north float64
	for _, p := range spots {
		east, north = east+p.x, north+p.y
	}
	return math.Atan2(east, north)
}

// destination is where somebody comes to who goes so many miles in a direction.
func destination(from timeslot.Point, bearing, miles float64) timeslot.Point {
	const rad = math.Pi / 180
	angle := miles / milesPerDegree * rad
	sinA, cosA := math.Sincos(angle)
	sinF, cosF := math.Sincos(from.Latitude * rad)
	latitude := math.Asin(min(1, max(-1, sinF*cosA+cosF*sinA*math.Cos(bearing))))
	longitude := from.Longitude*rad + math.Atan2(math.Sin(bearing)*sinA*cosF, cosA-sinF*math.Sin(latitude))
	return timeslot.Point{Latitude: latitude / rad, Longitude: math.Remainder(longitude/rad, 360)}
}
