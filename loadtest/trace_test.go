package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var everybody = directory{
	NPIs: []string{"9000000017", "9000000025", "9000000033"},
	Clinics: []clinic{
		{URLName: "AcmeRiverton", Latitude: 47.61, Longitude: -122.33, VisitTypes: []string{"Illness", "WellChild"}},
		{URLName: "AcmeRivertonNorth", Latitude: 47.63, Longitude: -122.31, VisitTypes: []string{"Illness"}},
		{URLName: "AcmeMesa", Latitude: 33.45, Longitude: -112.07, VisitTypes: []string{"FluShot"}},
	},
}

func dayOf(positions string, seed uint64, n int) []view {
	o := traceOptions{Skew: 1.1, Positions: positions}
	return o.day(everybody, time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC), seed).views(n, 24*time.Second)
}

func TestADayHasQuietAndBusyHoursAndAllKindsOfPages(t *testing.T) {
	for _, positions := range []string{inMetro, inAreas} {
		views := dayOf(positions, 1, 20_000)
		if !slices.IsSortedFunc(views, func(a, b view) int { return int(a.at - b.at) }) || views[0].at < 0 || views[len(views)-1].at >= 24*time.Second {
			t.Errorf("%s: page views are out of order, or outside the day", positions)
		}
		var hour [24]int
		kinds, asked := map[string]int{}, map[string]int{}
		for _, v := range views {
			hour[int(v.at.Seconds())]++
			asked[v.query.Get("product")]++
			for _, name := range []string{"npi", "departmentUrlName", "latitude"} {
				if v.query.Has(name) {
					kinds[name]++
				}
			}
		}
		if hour[9] < 10*hour[3] || hour[3] == 0 {
			t.Errorf("%s: %d page views in the hour from nine, %d in that from three", positions, hour[9], hour[3])
		}
		if len(asked) != 4 || asked["findadoctor"] < 10_000 || asked["mobileapp"] < 1500 {
			t.Errorf("%s: products %v", positions, asked)
		}
		if kinds["npi"] < 13_000 || kinds["departmentUrlName"] < 1500 || kinds["latitude"] < 3500 {
			t.Errorf("%s: kinds %v", positions, kinds)
		}
	}
}

func TestADayIsTheSameForTheSameSeed(t *testing.T) {
	for _, positions := range []string{inMetro, inAreas} {
		if d := cmp.Diff(dayOf(positions, 7, 100), dayOf(positions, 7, 100), cmp.AllowUnexported(view{})); d != "" {
			t.Errorf("%s: %s", positions, d)
		}
		if cmp.Equal(dayOf(positions, 7, 100), dayOf(positions, 8, 100), cmp.AllowUnexported(view{})) {
			t.Errorf("%s: two seeds, one day", positions)
		}
	}
}

// Of twenty thousand views four thousand are of people who look around themselves.
func TestPeopleOfADayLookAroundWhereTheyLive(t *testing.T) {
	for positions, want := range map[string]struct{ atLeast, atMost, radii, visits int }{
		inMetro: {3_500, 5_000, len(radii), len(visits)},
		inAreas: {10, areas * spotsPerCity, 1, 2},
	} {
		places, within, visitTypes := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, v := range dayOf(positions, 1, 20_000) {
			if v.query.Has("latitude") {
				places[v.query.Get("latitude")+","+v.query.Get("longitude")] = true
				within[v.query.Get("radius")] = true
				visitTypes[v.query.Get("visitTypeName")] = true
			}
		}
		if len(places) < want.atLeast || len(places) > want.atMost || len(within) != want.radii || len(visitTypes) != want.visits {
			t.Errorf("%s: %d places, radii %v, visit types %v", positions, len(places), within, visitTypes)
		}
	}
}

// What is compared with figures of before is the same day as then.
func TestADayInAreasIsTheOneThatItWas(t *testing.T) {
	list := strings.Builder{}
	for _, v := range dayOf(inAreas, 1, 40) {
		fmt.Fprintf(&list, "%d\t%s\n", v.at.Milliseconds(), v.query.Encode())
	}
	golden(t, "testdata/areas.golden", list.String())
}

func TestAreasLieApart(t *testing.T) {
	if got := centres(everybody.Clinics); len(got) != 2 {
		t.Errorf("areas %v, want Riverton and Mesa", got)
	}
}

func TestWhatAPageAsksWithoutTheService(t *testing.T) {
	for query, want := range map[string][]string{
		"npi=9000000017&npi=9000000025,9000000033&product=app&startDate=2026-12-01": {
			"/v5/providers/9000000017/timeslots?product=app&startDate=2026-12-01", "/v5/providers/9000000025/timeslots?product=app&startDate=2026-12-01",
			"/v5/providers/9000000033/timeslots?product=app&startDate=2026-12-01",
		},
		"departmentUrlName=AcmeRiverton&visitTypeName=Illness&product=app": {"/v2/departments/AcmeRiverton/timeslots?product=app&visitTypeName=Illness"},
		"latitude=47.6100&longitude=-122.3300&radius=25&visitTypeName=FluShot": {
			"/v1/availability/slots?daysOfSlots=14&latitude=47.6100&longitude=-122.3300&radius=25&visitTypeNames=FluShot",
		},
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range direct(q) {
			got = append(got, r.path)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", query, d)
		}
	}
}
