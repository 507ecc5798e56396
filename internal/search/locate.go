package search

import (
	"cmp"
	"math"
	"slices"

	"timeslots/internal/timeslot"
)

// isDistance reports whether upstream can mean it.
func isDistance(miles float64) bool { return miles >= 0 && miles <= 2*timeslot.MaxRadius }

const (
	// roundedBy is how much in miles a distance in tenths of a mile may be off, and a little.
	roundedBy = 0.06

	maxSightings = 64   // are looked at
	directions   = 1440 // are tried around the nearest clinic
)

// sighting is a clinic, and how far from a postal code it is.
type sighting struct {
	at    timeslot.Point
	miles float64
}

// doubt is by how many miles a sighting may be off: it is rounded, and upstream may measure on another Earth.
func (s *sighting) doubt() float64 { return roundedBy + timeslot.EarthDoubt*s.miles }

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
