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

// radii are what people choose from, in miles.
var radii = []choice[int]{{5, 10}, {10, 20}, {25, 45}, {50, 15}, {100, 10}}

// visitType is what people come for, in the simulator's names, and as which kinds of patients they can.
type visitType struct {
	name     string
	patients []string
}

var visits = []choice[visitType]{
	{visitType{"Illness", []string{"newPatient", "establishedPatient"}}, 40},
	{visitType{"FluShot", []string{"newPatient", "establishedPatient"}}, 25},
	{visitType{"NewPatient", []string{"newPatient"}}, 20},
	{visitType{"FollowUp", []string{"establishedPatient"}}, 15},
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
func drawSession(random *rand.Rand, begins, think time.Duration, filters map[string][]filterKind) session {
	s := session{spot: home(random)}
	for i := range s.views {
		s.views[i] = begins
		begins += time.Duration((0.5 + random.Float64()) * float64(think))
	}
	s.radius = pick(random, radii)
	s.visit = pick(random, visits).name
	kinds := filters[s.visit]
	for i, kind := range random.Perm(len(kinds))[:len(s.filters)] {
		s.filters[i] = kinds[kind][random.IntN(len(kinds[kind]))]
	}
	s.choice = int(random.Int32())
	return s
}

// longestSession is the longest time between a session's first view and its last.
func longestSession(think time.Duration) time.Duration {
	return (viewsEach - 1) * (think + think/2)
}

// filterKind is what can be chosen of one kind of filter: each choice is parameters of a query.
type filterKind []map[string]string

// areaFilters are the kinds of filters that a list has, by the visit's name. They are made once and not written to.
func areaFilters(now time.Time) map[string][]filterKind {
	all := map[string][]filterKind{}
	for _, v := range visits {
		var patients filterKind
		for _, p := range v.value.patients {
			patients = append(patients, map[string]string{"newOrEstablishedPatient": p})
		}
		all[v.value.name] = append([]filterKind{patients}, commonFilters(now)...)
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
		if r.value > radius {
			return r.value
		}
	}
	return radius
}

// choose is the clinician that the person would open, of NPIs; empty where nobody is named.
func (s *session) choose(named map[string]struct{}) string {
	npis := slices.Sorted(maps.Keys(named))
	if len(npis) == 0 {
		return ""
	}
	return npis[s.choice%len(npis)]
}
