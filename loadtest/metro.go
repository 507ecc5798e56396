package main

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// town is a part of a metropolitan area, around whose centre people live.
type town struct {
	centre place
	people int     // thousands
	spread float64 // miles; standard deviation, north and east alike
}

// metro is where three million people live, around the simulator's first city.
var metro = []town{
	{place{47.61, -122.33}, 800, 4},
	{place{47.61, -122.18}, 550, 4}, // 7 miles east
	{place{47.43, -122.23}, 550, 4}, // 13 miles south
	{place{47.82, -122.28}, 450, 4}, // 15 miles north
	{place{47.25, -122.44}, 400, 5}, // 25 miles south
	{place{47.98, -122.20}, 250, 4}, // 26 miles north
}

// farthest is how many spreads from a town's centre its last people live.
const farthest = 3

const milesPerDegree = 69.0 // of latitude; of longitude as well, at the equator

// home draws where somebody lives, in degrees with four decimals: a browser that is allowed to says it more exactly, and
// pages round what they send on.
func home(random *rand.Rand) place {
	weights := make([]int, len(metro))
	for i, t := range metro {
		weights[i] = t.people
	}
	t := metro[pick(random, weights)]
	north, east := random.NormFloat64(), random.NormFloat64()
	for math.Hypot(north, east) > farthest {
		north, east = random.NormFloat64(), random.NormFloat64()
	}
	return place{
		latitude:  fourDecimals(t.centre.latitude + north*t.spread/milesPerDegree),
		longitude: fourDecimals(t.centre.longitude + east*t.spread/milesPerDegreeEast(t.centre.latitude)),
	}
}

// milesPerDegreeEast is how long a degree of longitude is at a latitude.
func milesPerDegreeEast(latitude float64) float64 {
	return milesPerDegree * math.Cos(latitude*math.Pi/180)
}

func fourDecimals(degrees float64) float64 { return math.Round(degrees*1e4) / 1e4 }

// degrees writes a coordinate as pages do.
func degrees(d float64) string { return strconv.FormatFloat(d, 'f', 4, 64) }

// pick draws an index of weights, each as often as its weight says. The sum must be more than 0.
func pick(random *rand.Rand, weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	draw := random.IntN(sum)
	i := 0
	for draw >= weights[i] {
		draw -= weights[i]
		i++
	}
	return i
}
