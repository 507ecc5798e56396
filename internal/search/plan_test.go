package search

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

// planned lists the keys that a query leads to, with the directory at hand.
func planned(t *testing.T, e *Engine, q timeslot.Query, departments ...timeslot.Department) []string {
	t.Helper()
	p := e.plan(queryOf(q), departments)
	asks := slices.Concat(p.slots, p.expand([]*timeslot.Fragment{directoryOf(departments...)}))
	keys := make([]string, len(asks))
	for i, a := range asks {
		keys[i] = a.key.String()
	}
	return keys
}

func TestNextTuesdayAndTheNextTwoWeeksShareTheirFragments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t, newDesk(), nil)
		today := timeslot.DateOf(time.Now())
		twoWeeks := planned(t, e, timeslot.Query{NPIs: []string{npi}})
		tuesday := planned(t, e, timeslot.Query{NPIs: []string{npi}, StartDate: today + 3, EndDate: today + 3})
		for _, key := range tuesday {
			if !slices.Contains(twoWeeks, key) {
				t.Errorf("%s is not among %v", key, twoWeeks)
			}
		}
	})
}

func TestFiltersZoneAndProductAreNotPartOfAnyKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t, newDesk(), nil)
		plain := planned(t, e, timeslot.Query{NPIs: []string{npi}, VisitTypes: []string{"Illness"}})
		filtered := planned(t, e, timeslot.Query{
			NPIs: []string{npi}, VisitTypes: []string{"Illness"}, Zone: "Asia/Tokyo", Genders: []string{"female"}, Specialties: []string{"x"},
			Patient: timeslot.NewPatient, Modalities: []string{"video"}, DaysOfSlots: 2, ClinicTypes: []string{"retail"}, EHRInstances: []string{"e"},
		})
		if !slices.Equal(plain, filtered) {
			t.Errorf("%v\n%v", plain, filtered)
		}
	})
}

func TestNeighboursAskCareOptionsForTheSameCircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t, newDesk(), nil)
		at := func(lat, lon float64) []string {
			return planned(t, e, timeslot.Query{Point: &timeslot.Point{Latitude: lat, Longitude: lon}, VisitTypes: []string{"FluShot"}})
		}
		if a, b := at(47.6111, -122.3311), at(47.6134, -122.3289); !slices.Equal(a, b) {
			t.Errorf("%v\n%v", a, b)
		}
		if key := at(47.6111, -122.3311)[0]; !strings.HasSuffix(key, ":476100,-1223300,,31:::") {
			t.Errorf("key %q: want the rounded point and a radius a little above 30", key)
		}
	})
}

func TestAnAreaAsksCareDirectForTheClinicsInsideThatOfferTheVisitType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far, other, closed := clinic, clinic, clinic, clinic
		far.URLName, far.Point = "Far", &timeslot.Point{Latitude: 45.5, Longitude: -122.6}
		other.URLName, other.VisitTypes = "Other", []timeslot.VisitType{{Name: "Wellness"}}
		closed.URLName, closed.Inactive = "Closed", true
		e := newEngine(t, newDesk(), nil)
		keys := planned(t, e, timeslot.Query{Point: &timeslot.Point{Latitude: 47.6, Longitude: -122.3}, VisitTypes: []string{"ILLNESS"}}, near, far, other, closed)
		var clinics []string
		for _, key := range keys {
			if strings.Contains(key, "department_timeslots") {
				clinics = append(clinics, key)
			}
		}
		if len(clinics) != 1 || !strings.Contains(clinics[0], ":AcmeRiverton:Illness:") {
			t.Errorf("asked %v, want the near clinic alone, in the directory's spelling", clinics)
		}
		named := planned(t, e, timeslot.Query{Departments: []string{near.URLName}, VisitTypes: []string{"ILLNESS"}}, near)
		if !slices.Equal(named, clinics) {
			t.Errorf("asked %v of the clinic by its name, want %v", named, clinics)
		}
	})
}

func TestClinicsBeyondTheLimitAreReportedAsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := clinic
		second.ID, second.URLName, second.Point = "2", "Second", &timeslot.Point{Latitude: 47.7, Longitude: -122.3}
		d := newDesk(directoryOf(clinic, second), careDirectOf("AcmeRiverton", "Illness", inHours(1)))
		e := newEngine(t, d, func(o *Options) { o.Limits.MaxDepartments = 1 })
		a := e.mustSearch(t, queryOf(timeslot.Query{Point: &timeslot.Point{Latitude: 47.6, Longitude: -122.3}, VisitTypes: []string{"Illness"}}), Caller{})
		last := a.Reports[1]
		if a.Complete || last.Key != "Second/Illness" || last.Status != timeslot.StatusSkipped {
			t.Errorf("complete %v, %+v; want the farther clinic skipped and the answer incomplete", a.Complete, a.Reports)
		}
	})
}

func TestProviderDirectBothAsksV4PerVisitTypeBesideV5(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(t, newDesk(), bothVersions)
		p := e.plan(queryOf(timeslot.Query{NPIs: []string{npi}}), nil)
		info := &timeslot.Fragment{
			Key:       timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, NPI: npi},
			Providers: []timeslot.Provider{{NPI: npi, VisitTypes: []timeslot.VisitType{{Name: "FollowUp"}, {Name: "NewPatient"}, {Name: ""}}}},
		}
		var names []string
		for _, a := range p.expand([]*timeslot.Fragment{info, nil}) {
			names = append(names, a.key.VisitType)
			if a.key.Version != 4 || a.counts {
				t.Errorf("%+v: want version 4, not counted beside v5", a)
			}
		}
		if len(p.blocks) == 1 && !slices.Equal(names, []string{"FollowUp", "NewPatient"}) {
			t.Errorf("v4 for %v, want what she offers", names)
		}
	})
}

func TestASourceThatIsSwitchedOffIsSkippedAndTheAnswerComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(directoryOf(clinic), careDirectOf("AcmeRiverton", "Illness", inHours(1)))
		e := newEngine(t, d, without(timeslot.CareOptions))
		a := e.mustSearch(t, queryOf(timeslot.Query{Point: &timeslot.Point{Latitude: 47.6, Longitude: -122.3}, VisitTypes: []string{"Illness"}}), Caller{})
		if !a.Complete || a.Total != 1 || a.Reports[1].Status != timeslot.StatusSkipped || d.count(timeslot.CareOptions) != 0 {
			t.Errorf("complete %v, %d slots, %+v", a.Complete, a.Total, a.Reports)
		}
	})
}
