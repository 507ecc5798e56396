package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

// miles is how far two places of the metropolitan area lie apart; the earth is flat there.
func miles(a, b place) float64 {
	north := (a.latitude - b.latitude) * milesPerDegree
	east := (a.longitude - b.longitude) * milesPerDegreeEast((a.latitude+b.latitude)/2)
	return math.Hypot(north, east)
}

func TestHomesLieInTheMetro(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	different := map[place]bool{}
	for range 10_000 {
		p := home(random)
		different[p] = true
		in := false
		for _, town := range metro {
			in = in || miles(p, town.value.centre) <= farthest*town.value.spread+0.05 // what four decimals and a flat earth cost
		}
		if !in || miles(p, metro[0].value.centre) > 45 {
			t.Fatalf("somebody lives at %v", p)
		}
	}
	if len(different) < 9_000 {
		t.Errorf("10,000 people live at %d places", len(different))
	}
}

// A home is nearest to its own town for most people, so towns are told apart by it.
func TestPeopleLiveWhereManyLive(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	near := make([]int, len(metro))
	const drawn = 30_000
	for range drawn {
		p, nearest := home(random), 0
		for i, town := range metro {
			if miles(p, town.value.centre) < miles(p, metro[nearest].value.centre) {
				nearest = i
			}
		}
		near[nearest]++
	}
	for i, town := range metro {
		if want := drawn * town.share / 3000; near[i] < want*3/4 || near[i] > want*5/4 {
			t.Errorf("town %d: %d homes, want about %d", i, near[i], want)
		}
	}
}
