package main

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// miles is how far two places of the metropolitan area lie apart; the earth is flat there.
func miles(a, b place) float64 {
	north := (a.latitude - b.latitude) * milesPerDegree
	east := (a.longitude - b.longitude) * milesPerDegreeEast((a.latitude+b.latitude)/2)
	return math.Hypot(north, east)
}

func TestThreeMillionPeopleLiveInTheMetro(t *testing.T) {
	people := 0
	for _, town := range metro {
		people += town.people
	}
	if people != 3000 {
		t.Errorf("%d thousand people", people)
	}
	if metro[0].centre != (place{47.61, -122.33}) {
		t.Errorf("its centre is %v", metro[0].centre)
	}
}

func TestHomesLieInTheMetro(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	different := map[place]bool{}
	for range 10_000 {
		p := home(random)
		different[p] = true
		in := false
		for _, town := range metro {
			in = in || miles(p, town.centre) <= farthest*town.spread+0.05 // what four decimals and a flat earth cost
		}
		if !in || miles(p, metro[0].centre) > 45 {
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
			if miles(p, town.centre) < miles(p, metro[nearest].centre) {
				nearest = i
			}
		}
		near[nearest]++
	}
	for i, town := range metro {
		if want := drawn * town.people / 3000; near[i] < want*3/4 || near[i] > want*5/4 {
			t.Errorf("town %d: %d homes, want about %d", i, near[i], want)
		}
	}
}

func TestPositionsHaveFourDecimals(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		p := home(random)
		for _, text := range []string{degrees(p.latitude), degrees(p.longitude)} {
			if _, decimals, _ := strings.Cut(text, "."); len(decimals) != 4 {
				t.Fatalf("%v is written as %s", p, text)
			}
		}
	}
}

func TestWeightsSayHowOftenEachIsPicked(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var seen [3]int
	for range 10_000 {
		seen[pick(random, []int{1, 0, 3})]++
	}
	if seen[1] != 0 || seen[0] < 2_300 || seen[0] > 2_700 {
		t.Errorf("picked %v of weights 1, 0 and 3", seen)
	}
}
