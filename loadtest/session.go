package main

import (
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// viewsEach is how many page views a session has: a list, the same with one filter, with two, and a calendar.
const viewsEach = 4

const calendarView = viewsEach - 1 // the last one

// radii are what people choose from, in miles, with how many of a hundred choose it.
var radii = []struct{ miles, share int }{{5, 10}, {10, 20}, {25, 45}, {50, 15}, {100, 10}}

// visits are what people come for, in the simulator's names, with how many of a hundred do, and as whom they can.
var visits = []struct {
	name     string
	share    int
	patients []string
}{
	{"Illness", 40, []string{"newPatient", "establishedPatient"}},
	{"FluShot", 25, []string{"newPatient", "establishedPatient"}},
	{"NewPatient", 20, []string{"newPatient"}},
	{"FollowUp", 15, []string{"establishedPatient"}},
}

// session is one person's page views, as the seed decides them. All but the calendar's clinician is known beforehand:
// that one is of an answer.
type session struct {
	views   [viewsEach]time.Duration // when each is due, from the beginning of the load; below 0: before it
	spot    place
	radius  int // miles
	visit   string
	filters [2]map[string]string // the second comes on top of the first
	choice  int                  // which of the clinicians that are named, counted round and round
}

// drawSession draws somebody who opens a page at a moment. Between two views there is thinking time: the mean, give or
// take up to half of it. The filters are those of [areaFilters].
func drawSession(random *rand.Rand, begins, think time.Duration, filters [][]filterKind) session {
	s := session{spot: home(random)}
	for i := range s.views {
		s.views[i] = begins
		begins += time.Duration((0.5 + random.Float64()) * float64(think))
	}
	s.radius = drawRadius(random)
	visit := drawVisit(random)
	s.visit = visits[visit].name
	kinds := filters[visit]
	for i, kind := range random.Perm(len(kinds))[:len(s.filters)] {
		s.filters[i] = kinds[kind][random.IntN(len(kinds[kind]))]
	}
	s.choice = int(random.Int32())
	return s
}

// drawRadius draws how far somebody would go, in miles.
func drawRadius(random *rand.Rand) int {
	var weights []int
	for _, r := range radii {
		weights = append(weights, r.share)
	}
	return radii[pick(random, weights)].miles
}

// drawVisit draws which of the visits somebody comes for.
func drawVisit(random *rand.Rand) int {
	var weights []int
	for _, v := range visits {
		weights = append(weights, v.share)
	}
	return pick(random, weights)
}

// longestSession is the longest time between a session's first view and its last.
func longestSession(think time.Duration) time.Duration {
	return (viewsEach - 1) * (think + think/2)
}

// filterKind is what can be chosen of one kind of filter: each choice is parameters of a query.
type filterKind []map[string]string

// areaFilters are the kinds of filters that a list has, for each of the visits. They are made once and not written to.
func areaFilters(now time.Time) [][]filterKind {
	all := make([][]filterKind, len(visits))
	for i, v := range visits {
		var whom filterKind
		for _, p := range v.patients {
			whom = append(whom, map[string]string{"newOrEstablishedPatient": p})
		}
		all[i] = append([]filterKind{whom}, commonFilters(now)...)
	}
	return all
}

func commonFilters(now time.Time) []filterKind {
	return []filterKind{
		{{"modality": "INCLINIC"}, {"modality": "VIDEO"}},
		{
			{"startDate": dateAfter(now, 1), "endDate": dateAfter(now, 3)},
			{"startDate": dateAfter(now, 1), "endDate": dateAfter(now, 7)},
			{"startDate": dateAfter(now, 8), "endDate": dateAfter(now, 14)},
		},
		{{"sort": "soonest"}, {"sort": "nearest"}, {"sort": "balanced"}},
	}
}

// dateAfter is a day so many days after today. Tomorrow is in the future in every zone.
func dateAfter(now time.Time, days int) string {
	return now.UTC().AddDate(0, 0, days).Format(time.DateOnly)
}

// list is the query of the session's list, with so many of its filters, within a radius in miles.
func (s *session) list(filters, radius int) url.Values {
	query := url.Values{
		"product": {"findadoctor"}, "limit": {strconv.Itoa(pageSize)}, "visitTypeName": {s.visit},
		"latitude": {degrees(s.spot.latitude)}, "longitude": {degrees(s.spot.longitude)}, "radius": {strconv.Itoa(radius)},
	}
	for _, filter := range s.filters[:filters] {
		for name, value := range filter {
			query.Set(name, value)
		}
	}
	return query
}

// calendar is the query of two weeks of a clinician.
func calendar(npi string, now time.Time) url.Values {
	return url.Values{
		"product": {"findadoctor"}, "npi": {npi}, "startDate": {dateAfter(now, 1)}, "endDate": {dateAfter(now, 14)},
	}
}

// wider is the next radius, in miles; the widest stays.
func wider(radius int) int {
	for _, r := range radii {
		if r.miles > radius {
			return r.miles
		}
	}
	return radius
}

// choose is the clinician whom the person would open, of NPIs; empty where nobody is named.
func (s *session) choose(named map[string]struct{}) string {
	npis := slices.Sorted(maps.Keys(named))
	if len(npis) == 0 {
		return ""
	}
	return npis[s.choice%len(npis)]
}
