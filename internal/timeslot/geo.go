package timeslot

import "math"

// Point is a place in degrees, WGS 84.
type Point struct {
	Latitude  float64 // −90…90
	Longitude float64 // −180…180
}

const earthRadiusMiles = 3958.7613 // mean radius

// MilesTo is the great-circle distance in statute miles (haversine).
func (p Point) MilesTo(q Point) float64 {
	const rad = math.Pi / 180
	sinLat := math.Sin((q.Latitude - p.Latitude) * rad / 2)
	sinLon := math.Sin((q.Longitude - p.Longitude) * rad / 2)
	a := sinLat*sinLat + math.Cos(p.Latitude*rad)*math.Cos(q.Latitude*rad)*sinLon*sinLon
	return 2 * earthRadiusMiles * math.Asin(math.Sqrt(min(1, a)))
}

// Rounded is the point on a grid of 10^-precision degrees: what may appear in keys and logs in place of a person's
// own position (docs/dexcare.md §6.5).
func (p Point) Rounded(precision int) Point {
	scale := math.Pow10(precision)
	return Point{Latitude: math.Round(p.Latitude*scale) / scale, Longitude: math.Round(p.Longitude*scale) / scale}
}

// RoundingSlackMiles is the most that rounding to precision can move a point: half the grid's diagonal at the equator.
func RoundingSlackMiles(precision int) float64 {
	half := math.Pow10(-precision) / 2
	return Point{}.MilesTo(Point{Latitude: half, Longitude: half})
}
