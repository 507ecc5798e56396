package merge_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// clinicians of the filter tests: Ann is known in full, Bob in part, of Cyd there is nothing but slots.
func town() []*timeslot.Fragment {
	annAt := with(followUp(ann), func(s *timeslot.Schedule) {
		s.ForNewPatient, s.ForEstablishedPatient, s.Modality = timeslot.No, timeslot.Yes, timeslot.InClinic
	})
	bobAt := with(followUp(bob), func(s *timeslot.Schedule) {
		s.DepartmentID, s.EHRInstance, s.ForNewPatient, s.Modality = "2", branch, timeslot.Yes, timeslot.Video
	})
	cydAt := with(followUp(cyd), func(s *timeslot.Schedule) { s.DepartmentID, s.VisitTypeID, s.VisitTypeName = "3", "7300", "New" })
	area := answered(careOptions(60), 0)
	area.Providers = []timeslot.Provider{
		{NPI: ann, Gender: "female", Specialties: []string{"Family Medicine", "Sports Medicine"}},
		{NPI: bob, Specialties: []string{"Cardiology"}},
	}
	return []*timeslot.Fragment{
		answered(v5(ann), 0, at(annAt, nine)), answered(v5(bob), 0, at(bobAt, nine)), answered(v5(cyd), 0, at(cydAt, nine)), area,
		departments(
			timeslot.Department{EHRInstance: main, ID: "1", URLName: "AcmeRiverton", ClinicType: "Primary Care", Point: &riverton},
			timeslot.Department{EHRInstance: branch, ID: "2", URLName: "AcmeTacoma", ClinicType: "Retail", Point: &tacoma}),
	}
}

func TestFilters(t *testing.T) {
	for name, tt := range map[string]struct {
		query func(*timeslot.Query)
		want  []string
	}{
		"none":                              {nil, []string{ann, bob, cyd}},
		"one clinician or another":          {func(q *timeslot.Query) { q.NPIs = []string{bob, cyd} }, []string{bob, cyd}},
		"a department":                      {func(q *timeslot.Query) { q.Departments = []string{"AcmeTacoma"} }, []string{bob}},
		"clinicians at a department":        {func(q *timeslot.Query) { q.NPIs, q.Departments = []string{ann, bob}, []string{"AcmeRiverton"} }, []string{ann}},
		"a department that nobody knows":    {func(q *timeslot.Query) { q.Departments = []string{"AcmeNowhere"} }, nil},
		"a slug is not folded":              {func(q *timeslot.Query) { q.Departments = []string{"acmetacoma"} }, nil},
		"a visit type in any case":          {func(q *timeslot.Query) { q.VisitTypes = []string{"FOLLOWUP"} }, []string{ann, bob}},
		"two visit types":                   {func(q *timeslot.Query) { q.VisitTypes = []string{"followup", "new"} }, []string{ann, bob, cyd}},
		"new patients, unknown stays":       {func(q *timeslot.Query) { q.Patient = timeslot.NewPatient }, []string{bob, cyd}},
		"established, unknown stays":        {func(q *timeslot.Query) { q.Patient = timeslot.EstablishedPatient }, []string{ann, bob, cyd}},
		"both is no filter":                 {func(q *timeslot.Query) { q.Patient = timeslot.BothPatients }, []string{ann, bob, cyd}},
		"a clinic type":                     {func(q *timeslot.Query) { q.ClinicTypes = []string{"PRIMARY care"} }, []string{ann}},
		"one of two specialties":            {func(q *timeslot.Query) { q.Specialties = []string{"cardiology", "sports medicine"} }, []string{ann, bob}},
		"a gender, unknown goes":            {func(q *timeslot.Query) { q.Genders = []string{"Female"} }, []string{ann}},
		"an EHR instance":                   {func(q *timeslot.Query) { q.EHRInstances = []string{"ORG.acme.ehr.branch"} }, []string{bob}},
		"a modality, unknown goes":          {func(q *timeslot.Query) { q.Modalities = []string{"video", "phone"} }, []string{bob}},
		"two filters narrow":                {func(q *timeslot.Query) { q.Modalities, q.Genders = []string{"inclinic"}, []string{"female"} }, []string{ann}},
		"and may leave nothing":             {func(q *timeslot.Query) { q.Modalities, q.Genders = []string{"video"}, []string{"female"} }, nil},
		"a place alone, far and unknown go": {func(q *timeslot.Query) { q.Point, q.Radius = &riverton, 20 }, []string{ann}},
		"a place alone, farther":            {func(q *timeslot.Query) { q.Point, q.Radius = &riverton, 40 }, []string{ann, bob}},
		"a place beside clinicians ranks":   {func(q *timeslot.Query) { q.Point, q.Radius, q.NPIs = &riverton, 20, []string{bob, cyd} }, []string{bob, cyd}},
		"unless the radius is named": {func(q *timeslot.Query) {
			q.Point, q.Radius, q.RadiusExplicit, q.NPIs = &riverton, 20, true, []string{ann, bob}
		}, []string{ann}},
		"a postal code nobody knows, filter": {func(q *timeslot.Query) { q.PostalCode = "98101" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := merged(query(tt.query), town()...).Result
			var got []string
			for i := range r.Slots {
				got = append(got, r.Slots[i].Schedule.NPI)
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFragmentsCountTheirSlotsBeforeFilters(t *testing.T) {
	named := careOptions(61)
	named.VisitType = "FollowUp"
	fragments := append(town(), answered(named, 0, at(followUp(ann), "2026-10-05T09:00:00-07:00", nine, "2027-01-01T09:00:00-07:00")))
	out := merged(query(func(q *timeslot.Query) { q.NPIs = []string{bob} }), fragments...)
	if diff := cmp.Diff([]int{1, 1, 1, 0, 0, 1}, out.PerFragment); diff != "" {
		t.Error(diff)
	}
}

// TestADepartmentIsKnownBySlugFromCareDirectToo, so that other surfaces' slots there pass without a directory.
func TestADepartmentIsKnownBySlugFromCareDirectToo(t *testing.T) {
	r := merged(query(func(q *timeslot.Query) { q.Departments = []string{"AcmeRiverton"} }),
		answered(careDirect("AcmeRiverton", "FollowUp"), 0, at(followUp(bob), nine)),
		answered(careOptions(30), 0, at(followUp(ann), ten))).Result
	if r.Total != 2 || r.Departments[main+"|1"].URLName != "AcmeRiverton" {
		t.Errorf("%v at %+v", starts(r), r.Departments)
	}
}

// What an answer for another place lists counts for a postal code as far as upstream has named its distance from there.
func TestAnothersCircleServesAPostalCodeAsFarAsDistancesAreKnown(t *testing.T) {
	for name, tt := range map[string]struct {
		miles map[string]float64
		total int
	}{
		"nothing is known": {nil, 0},
		"inside":           {map[string]float64{main + "|1": 9.5}, 1},
		"outside":          {map[string]float64{main + "|1": 31}, 0},
	} {
		q := query(func(q *timeslot.Query) { q.PostalCode, q.Radius = "98101", 30 })
		f := answered(careOptions(30), 0, at(followUp(ann), nine))
		f.Distances = map[string]float64{main + "|1": 7} // from elsewhere
		out := merge.Merge(merge.Input{Query: q, Now: noon, DefaultWindow: 14, Fragments: []*timeslot.Fragment{f}, Miles: func(ehr, id string) (float64, bool) {
			miles, ok := tt.miles[timeslot.DepartmentKey(ehr, id)]
			return miles, ok
		}})
		if out.Result.Total != tt.total || out.PerFragment[0] != tt.total || tt.total == 1 && out.Result.Slots[0].Distance != 9.5 {
			t.Errorf("%s: %d slots, %d counted: %+v", name, out.Result.Total, out.PerFragment[0], out.Result.Slots)
		}
	}
}

func TestDistances(t *testing.T) {
	byCode := timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Area: timeslot.Area{PostalCode: "98101", Radius: 30}}
	for name, tt := range map[string]struct {
		query    func(*timeslot.Query)
		area     timeslot.FragmentKey
		point    *timeslot.Point
		min, max float64
	}{
		"from the caller's own point":            {func(q *timeslot.Query) { q.Point = &riverton }, careOptions(30), &tacoma, 25, 26},
		"never upstream's from a rounded one":    {func(q *timeslot.Query) { q.Point, q.NPIs = &riverton, []string{ann} }, careOptions(30), nil, -1, -1},
		"upstream's own from a postal code":      {func(q *timeslot.Query) { q.PostalCode = "98101" }, byCode, &tacoma, 7, 7},
		"a postal code with a table has a point": {func(q *timeslot.Query) { q.PostalCode, q.Point = "98101", &riverton }, byCode, &tacoma, 25, 26},
		"without a place there is none":          {nil, careOptions(30), &tacoma, -1, -1},
	} {
		t.Run(name, func(t *testing.T) {
			f := answered(tt.area, 0, at(followUp(ann), nine))
			f.Departments = []timeslot.Department{{EHRInstance: main, ID: "1", Point: tt.point}}
			f.Distances = map[string]float64{main + "|1": 7}
			r := merged(query(tt.query), f).Result
			got := one(t, r).Distance
			if got < tt.min || got > tt.max || r.Departments[main+"|1"].Distance != got {
				t.Errorf("%v miles (%v in the department), want %v to %v", got, r.Departments[main+"|1"].Distance, tt.min, tt.max)
			}
		})
	}
}
