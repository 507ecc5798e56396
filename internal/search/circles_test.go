package search

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"timeslots/internal/timeslot"
)

// The circle that upstream is asked for contains the caller's own, and is as little larger as was promised, wherever on
// Earth he stands.
func TestASharedCircleContainsTheCallersOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := timeslot.Point{Latitude: rapid.Float64Range(-90, 90).Draw(t, "latitude"), Longitude: rapid.Float64Range(-180, 180).Draw(t, "longitude")}
		radius, precision := rapid.IntRange(1, timeslot.MaxRadius).Draw(t, "radius"), rapid.IntRange(0, 4).Draw(t, "precision")
		slack := rapid.SampledFrom([]float64{0, 0.1, 0.25, 1}).Draw(t, "slack")
		a := shared(at, radius, precision, slack)
		center := a.Point()
		if center.Latitude < -90 || center.Latitude > 90 || center.Longitude < -180 || center.Longitude > 180 {
			t.Fatalf("%+v is no place", center)
		}
		needed := int(math.Ceil((float64(radius) + timeslot.RoundingSlackMiles(precision)) / (1 - timeslot.EarthDoubt)))
		if most := min(timeslot.MaxRadius, max(needed, int(float64(radius)*(1+slack)))); int(a.Radius) > most {
			t.Fatalf("%d miles for %d, at most %d", a.Radius, radius, most)
		}
		if reach := center.MilesTo(at) + float64(radius); needed <= timeslot.MaxRadius && reach > a.SureMiles()+0.01 {
			t.Fatalf("%v within %d miles reaches to %.3f miles of %+v", at, radius, reach, a)
		}
	})
}
