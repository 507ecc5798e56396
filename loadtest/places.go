package main

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// town is a part of a metropolitan area, around whose centre people live.
type town struct {
	centre place
	spread float64 // miles; standard deviation, north and east alike
}

// metro is where three million people live, around the simulator's first city: in each town so many thousands.
var metro = []choice[town]{
	{town{place{47.61, -122.33}, 4}, 800},
	{town{place{47.61, -122.18}, 4}, 550}, // 7 miles east
	{town{place{47.43, -122.23}, 4}, 550}, // 13 miles south
	{town{place{47.82, -122.28}, 4}, 450}, // 15 miles north
	{town{place{47.25, -122.44}, 5}, 400}, // 25 miles south
	{town{place{47.98, -122.20}, 4}, 250}, // 26 miles north
}

// farthest is how many spreads from a town's centre its last people live.
const farthest = 3

const milesPerDegree = 69.0 // of latitude; of longitude as well, at the equator

// home draws where somebody lives, in degrees with four decimals: a browser that is allowed to says it more exactly, and
// pages round what they send on.
func home(random *rand.Rand) place {
	at := whereabouts(random)
	return place{fourDecimals(at.latitude), fourDecimals(at.longitude)}
}

// whereabouts draws where somebody is, as exactly as a phone says it.
func whereabouts(random *rand.Rand) place {
	t := pick(random, metro)
	north, east := random.NormFloat64(), random.NormFloat64()
	for math.Hypot(north, east) > farthest {
		north, east = random.NormFloat64(), random.NormFloat64()
	}
	return place{
		latitude:  t.centre.latitude + north*t.spread/milesPerDegree,
		longitude: t.centre.longitude + east*t.spread/milesPerDegreeEast(t.centre.latitude),
	}
}

// milesPerDegreeEast is how long a degree of longitude is at a latitude.
func milesPerDegreeEast(latitude float64) float64 {
	return milesPerDegree * math.Cos(latitude*math.Pi/180)
}

func fourDecimals(degrees float64) float64 { return math.Round(degrees*1e4) / 1e4 }

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', 4, 64) }

// choice is one of several things that are drawn, each as often as its share of all says.
type choice[T any] struct {
	value T
	share int
}

// pick draws one of them. The sum of the shares must be more than 0.
func pick[T any](random *rand.Rand, list []choice[T]) T {
	sum := 0
	for _, c := range list {
		sum += c.share
	}
	draw, i := random.IntN(sum), 0
	for ; draw >= list[i].share; i++ {
		draw -= list[i].share
	}
	return list[i].value
}

type place struct{ latitude, longitude float64 }

// spotsPerCity is how many places a city's people report: pages locate by postal code, so neighbours report the same.
const spotsPerCity = 12

// spotsAround are places within a tenth of a degree of the cities' centres.
func spotsAround(cities []place, seed uint64) []place {
	layout := rand.New(rand.NewPCG(seed, 1))
	var spots []place
	for _, city := range cities {
		for range spotsPerCity {
			spots = append(spots, place{
				latitude:  city.latitude + (layout.Float64()-0.5)/5,
				longitude: city.longitude + (layout.Float64()-0.5)/5,
			})
		}
	}
	return spots
}

// fluShot asks for flu shots around a place in one of the simulator's cities.
func fluShot(seed uint64) func(*rand.Rand) request {
	spots := spotsAround([]place{
		{47.61, -122.33}, {45.52, -122.68}, {39.74, -104.99}, {33.45, -112.07}, {41.88, -87.63}, {40.71, -74.01},
	}, seed)
	return func(random *rand.Rand) request {
		spot := spots[random.IntN(len(spots))]
		query := around(spot, 25, "FluShot")
		query.Set("product", "flushot")
		return page(query)
	}
}
