package search

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// areaOf is Care Options' answer around a postal code: it names the departments, without slots.
func areaOf(e *Engine, q *timeslot.Query, miles map[string]float64) []*timeslot.Fragment {
	var list []*timeslot.Fragment
	for _, a := range e.plan(q, nil).slots {
		if a.key.Operation == timeslot.OpAvailabilitySlots {
			list = append(list, &timeslot.Fragment{Key: a.key, Distances: miles})
		}
	}
	return list
}

func TestNoThingIsReportedTwice(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"Care Direct switched off":       without(timeslot.CareDirect),
		"more clinics than may be asked": func(o *Options) { o.Limits.MaxDepartments = 1 },
	} {
		inBubble(t, name, func(t *testing.T) {
			first, second := clinic, clinic
			first.Address.PostalCode, second.Address.PostalCode = "98101", "98101-1234"
			second.ID, second.URLName = "2", "Second"
			d := newDesk(directoryOf(first, second), careDirectOf("AcmeRiverton", "Illness", inHours(1)))
			e := newEngine(t, d, change)
			q := queryOf(timeslot.Query{PostalCode: "98101", VisitTypes: []string{"Illness"}})
			for _, f := range areaOf(e, q, map[string]float64{first.Key(): 1, second.Key(): 2}) {
				d.answers[f.Key] = f
			}
			a := e.mustSearch(t, q, Caller{})
			seen := map[subject]bool{}
			for _, r := range a.Reports {
				at := subject{r.Source, r.Key}
				if seen[at] {
					t.Errorf("%s %s is reported twice: %+v", r.Source, r.Key, a.Reports)
				}
				seen[at] = true
			}
			if len(seen) != 3 {
				t.Errorf("%+v: want the area and two clinics", a.Reports)
			}
		})
	}
}

// TestAClinicThatOnlyCareOptionsNamesIsAskedInTheSameRequest, and the nearest ones first when there are too many.
func TestAClinicThatOnlyCareOptionsNamesIsAskedInTheSameRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, near, far, outside := clinic, clinic, clinic, clinic
		here.Address.PostalCode = "98101"
		near.ID, near.URLName = "2", "Near"
		far.ID, far.URLName = "3", "Far"
		outside.ID, outside.URLName = "4", "Outside"
		d := newDesk(directoryOf(here, near, far, outside),
			careDirectOf("AcmeRiverton", "Illness", inHours(1)), careDirectOf("Near", "Illness", inHours(2)))
		e := newEngine(t, d, func(o *Options) { o.Limits.MaxDepartments = 2 })
		q := queryOf(timeslot.Query{PostalCode: "98101", VisitTypes: []string{"Illness"}})
		for _, f := range areaOf(e, q, map[string]float64{here.Key(): 1, far.Key(): 9, near.Key(): 5, outside.Key(): 31}) {
			d.answers[f.Key] = f
		}
		got := map[string]timeslot.Status{}
		for _, r := range e.mustSearch(t, q, Caller{}).Reports {
			got[r.Key] = r.Status
		}
		want := map[string]timeslot.Status{
			"area": timeslot.StatusFresh, "AcmeRiverton/Illness": timeslot.StatusFresh, "Near/Illness": timeslot.StatusFresh,
			"Far/Illness": timeslot.StatusSkipped,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
}
