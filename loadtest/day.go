package main

import (
	"maps"
	"math"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// hours is how busy a health system's pages are, from midnight on.
var hours = [24]float64{2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 14, 13, 14, 13, 12, 11, 10, 10, 11, 13, 14, 12, 8, 4}

// products are those of which people use the pages.
var products = []choice[string]{{"findadoctor", 55}, {"clinics", 20}, {"flushot", 15}, {"mobileapp", 10}}

// Where those are who look around themselves.
const (
	inMetro = "people" // each where he lives, in the metropolitan area of nearme
	inAreas = "areas"  // at a dozen places in each of ten areas, as if all told their postal code
)

// areas is how many places people search around, where they do not say where they live.
const areas = 10

// day makes page views up: Zipf's law over clinicians and clinics, twelve filters, four products.
type day struct {
	random  *rand.Rand
	skew    float64
	npis    []string
	clinics []clinic
	list    func(*rand.Rand) url.Values
	near    func() url.Values // a question of somebody who looks around himself
}

func (o *traceOptions) day(d directory, now time.Time, seed uint64) *day {
	made := &day{random: rand.New(rand.NewPCG(seed, 2)), skew: o.Skew, npis: d.NPIs, clinics: d.Clinics}
	made.list = questions(d.NPIs, made.lists(), now, o.Skew)
	made.near = made.nearHome
	if o.Positions == inAreas {
		spots := spotsAround(centres(d.Clinics), seed)
		made.near = func() url.Values { return made.nearOneOf(spots) }
	}
	return made
}

// lists are the lists of clinicians that a health system's pages have: by specialty, by place, by clinic. The same
// clinicians are on several of them.
const lists = 60

func (d *day) lists() [][]string {
	all := make([][]string, lists)
	for i := range all {
		on := map[string]bool{}
		for len(on) < min(pageSize, len(d.npis)) {
			on[d.npis[d.random.IntN(len(d.npis))]] = true
		}
		all[i] = slices.Sorted(maps.Keys(on))
	}
	return all
}

// centres are the first of the clinics that lie well apart, one for each area.
func centres(clinics []clinic) []place {
	var found []place
	const apart = 0.3 // degrees
	for _, c := range clinics {
		here := place{c.Latitude, c.Longitude}
		near := slices.ContainsFunc(found, func(p place) bool {
			return math.Abs(p.latitude-here.latitude) < apart && math.Abs(p.longitude-here.longitude) < apart
		})
		if !near && len(found) < areas {
			found = append(found, here)
		}
	}
	return found
}

// views are n page views over the length of a shortened day, in order.
func (d *day) views(n int, length time.Duration) []view {
	views := make([]view, n)
	for i := range views {
		moment := (float64(i) + d.random.Float64()) / float64(n)
		views[i] = view{at: time.Duration(ofDay(moment) * float64(length)), query: d.view()}
	}
	slices.SortFunc(views, func(a, b view) int { return int(a.at - b.at) })
	return views
}

// ofDay is when the given share of a day's views is through, as a share of the day.
func ofDay(share float64) float64 {
	whole := 0.0
	for _, h := range hours {
		whole += h
	}
	sum := 0.0
	for i, h := range hours {
		if next := sum + h/whole; share < next {
			return (float64(i) + (share-sum)/(next-sum)) / float64(len(hours))
		}
		sum += h / whole
	}
	return 1
}

// view is somebody's question: of ten, seven look at clinicians, one at a clinic, two around themselves.
func (d *day) view() url.Values {
	var query url.Values
	switch kind := d.random.IntN(10); {
	case kind < 7:
		query = d.list(d.random)
	case kind < 8:
		c := d.clinics[zipf(d.random, d.skew, len(d.clinics))]
		query = url.Values{"departmentUrlName": {c.URLName}, "visitTypeName": {c.VisitTypes[d.random.IntN(len(c.VisitTypes))]}}
	default:
		query = d.near()
	}
	query.Set("product", pick(d.random, products))
	return query
}

// nearHome is asked by somebody of the metropolitan area, for one of its visits within one of its radii.
func (d *day) nearHome() url.Values {
	spot, radius := home(d.random), pick(d.random, radii)
	return around(spot, radius, pick(d.random, visits).name)
}

// nearOneOf is asked from one of a few places, some far more often than others.
func (d *day) nearOneOf(spots []place) url.Values {
	spot := spots[zipf(d.random, d.skew, len(spots))]
	return around(spot, 25, []string{"FluShot", "Illness"}[d.random.IntN(2)])
}

// around is the query for a visit type within so many miles of a place.
func around(spot place, radius int, visitType string) url.Values {
	return url.Values{
		"visitTypeName": {visitType}, "radius": {strconv.Itoa(radius)},
		"latitude": {degrees(spot.latitude)}, "longitude": {degrees(spot.longitude)},
	}
}
