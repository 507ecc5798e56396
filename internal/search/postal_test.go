package search

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// Around a postal code that nobody can place, who asks for less is served with what was read for more; the answer is what
// his own read would have been.
func TestWhoAsksForLessAroundAPostalCodeIsServedWithWhatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := clinic, clinic
		near.Point, far.Point, far.ID, far.URLName = nil, nil, "2", "Far"
		d := newDesk(directoryOf())
		e := newEngine(t, d, nil)
		miles := map[string]float64{near.Key(): 4, far.Key(): 20}
		within := func(radius int) *timeslot.Query {
			return queryOf(timeslot.Query{PostalCode: "98101", Radius: radius, VisitTypes: []string{"Illness"}})
		}
		for _, radius := range []int{10, 25} {
			listed := maps.Clone(miles)
			maps.DeleteFunc(listed, func(_ string, away float64) bool { return away > float64(radius) })
			for _, f := range areaOf(e, within(radius), listed) {
				for _, c := range []timeslot.Department{near, far} {
					if _, inside := listed[c.Key()]; inside && f.Key.Block == timeslot.BlockOf(timeslot.DateOf(time.Unix(inDays(2), 0))) {
						f.Departments = append(f.Departments, c)
						f.Slots = append(f.Slots, timeslot.Slot{Start: inDays(2), Schedule: uint32(len(f.Schedules))})
						f.Schedules = append(f.Schedules, timeslot.Schedule{
							EHRInstance: c.EHRInstance, DepartmentID: c.ID, NPI: npi, VisitTypeID: "7", VisitTypeName: "Illness",
						})
					}
				}
				d.answers[f.Key] = f
			}
		}
		ask := func(radius, want int) {
			t.Helper()
			a := e.mustSearch(t, within(radius), Caller{})
			if a.Total != want || !a.Complete || len(a.Departments) != want {
				t.Fatalf("%d miles: %d slots at %d clinics, complete %t; want %d", radius, a.Total, len(a.Departments), a.Complete, want)
			}
			for _, r := range a.Reports {
				if r.Source == timeslot.CareOptions && r.Slots != want {
					t.Fatalf("%d miles: %d slots in the report, want those of the caller's own circle", radius, r.Slots)
				}
			}
		}
		ask(25, 2)
		ask(10, 1)
		for round := range 3 { // both look again and again
			for range 20 {
				pass(policy.Fresh / 20)
				ask(25, 2)
				ask(10, 1)
			}
			if n := d.count(timeslot.CareOptions); n > round+3 {
				t.Errorf("%d calls after %d fresh times, want one each", n, round+1)
			}
		}
		pass(policy.Fresh + policy.Stale)
		before := d.count(timeslot.CareOptions)
		if ask(10, 1); d.count(timeslot.CareOptions) != before+1 {
			t.Error("no call of his own, although nobody has asked for more lately")
		}
	})
}
