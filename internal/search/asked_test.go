package search

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// line is an entry as stories tell it.
type line struct {
	who    string
	status timeslot.Availability
	count  int
}

func linesOf(a *Answer) []line {
	var lines []line
	for _, e := range a.Entries {
		lines = append(lines, line{e.NPI + e.Department, e.Status, e.Count})
	}
	return lines
}

func TestEveryClinicianAskedForIsListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const busy, broken = "9000000025", "9000000033"
		d := newDesk(directoryOf(clinic), providerDirectOf(npi, presentBlock(), inHours(1), inHours(2)), providerDirectOf(busy, presentBlock()))
		d.failKey[timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: broken, Block: presentBlock()}] = &timeslot.Error{Kind: timeslot.KindUpstream}
		e := newEngine(t, d, nil)
		a := e.mustSearch(t, queryOf(timeslot.Query{NPIs: []string{broken, busy, npi}, By: timeslot.ByProvider, Per: 1}), Caller{})
		want := []line{{npi, timeslot.AvailabilityOpen, 2}, {busy, timeslot.AvailabilityNone, 0}, {broken, timeslot.AvailabilityUnknown, 0}}
		if diff := cmp.Diff(want, linesOf(a), cmp.AllowUnexported(line{})); diff != "" {
			t.Error(diff)
		}
		if len(a.Entries[0].Next) != 1 || a.Entries[0].Next[0].Start != inHours(1) || a.Complete {
			t.Errorf("next %+v, complete %v", a.Entries[0].Next, a.Complete)
		}
		if a.Providers[npi] == nil || a.Providers[npi].Name == "" {
			t.Errorf("providers %+v", a.Providers)
		}
	})
}

func TestEveryClinicOfAnAreaIsListedTheNearestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := func(id, urlName string, north float64) timeslot.Department {
			d := clinic
			d.ID, d.URLName, d.Name = id, urlName, urlName
			d.Point = &timeslot.Point{Latitude: clinic.Point.Latitude + north, Longitude: clinic.Point.Longitude}
			return d
		}
		open := careDirectOf("Far", "Illness", inHours(1))
		open.Schedules[0].DepartmentID = "3"
		d := newDesk(directoryOf(at("1", "Near", 0.01), at("2", "Middle", 0.1), at("3", "Far", 0.2), at("4", "Away", 5)),
			open, careDirectOf("Near", "Illness"), careDirectOf("Middle", "Illness"))
		d.failKey[careDirectOf("Near", "Illness").Key] = &timeslot.Error{Kind: timeslot.KindUpstream}
		e := newEngine(t, d, nil)
		a := e.mustSearch(t, queryOf(timeslot.Query{Point: clinic.Point, VisitTypes: []string{"Illness"}, By: timeslot.ByDepartment}), Caller{})
		want := []line{{"e|3", timeslot.AvailabilityOpen, 1}, {"e|2", timeslot.AvailabilityNone, 0}, {"e|1", timeslot.AvailabilityUnknown, 0}}
		if diff := cmp.Diff(want, linesOf(a), cmp.AllowUnexported(line{})); diff != "" {
			t.Error(diff)
		}
		for _, key := range []string{"e|1", "e|2", "e|3"} {
			if d := a.Departments[key]; d == nil || d.Name == "" || d.Distance <= 0 {
				t.Errorf("%s is described as %+v", key, d)
			}
		}
	})
}
