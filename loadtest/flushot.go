package main

import (
	"math/rand/v2"
)

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
