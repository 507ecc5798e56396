package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// fluShotOptions say where the crowd sits.
type fluShotOptions struct {
	City   []string      `help:"Cities as LATITUDE:LONGITUDE." default:"47.61:-122.33,45.52:-122.68,39.74:-104.99,33.45:-112.07,41.88:-87.63,40.71:-74.01" placeholder:"LAT:LON"`
	Radius int           `help:"Miles around each person." default:"25"`
	Ramp   time.Duration `help:"Time from nothing to the peak." default:"5s"`
}

type place struct{ latitude, longitude float64 }

func parseCities(texts []string) ([]place, error) {
	var cities []place
	for _, text := range texts {
		north, east, ok := strings.Cut(text, ":")
		latitude, err1 := strconv.ParseFloat(north, 64)
		longitude, err2 := strconv.ParseFloat(east, 64)
		inRange := latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180
		if !ok || err1 != nil || err2 != nil || !inRange {
			return nil, fmt.Errorf("--city %q is not LATITUDE:LONGITUDE", text)
		}
		cities = append(cities, place{latitude, longitude})
	}
	if len(cities) == 0 {
		return nil, fmt.Errorf("--city names no city")
	}
	return cities, nil
}

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

// fluShot asks for flu shots around a place in one of the cities.
func fluShot(cities []place, radius int, seed uint64) func(*rand.Rand) request {
	spots := spotsAround(cities, seed)
	return func(random *rand.Rand) request {
		spot := spots[random.IntN(len(spots))]
		return page(url.Values{
			"product":       {"flushot"},
			"visitTypeName": {"FluShot"},
			"latitude":      {strconv.FormatFloat(spot.latitude, 'f', 4, 64)},
			"longitude":     {strconv.FormatFloat(spot.longitude, 'f', 4, 64)},
			"radius":        {strconv.Itoa(radius)},
		})
	}
}
